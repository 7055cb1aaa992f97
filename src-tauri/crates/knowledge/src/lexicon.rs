//! Words that stand for one another, and names of other houses.

use std::{collections::HashMap, sync::LazyLock};

use crate::words::{Word, Words, is_filler};

/// Words that may stand in the gap of a member such as "send … back".
const MAX_GAP: usize = 3;

/// The concepts as they ship.
static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::read(include_str!("lexicon/concepts.txt"), include_str!("lexicon/elsewhere.txt"))
});

/// The number of a concept in the lexicon.
pub(crate) type Concept = u16;

/// A word, or several that the lexicon takes as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Feature {
    /// Its stem, or its stems joined by spaces: what makes two features the same.
    pub(crate) name: String,
    /// The word as written; empty for several words.
    pub(crate) surface: String,
    /// What it can mean, in the order of the lexicon.
    pub(crate) concepts: Vec<Concept>,
    /// Whether it says nothing about the subject.
    pub(crate) filler: bool,
}

/// A member of several words, kept under its first.
struct Phrase {
    rest: Vec<String>,
    gap: bool,
    name: String,
    concepts: Vec<Concept>,
}

/// Concepts by word, members of several words, and names of other houses.
pub(crate) struct Lexicon {
    words: HashMap<String, Vec<Concept>>,
    phrases: HashMap<String, Vec<Phrase>>,
    elsewhere: Vec<Vec<String>>,
    concepts: usize,
}

impl Lexicon {
    /// The lexicon that ships with the program.
    pub(crate) fn shipped() -> &'static Self {
        &LEXICON
    }

    fn read(concepts: &str, elsewhere: &str) -> Self {
        let mut words = Words::new();
        let mut lexicon = Self {
            words: HashMap::new(),
            phrases: HashMap::new(),
            elsewhere: entries(elsewhere).map(|name| stems(&mut words, name)).collect(),
            concepts: 0,
        };
        for (line, concept) in entries(concepts).zip(0..) {
            let members = line.split_once(':').map_or(line, |(_, members)| members);
            for member in members.split(',') {
                lexicon.add(stems(&mut words, member), member.contains('…'), concept);
            }
            lexicon.concepts += 1;
        }
        for phrases in lexicon.phrases.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
        }
        lexicon
    }

    fn add(&mut self, stems: Vec<String>, gap: bool, concept: Concept) {
        let name = stems.join(" ");
        let mut stems = stems.into_iter();
        let Some(first) = stems.next() else { return };
        let rest: Vec<_> = stems.collect();
        let concepts = if rest.is_empty() {
            self.words.entry(first).or_default()
        } else {
            let phrases = self.phrases.entry(first).or_default();
            let known = phrases.iter().position(|phrase| phrase.name == name);
            let at = known.unwrap_or_else(|| {
                phrases.push(Phrase { rest, gap, name, concepts: Vec::new() });
                phrases.len() - 1
            });
            &mut phrases[at].concepts
        };
        if !concepts.contains(&concept) {
            concepts.push(concept);
        }
    }

    /// How many concepts there are; they are numbered from 0.
    pub(crate) const fn len(&self) -> usize {
        self.concepts
    }

    /// What a word with this stem can mean.
    pub(crate) fn concepts_of(&self, stem: &str) -> &[Concept] {
        self.words.get(stem).map_or(&[], Vec::as_slice)
    }

    /// The features of a text's words, in their order, each as often as it occurs.
    pub(crate) fn features(&self, words: &[Word]) -> Vec<Feature> {
        let mut taken = vec![false; words.len()];
        let mut features = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            if taken[at] {
                continue;
            }
            let phrases = self.phrases.get(&word.stem).map_or(&[][..], Vec::as_slice);
            let found =
                phrases.iter().find_map(|phrase| Some((phrase, phrase.place(words, &taken, at)?)));
            features.push(if let Some((phrase, last)) = found {
                if phrase.gap {
                    taken[last] = true;
                } else {
                    taken[at..=last].fill(true);
                }
                Feature {
                    name: phrase.name.clone(),
                    surface: String::new(),
                    concepts: phrase.concepts.clone(),
                    filler: false,
                }
            } else {
                let concepts = self.concepts_of(&word.stem).to_vec();
                let filler = is_filler(&word.surface);
                Feature { name: word.stem.clone(), surface: word.surface.clone(), concepts, filler }
            });
        }
        features
    }

    /// The stems of the names of other houses that `words` contain.
    pub(crate) fn elsewhere<'a>(&'a self, words: &'a [Word]) -> impl Iterator<Item = &'a [String]> {
        self.elsewhere.iter().map(Vec::as_slice).filter(|name| {
            words.windows(name.len()).any(|run| run.iter().map(|word| &word.stem).eq(name.iter()))
        })
    }
}

impl Phrase {
    /// The place of the last word, when the phrase starts at `at`.
    fn place(&self, words: &[Word], taken: &[bool], at: usize) -> Option<usize> {
        let free = |place: usize, stem: &String| {
            words.get(place).is_some_and(|word| word.stem == *stem) && !taken[place]
        };
        if self.gap {
            let stem = self.rest.first()?;
            return (at + 1..=at + 1 + MAX_GAP).find(|place| free(*place, stem));
        }
        let whole = self.rest.iter().zip(at + 1..).all(|(stem, place)| free(place, stem));
        whole.then_some(at + self.rest.len())
    }
}

/// The lines that are neither blank nor comments.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn stems(words: &mut Words, text: &str) -> Vec<String> {
    words.split(text).into_iter().map(|word| word.stem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(text: &str) -> Vec<Feature> {
        Lexicon::shipped().features(&Words::new().split(text))
    }

    fn share_a_meaning(a: &str, b: &str) -> bool {
        let concepts =
            |text| features(text).into_iter().flat_map(|f| f.concepts).collect::<Vec<_>>();
        let (a, b) = (concepts(a), concepts(b));
        a.iter().any(|concept| b.contains(concept))
    }

    #[test]
    fn words_that_stand_for_one_another_share_a_concept() {
        for (a, b) in [
            ("return", "send it back"),
            ("return", "give the book back"),
            ("refund", "money back"),
            ("delivery", "postage"),
            ("preordered", "pre-order"),
            ("log in", "password"),
        ] {
            assert!(share_a_meaning(a, b), "{a} and {b}");
        }
        assert!(!share_a_meaning("refund", "delivery"));
    }

    #[test]
    fn a_gap_takes_its_two_ends_and_leaves_what_is_between() {
        let names: Vec<_> = features("send the book back").into_iter().map(|f| f.name).collect();
        assert_eq!(names, ["send back", "the", "book"]);
        assert!(features("send one two three four back").iter().all(|f| f.name != "send back"));
    }

    #[test]
    fn other_houses_are_recognised_by_their_whole_name() {
        let named = |text: &str| Lexicon::shipped().elsewhere(&Words::new().split(text)).count();
        assert_eq!(named("What is Amazon's return policy?"), 1);
        assert_eq!(named("Does Best Buy sell manga?"), 1);
        assert_eq!(named("the best way to buy"), 0);
    }
}
