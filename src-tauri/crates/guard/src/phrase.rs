//! Phrases: sequences of word classes with bounded gaps, found in folded text in linear time.
//!
//! A phrase such as `override .4 prior .2 orders` reads: a word of the class `override`, then
//! within four other words one of `prior`, then within two others one of `orders`, all in one
//! sentence. `a|b` is either class, `'word` that very word. A lexicon lists the words of each
//! class, several languages together, in lower case without accents; `stem*` is any word that
//! begins so.

use std::{collections::HashMap, ops::Range};

use crate::normalise::part;

/// A class of words: its name, and its words divided by white space.
pub(crate) type Class = (&'static str, &'static str);

/// A sequence of word classes that means something.
pub(crate) struct Phrase {
    /// `group/variant`, as verdicts report it.
    pub(crate) name: &'static str,
    pub(crate) pattern: &'static str,
    /// How much the phrase alone says, 0 to 1.
    pub(crate) weight: f32,
    /// Whether a word of denial before or within the phrase cancels it.
    pub(crate) denial: Denial,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of the tables walks them"))]
    pub(crate) finds: &'static [&'static str],
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of the tables walks them"))]
    pub(crate) passes: &'static [&'static str],
}

/// What "not", "never" and the like, within a phrase or up to two words before it, do to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    Irrelevant,
    Cancels,
}

/// A phrase that was found in a sentence, which is counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) phrase: usize,
    pub(crate) sentence: u32,
}

/// A set of up to 256 classes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Classes([u128; 2]);

impl Classes {
    /// The set of the class with number `index`, below 256.
    const fn one(index: usize) -> Self {
        if index < 128 { Self([1 << index, 0]) } else { Self([0, 1 << (index - 128)]) }
    }

    const fn with(self, other: Self) -> Self {
        Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
    }

    const fn meets(self, other: Self) -> bool {
        self.0[0] & other.0[0] != 0 || self.0[1] & other.0[1] != 0
    }
}

/// The class of the words that deny.
const DENIES: Classes = Classes::one(0);

/// Compiled phrases.
pub(crate) struct Phrasebook {
    exact: HashMap<&'static str, Classes>,
    /// Stems by their first three bytes.
    stems: HashMap<[u8; 3], Vec<(&'static str, Classes)>>,
    phrases: Vec<Compiled>,
}

struct Compiled {
    first: Classes,
    /// For each further word: its classes, and how many words may stand before it.
    rest: Vec<(Classes, usize)>,
    denial: Denial,
}

/// A word of a text, as the classes that it belongs to.
struct Token {
    classes: Classes,
    sentence: u32,
}

/// Words that deny, in the languages of the lexicons.
const DENIAL: &str = "not never dont didnt doesnt isnt wont cannot cant shouldnt no nicht nie pas jamais nunca jamas non mai nao without against stop anti";

impl Phrasebook {
    /// Compiles `phrases` over `lexicon`.
    pub(crate) fn new(lexicon: &[Class], phrases: &[Phrase]) -> Self {
        let mut book = Self {
            exact: HashMap::new(),
            stems: HashMap::new(),
            phrases: Vec::with_capacity(phrases.len()),
        };
        let mut bits: HashMap<String, Classes> = HashMap::new();
        for word in DENIAL.split_whitespace() {
            book.enter(word, DENIES);
        }
        for (name, words) in lexicon {
            let bit = Classes::one(bits.len() + 1);
            bits.insert((*name).to_owned(), bit);
            for word in words.split_whitespace() {
                book.enter(word, bit);
            }
        }
        for phrase in phrases {
            let compiled = book.compile(phrase, &mut bits);
            book.phrases.push(compiled);
        }
        book
    }

    fn enter(&mut self, word: &'static str, bit: Classes) {
        let Some(stem) = word.strip_suffix('*') else {
            let known = self.exact.entry(word).or_default();
            *known = known.with(bit);
            return;
        };
        let key = first_three(stem).expect("a stem has three bytes: a test compiles them");
        let stems = self.stems.entry(key).or_default();
        match stems.iter_mut().find(|(known, _)| *known == stem) {
            Some((_, bits)) => *bits = bits.with(bit),
            None => stems.push((stem, bit)),
        }
    }

    fn compile(&mut self, phrase: &Phrase, bits: &mut HashMap<String, Classes>) -> Compiled {
        let mut steps = Vec::new();
        let mut gap = 0;
        for token in phrase.pattern.split_whitespace() {
            if let Some(width) = token.strip_prefix('.') {
                gap = width.parse().expect("gaps are numbers: a test compiles every phrase");
                continue;
            }
            let mut classes = Classes::default();
            for name in token.split('|') {
                let next = Classes::one(bits.len() + 1);
                let bit = match name.strip_prefix('\'') {
                    Some(word) => {
                        let bit = *bits.entry(name.to_owned()).or_insert(next);
                        self.enter(word, bit);
                        bit
                    }
                    None => *bits.get(name).expect("classes are known: a test compiles them all"),
                };
                classes = classes.with(bit);
            }
            steps.push((classes, gap));
            gap = 0;
        }
        let first = steps.first().map_or(Classes::default(), |(classes, _)| *classes);
        Compiled { first, rest: steps.split_off(1), denial: phrase.denial }
    }

    fn classes(&self, word: &str) -> Classes {
        let mut classes = self.exact.get(word).copied().unwrap_or_default();
        if let Some(stems) = first_three(word).and_then(|key| self.stems.get(&key)) {
            for (stem, bits) in stems {
                if word.starts_with(stem) {
                    classes = classes.with(*bits);
                }
            }
        }
        classes
    }

    /// Every phrase in the folded `text`, once a sentence.
    pub(crate) fn find(&self, text: &str) -> Vec<Sighting> {
        let tokens = self.tokens(text);
        let present = tokens.iter().fold(Classes::default(), |all, token| all.with(token.classes));
        let mut sightings = Vec::new();
        for (index, phrase) in self.phrases.iter().enumerate() {
            let possible = present.meets(phrase.first)
                && phrase.rest.iter().all(|(classes, _)| present.meets(*classes));
            if !possible {
                continue;
            }
            let mut last = None;
            for start in 0..tokens.len() {
                let token = &tokens[start];
                if !token.classes.meets(phrase.first) || last == Some(token.sentence) {
                    continue;
                }
                if begins(phrase, &tokens, start) {
                    last = Some(token.sentence);
                    sightings.push(Sighting { phrase: index, sentence: token.sentence });
                }
            }
        }
        sightings
    }

    fn tokens(&self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut sentence = 0;
        let mut bare = String::new();
        for (word, gap) in words(text) {
            let word = part(text, word);
            let classes = if word.contains('\'') {
                bare.clear();
                bare.extend(word.chars().filter(|c| *c != '\''));
                self.classes(&bare)
            } else {
                self.classes(word)
            };
            tokens.push(Token { classes, sentence });
            if ends_sentence(part(text, gap)) {
                sentence += 1;
            }
        }
        tokens
    }
}

/// Whether `phrase` stands in `tokens` from `start` on.
fn begins(phrase: &Compiled, tokens: &[Token], start: usize) -> bool {
    let sentence = tokens[start].sentence;
    if phrase.denial == Denial::Cancels {
        let denied = tokens[start.saturating_sub(2)..start]
            .iter()
            .any(|token| token.sentence == sentence && token.classes.meets(DENIES));
        if denied {
            return false;
        }
    }
    let denied = |token: &Token| phrase.denial == Denial::Cancels && token.classes.meets(DENIES);
    // bit n: the words so far may end at the n-th word after the start
    let mut ends: u64 = 1;
    for (classes, gap) in &phrase.rest {
        let mut next: u64 = 0;
        let mut left = ends;
        while left != 0 {
            let offset = left.trailing_zeros() as usize;
            left &= left - 1;
            for place in offset + 1..=(offset + 1 + gap).min(63) {
                let Some(token) = tokens.get(start + place) else { break };
                if token.sentence != sentence {
                    break;
                }
                if token.classes.meets(*classes) {
                    next |= 1 << place;
                } else if denied(token) {
                    break;
                }
            }
        }
        if next == 0 {
            return false;
        }
        ends = next;
    }
    true
}

fn first_three(word: &str) -> Option<[u8; 3]> {
    word.as_bytes().first_chunk::<3>().copied()
}

/// The words of `text`, each with what follows it up to the next.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + '_ {
    let is_word = |c: char| c.is_alphanumeric() || c == '\'';
    let mut at = text.find(is_word).unwrap_or(text.len());
    std::iter::from_fn(move || {
        let rest = part(text, at..);
        if rest.is_empty() {
            return None;
        }
        let end = at + rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let next = end + part(text, end..).find(is_word).unwrap_or(text.len() - end);
        let word = at..end;
        at = next;
        Some((word, end..next))
    })
}

/// Whether what stands between two words ends a sentence.
fn ends_sentence(gap: &str) -> bool {
    let mut chars = gap.chars().peekable();
    while let Some(c) = chars.next() {
        let ends = match c {
            '.' | '!' | '?' => {
                chars.peek().is_none_or(|next| next.is_whitespace() || "\"')]".contains(*next))
            }
            '\n' => chars.peek() == Some(&'\n'),
            '。' | '！' | '？' | '।' | '؟' => true,
            _ => false,
        };
        if ends {
            return true;
        }
    }
    false
}

/// How likely at least one of several independent hints is right.
pub(crate) fn together(weights: impl Iterator<Item = f32>) -> f32 {
    1.0 - weights.map(|weight| 1.0 - weight).product::<f32>()
}

/// The strongest sentence's weights taken together, and the names of every phrase seen.
pub(crate) fn weigh(
    phrases: &[Phrase],
    sightings: &[Sighting],
    names: &mut Vec<&'static str>,
) -> f32 {
    let mut by_sentence: HashMap<u32, Vec<f32>> = HashMap::new();
    for sighting in sightings {
        let Some(phrase) = phrases.get(sighting.phrase) else { continue };
        by_sentence.entry(sighting.sentence).or_default().push(phrase.weight);
        if !names.contains(&phrase.name) {
            names.push(phrase.name);
        }
    }
    by_sentence.into_values().map(|weights| together(weights.into_iter())).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEXICON: &[Class] =
        &[("verb", "eat eats devour*"), ("food", "cake bread"), ("who", "you")];

    fn phrase(pattern: &'static str, denial: Denial) -> Phrase {
        Phrase { name: "t/t", pattern, weight: 0.5, denial, finds: &[], passes: &[] }
    }

    fn finds(pattern: &'static str, text: &str) -> bool {
        let book = Phrasebook::new(LEXICON, &[phrase(pattern, Denial::Cancels)]);
        !book.find(text).is_empty()
    }

    #[test]
    fn gaps_are_bounded_and_stay_in_a_sentence() {
        assert!(finds("verb .2 food", "they devoured the nice cake"));
        assert!(!finds("verb .1 food", "they devoured the nice cake"));
        assert!(!finds("verb .5 food", "they eat. the cake stays."));
        assert!(finds("verb .1 verb .1 food", "eat a eat devour bread"));
        assert!(finds("who|verb 'the food", "eat the bread"));
        assert!(!finds("verb .2 food", "do not eat the bread"));
        assert!(!finds("verb .2 food", "they eat no bread"));
        assert!(!finds("verb food", ""));
    }

    #[test]
    fn words_leave_nothing_out() {
        let text = " 'don't  stop— now ";
        let found: Vec<_> = words(text).map(|(word, _)| part(text, word)).collect();
        assert_eq!(found, ["'don't", "stop", "now"]);
    }
}
