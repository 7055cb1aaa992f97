//! From how an entry matches to a score, and to the probability that it answers.
//!
//! The constants are fitted by `examples/measure.rs` on the shipped pack: each of its phrasings is
//! asked of an index from which it and its row of alternatives were left out, beside the off-topic
//! questions of `tests/cases/knowledge`. Run it after changing a feature. The in-scope constants are
//! what it prints; the ranking's weights lie between what it prints and what it prints for public FAQ
//! sets, because the pack has more wordings an entry than most sites will write.

/// How many features there are.
pub const FEATURES: usize = 8;

/// How an entry matches a question; every feature lies between 0 and 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Features {
    /// Harmonic mean of recall and precision for the best phrasing.
    pub similarity: f32,
    /// The part of the question that the best phrasing has, by weight.
    pub recall: f32,
    /// The part of the best phrasing that the question has, by weight.
    pub precision: f32,
    /// Mean similarity of the three best phrasings.
    pub support: f32,
    /// The part of the question's informative words that some phrasing has, by weight.
    pub coverage: f32,
    /// The part of the question's informative words that the answer or topic has, by weight.
    pub body: f32,
    /// The search engine's score, relative to its best candidate.
    pub engine: f32,
    /// The part of the question's informative words that any readable entry has, by weight.
    pub known: f32,
}

/// From here on a question counts as covered by the knowledge: measured on the pack, 91 % of wordings
/// that the index has not seen and 11 % of off-topic questions lie above it.
pub const IN_SCOPE_THRESHOLD: f32 = 0.4;

/// Weights of the ranking; they add up to 1.
const RANKING: [f32; FEATURES] = [0.20, 0.07, 0.05, 0.40, 0.10, 0.10, 0.08, 0.0];
/// The logistic's constants.
const BIAS: f32 = -5.0;
const SCOPE: [f32; FEATURES] = [0.0, 0.0, 0.0, 2.2, 3.4, 3.2, 0.0, 2.4];

impl Features {
    /// What hits are ranked by.
    pub(crate) fn score(&self) -> f32 {
        dot(self, RANKING)
    }

    /// The features in the order of the weights.
    #[must_use]
    pub const fn as_array(&self) -> [f32; FEATURES] {
        [
            self.similarity,
            self.recall,
            self.precision,
            self.support,
            self.coverage,
            self.body,
            self.engine,
            self.known,
        ]
    }

    /// The probability that the entry answers the question.
    pub(crate) fn probability(&self) -> f32 {
        1.0 / (1.0 + (-(BIAS + dot(self, SCOPE))).exp())
    }
}

fn dot(features: &Features, weights: [f32; FEATURES]) -> f32 {
    features.as_array().iter().zip(weights).map(|(feature, weight)| feature * weight).sum()
}
