//! One reading of a text, and the way back to the original's offsets.

use std::ops::Range;

use super::disguise::Disguise;

/// A transformed text whose every stretch knows where in the original it came from.
pub(crate) struct View {
    text: String,
    runs: Vec<Run>,
    disguise: Disguise,
    depth: usize,
}

/// A stretch of a view. An aligned run has the original's byte lengths; any other stands as a whole
/// for a whole stretch of the original.
#[derive(Clone, Copy)]
struct Run {
    view: usize,
    origin: usize,
    origin_len: usize,
    aligned: bool,
}

impl View {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The most telling disguise that was taken off to read it so.
    pub(crate) const fn disguise(&self) -> Disguise {
        self.disguise
    }

    /// How many disguises were taken off, one after another.
    pub(crate) const fn depth(&self) -> usize {
        self.depth
    }

    /// The same reading, counted as one of as many disguises as `other` has.
    pub(super) const fn at_depth_of(mut self, other: &Self) -> Self {
        self.depth = other.depth;
        self
    }

    /// The original's bytes that the bytes `range` of the view stand for, from the first to the last
    /// of them: a mirrored view has them in another order.
    pub(crate) fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.runs.partition_point(|run| run.view <= range.start).saturating_sub(1);
        let mut origin: Option<Range<usize>> = None;
        for (index, run) in self.runs.iter().enumerate().skip(first) {
            if run.view >= range.end {
                break;
            }
            let end = self.runs.get(index + 1).map_or(range.end, |next| next.view.min(range.end));
            let (start, end) = if run.aligned {
                let start = range.start.max(run.view);
                (run.origin + (start - run.view), run.origin + (end - run.view))
            } else {
                (run.origin, run.origin + run.origin_len)
            };
            origin = Some(match origin {
                Some(known) => known.start.min(start)..known.end.max(end),
                None => start..end,
            });
        }
        origin.unwrap_or_default()
    }
}

/// Builds a view from front to back.
pub(crate) struct Builder {
    text: String,
    runs: Vec<Run>,
}

impl Builder {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), runs: Vec::new() }
    }

    /// Adds `piece`, whose bytes correspond one to one to the original's from `origin` on.
    pub(crate) fn align(&mut self, piece: &str, origin: usize) {
        if piece.is_empty() {
            return;
        }
        let view = self.text.len();
        let goes_on = self
            .runs
            .last()
            .is_some_and(|last| last.aligned && last.origin + (view - last.view) == origin);
        if !goes_on {
            self.runs.push(Run { view, origin, origin_len: 0, aligned: true });
        }
        self.text.push_str(piece);
    }

    /// Adds `piece`, which as a whole stands for the original's bytes `origin`.
    pub(crate) fn replace(&mut self, piece: &str, origin: &Range<usize>) {
        if piece.is_empty() {
            return;
        }
        let view = self.text.len();
        let (origin, origin_len) = (origin.start, origin.end - origin.start);
        self.runs.push(Run { view, origin, origin_len, aligned: false });
        self.text.push_str(piece);
    }

    /// Adds the bytes `range` of `parent`, rewritten to `piece` of the same length.
    pub(crate) fn inherit(&mut self, parent: &View, range: &Range<usize>, piece: &str) {
        debug_assert_eq!(range.len(), piece.len());
        let mut at = range.start;
        let mut index = parent.runs.partition_point(|run| run.view <= at).saturating_sub(1);
        while at < range.end {
            let Some(run) = parent.runs.get(index) else { return };
            let stop =
                parent.runs.get(index + 1).map_or(range.end, |next| next.view.min(range.end));
            let part = piece.get(at - range.start..stop - range.start).unwrap_or_default();
            if run.aligned {
                self.align(part, run.origin + (at - run.view));
            } else {
                self.replace(part, &(run.origin..run.origin + run.origin_len));
            }
            at = stop;
            index += 1;
        }
    }

    /// Adds the bytes `range` of `parent` as they are.
    pub(crate) fn copy(&mut self, parent: &View, range: Range<usize>) {
        let piece = parent.text.get(range.clone()).unwrap_or_default();
        self.inherit(parent, &range, piece);
    }

    /// A first reading, straight from the original.
    pub(crate) fn first(self, disguise: Disguise) -> View {
        View { text: self.text, runs: self.runs, disguise, depth: 0 }
    }

    /// Another writing of `parent`, such as its lower case: no disguise more was taken off.
    pub(crate) fn variant_of(self, parent: &View) -> View {
        View { text: self.text, runs: self.runs, ..*parent }
    }

    /// A reading of `parent` with `disguise` taken off.
    pub(crate) fn undone(self, parent: &View, disguise: Disguise) -> View {
        let disguise = disguise.max(parent.disguise);
        View { text: self.text, runs: self.runs, disguise, depth: parent.depth + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_of_a_view_still_leads_back_to_the_original() {
        // original "ab%63d": the view reads "abcd"; its child doubles the b
        let mut first = Builder::with_capacity(4);
        first.align("ab", 0);
        first.replace("c", &(2..5));
        first.align("d", 5);
        let first = first.first(Disguise::Surface);
        assert_eq!(first.origin(&(1..3)), 1..5);
        assert_eq!(first.origin(&(3..4)), 5..6);

        let mut second = Builder::with_capacity(5);
        second.inherit(&first, &(0..1), "A");
        second.replace("bb", &first.origin(&(1..2)));
        second.inherit(&first, &(2..4), "CD");
        let second = second.undone(&first, Disguise::Percent);
        assert_eq!((second.disguise(), second.depth()), (Disguise::Percent, 1));
        assert_eq!(second.text(), "AbbCD");
        assert_eq!(second.origin(&(0..1)), 0..1);
        assert_eq!(second.origin(&(2..4)), 1..5);
        assert_eq!(second.origin(&(4..5)), 5..6);
        assert_eq!(second.origin(&(0..5)), 0..6);

        // mirrored: the last word of the original stands first
        let mut third = Builder::with_capacity(4);
        third.replace("dc", &(2..6));
        third.replace("ba", &(0..2));
        let third = third.first(Disguise::Reversed);
        assert_eq!((third.origin(&(0..4)), third.origin(&(1..2))), (0..6, 2..6));
    }
}
