//! Where in a long text a rule needs to look: around the words that it goes by.

use std::ops::Range;

use regex::Regex;

use super::Context;
use crate::normalise::part;

/// Texts up to this many bytes are looked at as a whole.
const SHORT: usize = 1024;

/// How far before a word of its gate a match may begin: longer than any label or local part of an
/// address in the tables.
const BEFORE: usize = 192;

/// How far a match may reach after it. What reaches further is looked at again with more text.
const AFTER: usize = 320;

/// The windows around `anchors` in which matches may begin, merged where they touch; the whole text
/// when it is short or the rule goes by no words.
pub(super) fn windows(
    text: &str,
    anchors: Option<&[(usize, usize)]>,
    context: Option<&Context>,
) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    let Some(anchors) = anchors.filter(|_| text.len() > SHORT) else {
        windows.push(0..text.len());
        return windows;
    };
    // a datum of a context follows its word, unless it may also stand before it
    let (before, after) = context.map_or((BEFORE, AFTER), |context| {
        (if context.after > 0 { BEFORE + context.after } else { 0 }, AFTER + context.before)
    });
    for (start, end) in anchors {
        let from = start.saturating_sub(before);
        let to = (end + after).min(text.len());
        match windows.last_mut() {
            Some(last) if from <= last.end => last.end = last.end.max(to),
            _ => windows.push(from..to),
        }
    }
    for window in &mut windows {
        *window = on_borders(text, window);
    }
    windows
}

/// The window, widened to the next borders of characters.
fn on_borders(text: &str, window: &Range<usize>) -> Range<usize> {
    text.floor_char_boundary(window.start)..text.ceil_char_boundary(window.end)
}

/// Walks over the matches in a window, and sees more of the text when a match needs it.
pub(super) struct Sight<'t> {
    text: &'t str,
    /// Where the text that is seen ends.
    end: usize,
    /// Where the next match may begin.
    at: usize,
    last: usize,
}

impl<'t> Sight<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, end: 0, at: 0, last: 0 }
    }

    /// Goes on in `window`, which lies after those before; not within a match that reached into it.
    pub(super) fn enter(&mut self, window: &Range<usize>) {
        self.at = self.at.max(window.start);
        self.end = window.end.max(self.at);
        self.last = window.end;
    }

    /// The text up to where it is seen.
    pub(super) fn text(&self) -> &'t str {
        part(self.text, ..self.end)
    }

    /// The next match that begins in the window.
    pub(super) fn next(&mut self, pattern: &Regex) -> Option<Range<usize>> {
        if self.at > self.last || self.at > self.end {
            return None;
        }
        loop {
            let found = pattern.find_at(self.text(), self.at)?;
            // what touches the end of what is seen may go on: look again with twice as much
            if found.end() == self.end && self.end < self.text.len() {
                let seen = self.end - found.start();
                let more = (self.end + seen.max(AFTER)).min(self.text.len());
                self.end = self.text.ceil_char_boundary(more);
                continue;
            }
            if found.start() >= self.last && self.last < self.text.len() {
                return None;
            }
            let range = found.range();
            let step = part(self.text, range.end..).chars().next().map_or(1, char::len_utf8);
            self.at = if range.is_empty() { range.end + step } else { range.end };
            return Some(range);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_merge_and_stay_within_the_text() {
        let text = "é".repeat(4000);
        let context = Context { words: &[], before: 10, after: 0 };
        assert_eq!(windows("short", Some(&[(0, 1)]), None).first(), Some(&(0..5)));
        assert_eq!(windows(&text, None, None).first(), Some(&(0..8000)));
        let near = windows(&text, Some(&[(100, 104), (300, 304)]), Some(&context));
        assert_eq!((near.len(), near.first()), (1, Some(&(100..634))));
        assert_eq!(windows(&text, Some(&[(100, 104), (7000, 7004)]), None), [0..424, 6808..7324]);
        assert!(windows(&text, Some(&[]), None).is_empty());
    }

    #[test]
    fn a_match_may_outgrow_its_window() {
        let pattern = Regex::new("key:[a-z]+").expect("it is valid");
        let text = format!("{}key:{} tail key:b", " ".repeat(2000), "a".repeat(5000));
        let mut sight = Sight::new(&text);
        sight.enter(&(1990..2100));
        assert_eq!(sight.next(&pattern), Some(2000..7004));
        assert_eq!(sight.next(&pattern), None);
        // what the match holds is not looked at again
        sight.enter(&(3000..3200));
        assert_eq!(sight.next(&pattern), None);
        sight.enter(&(7000..text.len()));
        assert_eq!(sight.next(&pattern), Some(7010..7015));
    }
}
