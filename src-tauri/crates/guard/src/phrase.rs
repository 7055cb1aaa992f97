//! Phrases: sequences of word classes with bounded gaps, found in folded text in linear time.
//!
//! A phrase such as `override .4 prior .2 orders` reads: a word of the class `override`, then
//! within four other words one of `prior`, then within two others one of `orders`, all in one
//! sentence. `a|b` is either class, `'word` that very word. A lexicon lists the words of each
//! class, several languages together, in lower case without accents; `stem*` is any word that
//! begins so.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

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
    /// Every set of classes that some word has; the first is empty.
    sets: Vec<Classes>,
    words: WordSets,
    phrases: Vec<Compiled>,
    /// For each set, the phrases that a word of it may begin.
    openings: Vec<Vec<usize>>,
}

/// Which set of classes each word has, by its number.
struct WordSets {
    /// Whole words by their hash, at most half full.
    exact: Vec<Option<(&'static str, u16)>>,
    /// Stems by a hash of their first three bytes, the longest first: its set has those of the
    /// shorter stems that it begins with, too.
    stems: Vec<Vec<(&'static str, u16)>>,
}

/// The words of a lexicon while it is read.
#[derive(Default)]
struct Draft {
    exact: BTreeMap<&'static str, Classes>,
    stems: BTreeMap<&'static str, Classes>,
    bits: HashMap<String, Classes>,
}

struct Compiled {
    first: Classes,
    /// For each further word: its classes, and how many words may stand before it.
    rest: Vec<(Classes, usize)>,
    denial: Denial,
}

/// A word of a text: the number of its set of classes, and its sentence.
#[derive(Clone, Copy)]
struct Token {
    set: u16,
    sentence: u32,
}

/// Words that deny, in the languages of the lexicons.
const DENIAL: &str = "not never dont didnt doesnt isnt wont cannot cant shouldnt no nicht nie pas jamais nunca jamas non mai nao without against stop anti";

impl Phrasebook {
    /// Compiles `phrases` over `lexicon`. A class may be listed in several parts.
    pub(crate) fn new(lexicon: &[Class], phrases: &[Phrase]) -> Self {
        let mut draft = Draft::default();
        for word in DENIAL.split_whitespace() {
            draft.enter(word, DENIES);
        }
        for (name, words) in lexicon {
            let bit = draft.bit(name);
            for word in words.split_whitespace() {
                draft.enter(word, bit);
            }
        }
        let phrases: Vec<Compiled> = phrases.iter().map(|phrase| draft.compile(phrase)).collect();
        let mut sets = vec![Classes::default()];
        let words = draft.seal(&mut sets);
        let openings = sets
            .iter()
            .map(|set| (0..phrases.len()).filter(|at| set.meets(phrases[*at].first)).collect())
            .collect();
        Self { sets, words, phrases, openings }
    }

    /// Every phrase in the folded `text`, once a sentence.
    pub(crate) fn find(&self, text: &str) -> Vec<Sighting> {
        let mut seen = vec![false; self.sets.len()];
        let tokens = self.tokens(text, &mut seen);
        let present = self
            .sets
            .iter()
            .zip(seen)
            .filter(|(_, seen)| *seen)
            .fold(Classes::default(), |all, (set, _)| all.with(*set));
        let possible: Vec<bool> =
            self.phrases.iter().map(|phrase| phrase.is_possible(present)).collect();
        let mut sightings = Vec::new();
        if !possible.contains(&true) {
            return sightings;
        }
        let mut last = vec![None; self.phrases.len()];
        for (start, token) in tokens.iter().enumerate() {
            for &index in &self.openings[usize::from(token.set)] {
                let new = possible[index] && last[index] != Some(token.sentence);
                if new && self.begins(&self.phrases[index], &tokens, start) {
                    last[index] = Some(token.sentence);
                    sightings.push(Sighting { phrase: index, sentence: token.sentence });
                }
            }
        }
        sightings.sort_unstable_by_key(|sighting| (sighting.phrase, sighting.sentence));
        sightings
    }

    fn tokens(&self, text: &str, seen: &mut [bool]) -> Vec<Token> {
        let mut tokens = Vec::with_capacity(text.len() / 6);
        let mut sentence = 0;
        let mut bare = String::new();
        for (word, gap) in words(text) {
            let word = part(text, word);
            let set = if word.contains('\'') {
                bare.clear();
                bare.extend(word.chars().filter(|c| *c != '\''));
                self.words.set_of(&bare)
            } else {
                self.words.set_of(word)
            };
            seen[usize::from(set)] = true;
            tokens.push(Token { set, sentence });
            let gap = part(text, gap);
            if gap != " " && ends_sentence(gap) {
                sentence += 1;
            }
        }
        tokens
    }

    /// Whether `phrase` stands in `tokens` from `start` on.
    fn begins(&self, phrase: &Compiled, tokens: &[Token], start: usize) -> bool {
        let sentence = tokens[start].sentence;
        let classes = |token: &Token| self.sets[usize::from(token.set)];
        let denied =
            |token: &Token| phrase.denial == Denial::Cancels && classes(token).meets(DENIES);
        let before = &tokens[start.saturating_sub(2)..start];
        if before.iter().any(|token| token.sentence == sentence && denied(token)) {
            return false;
        }
        // bit n: the words so far may end at the n-th word after the start
        let mut ends: u64 = 1;
        for (wanted, gap) in &phrase.rest {
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
                    if classes(token).meets(*wanted) {
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
}

impl Compiled {
    /// Whether words of every class that it needs are among `present`.
    fn is_possible(&self, present: Classes) -> bool {
        present.meets(self.first) && self.rest.iter().all(|(classes, _)| present.meets(*classes))
    }
}

impl Draft {
    /// The class called `name`, made when it is new.
    fn bit(&mut self, name: &str) -> Classes {
        let next = Classes::one(self.bits.len() + 1);
        *self.bits.entry(name.to_owned()).or_insert(next)
    }

    fn enter(&mut self, word: &'static str, bit: Classes) {
        let known = match word.strip_suffix('*') {
            Some(stem) => self.stems.entry(stem).or_default(),
            None => self.exact.entry(word).or_default(),
        };
        *known = known.with(bit);
    }

    fn compile(&mut self, phrase: &Phrase) -> Compiled {
        let mut steps = Vec::new();
        let mut gap = 0;
        for token in phrase.pattern.split_whitespace() {
            if let Some(width) = token.strip_prefix('.') {
                gap = width.parse().expect("gaps are numbers: a test compiles every phrase");
                continue;
            }
            let mut classes = Classes::default();
            // the words of a place share a bit, of which there are few
            for name in token.split('|') {
                let bit = if let Some(word) = name.strip_prefix('\'') {
                    let bit = self.bit(&format!("'{token}"));
                    self.enter(word, bit);
                    bit
                } else {
                    *self.bits.get(name).expect("classes are known: a test compiles them all")
                };
                classes = classes.with(bit);
            }
            steps.push((classes, gap));
            gap = 0;
        }
        let first = steps.first().map_or(Classes::default(), |(classes, _)| *classes);
        Compiled { first, rest: steps.split_off(1), denial: phrase.denial }
    }

    /// The classes of every stem that `word` begins with.
    fn stem_classes(&self, word: &str) -> Classes {
        let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
        ends.filter_map(|end| self.stems.get(part(word, ..end)))
            .fold(Classes::default(), |all, classes| all.with(*classes))
    }

    /// The finished tables; `sets` grows by every set that a word has.
    fn seal(self, sets: &mut Vec<Classes>) -> WordSets {
        let mut number = |classes: Classes| {
            let known = sets.iter().position(|set| *set == classes);
            let index = known.unwrap_or_else(|| {
                sets.push(classes);
                sets.len() - 1
            });
            u16::try_from(index).expect("a lexicon has fewer than 65,536 sets of classes")
        };
        let room = (2 * self.exact.len()).next_power_of_two().max(2);
        let mut words =
            WordSets { exact: vec![None; room], stems: vec![Vec::new(); WordSets::HEADS] };
        for (word, classes) in &self.exact {
            let set = number(classes.with(self.stem_classes(word)));
            let mut slot = words.slot(word.as_bytes());
            while words.exact[slot].is_some() {
                slot = (slot + 1) & (room - 1);
            }
            words.exact[slot] = Some((word, set));
        }
        for stem in self.stems.keys() {
            let set = number(self.stem_classes(stem));
            let head = WordSets::head(stem).expect("a stem has three bytes: a test compiles them");
            words.stems[head].push((stem, set));
        }
        for stems in &mut words.stems {
            stems.sort_by_key(|(stem, _)| std::cmp::Reverse(stem.len()));
        }
        words
    }
}

impl WordSets {
    /// Lists of stems, many more than there are stems so that most are empty.
    const HEADS: usize = 1 << 13;

    fn set_of(&self, word: &str) -> u16 {
        let mut slot = self.slot(word.as_bytes());
        while let Some((known, set)) = self.exact[slot] {
            if known == word {
                return set;
            }
            slot = (slot + 1) & (self.exact.len() - 1);
        }
        let stems = Self::head(word).map_or(&[][..], |head| &self.stems[head]);
        stems.iter().find(|(stem, _)| word.starts_with(stem)).map_or(0, |(_, set)| *set)
    }

    /// Where `word` belongs in `exact`, whose length is a power of two.
    fn slot(&self, word: &[u8]) -> usize {
        let (chunks, rest) = word.as_chunks::<8>();
        let mut tail = [0; 8];
        tail[..rest.len()].copy_from_slice(rest);
        let sum = chunks
            .iter()
            .chain([&tail])
            .fold(0, |sum, chunk| spread(sum ^ u64::from_le_bytes(*chunk)));
        index(sum) & (self.exact.len() - 1)
    }

    /// Which list the stems of `word` are in.
    fn head(word: &str) -> Option<usize> {
        let [a, b, c] = *word.as_bytes().first_chunk::<3>()?;
        Some(index(spread(u64::from(u32::from_le_bytes([a, b, c, 0])))) & (Self::HEADS - 1))
    }
}

/// Multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4), by 2^64 over the golden
/// ratio.
const fn spread(word: u64) -> u64 {
    word.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26)
}

/// The low half of a hash as an index.
fn index(hash: u64) -> usize {
    usize::try_from(hash & u64::from(u32::MAX)).unwrap_or(0)
}

/// The words of `text`, each with what follows it up to the next.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + '_ {
    let mut at = run_end(text, 0, false);
    std::iter::from_fn(move || {
        if at >= text.len() {
            return None;
        }
        let end = run_end(text, at, true);
        let next = run_end(text, end, false);
        let word = at..end;
        at = next;
        Some((word, end..next))
    })
}

/// Where the run of characters from `at` on ends that belong to words, or that do not.
fn run_end(text: &str, mut at: usize, within: bool) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let (belongs, length) = if byte.is_ascii() {
            (byte.is_ascii_alphanumeric() || *byte == b'\'', 1)
        } else {
            let Some(c) = part(text, at..).chars().next() else { break };
            // the commonest letters first: the general test is slower
            let common = matches!(c, '\u{430}'..='\u{44f}' | '\u{4e00}'..='\u{9fff}');
            (common || c.is_alphanumeric(), c.len_utf8())
        };
        if belongs != within {
            break;
        }
        at += length;
    }
    at
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
    let mut weights: Vec<(u32, f32)> = Vec::with_capacity(sightings.len());
    let mut listed = vec![false; phrases.len()];
    for sighting in sightings {
        let Some(phrase) = phrases.get(sighting.phrase) else { continue };
        weights.push((sighting.sentence, phrase.weight));
        let first = !std::mem::replace(&mut listed[sighting.phrase], true);
        if first && !names.contains(&phrase.name) {
            names.push(phrase.name);
        }
    }
    weights.sort_by_key(|(sentence, _)| *sentence);
    weights
        .chunk_by(|a, b| a.0 == b.0)
        .map(|sentence| together(sentence.iter().map(|(_, weight)| *weight)))
        .fold(0.0, f32::max)
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
    fn stems_and_whole_words_add_their_classes() {
        let lexicon: &[Class] =
            &[("a", "rule*"), ("b", "ruler rul*"), ("c", "rulers"), ("a", "other")];
        let book = Phrasebook::new(lexicon, &[]);
        let classes = |word: &str| book.sets[usize::from(book.words.set_of(word))];
        let (a, b, c) = (Classes::one(1), Classes::one(2), Classes::one(3));
        for (word, set) in [
            ("rulers", a.with(b).with(c)),
            ("ruler", a.with(b)),
            ("ruling", b),
            ("other", a),
            ("ru", Classes::default()),
            ("", Classes::default()),
        ] {
            assert_eq!(classes(word), set, "{word}");
        }
    }

    #[test]
    fn words_leave_nothing_out() {
        let text = " 'don't  stop— now ";
        let found: Vec<_> = words(text).map(|(word, _)| part(text, word)).collect();
        assert_eq!(found, ["'don't", "stop", "now"]);
    }
}
