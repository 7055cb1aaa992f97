//! A term query whose scores add up exactly, in whatever order.
//!
//! Adding floats in another order changes the last bit of the sum, and the engine's order depends on
//! the posting lists, forbidden entries included. Scores rounded to a multiple of 1/1024 add up
//! exactly below 16,384, so that a sum depends on its terms alone.

use tantivy::{
    DocId, DocSet, Score, SegmentReader,
    query::{EnableScoring, Explanation, Query, Scorer, TermQuery, Weight},
};

/// Scores are multiples of its inverse.
const STEPS: Score = 1024.0;

/// A term query with a boost, rounded.
#[derive(Debug, Clone)]
pub(crate) struct ExactTermQuery {
    pub(crate) term: TermQuery,
    pub(crate) boost: Score,
}

impl Query for ExactTermQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(ExactWeight { inner: self.term.weight(scoring)?, boost: self.boost }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a tantivy::Term, bool)) {
        self.term.query_terms(visitor);
    }
}

struct ExactWeight {
    inner: Box<dyn Weight>,
    boost: Score,
}

impl Weight for ExactWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(ExactScorer { inner: self.inner.scorer(reader, boost * self.boost)? }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.inner.explain(reader, doc)
    }
}

struct ExactScorer {
    inner: Box<dyn Scorer>,
}

impl DocSet for ExactScorer {
    fn advance(&mut self) -> DocId {
        self.inner.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.inner.seek(target)
    }

    fn doc(&self) -> DocId {
        self.inner.doc()
    }

    fn size_hint(&self) -> u32 {
        self.inner.size_hint()
    }
}

impl Scorer for ExactScorer {
    fn score(&mut self) -> Score {
        exact(self.inner.score())
    }
}

/// The nearest multiple of one step.
fn exact(score: Score) -> Score {
    (score * STEPS).round() / STEPS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The sums of `scores` from the front and from the back.
    fn both_ways(scores: &[Score]) -> (Score, Score) {
        (scores.iter().sum(), scores.iter().rev().sum())
    }

    #[test]
    fn plain_scores_depend_on_their_order() {
        let (front, back) = both_ways(&[16_777_216.0, 1.0, 1.0]);
        assert_ne!(front.to_bits(), back.to_bits());
    }

    proptest! {
        #[test]
        fn exact_scores_do_not(scores in prop::collection::vec(0.0_f32..60.0, 0..250)) {
            let rounded: Vec<Score> = scores.into_iter().map(exact).collect();
            let (front, back) = both_ways(&rounded);
            prop_assert_eq!(front.to_bits(), back.to_bits());
        }
    }
}
