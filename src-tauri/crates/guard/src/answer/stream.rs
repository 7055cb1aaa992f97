//! The part of an answer that is still at hand.

use std::ops::Range;

use super::{CONTEXT, token::Boundaries};
use crate::normalise::part;

/// The part of the answer that is still at hand. Offsets count bytes of the whole answer.
#[derive(Default)]
pub(super) struct Stream {
    text: String,
    /// Where `text` begins.
    base: usize,
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

    /// Adds the front of `piece`, at most until `bound` and one more characters are held, and
    /// returns the rest.
    pub(super) fn fill<'p>(&mut self, piece: &'p str, bound: usize) -> &'p str {
        let room = (bound + 1).saturating_sub(self.held_chars);
        // no character is shorter than a byte, so that what fits in bytes fits in characters
        let end = if piece.len() <= room {
            piece.len()
        } else {
            piece.char_indices().nth(room).map_or(piece.len(), |(end, _)| end)
        };
        let (front, rest) = piece.split_at(end);
        let chars = if front.is_ascii() { front.len() } else { front.chars().count() };
        self.text.push_str(front);
        self.held_chars += chars;
        self.word_chars += chars;
        rest
    }

    /// Begins the next word.
    pub(super) fn next_word(&mut self) {
        self.word = self.end();
        self.word_chars = 0;
    }

    /// How many characters lie between `done` and `cut`.
    pub(super) fn chars_to(&self, cut: usize) -> usize {
        if cut == self.end() { self.held_chars } else { self.part(self.done..cut).chars().count() }
    }

    /// Where the context of what is held begins.
    pub(super) fn context(&self) -> usize {
        let before = self.part(self.base..self.done);
        self.base + before.char_indices().rev().nth(CONTEXT - 1).map_or(0, |(at, _)| at)
    }

    /// Moves on to byte `cut`, which lies `chars` characters on, and forgets what is no longer
    /// needed as context.
    pub(super) fn move_on(&mut self, cut: usize, chars: usize) {
        self.done = cut;
        self.done_chars += chars;
        self.held_chars -= chars;
        if self.done - self.base < super::MAX_OPEN {
            return;
        }
        let mut cut = self.done - self.base - 4 * CONTEXT;
        while !self.text.is_char_boundary(cut) {
            cut += 1;
        }
        self.text.drain(..cut);
        self.base += cut;
    }

    /// How many bytes are kept, for tests.
    #[cfg(test)]
    pub(super) const fn kept(&self) -> usize {
        self.text.len()
    }
}
