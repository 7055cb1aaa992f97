//! How well an entry matches a question, by the words that they share.

use crate::{
    calibration::Features,
    profile::Profile,
    question::{Asked, Question, weight},
    vocabulary::{FeatureId, Scoped, Term},
};

/// How much a word with the same meaning counts, against the same word.
const SYNONYM: f32 = 0.85;
/// How many of the best phrasings are averaged.
const SUPPORT: usize = 3;

/// How `profile` matches `question` by words; all such features but the search engine's share.
pub(crate) fn compare(question: &Question, profile: &Profile, scoped: &Scoped<'_>) -> Features {
    let totals = Totals::of(question);
    let mut strongest_anywhere = vec![0.0_f32; question.asked.len()];
    let mut overlaps = Vec::with_capacity(profile.phrasings.len());
    for phrasing in &profile.phrasings {
        let (overlap, strongest) = overlap(question, phrasing, totals, scoped);
        overlaps.push(overlap);
        for (best, strength) in strongest_anywhere.iter_mut().zip(strongest) {
            *best = best.max(strength);
        }
    }
    overlaps.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    let best = overlaps.first().copied().unwrap_or_default();
    let support = overlaps.iter().take(SUPPORT).map(|overlap| overlap.similarity).sum::<f32>();
    #[expect(clippy::cast_precision_loss, reason = "at most three")]
    let support = support / overlaps.len().clamp(1, SUPPORT) as f32;
    let part = |strength: &dyn Fn(usize, &Asked) -> f32| {
        let informative = question.asked.iter().enumerate().filter(|(_, word)| !word.filler);
        let met = informative.map(|(place, word)| word.weight * strength(place, word)).sum();
        ratio(met, totals.informative)
    };
    let wording = overlaps.iter().map(|overlap| overlap.wording).fold(0.0, f32::max);
    Features {
        similarity: best.similarity,
        recall: best.recall,
        precision: best.precision,
        support,
        coverage: part(&|place, _| strongest_anywhere[place]),
        body: part(&|_, word| {
            profile.body.iter().map(|term| strength(word, term)).fold(0.0, f32::max)
        }),
        known: part(&|_, word| word.strength),
        wording,
        foreign: if is_foreign(question, profile) { 1.0 } else { 0.0 },
        ..Features::default()
    }
}

/// Whether the question names another house or matter that the entry does not.
fn is_foreign(question: &Question, profile: &Profile) -> bool {
    let has = |feature: &FeatureId| {
        let terms = profile.phrasings.iter().flatten().chain(&profile.body);
        terms.into_iter().any(|term| term.feature == *feature)
    };
    let stated =
        |name: &Option<Vec<FeatureId>>| name.as_ref().is_some_and(|words| words.iter().all(has));
    !question.elsewhere.iter().all(stated)
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
    wording: f32,
}

/// How one phrasing overlaps the question, and how surely it has each of the question's words.
fn overlap(
    question: &Question,
    phrasing: &[Term],
    totals: Totals,
    scoped: &Scoped<'_>,
) -> (Overlap, Vec<f32>) {
    let mut strongest = vec![0.0_f32; question.asked.len()];
    let (mut stated, mut met) = (0.0, 0.0);
    let (mut squares, mut same) = (0.0, 0.0);
    for term in phrasing {
        let mut best = 0.0_f32;
        for (word, strongest) in question.asked.iter().zip(&mut strongest) {
            let strength = strength(word, term);
            best = best.max(strength);
            *strongest = strongest.max(strength);
        }
        let weight = weight(scoped, Some(term.feature), &term.concepts, term.filler);
        stated += weight;
        met += weight * best;
        let rarity = scoped.rarity(term.feature);
        squares += rarity * rarity;
        if let Some(word) = question.asked.iter().find(|word| word.feature == Some(term.feature)) {
            same += word.strength * rarity * rarity;
        }
    }
    let shared: f32 =
        question.asked.iter().zip(&strongest).map(|(word, strength)| word.weight * strength).sum();
    let (recall, precision) = (ratio(shared, totals.all), ratio(met, stated));
    let similarity = ratio(2.0 * recall * precision, recall + precision);
    let wording = ratio(same, question.norm * squares.sqrt()).min(1.0);
    (Overlap { similarity, recall, precision, wording }, strongest)
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
