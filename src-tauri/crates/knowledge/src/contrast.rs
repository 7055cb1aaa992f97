//! Whether a question turns on something that its best entry is not about.
//!
//! "What time does the bank open?" means nearly what "When is the shop open?" means, and is about another
//! house. Taken out, the word that the entry lacks moves the question towards the entry; taken out of a
//! mere rewording, it moves the question away or leaves it where it is.

use std::collections::HashSet;

use cloister_types::ReadScope;

use crate::{
    Entry, Hit, Index, KnowledgeError, Search, calibration::Basis, lexicon::Lexicon,
    profile::EntryWords, words::Words,
};

/// Longest question, in words, that is looked at like this: in a long one no single word decides.
const MAX_WORDS: usize = 16;
/// Hits in which the entry is looked for again.
const TOP: usize = 40;
/// Nearer by so much is chance: rewordings move as much (`packaging/bench_knowledge/notes.md`).
const CHANCE: f32 = 0.05;
/// Log-odds that each unit of cosine beyond that takes from the probability of being covered.
const LOG_ODDS: f32 = 20.0;

impl Index {
    /// Whether `found`, which covers `text`, still does once it is known how much nearer the question
    /// comes to the first entry without a word that the entry lacks.
    pub(crate) fn still_covers(
        &self,
        scope: &ReadScope,
        text: &str,
        found: &Search,
        first: &Hit,
    ) -> Result<bool, KnowledgeError> {
        let Some(entry) = self.passage(scope, &first.id) else { return Ok(false) };
        if found.basis != Basis::Meaning {
            return Ok(true);
        }
        let shorter = without_a_word(text, entry);
        let texts: Vec<&str> = shorter.iter().map(String::as_str).collect();
        let mut nearer = 0.0_f32;
        for search in self.search_all(scope, &texts, TOP)? {
            if let Some(hit) = search.hits.iter().find(|hit| hit.id == first.id) {
                let (before, now) = (&first.features, &hit.features);
                let gain = f32::midpoint(now.nearest - before.nearest, now.near - before.near);
                nearer = nearer.max(gain);
            }
        }
        let probability = found.in_scope.clamp(f32::EPSILON, 1.0 - f32::EPSILON);
        let odds = (probability / (1.0 - probability)).ln() - LOG_ODDS * (nearer - CHANCE).max(0.0);
        let limit = Basis::Meaning.thresholds().in_scope;
        Ok(odds >= (limit / (1.0 - limit)).ln())
    }
}

/// `text` without one, or two neighbouring, informative words that `entry` does not have.
fn without_a_word(text: &str, entry: &Entry) -> Vec<String> {
    let tokens: Vec<&str> = text.split_whitespace().collect();
    if tokens.len() > MAX_WORDS {
        return Vec::new();
    }
    let mut words = Words::new();
    let EntryWords { phrasings, answer, topic } = EntryWords::read(entry, &mut words);
    let own = phrasings.into_iter().flatten().chain(answer).chain(topic);
    let own: HashSet<String> = own.map(|word| word.stem).collect();
    let lacking: Vec<bool> = tokens
        .iter()
        .map(|token| {
            let split = words.split(token);
            let informs = Lexicon::shipped().features(&split).iter().any(|word| !word.filler);
            informs && !split.iter().any(|word| own.contains(&word.stem))
        })
        .collect();
    let without = |from: usize, count: usize| {
        let rest = tokens.iter().take(from).chain(tokens.iter().skip(from + count));
        rest.copied().collect::<Vec<_>>().join(" ")
    };
    let single = (0..tokens.len()).filter(|at| lacking[*at]).map(|at| without(at, 1));
    let pairs = lacking.windows(2).enumerate().filter(|(_, pair)| pair[0] && pair[1]);
    single.chain(pairs.map(|(at, _)| without(at, 2))).collect()
}

#[cfg(test)]
mod tests {
    use cloister_types::Label;

    use super::*;

    #[test]
    fn words_that_the_entry_lacks_are_left_out_alone_and_in_pairs() {
        let entry = Entry {
            id: "hours".parse().expect("an id"),
            collection: "shop".to_owned(),
            topic: "Shop".to_owned(),
            label: Label::Public,
            placement: std::sync::Arc::default(),
            question: "When are you open?".to_owned(),
            answer: "We open at nine.".to_owned(),
            alternatives: Vec::new(),
        };
        assert_eq!(
            without_a_word("When does the swimming bath open?", &entry),
            ["When does the bath open?", "When does the swimming open?", "When does the open?"]
        );
        assert!(without_a_word("When do you open?", &entry).is_empty());
        assert!(without_a_word(&"bath ".repeat(MAX_WORDS + 1), &entry).is_empty());
    }
}
