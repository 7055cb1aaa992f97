//! An entry as the ranking compares it.

use crate::{
    Entry,
    lexicon::Lexicon,
    vocabulary::{Term, Vocabulary},
    words::Words,
};

/// The terms of an entry's texts.
pub(crate) struct Profile {
    /// The question and each alternative, every term once.
    pub(crate) phrasings: Vec<Vec<Term>>,
    /// The answer and the topic, every term once.
    pub(crate) body: Vec<Term>,
}

impl Profile {
    /// Reads `entry` and counts it in `vocabulary`.
    pub(crate) fn read(entry: &Entry, words: &mut Words, vocabulary: &mut Vocabulary) -> Self {
        let texts = entry.phrasings().chain([entry.answer.as_str(), entry.topic.as_str()]);
        let features: Vec<_> =
            texts.map(|text| Lexicon::shipped().features(&words.split(text))).collect();
        let mut terms = vocabulary.add(entry.label, &features);
        terms.iter_mut().for_each(keep_first);
        let mut body = terms.split_off(terms.len() - 2).concat();
        keep_first(&mut body);
        Self { phrasings: terms, body }
    }
}

/// Drops every later occurrence of a feature.
fn keep_first(terms: &mut Vec<Term>) {
    let mut seen = std::collections::HashSet::new();
    terms.retain(|term| seen.insert(term.feature));
}
