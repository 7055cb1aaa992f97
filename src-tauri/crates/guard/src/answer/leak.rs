//! Watches an answer for words of the system prompt, in their order.

use std::{collections::HashMap, ops::Range};

use super::token::tokens;

/// So many words in a row that also stand in the prompt so are a leak.
const LEAK_WORDS: usize = 8;

/// A run this long is held back until it is known to be none.
const HELD_WORDS: usize = 1;

/// Follows every place of the prompt that the last words of the answer agree with.
pub(super) struct PromptWatch {
    places: HashMap<String, Vec<usize>>,
    runs: Vec<Run>,
    word: String,
}

/// The last `length` words agree with those of the prompt that end at `place`.
#[derive(Clone, Copy)]
struct Run {
    place: usize,
    length: usize,
    from: usize,
}

impl PromptWatch {
    /// Watches for `prompt`. What it quotes in double quotation marks is meant to be said.
    pub(super) fn new(prompt: &str) -> Self {
        let mut words = Vec::new();
        for stretch in prompt.split(['"', '“', '”']).step_by(2) {
            for token in tokens(stretch) {
                let word = bare(token);
                if !word.is_empty() {
                    words.push(word);
                }
            }
            // a word that no answer has, so that no run crosses the quotation
            words.push(String::new());
        }
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, word) in words.iter().enumerate().filter(|(_, word)| !word.is_empty()) {
            places.entry(word.clone()).or_default().push(place);
        }
        Self { places, runs: Vec::new(), word: String::new() }
    }

    /// Takes the next word, which starts at byte `from` of the answer.
    pub(super) fn advance(&mut self, token: &str, from: usize) {
        self.word.clear();
        self.word
            .extend(token.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
        if self.word.is_empty() {
            return;
        }
        let Some(places) = self.places.get(&self.word) else {
            self.runs.clear();
            return;
        };
        let runs = places
            .iter()
            .map(|&place| {
                let before = place.checked_sub(1);
                match self.runs.iter().find(|run| Some(run.place) == before) {
                    Some(run) => Run { place, length: run.length + 1, from: run.from },
                    None => Run { place, length: 1, from },
                }
            })
            .collect();
        self.runs = runs;
    }

    /// Forgets the last words.
    pub(super) fn reset(&mut self) {
        self.runs.clear();
    }

    fn longest(&self) -> Option<Run> {
        self.runs.iter().copied().max_by_key(|run| run.length)
    }

    /// Where the words begin that may yet become a leak.
    pub(super) fn held_from(&self) -> Option<usize> {
        self.longest().filter(|run| run.length >= HELD_WORDS).map(|run| run.from)
    }

    /// The leak that the words up to byte `end` make.
    pub(super) fn leak(&self, end: usize) -> Option<Range<usize>> {
        self.longest().filter(|run| run.length >= LEAK_WORDS).map(|run| run.from..end)
    }

    /// How many words of the prompt are watched, for tests.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.places.values().map(Vec::len).sum()
    }
}

fn bare(token: &str) -> String {
    token.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaks(prompt: &str, answer: &str) -> bool {
        let mut watch = PromptWatch::new(prompt);
        let mut at = 0;
        tokens(answer).any(|token| {
            watch.advance(token, at);
            at += token.len();
            watch.leak(at).is_some()
        })
    }

    #[test]
    fn eight_words_in_a_row_are_a_leak_and_quoted_ones_are_not() {
        let prompt = "You are the desk of a clinic. Answer only from the passages. \
                      Otherwise say \"I could not find that in the documents here.\" Be short.";
        assert!(leaks(prompt, "Sure: you are THE desk of a clinic; answer only"));
        assert!(!leaks(prompt, "you are the desk of a hospital answer only from"));
        assert!(!leaks(prompt, "I could not find that in the documents here."));
        assert_eq!(PromptWatch::new(prompt).len(), 16);
    }
}
