//! What an answer is held back for.

use std::ops::Range;

use super::{
    LEAD_WORDS,
    leak::PromptWatch,
    rewrite::{key_block, prompt_leak},
    structure::Structure,
    token::Shape,
};
use crate::redact::Located;

/// Why the answer is held back, each as the byte from which on.
pub(super) struct Hold {
    /// Groups of a number.
    pub(super) group: Option<usize>,
    /// A lead-in, and how many words it still reaches.
    pub(super) lead: Option<(usize, usize)>,
    pub(super) structure: Structure,
    pub(super) prompt: PromptWatch,
    /// Stretches that are replaced whatever the rules say, in order; the last may still grow.
    pub(super) forced: Vec<Forced>,
    pub(super) leak_is_open: bool,
    /// Where the first word begins and the last one ends that a rule must look at.
    pub(super) hot: Option<(usize, usize)>,
    /// Starts of the words that are held.
    pub(super) starts: Vec<usize>,
    /// The open finding that was replaced, and whose rest is swallowed.
    pub(super) condemned: Option<Open>,
}

/// A finding whose end is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Key,
    Leak,
    Word,
}

/// A stretch that the structure of the answer gives away.
#[derive(Clone)]
pub(super) struct Forced {
    pub(super) range: Range<usize>,
    pub(super) open: Open,
}

impl Forced {
    /// The change from byte `first` of the answer on, within `within`.
    pub(super) fn change(&self, within: &Range<usize>, first: usize) -> Option<Located> {
        let start = self.range.start.max(within.start);
        let end = self.range.end.min(within.end);
        (start < end).then(|| match self.open {
            Open::Key => key_block(start - first, end - first),
            Open::Leak | Open::Word => prompt_leak(start - first, end - first),
        })
    }
}

impl Hold {
    pub(super) fn follow_groups(&mut self, word: &str, shape: Shape, start: usize) {
        self.group = match self.group {
            Some(from) if shape.group => Some(from),
            None if shape.group && (shape.digit || word.starts_with(['(', '+'])) => Some(start),
            Some(_) | None => None,
        };
    }

    pub(super) fn follow_leads(&mut self, shape: Shape, leads: bool, start: usize) {
        self.lead = match self.lead {
            lead if leads => Some((lead.map_or(start, |(from, _)| from), LEAD_WORDS)),
            Some((from, words)) if words > 1 && !shape.last => Some((from, words - 1)),
            Some(_) | None => None,
        };
    }

    /// Notes the leak that the words up to byte `end` make.
    pub(super) fn follow_leak(&mut self, end: usize) {
        let leak = self.prompt.leak(end);
        let was_open = std::mem::replace(&mut self.leak_is_open, leak.is_some());
        let Some(range) = leak else { return };
        let last = self.forced.last_mut().filter(|last| was_open && last.open == Open::Leak);
        match last {
            Some(last) => last.range.end = range.end,
            None => self.forced.push(Forced { range, open: Open::Leak }),
        }
    }

    pub(super) fn open_leak(&self) -> Option<usize> {
        let last = self.forced.last().filter(|last| self.leak_is_open && last.open == Open::Leak);
        last.map(|last| last.range.start)
    }

    /// Forgets every reason to hold, after an endless word.
    pub(super) fn forget(&mut self) {
        self.condemned = None;
        self.group = None;
        self.lead = None;
        self.leak_is_open = false;
        self.structure.reset();
        self.prompt.reset();
    }
}
