//! A question as the ranking compares it, within a scope.

use std::collections::HashSet;

use crate::{
    lexicon::{Concept, Feature, Lexicon},
    vocabulary::{FeatureId, Scoped},
    words::Words,
};

/// Most different words that are looked up: more say no more about what is asked.
const MAX_ASKED: usize = 48;
/// The part of its rarity that a filler word counts.
const FILLER_WEIGHT: f32 = 0.3;
/// How much a corrected spelling counts, against a word spelt as an entry spells it.
const CORRECTED: f32 = 0.9;
/// How much heavier the name of another house counts than an ordinary unknown word.
const ELSEWHERE_WEIGHT: f32 = 2.0;

/// One word of the question that some allowed entry has, by itself or by its meaning.
pub(crate) struct Asked {
    /// The stem to look up; several, joined by spaces, where they count as one word.
    pub(crate) name: String,
    pub(crate) feature: Option<FeatureId>,
    pub(crate) concepts: Vec<Concept>,
    /// How much it says about the subject.
    pub(crate) weight: f32,
    /// How sure it is that this word was meant.
    pub(crate) strength: f32,
    pub(crate) filler: bool,
}

/// What a reader asked.
pub(crate) struct Question {
    pub(crate) asked: Vec<Asked>,
    /// Length of the vector of all its words' rarities, known or not.
    pub(crate) norm: f32,
    /// The weight of the words that no allowed entry has.
    pub(crate) unknown: f32,
    /// How many words say something about the subject, known or not.
    pub(crate) informative: usize,
    /// What it names that knowledge rarely is about, as the words of an entry that is; nothing where no
    /// allowed entry has them.
    pub(crate) elsewhere: Vec<Option<Vec<FeatureId>>>,
}

impl Question {
    /// Reads `text` as the entries within `scoped` can understand it.
    pub(crate) fn read(text: &str, words: &mut Words, scoped: &Scoped<'_>) -> Self {
        let lexicon = Lexicon::shipped();
        let words = words.split(text);
        let mut question = Self {
            asked: Vec::new(),
            norm: 0.0,
            unknown: 0.0,
            informative: 0,
            elsewhere: Vec::new(),
        };
        let mut squares = 0.0;
        let mut seen = HashSet::new();
        for feature in lexicon.features(&words) {
            if !seen.insert(feature.name.clone()) {
                continue;
            }
            question.informative += usize::from(!feature.filler);
            let rarity = scoped
                .feature(&feature.name)
                .map_or(scoped.unknown_rarity(), |feature| scoped.rarity(feature));
            squares += rarity * rarity;
            match asked(feature, lexicon, scoped) {
                Some(asked) if question.asked.len() < MAX_ASKED => question.asked.push(asked),
                Some(_) => {}
                None => question.unknown += scoped.unknown_rarity(),
            }
        }
        for name in lexicon.elsewhere(&words) {
            let stated: Option<Vec<FeatureId>> =
                name.iter().map(|stem| scoped.feature(stem)).collect();
            if stated.is_none() {
                question.unknown += ELSEWHERE_WEIGHT * scoped.unknown_rarity();
            }
            question.elsewhere.push(stated);
        }
        question.norm = squares.sqrt();
        question
    }
}

/// The word as an allowed entry has it; nothing when none does. A filler is never unknown.
fn asked(feature: Feature, lexicon: &Lexicon, scoped: &Scoped<'_>) -> Option<Asked> {
    let Feature { name, surface, concepts, filler } = feature;
    let known = scoped.feature(&name);
    let meant = concepts.iter().any(|concept| scoped.concept_rarity(*concept).is_some());
    if known.is_some() || meant {
        let weight = weight(scoped, known, &concepts, filler);
        return Some(Asked { name, feature: known, concepts, weight, strength: 1.0, filler });
    }
    if filler {
        return Some(Asked { name, feature: None, concepts, weight: 0.0, strength: 0.0, filler });
    }
    let (name, id) = scoped.correct(&surface)?;
    let concepts = lexicon.concepts_of(name).to_vec();
    let weight = weight(scoped, Some(id), &concepts, false);
    let name = name.to_owned();
    Some(Asked { name, feature: Some(id), concepts, weight, strength: CORRECTED, filler })
}

/// How much a term says about a subject: halfway between the rarity of the word and that of what it
/// means, so that a rare word for a common thing does not decide.
pub(crate) fn weight(
    scoped: &Scoped<'_>,
    feature: Option<FeatureId>,
    concepts: &[Concept],
    filler: bool,
) -> f32 {
    let meaning =
        concepts.iter().filter_map(|concept| scoped.concept_rarity(*concept)).reduce(f32::min);
    let rarity = match (feature.map(|feature| scoped.rarity(feature)), meaning) {
        (Some(word), Some(meaning)) => f32::midpoint(word, meaning),
        (Some(rarity), None) | (None, Some(rarity)) => rarity,
        (None, None) => scoped.unknown_rarity(),
    };
    if filler { rarity * FILLER_WEIGHT } else { rarity }
}
