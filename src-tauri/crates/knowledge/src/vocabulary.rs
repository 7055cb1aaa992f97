//! Which features occur in how many entries, counted by access class so that a reader
//! meets only their own.

use std::collections::HashMap;

use crate::{
    class::{Allowed, ClassNumber, Counts},
    lexicon::{Concept, Feature, Lexicon},
};

/// Shortest word, in letters, whose spelling is corrected: shorter ones have too many neighbours.
const MIN_CORRECTED_LETTERS: usize = 5;

/// The number of a feature in the vocabulary.
pub(crate) type FeatureId = u32;

/// A feature of a text, as the ranking compares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) feature: FeatureId,
    pub(crate) concepts: Box<[Concept]>,
    pub(crate) filler: bool,
}

/// A word as some entry writes it, and in how many entries.
struct Spelling {
    surface: String,
    feature: FeatureId,
    name: String,
    entries: Counts,
}

/// Everything that occurs in the entries.
pub(crate) struct Vocabulary {
    entries: Counts,
    ids: HashMap<String, FeatureId>,
    features: Vec<Counts>,
    concepts: Vec<Counts>,
    /// Spellings by first letter and number of letters.
    spellings: HashMap<(char, usize), Vec<Spelling>>,
}

impl Vocabulary {
    pub(crate) fn new() -> Self {
        Self {
            entries: Counts::default(),
            ids: HashMap::new(),
            features: Vec::new(),
            concepts: vec![Counts::default(); Lexicon::shipped().len()],
            spellings: HashMap::new(),
        }
    }

    /// Counts one entry, whose texts have `features`, and returns the terms of each text.
    pub(crate) fn add(&mut self, class: ClassNumber, texts: &[Vec<Feature>]) -> Vec<Vec<Term>> {
        self.entries.add(class, 1);
        let terms: Vec<Vec<Term>> =
            texts.iter().map(|features| features.iter().map(|f| self.term(f)).collect()).collect();
        for feature in distinct(terms.iter().flatten().map(|term| term.feature)) {
            self.features[feature as usize].add(class, 1);
        }
        for concept in
            distinct(terms.iter().flatten().flat_map(|term| term.concepts.iter().copied()))
        {
            self.concepts[usize::from(concept)].add(class, 1);
        }
        let words = texts.iter().flatten().filter(|feature| !feature.surface.is_empty());
        for (surface, name) in distinct(words.map(|word| (&word.surface, &word.name))) {
            self.spell(surface, name, class);
        }
        terms
    }

    fn term(&mut self, feature: &Feature) -> Term {
        let id = if let Some(id) = self.ids.get(&feature.name) {
            *id
        } else {
            let id = FeatureId::try_from(self.features.len()).unwrap_or(FeatureId::MAX);
            self.ids.insert(feature.name.clone(), id);
            self.features.push(Counts::default());
            id
        };
        Term {
            feature: id,
            concepts: feature.concepts.clone().into_boxed_slice(),
            filler: feature.filler,
        }
    }

    fn spell(&mut self, surface: &str, name: &str, class: ClassNumber) {
        let Some((key, feature)) = place(surface).zip(self.ids.get(name).copied()) else { return };
        let spellings = self.spellings.entry(key).or_default();
        let known = spellings.iter().position(|spelling| spelling.surface == surface);
        let at = known.unwrap_or_else(|| {
            let (surface, name) = (surface.to_owned(), name.to_owned());
            spellings.push(Spelling { surface, feature, name, entries: Counts::default() });
            spellings.len() - 1
        });
        spellings[at].entries.add(class, 1);
    }

    /// What is in the `allowed` classes of it.
    pub(crate) fn within<'a>(&'a self, allowed: &'a Allowed) -> Scoped<'a> {
        Scoped { vocabulary: self, allowed, entries: self.entries.within(allowed) }
    }
}

/// The vocabulary of the entries that a reader may read.
pub(crate) struct Scoped<'a> {
    vocabulary: &'a Vocabulary,
    allowed: &'a Allowed,
    entries: u32,
}

impl<'a> Scoped<'a> {
    /// How many entries are allowed.
    pub(crate) const fn entries(&self) -> u32 {
        self.entries
    }

    /// The feature of that name, if an allowed entry has it.
    pub(crate) fn feature(&self, name: &str) -> Option<FeatureId> {
        let id = *self.vocabulary.ids.get(name)?;
        (self.vocabulary.features[id as usize].within(self.allowed) > 0).then_some(id)
    }

    /// How much a feature narrows the allowed entries down (BM25's inverse document frequency).
    pub(crate) fn rarity(&self, feature: FeatureId) -> f32 {
        self.inverse(self.vocabulary.features[feature as usize].within(self.allowed))
    }

    /// The same for a concept; nothing when no allowed entry has it.
    pub(crate) fn concept_rarity(&self, concept: Concept) -> Option<f32> {
        let entries = self.vocabulary.concepts[usize::from(concept)].within(self.allowed);
        (entries > 0).then(|| self.inverse(entries))
    }

    /// The same for a word that no allowed entry has.
    pub(crate) fn unknown_rarity(&self) -> f32 {
        self.inverse(0)
    }

    fn inverse(&self, entries: u32) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "counts of entries stay far below 2^24")]
        let (all, with) = (self.entries as f32, entries as f32);
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }

    /// The allowed entries' word that is one slip away from `surface`: the commonest, then the first
    /// by spelling. The first letter is taken as right, as people rarely miss it.
    pub(crate) fn correct(&self, surface: &str) -> Option<(&'a str, FeatureId)> {
        let (first, letters) =
            place(surface).filter(|(_, letters)| *letters >= MIN_CORRECTED_LETTERS)?;
        let near = (letters - 1..=letters + 1)
            .filter_map(|letters| self.vocabulary.spellings.get(&(first, letters)))
            .flatten()
            .map(|spelling| (spelling.entries.within(self.allowed), spelling))
            .filter(|(entries, spelling)| *entries > 0 && one_slip(surface, &spelling.surface));
        let (_, best) = near.max_by(|(a, x), (b, y)| a.cmp(b).then(y.surface.cmp(&x.surface)))?;
        Some((&best.name, best.feature))
    }
}

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// The bucket of a spelling.
fn place(surface: &str) -> Option<(char, usize)> {
    Some((surface.chars().next()?, surface.chars().count()))
}

/// Whether two different words differ by one letter more, less or other, or by two swapped.
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    match (a, b) {
        ([_, x @ ..], [_, y @ ..]) if x == y => true,
        ([x, x2, xs @ ..], [y, y2, ys @ ..]) if x == y2 && x2 == y && xs == ys => true,
        ([_, x @ ..], y) if x == y => true,
        (x, [_, y @ ..]) if x == y => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_one_letter_or_one_swap() {
        for (a, b) in [
            ("shiping", "shipping"),
            ("recieve", "receive"),
            ("refumd", "refund"),
            ("returnn", "return"),
        ] {
            assert!(one_slip(a, b) && one_slip(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("refund", "refund"),
            ("manga", "mango tree"),
            ("order", "border line"),
            ("abcd", "badc"),
        ] {
            assert!(!one_slip(a, b), "{a} {b}");
        }
    }
}
