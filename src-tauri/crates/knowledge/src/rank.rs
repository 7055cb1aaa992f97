//! How well an entry matches a question, by the words that they share.

use crate::{
    calibration::Features,
    profile::Profile,
    question::{Asked, Question, weight},
    vocabulary::{Scoped, Term},
};

/// How much a word with the same meaning counts, against the same word.
const SYNONYM: f32 = 0.85;
/// How many of the best phrasings are averaged.
const SUPPORT: usize = 3;

/// How `profile` matches `question`; all features but the search engine's share.
pub(crate) fn compare(question: &Question, profile: &Profile, scoped: &Scoped<'_>) -> Features {
    let totals = Totals::of(question);
    let mut overlaps: Vec<Overlap> = profile
        .phrasings
        .iter()
        .map(|phrasing| overlap(question, phrasing, totals, scoped))
        .collect();
    overlaps.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    let best = overlaps.first().copied().unwrap_or_default();
    let support = overlaps.iter().take(SUPPORT).map(|overlap| overlap.similarity).sum::<f32>();
    #[expect(clippy::cast_precision_loss, reason = "at most three")]
    let support = support / overlaps.len().clamp(1, SUPPORT) as f32;
    let informative = || question.asked.iter().filter(|word| !word.filler);
    let part = |strength: &dyn Fn(&Asked) -> f32| {
        ratio(informative().map(|word| word.weight * strength(word)).sum(), totals.informative)
    };
    Features {
        similarity: best.similarity,
        recall: best.recall,
        precision: best.precision,
        support,
        coverage: part(&|word| {
            profile.phrasings.iter().map(|terms| strongest(word, terms)).fold(0.0, f32::max)
        }),
        body: part(&|word| strongest(word, &profile.body)),
        engine: 0.0,
        known: part(&|word| word.strength),
    }
}

/// What the question's words weigh.
#[derive(Clone, Copy)]
struct Totals {
    all: f32,
    informative: f32,
}

impl Totals {
    fn of(question: &Question) -> Self {
        let mut totals = Self { all: question.unknown, informative: question.unknown };
        for word in &question.asked {
            totals.all += word.weight;
            totals.informative += if word.filler { 0.0 } else { word.weight };
        }
        totals
    }
}

#[derive(Clone, Copy, Default)]
struct Overlap {
    similarity: f32,
    recall: f32,
    precision: f32,
}

fn overlap(question: &Question, phrasing: &[Term], totals: Totals, scoped: &Scoped<'_>) -> Overlap {
    let shared: f32 =
        question.asked.iter().map(|word| word.weight * strongest(word, phrasing)).sum();
    let (mut stated, mut met) = (0.0, 0.0);
    for term in phrasing {
        let weight = weight(scoped, Some(term.feature), &term.concepts, term.filler);
        let strength = question.asked.iter().map(|word| strength(word, term)).fold(0.0, f32::max);
        stated += weight;
        met += weight * strength;
    }
    let (recall, precision) = (ratio(shared, totals.all), ratio(met, stated));
    Overlap { similarity: ratio(2.0 * recall * precision, recall + precision), recall, precision }
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
