//! An entry as the ranking compares it.

use crate::{
    Entry,
    class::ClassNumber,
    lexicon::Lexicon,
    vocabulary::{Term, Vocabulary},
    words::{Word, Words},
};

/// The words of an entry's texts.
pub(crate) struct EntryWords {
    /// Of the question, then of each alternative.
    pub(crate) phrasings: Vec<Vec<Word>>,
    pub(crate) answer: Vec<Word>,
    pub(crate) topic: Vec<Word>,
}

impl EntryWords {
    pub(crate) fn read(entry: &Entry, words: &mut Words) -> Self {
        Self {
            phrasings: entry.phrasings().map(|text| words.split(text)).collect(),
            answer: words.split(&entry.answer),
            topic: words.split(&entry.topic),
        }
    }
}

/// The terms of an entry's texts.
pub(crate) struct Profile {
    /// The question and each alternative, every term once.
    pub(crate) phrasings: Vec<Vec<Term>>,
    /// The answer and the topic, every term once.
    pub(crate) body: Vec<Term>,
}

impl Profile {
    /// Reads an entry of `class` and counts it in `vocabulary`.
    pub(crate) fn read(
        class: ClassNumber,
        words: &EntryWords,
        vocabulary: &mut Vocabulary,
    ) -> Self {
        let texts = words.phrasings.iter().chain([&words.answer, &words.topic]);
        let features: Vec<_> = texts.map(|text| Lexicon::shipped().features(text)).collect();
        let mut terms = vocabulary.add(class, &features);
        terms.iter_mut().for_each(keep_first);
        let mut body = terms.split_off(words.phrasings.len()).concat();
        keep_first(&mut body);
        Self { phrasings: terms, body }
    }
}

/// Drops every later occurrence of a feature.
fn keep_first(terms: &mut Vec<Term>) {
    let mut seen = std::collections::HashSet::new();
    terms.retain(|term| seen.insert(term.feature));
}
