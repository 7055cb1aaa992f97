//! Linear scores: learned weights over hashed word and character n-grams.
//!
//! `packaging/train_guard.py` writes the weights of a model, which are compiled in. A score is the
//! calibrated probability that a label holds for the strongest window of the text.

mod features;

use crate::Profile;

use features::Grams;
pub(crate) use features::{Kind, fold};

/// Learned weights for one or several labels.
pub(crate) struct LinearModel {
    labels: Vec<Label>,
    /// For each gram hash, the weight of every label; word grams first, then character grams.
    weights: &'static [u8],
    /// One less than the number of hashes of each of the two kinds.
    mask: u32,
}

impl LinearModel {
    /// Reads what the training script wrote; `None` when the bytes are not a model.
    pub(crate) fn parse(bytes: &'static [u8]) -> Option<Self> {
        let mut reader = Reader(bytes.strip_prefix(MAGIC)?);
        let bits = reader.number()?;
        let count = usize::try_from(reader.number()?).ok()?;
        if !(8..=24).contains(&bits) || !(1..=MAX_LABELS).contains(&count) {
            return None;
        }
        let labels = (0..count).map(|_| Label::parse(&mut reader)).collect::<Option<Vec<_>>>()?;
        let half = 1_u32 << (bits - 1);
        let weights = reader.0;
        let expected = usize::try_from(half).ok()? * 2 * count;
        (weights.len() == expected).then_some(Self { labels, weights, mask: half - 1 })
    }

    /// The labels, in the order of [`Self::scores`].
    #[cfg(test)]
    pub(crate) fn labels(&self) -> impl Iterator<Item = &'static str> {
        self.labels.iter().map(|label| label.name)
    }

    /// The log-odds of the first label, to be taken together with other evidence.
    pub(crate) fn log_odds(&self, text: &str) -> f32 {
        let logit = self.logits(text).first().copied().unwrap_or_default();
        self.labels.first().map_or(0.0, |label| label.slope * logit + label.offset)
    }

    /// The probability of every label, each by the window that speaks for it most.
    pub(crate) fn scores(&self, text: &str) -> Vec<f32> {
        let logits = self.logits(text);
        self.labels.iter().zip(logits).map(|(label, logit)| label.probability(logit)).collect()
    }

    /// From this probability on, label number `label` is taken to hold.
    pub(crate) fn threshold(&self, label: usize, profile: Profile) -> f32 {
        self.labels.get(label).map_or(1.0, |label| {
            let [kiosk, office, health] = label.thresholds;
            match profile {
                Profile::Kiosk => kiosk,
                Profile::Office => office,
                Profile::Health => health,
            }
        })
    }

    /// The uncalibrated score of every label.
    pub(crate) fn logits(&self, text: &str) -> Vec<f32> {
        let mut tally = Tally {
            model: self,
            words: [0; MAX_LABELS],
            characters: [0; MAX_LABELS],
            best: vec![f32::NEG_INFINITY; self.labels.len()],
        };
        features::read(text, &mut tally);
        tally.best
    }

    fn weights(&self, offset: usize, hash: u32) -> &[u8] {
        let count = self.labels.len();
        // a hash below 2^23 fits any usize
        let at = (offset + (hash & self.mask) as usize) * count;
        self.weights.get(at..at + count).unwrap_or_default()
    }
}

/// First bytes of a file of weights: the format and its version.
const MAGIC: &[u8] = b"CLLM\x01";

/// Most labels of one model.
const MAX_LABELS: usize = 8;

/// What a model knows about a label besides its weights.
struct Label {
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of the fixtures names labels"))]
    name: &'static str,
    bias: f32,
    /// What one unit of a stored weight is worth, for word and for character grams.
    word_scale: f32,
    character_scale: f32,
    /// Platt scaling (Platt 1999): the probability is the logistic of `slope * logit + offset`.
    slope: f32,
    offset: f32,
    /// Kiosk, office, health.
    thresholds: [f32; 3],
}

impl Label {
    fn parse(reader: &mut Reader) -> Option<Self> {
        let length = usize::try_from(reader.number()?).ok()?;
        let name = str::from_utf8(reader.take(length)?).ok()?;
        let mut real = || reader.number().map(f32::from_bits).filter(|value| value.is_finite());
        Some(Self {
            name,
            bias: real()?,
            word_scale: real()?,
            character_scale: real()?,
            slope: real()?,
            offset: real()?,
            thresholds: [real()?, real()?, real()?],
        })
    }

    fn probability(&self, logit: f32) -> f32 {
        1.0 / (1.0 + (-(self.slope * logit + self.offset)).exp())
    }
}

/// The bytes of a file of weights that are still to be read.
struct Reader(&'static [u8]);

impl Reader {
    fn take(&mut self, length: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*taken))
    }
}

/// Adds up the weights of a window's grams.
struct Tally<'m> {
    model: &'m LinearModel,
    words: [i32; MAX_LABELS],
    characters: [i32; MAX_LABELS],
    best: Vec<f32>,
}

impl Grams for Tally<'_> {
    fn word(&mut self, hash: u32) {
        add(&mut self.words, self.model.weights(0, hash));
    }

    fn character(&mut self, hash: u32) {
        add(&mut self.characters, self.model.weights(self.model.mask as usize + 1, hash));
    }

    #[expect(clippy::cast_precision_loss, reason = "a window's sums stay far below 2^24")]
    fn close(&mut self, grams: u32) {
        let length = (grams.max(1) as f32).sqrt();
        for (index, label) in self.model.labels.iter().enumerate() {
            let sum = self.words[index] as f32 * label.word_scale
                + self.characters[index] as f32 * label.character_scale;
            self.best[index] = self.best[index].max(sum / length + label.bias);
        }
        (self.words, self.characters) = ([0; MAX_LABELS], [0; MAX_LABELS]);
    }
}

fn add(sums: &mut [i32; MAX_LABELS], weights: &[u8]) {
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum += i32::from(weight.cast_signed());
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::Value;

    use super::*;

    /// A model of one label in which the word "attack" weighs 100 and nothing else anything.
    fn tiny() -> &'static [u8] {
        struct Find(u32);
        impl Grams for Find {
            fn word(&mut self, hash: u32) {
                self.0 = hash;
            }
            fn character(&mut self, _: u32) {}
            fn close(&mut self, _: u32) {}
        }
        let mut find = Find(0);
        features::read("attack", &mut find);
        let mut bytes = MAGIC.to_vec();
        for number in [10, 1, 1] {
            bytes.extend(u32::to_le_bytes(number));
        }
        bytes.push(b'x');
        for real in [-1.0, 0.1, 0.1, 1.0, 0.0, 0.3, 0.5, 0.7] {
            bytes.extend(f32::to_le_bytes(real));
        }
        let from = bytes.len();
        bytes.resize(from + 1024, 0);
        bytes[from + (find.0 & 511) as usize] = 100;
        bytes.leak()
    }

    #[test]
    fn a_heavy_word_raises_the_score_and_bad_bytes_are_no_model() {
        let model = LinearModel::parse(tiny()).expect("a model");
        assert_eq!(model.labels().collect::<Vec<_>>(), ["x"]);
        assert!(model.scores("Attack!")[0] > 0.6, "{:?}", model.scores("Attack!"));
        assert!((model.logits("")[0] + 1.0).abs() < 1e-6);
        let long = format!("attack {}", "peace ".repeat(3000));
        assert!(model.log_odds(&long) > model.log_odds("peace"));
        assert!((model.threshold(0, Profile::Health) - 0.7).abs() < 1e-6);
        for cut in [0, 4, 9, 20, 40, 1000] {
            assert!(LinearModel::parse(&tiny()[..cut]).is_none(), "{cut}");
        }
    }

    /// Holds `model` to the scores that the training script gave the texts of `fixtures`.
    pub(crate) fn agrees_with_training(
        model: &LinearModel,
        prepare: impl Fn(&str) -> String,
        fixtures: &str,
    ) {
        let mut rows = 0;
        for line in fixtures.lines() {
            let row: Value = serde_json::from_str(line).expect("a fixture is JSON");
            let text = row["text"].as_str().expect("a fixture has a text");
            for (label, score) in model.labels().zip(model.scores(&prepare(text))) {
                let wanted = row["scores"][label].as_f64().expect("a fixture has every score");
                assert!(
                    (f64::from(score) - wanted).abs() < 1e-3,
                    "{label} {score} {wanted}: {text}"
                );
            }
            rows += 1;
        }
        assert!(rows > 20, "{rows} fixtures");
    }

    #[test]
    fn the_injection_model_scores_as_its_training_did() {
        let model =
            LinearModel::parse(include_bytes!("../../../../models/guard/injection.weights"));
        let fixtures = include_str!("../../../../models/guard/injection.fixtures.jsonl");
        let model = model.expect("the built-in weights are a model");
        agrees_with_training(&model, str::to_owned, fixtures);
    }
}
