//! Where something was found, and why. Nothing here carries text.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::Category;

/// A stretch of text in Unicode code points: start inclusive, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
}

/// How strongly a finding is borne out. Ordered from weak to strong: in overlaps the stronger wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The shape alone.
    Shape,
    /// The shape, and words near it that say what it is.
    Context,
    /// A check digit, an allocated range or an unmistakable format.
    Validated,
}

/// What redaction does with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Treatment {
    /// Reported, and left where it stands.
    Report,
    /// Replaced by the category's placeholder.
    Replace,
}

/// Something that was found. Carries no text, so that it may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Finding {
    /// Where, in code points of the original text.
    pub span: Span,
    /// What it is about.
    pub category: Category,
    /// The rule that found it, such as `card/luhn`.
    pub rule: &'static str,
    /// How sure the rule is, 0 to 1.
    pub score: f32,
    /// What bears it out.
    pub evidence: Evidence,
    /// Whether redaction replaces it.
    pub treatment: Treatment,
}

/// Turns byte offsets of one text into code points; linear over calls with ascending offsets.
pub(crate) struct CodePoints<'t> {
    text: &'t str,
    byte: usize,
    point: usize,
}

impl<'t> CodePoints<'t> {
    pub(crate) const fn new(text: &'t str) -> Self {
        Self { text, byte: 0, point: 0 }
    }

    /// The code point at byte `offset`, which lies on a character boundary.
    pub(crate) fn at(&mut self, offset: usize) -> usize {
        if offset < self.byte {
            (self.byte, self.point) = (0, 0);
        }
        let step = self.text.get(self.byte..offset).unwrap_or_default();
        self.point += step.chars().count();
        self.byte += step.len();
        self.point
    }

    pub(crate) fn span(&mut self, range: &Range<usize>) -> Span {
        let start = self.at(range.start);
        Span { start, end: self.at(range.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_code_points_in_any_order() {
        let mut points = CodePoints::new("aé漢🙂z");
        assert_eq!(points.span(&(1..6)), Span { start: 1, end: 3 });
        assert_eq!(points.at(10), 4);
        assert_eq!(points.at(1), 1);
        assert_eq!(points.at(11), 5);
    }
}
