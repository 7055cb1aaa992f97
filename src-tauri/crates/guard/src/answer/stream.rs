//! The part of an answer that is still at hand.

use std::ops::Range;

use super::{CONTEXT, token::Boundaries};
use crate::normalise::part;

/// The part of the answer that is still at hand. Offsets count bytes of the whole answer.
#[derive(Default)]
pub(super) struct Stream {
    pub(super) text: String,
    /// Where `text` begins.
    pub(super) base: usize,
    /// Up to here the answer was let out.
    pub(super) done: usize,
    /// `done` in characters.
    pub(super) done_chars: usize,
    /// Where the word in progress begins, its white space included.
    pub(super) word: usize,
    /// Characters from `done` and from `word` to the end.
    pub(super) held_chars: usize,
    pub(super) word_chars: usize,
    pub(super) boundaries: Boundaries,
}

impl Stream {
    pub(super) fn end(&self) -> usize {
        self.base + self.text.len()
    }

    pub(super) fn part(&self, range: Range<usize>) -> &str {
        part(&self.text, range.start - self.base..range.end - self.base)
    }

    /// Forgets what is no longer needed as context.
    pub(super) fn trim(&mut self) {
        if self.done - self.base < 4096 {
            return;
        }
        let mut cut = self.done - self.base - 4 * CONTEXT;
        while !self.text.is_char_boundary(cut) {
            cut += 1;
        }
        self.text.drain(..cut);
        self.base += cut;
    }
}
