//! Turns a sentence into what it means with all-MiniLM-L6-v2, a six-layer BERT of 23 MB.
//!
//! Every text runs by itself. The model's arithmetic is in eight bits with a scale that it takes from
//! its whole input, so in a batch each text would change its neighbours by a little: a vector must
//! tell of its own text only.

use std::{path::Path, sync::Arc, thread};

use cloister_types::{DIMENSIONS, EncodeError, Meaning, SentenceEncoder};
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::{NdTensor, prelude::*};

use crate::{EncoderTask, Manifest, ModelError, verify::read_verified, wordpiece::WordPiece};

/// Pieces that are read of a text, besides the two brackets: the model was trained on 128.
const MAX_PIECES: usize = 126;

/// Texts that run beside each other, each on one thread: better than splitting the work on one.
const LANES: usize = 2;

/// Texts from which on a second lane pays for its thread.
const MIN_SHARED: usize = 4;

/// Why a sentence encoder could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncoderError {
    /// A file is missing, unreadable or not the one in the manifest.
    #[error(transparent)]
    File(#[from] ModelError),
    /// The manifest lists no sentence encoder.
    #[error("the model manifest lists no sentence encoder")]
    NotListed,
    /// The vocabulary's file is not one.
    #[error("the sentence encoder's tokeniser is not a word-piece vocabulary")]
    Tokenizer,
    /// The model's file is not a model that can run here.
    #[error("the sentence encoder's model cannot be loaded")]
    Model,
    /// The model has other inputs or outputs than this encoder.
    #[error("the sentence encoder's model is of another kind")]
    Kind,
}

/// The sentence encoder. It keeps nothing of a text.
pub struct MiniLm {
    id: String,
    model: Model,
    inputs: [NodeId; 3],
    output: NodeId,
    vocabulary: WordPiece,
    lanes: [Arc<ThreadPool>; LANES],
}

/// Makes the sentence encoder of `manifest`'s files within `folder`, whose digests it checks.
///
/// # Errors
/// [`EncoderError`]; the search then works by words alone, and says so.
pub fn load_encoder(folder: &Path, manifest: &Manifest) -> Result<MiniLm, EncoderError> {
    let record = manifest.encoder(EncoderTask::Embed).ok_or(EncoderError::NotListed)?;
    let tokenizer = read_verified(folder, record.tokenizer())?;
    MiniLm::load(record.id(), read_verified(folder, record.model())?, &tokenizer)
}

impl MiniLm {
    /// Makes the encoder called `id` of the bytes of its model and of its `tokenizer.json`. Takes
    /// some tenths of a second.
    ///
    /// # Errors
    /// [`EncoderError`] when one of them is not what it should be.
    pub fn load(id: &str, model: Vec<u8>, tokenizer: &[u8]) -> Result<Self, EncoderError> {
        let vocabulary = WordPiece::read(tokenizer).ok_or(EncoderError::Tokenizer)?;
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(model)
            .map_err(|_| EncoderError::Model)?;
        let node = |name| model.find_node(name).ok_or(EncoderError::Kind);
        let inputs = [node("input_ids")?, node("attention_mask")?, node("token_type_ids")?];
        let output = node("last_hidden_state")?;
        let lanes = std::array::from_fn(|_| Arc::new(ThreadPool::with_num_threads(1)));
        let encoder = Self { id: id.to_owned(), model, inputs, output, vocabulary, lanes };
        // Tells a model of another kind now, and takes the cost of the first run.
        encoder.run("a", &encoder.lanes[0]).map_err(|_| EncoderError::Kind)?;
        Ok(encoder)
    }

    /// What `text` means, computed on `lane`.
    fn run(&self, text: &str, lane: &Arc<ThreadPool>) -> Result<Meaning, EncodeError> {
        let cut = self.vocabulary.cut(text, MAX_PIECES);
        let (begin, end) = self.vocabulary.brackets();
        let pieces = cut.pieces.iter().take(MAX_PIECES).map(|piece| piece.id);
        let ids: Vec<i32> = std::iter::once(begin).chain(pieces).chain([end]).collect();
        let length = ids.len();
        let shape = [1, length];
        let [input, attention, kinds] = self.inputs;
        let outputs = self.model.run(
            vec![
                (input, NdTensor::from_data(shape, ids).into()),
                (attention, NdTensor::from_data(shape, vec![1; length]).into()),
                (kinds, NdTensor::<i32, 2>::zeros(shape).into()),
            ],
            &[self.output],
            Some(RunOptions::default().with_thread_pool(Some(Arc::clone(lane)))),
        );
        let states: NdTensor<f32, 3> = outputs
            .map_err(|_| EncodeError::new("the model did not run"))?
            .into_iter()
            .next()
            .and_then(|value| value.try_into().ok())
            .ok_or_else(|| EncodeError::new("the model gave no states"))?;
        if states.shape() != [1, length, DIMENSIONS] {
            return Err(EncodeError::new("the model has states of another size"));
        }
        Ok(pooled(|piece, at| states[[0, piece, at]], length))
    }

    /// What each of `texts` means, one after another.
    fn run_all(&self, texts: &[&str], lane: &Arc<ThreadPool>) -> Result<Vec<Meaning>, EncodeError> {
        texts.iter().map(|text| self.run(text, lane)).collect()
    }
}

impl SentenceEncoder for MiniLm {
    fn id(&self) -> &str {
        &self.id
    }

    fn encode(&self, texts: &[&str]) -> Result<Vec<Meaning>, EncodeError> {
        let [first, second] = &self.lanes;
        if texts.len() < MIN_SHARED {
            return self.run_all(texts, first);
        }
        let (left, right) = texts.split_at(texts.len() / 2);
        thread::scope(|scope| {
            let right = scope.spawn(|| self.run_all(right, second));
            let mut meanings = self.run_all(left, first)?;
            let right = right.join().map_err(|_| EncodeError::new("the model panicked"))?;
            meanings.extend(right?);
            Ok(meanings)
        })
    }
}

/// The mean of the states of `length` pieces, brackets included, at length one: how the model was
/// trained to be read.
fn pooled(state: impl Fn(usize, usize) -> f32, length: usize) -> Meaning {
    let mut mean: Meaning =
        std::array::from_fn(|at| (0..length).map(|piece| state(piece, at)).sum());
    let norm = mean.iter().map(|x| x * x).sum::<f32>().sqrt();
    if norm > 0.0 {
        for x in &mut mean {
            *x /= norm;
        }
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pooling_means_over_pieces_and_has_length_one() {
        let states = [[3.0, 0.0], [3.0, 8.0]];
        let state = |piece: usize, at: usize| if at < 2 { states[piece][at] } else { 0.0 };
        let meaning = pooled(state, 2);
        assert!((meaning[0] - 0.6).abs() < 1e-6 && (meaning[1] - 0.8).abs() < 1e-6);
        assert!(pooled(|_, _| 0.0, 3).iter().all(|x| x.abs() < f32::EPSILON));
    }

    #[test]
    fn what_is_no_model_is_refused() {
        let vocabulary = br#"{"model":{"vocab":{"[UNK]":1,"[CLS]":2,"[SEP]":3}}}"#;
        let load = |tokenizer: &[u8]| MiniLm::load("x", b"no model".to_vec(), tokenizer).err();
        assert_eq!(load(vocabulary), Some(EncoderError::Model));
        assert_eq!(load(b"{}"), Some(EncoderError::Tokenizer));
    }
}
