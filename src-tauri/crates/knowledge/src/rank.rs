//! How well an entry matches a question, by the words that they share.

use crate::{
    calibration::Features,
    profile::Profile,
    question::{Asked, Question, weight},
    vocabulary::{Scoped, Term},
};

/// How much a word with the same meaning counts, against the same word.
const SYNONYM: f32 = 0.8;
/// How much a word counts that only the answer or the topic has.
const BODY: f32 = 0.6;
/// How many of the best phrasings are averaged.
const SUPPORT: usize = 3;

/// How `profile` matches `question`; all features but the search engine's share.
pub(crate) fn compare(question: &Question, profile: &Profile, scoped: &Scoped<'_>) -> Features {
    let asked_weight = question.unknown + question.asked.iter().map(|word| word.weight).sum::<f32>();
    let mut overlaps: Vec<Overlap> = profile
        .phrasings
        .iter()
        .map(|phrasing| overlap(question, phrasing, asked_weight, scoped))
        .collect();
    overlaps.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    let best = overlaps.first().copied().unwrap_or_default();
    let support = overlaps.iter().take(SUPPORT).map(|overlap| overlap.similarity).sum::<f32>();
    #[expect(clippy::cast_precision_loss, reason = "at most three")]
    let support = support / overlaps.len().clamp(1, SUPPORT) as f32;
    let informative: f32 = question.asked.iter().filter(|word| !word.filler).map(|word| word.weight).sum();
    Features {
        similarity: best.similarity,
        recall: best.recall,
        precision: best.precision,
        support,
        coverage: ratio(covered(question, profile), informative + question.unknown),
        known: ratio(informative, informative + question.unknown),
        engine: 0.0,
    }
}

#[derive(Clone, Copy, Default)]
struct Overlap {
    similarity: f32,
    recall: f32,
    precision: f32,
}

fn overlap(question: &Question, phrasing: &[Term], asked_weight: f32, scoped: &Scoped<'_>) -> Overlap {
    let shared: f32 =
        question.asked.iter().map(|word| word.weight * strongest(word, phrasing)).sum();
    let (mut stated, mut met) = (0.0, 0.0);
    for term in phrasing {
        let weight = weight(scoped, Some(term.feature), &term.concepts, term.filler);
        let strength =
            question.asked.iter().map(|word| strength(word, term)).fold(0.0, f32::max);
        stated += weight;
        met += weight * strength;
    }
    let (recall, precision) = (ratio(shared, asked_weight), ratio(met, stated));
    Overlap { similarity: ratio(2.0 * recall * precision, recall + precision), recall, precision }
}

/// The weight of the question's informative words that the entry has anywhere.
fn covered(question: &Question, profile: &Profile) -> f32 {
    let informative = question.asked.iter().filter(|word| !word.filler);
    let strength = |word: &Asked| {
        let asked = profile.phrasings.iter().map(|terms| strongest(word, terms)).fold(0.0, f32::max);
        asked.max(BODY * strongest(word, &profile.body))
    };
    informative.map(|word| word.weight * strength(word)).sum()
}

fn strongest(word: &Asked, terms: &[Term]) -> f32 {
    terms.iter().map(|term| strength(word, term)).fold(0.0, f32::max)
}

/// How surely a term is what a word of the question means.
fn strength(word: &Asked, term: &Term) -> f32 {
    if word.feature == Some(term.feature) {
        word.strength
    } else if word.concepts.iter().any(|concept| term.concepts.contains(concept)) {
        word.strength * SYNONYM
    } else {
        0.0
    }
}

fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
