//! What texts mean, in eight bits a number, and the entries nearest to a question.
//!
//! Sums are of integers, which come out the same in whatever order they are added: a score depends on
//! its two texts alone.

use std::sync::Arc;

use cloister_types::{DIMENSIONS, Meaning, SentenceEncoder};

use crate::{
    Entry, Features,
    class::{Allowed, ClassNumber, Counts},
    parts,
};

/// Bytes of a stored vector: the scale, then the numbers.
const STORED: usize = size_of::<f32>() + DIMENSIONS;
/// What a part of the answer counts against a phrasing: a document whose headings say little is found
/// by what it tells, and questions that many answers touch upon are not led astray.
const TOLD: f32 = 0.85;
/// How many of the nearest phrasings are averaged.
const NEAR: usize = 3;

/// What one text means.
#[derive(Clone, PartialEq)]
pub struct Vector {
    /// What one step is worth.
    scale: f32,
    steps: [i8; DIMENSIONS],
}

impl Vector {
    /// Rounds `meaning` to 255 steps between its extremes.
    #[must_use]
    pub fn new(meaning: &Meaning) -> Self {
        let most = meaning.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let scale = most / f32::from(i8::MAX);
        #[expect(clippy::cast_possible_truncation, reason = "lies within -127 and 127")]
        let steps = meaning.map(|x| if scale > 0.0 { (x / scale).round() as i8 } else { 0 });
        Self { scale, steps }
    }

    /// The vectors of `bytes`; nothing when they are no such list.
    #[must_use]
    pub fn read_all(bytes: &[u8]) -> Option<Vec<Self>> {
        let read = |stored: &[u8]| {
            let (scale, steps) = stored.split_first_chunk()?;
            let steps: &[u8; DIMENSIONS] = steps.try_into().ok()?;
            let scale = f32::from_le_bytes(*scale);
            let sound = scale.is_finite() && scale >= 0.0;
            sound.then(|| Self { scale, steps: steps.map(u8::cast_signed) })
        };
        bytes.len().is_multiple_of(STORED).then_some(())?;
        bytes.chunks_exact(STORED).map(read).collect()
    }

    /// The bytes of `vectors`, one after another.
    #[must_use]
    pub fn write_all(vectors: &[Self]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(vectors.len() * STORED);
        for vector in vectors {
            bytes.extend(vector.scale.to_le_bytes());
            bytes.extend(vector.steps.map(i8::cast_unsigned));
        }
        bytes
    }
}

/// Says how many numbers, and none of them: they tell what the text is about.
impl std::fmt::Debug for Vector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vector({DIMENSIONS})")
    }
}

/// What entries mean, and who can say it of a question.
pub struct Meanings {
    /// The encoder that made the vectors.
    pub encoder: Arc<dyn SentenceEncoder>,
    /// The vectors of each entry's [parts](Entry::parts), in the order of the entries; nothing where
    /// they were not computed yet.
    pub vectors: Vec<Option<Vec<Vector>>>,
}

/// The vectors of all entries in one block.
pub(crate) struct VectorIndex {
    pub(crate) encoder: Arc<dyn SentenceEncoder>,
    steps: Vec<[i8; DIMENSIONS]>,
    scales: Vec<f32>,
    entries: Vec<Span>,
    missing: Counts,
}

/// Which vectors are an entry's: its phrasings', then its answer's.
struct Span {
    start: usize,
    phrasings: usize,
    end: usize,
}

/// How near an entry is.
#[derive(Clone, Copy)]
pub(crate) struct Nearness {
    pub(crate) ordinal: usize,
    nearest: f32,
    near: f32,
    around: f32,
    told: f32,
}

impl VectorIndex {
    /// Puts the vectors of `entries` together, which belong to `classes` in the same order.
    pub(crate) fn build(entries: &[Entry], classes: &[ClassNumber], meanings: Meanings) -> Self {
        let Meanings { encoder, vectors } = meanings;
        let mut index = Self {
            encoder,
            steps: Vec::new(),
            scales: Vec::new(),
            entries: Vec::with_capacity(entries.len()),
            missing: Counts::default(),
        };
        let mut vectors = vectors.into_iter();
        for (entry, class) in entries.iter().zip(classes) {
            let phrasings = parts::phrasings(entry);
            let own = vectors.next().flatten().filter(|own| own.len() >= phrasings);
            if own.is_none() {
                index.missing.add(*class, 1);
            }
            let start = index.steps.len();
            for Vector { scale, steps } in own.into_iter().flatten() {
                index.steps.push(steps);
                index.scales.push(scale);
            }
            let end = index.steps.len();
            let phrasings = (start + phrasings).min(end);
            index.entries.push(Span { start, phrasings, end });
        }
        index
    }

    /// Whether every entry of the `allowed` classes has its vectors.
    pub(crate) fn covers(&self, allowed: &Allowed) -> bool {
        self.missing.within(allowed) == 0
    }

    /// The `limit` entries of the `allowed` classes that are nearest to `question`, nearest first, ties
    /// in the order of the entries.
    pub(crate) fn nearest(
        &self,
        allowed: &Allowed,
        classes: &[ClassNumber],
        question: &Vector,
        limit: usize,
    ) -> Vec<Nearness> {
        let readable = classes.iter().enumerate().filter(|(_, class)| allowed.holds(**class));
        let mut found: Vec<Nearness> =
            readable.map(|(ordinal, _)| self.nearness(ordinal, question)).collect();
        let by_nearness = |a: &Nearness, b: &Nearness| {
            b.reach().total_cmp(&a.reach()).then(a.ordinal.cmp(&b.ordinal))
        };
        if found.len() > limit {
            found.select_nth_unstable_by(limit, by_nearness);
            found.truncate(limit);
        }
        found.sort_unstable_by(by_nearness);
        found
    }

    /// How near one entry is.
    pub(crate) fn nearness(&self, ordinal: usize, question: &Vector) -> Nearness {
        let Span { start, phrasings, end } = self.entries[ordinal];
        let mut best = [0.0_f32; NEAR];
        let mut sum = 0.0;
        for at in start..phrasings {
            let cosine = self.cosine(at, question);
            sum += cosine;
            // a short list kept in order by hand: this is the innermost loop
            let mut next = cosine;
            for slot in &mut best {
                if next > *slot {
                    std::mem::swap(&mut next, slot);
                }
            }
        }
        let told = (phrasings..end).map(|at| self.cosine(at, question)).fold(0.0, f32::max);
        let count = phrasings - start;
        #[expect(clippy::cast_precision_loss, reason = "an entry has at most 201 phrasings")]
        let mean = |sum: f32, count: usize| sum / count.max(1) as f32;
        let least = TOLD * told;
        Nearness {
            ordinal,
            nearest: best[0].max(least),
            near: mean(best.iter().sum(), count.min(NEAR)).max(least),
            around: mean(sum, count).max(least),
            told,
        }
    }

    /// The cosine of `question` with one vector, and 0 where they point apart.
    fn cosine(&self, at: usize, question: &Vector) -> f32 {
        let sum = self.steps[at]
            .iter()
            .zip(&question.steps)
            .fold(0_i32, |sum, (a, b)| sum.wrapping_add(i32::from(*a) * i32::from(*b)));
        #[expect(clippy::cast_precision_loss, reason = "at most 384 × 127², which f32 holds")]
        let sum = sum as f32;
        (sum * self.scales[at] * question.scale).clamp(0.0, 1.0)
    }
}

impl Nearness {
    /// What the nearest are chosen by.
    fn reach(&self) -> f32 {
        self.nearest + self.near
    }

    /// Adds to how an entry matches by words.
    pub(crate) const fn into_features(self, words: Features) -> Features {
        let Self { nearest, near, around, told, .. } = self;
        Features { nearest, near, around, told, ..words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A direction between the first two axes.
    fn meaning(angle: f32) -> Meaning {
        let mut meaning = [0.0; DIMENSIONS];
        (meaning[0], meaning[1]) = (angle.cos(), angle.sin());
        meaning
    }

    #[test]
    fn rounding_keeps_cosines() {
        for (a, b) in [(0.0_f32, 0.1_f32), (0.3, 1.2), (0.7, 0.7), (0.0, 3.0)] {
            let (exact, question) = ((b - a).cos(), Vector::new(&meaning(b)));
            let index = index_of(vec![Vector::new(&meaning(a))]);
            let found = index.nearness(0, &question).nearest;
            assert!((found - exact.max(0.0)).abs() < 0.01, "{found} {exact}");
        }
    }

    #[test]
    fn vectors_survive_the_store_and_rubbish_does_not() {
        let vectors = vec![Vector::new(&meaning(0.4)), Vector::new(&meaning(2.0))];
        let bytes = Vector::write_all(&vectors);
        assert_eq!(bytes.len(), 2 * STORED);
        assert_eq!(Vector::read_all(&bytes), Some(vectors));
        assert_eq!(Vector::read_all(&[]), Some(Vec::new()));
        assert_eq!(Vector::read_all(&bytes[1..]), None);
        let mut odd = bytes;
        odd[..4].copy_from_slice(&f32::NAN.to_le_bytes());
        assert_eq!(Vector::read_all(&odd), None);
        assert_eq!(Vector::new(&[0.0; DIMENSIONS]).scale.to_bits(), 0);
    }

    #[test]
    fn the_nearest_phrasings_are_averaged() {
        let index = index_of([0.0, 0.1, 1.5, 0.2].map(|a| Vector::new(&meaning(a))).to_vec());
        let Nearness { nearest, near, .. } = index.nearness(0, &Vector::new(&meaning(0.0)));
        assert!((nearest - 1.0).abs() < 0.01);
        assert!((near - (1.0 + 0.1_f32.cos() + 0.2_f32.cos()) / 3.0).abs() < 0.01);
    }

    /// One entry with a phrasing for each vector.
    fn index_of(vectors: Vec<Vector>) -> VectorIndex {
        struct Silent;
        impl SentenceEncoder for Silent {
            fn id(&self) -> &'static str {
                "silent"
            }
            fn encode(&self, _: &[&str]) -> Result<Vec<Meaning>, cloister_types::EncodeError> {
                Ok(Vec::new())
            }
        }
        let entry = Entry {
            id: "a".parse().expect("a valid id"),
            collection: String::new(),
            topic: String::new(),
            label: cloister_types::Label::Public,
            placement: Arc::default(),
            question: String::from("Q"),
            answer: String::new(),
            alternatives: vec![String::from("B"); vectors.len() - 1],
        };
        let meanings = Meanings { encoder: Arc::new(Silent), vectors: vec![Some(vectors)] };
        VectorIndex::build(&[entry], &[0], meanings)
    }
}
