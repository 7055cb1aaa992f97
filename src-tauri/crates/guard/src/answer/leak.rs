//! Watches an answer for words of the system prompt, in their order.

use std::ops::Range;

use super::token::{KeyMap, Shape, Sieve, key, tokens};

/// So many words in a row that also stand in the prompt so are a leak.
const LEAK_WORDS: usize = 8;

/// Follows every place of the prompt that the last words of the answer agree with.
pub(super) struct PromptWatch {
    sieve: Sieve,
    /// Where in the prompt each word stands, by key.
    places: KeyMap<Vec<usize>>,
    runs: Vec<Run>,
    next: Vec<Run>,
}

/// The last `length` words agree with those of the prompt that end at `place`.
#[derive(Clone, Copy)]
struct Run {
    place: usize,
    length: usize,
    from: usize,
}

/// The stretches of `prompt` that must not be said: what it quotes in double quotation marks may.
pub(super) fn unquoted(prompt: &str) -> impl Iterator<Item = &str> {
    prompt.split(['"', '“', '”']).step_by(2)
}

impl PromptWatch {
    /// Watches for `stretches` of the prompt.
    pub(super) fn new<'p>(stretches: impl Iterator<Item = &'p str>) -> Self {
        let mut places: KeyMap<Vec<usize>> = KeyMap::default();
        let mut place = 0;
        for stretch in stretches {
            for token in tokens(stretch).filter(|token| token.contains(char::is_alphanumeric)) {
                places.entry(key(token)).or_default().push(place);
                place += 1;
            }
            // a gap, so that no run crosses the quotation
            place += 1;
        }
        let sieve = Sieve::new(places.keys().copied());
        Self { sieve, places, runs: Vec::new(), next: Vec::new() }
    }

    /// Takes the next word, which starts at byte `from` of the answer.
    pub(super) fn advance(&mut self, shape: &Shape, from: usize) {
        if shape.letters == 0 {
            return;
        }
        let places = if self.sieve.passes(shape.key) { self.places.get(&shape.key) } else { None };
        let Some(places) = places else {
            self.runs.clear();
            return;
        };
        self.next.clear();
        // both lists are in order, so that one pass over them suffices
        let mut runs = self.runs.iter().peekable();
        for &place in places {
            while runs.next_if(|run| run.place + 1 < place).is_some() {}
            let run = runs.peek().filter(|run| run.place + 1 == place);
            self.next.push(match run {
                Some(run) => Run { place, length: run.length + 1, from: run.from },
                None => Run { place, length: 1, from },
            });
        }
        std::mem::swap(&mut self.runs, &mut self.next);
    }

    /// Forgets the last words.
    pub(super) fn reset(&mut self) {
        self.runs.clear();
    }

    fn longest(&self) -> Option<Run> {
        self.runs.iter().copied().max_by_key(|run| run.length)
    }

    /// Whether no word is held.
    pub(super) const fn is_free(&self) -> bool {
        self.runs.is_empty()
    }

    /// Where the words begin that may yet become a leak.
    pub(super) fn held_from(&self) -> Option<usize> {
        self.longest().map(|run| run.from)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn leaks(prompt: &str, answer: &str) -> bool {
        let mut watch = PromptWatch::new(unquoted(prompt));
        let mut at = 0;
        tokens(answer).any(|token| {
            watch.advance(&Shape::of(token), at);
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
        assert_eq!(PromptWatch::new(unquoted(prompt)).len(), 16);
    }
}
