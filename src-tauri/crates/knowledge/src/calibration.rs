//! From how an entry matches to a score, and to the probability that it answers.

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
    /// The part of the question's informative words that the entry has anywhere, by weight.
    pub coverage: f32,
    /// The part of the question's informative words that any readable entry has, by weight.
    pub known: f32,
    /// The search engine's score, relative to its best candidate.
    pub engine: f32,
}

/// From here on a question counts as covered by the knowledge.
pub const IN_SCOPE_THRESHOLD: f32 = 0.5;

impl Features {
    /// What hits are ranked by, from 0 to 1.
    pub(crate) fn score(&self) -> f32 {
        0.45 * self.similarity + 0.2 * self.support + 0.2 * self.coverage + 0.15 * self.engine
    }

    /// The features in the order of the weights.
    #[must_use]
    pub const fn as_array(&self) -> [f32; 6] {
        [self.similarity, self.recall, self.precision, self.support, self.coverage, self.known]
    }

    /// The probability that the entry answers the question.
    pub(crate) fn probability(&self) -> f32 {
        let weighted: f32 =
            self.as_array().iter().zip(WEIGHTS).map(|(feature, weight)| feature * weight).sum();
        1.0 / (1.0 + (-(BIAS + weighted)).exp())
    }
}

/// The logistic's constants.
const BIAS: f32 = -4.0;
const WEIGHTS: [f32; 6] = [2.0, 1.0, 0.5, 1.0, 3.0, 1.0];
