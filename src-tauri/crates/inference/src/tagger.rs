//! Finds names and places with the Rampart model, a six-layer BERT of 15 MB.
//!
//! A text is cut into windows that overlap; windows of like length run together. A word that two
//! windows hold is read where more stands around it. The tagger keeps nothing of a text.

mod labels;

use std::{ops::Range, path::Path, sync::Arc};

use cloister_types::{Tag, TagError, Tagger, Tagging};
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::{NdTensor, prelude::*};

use labels::LABELS;

use crate::{
    EncoderTask, Manifest, ModelError,
    verify::read_verified,
    wordpiece::{CutText, Piece, WordPiece},
};

/// Pieces that one text may have before the rest is left to the rules: some 60,000 characters,
/// which take seconds.
pub const MAX_PIECES: usize = 16_384;

/// Pieces in a window. The model takes 510; it was trained on short texts, and attention over a
/// shorter window costs less.
const WINDOW: usize = 126;

/// Pieces that neighbouring windows share: more than twice the longest name or address.
const OVERLAP: usize = 40;

/// Windows in one run, which bounds memory.
const BATCH: usize = 8;

/// The model splits its work in two; more gains nothing at this size.
const THREADS: usize = 2;

/// Why a tagger could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaggerError {
    /// A file is missing, unreadable or not the one in the manifest.
    #[error(transparent)]
    File(#[from] ModelError),
    /// The manifest lists no tagger.
    #[error("the model manifest lists no tagger")]
    NotListed,
    /// The vocabulary's file is not one.
    #[error("the tagger's tokeniser is not a word-piece vocabulary")]
    Tokenizer,
    /// The model's file is not a model that can run here.
    #[error("the tagger's model cannot be loaded")]
    Model,
    /// The model has other inputs or outputs than this tagger.
    #[error("the tagger's model is of another kind")]
    Kind,
}

/// Tags words as parts of names and addresses.
pub struct RampartTagger {
    model: Model,
    inputs: [NodeId; 3],
    output: NodeId,
    vocabulary: WordPiece,
    threads: Arc<ThreadPool>,
}

/// Makes the tagger of `manifest`'s files within `folder`, whose digests it checks.
///
/// # Errors
/// [`TaggerError`]; the guard then works by rules alone, and says so.
pub fn load_tagger(folder: &Path, manifest: &Manifest) -> Result<RampartTagger, TaggerError> {
    let record = manifest.encoder(EncoderTask::Tag).ok_or(TaggerError::NotListed)?;
    let tokenizer = read_verified(folder, record.tokenizer())?;
    RampartTagger::load(read_verified(folder, record.model())?, &tokenizer)
}

impl RampartTagger {
    /// Makes a tagger of the bytes of `model_q4.onnx` and of `tokenizer.json`. Takes some tenths
    /// of a second.
    ///
    /// # Errors
    /// [`TaggerError`] when one of them is not what it should be.
    pub fn load(model: Vec<u8>, tokenizer: &[u8]) -> Result<Self, TaggerError> {
        let vocabulary = WordPiece::read(tokenizer).ok_or(TaggerError::Tokenizer)?;
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(model)
            .map_err(|_| TaggerError::Model)?;
        let node = |name| model.find_node(name).ok_or(TaggerError::Kind);
        let inputs = [node("input_ids")?, node("attention_mask")?, node("token_type_ids")?];
        let output = node("logits")?;
        let threads = Arc::new(ThreadPool::with_num_threads(THREADS));
        let tagger = Self { model, inputs, output, vocabulary, threads };
        // Tells a model of another kind now, and takes the cost of the first run.
        tagger.tag(&["a"]).map_err(|_| TaggerError::Kind)?;
        Ok(tagger)
    }

    /// The logits of `windows`, one after another; each holds those of its own pieces.
    fn run(&self, texts: &[CutText], windows: &[Window]) -> Result<Vec<Vec<Logits>>, TagError> {
        let length = windows.iter().map(|window| window.pieces.len()).max().unwrap_or(0) + 2;
        let (begin, end) = self.vocabulary.brackets();
        let mut ids = Vec::with_capacity(windows.len() * length);
        let mut mask = Vec::with_capacity(windows.len() * length);
        for window in windows {
            let pieces = window.of(texts);
            ids.push(begin);
            ids.extend(pieces.iter().map(|piece| piece.id));
            ids.push(end);
            mask.resize(ids.len(), 1);
            ids.resize(ids.len().next_multiple_of(length), 0);
            mask.resize(ids.len(), 0);
        }
        let shape = [windows.len(), length];
        let [input, attention, kinds] = self.inputs;
        let outputs = self.model.run(
            vec![
                (input, NdTensor::from_data(shape, ids).into()),
                (attention, NdTensor::from_data(shape, mask).into()),
                (kinds, NdTensor::<i32, 2>::zeros(shape).into()),
            ],
            &[self.output],
            Some(RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)))),
        );
        let logits: NdTensor<f32, 3> = outputs
            .map_err(|_| TagError::new("the model did not run"))?
            .into_iter()
            .next()
            .and_then(|value| value.try_into().ok())
            .ok_or_else(|| TagError::new("the model gave no logits"))?;
        if logits.shape() != [windows.len(), length, LABELS.len()] {
            return Err(TagError::new("the model has other labels"));
        }
        let row = |batch: usize, at: usize| -> Logits {
            std::array::from_fn(|label| logits[[batch, at, label]])
        };
        Ok(windows
            .iter()
            .enumerate()
            .map(|(batch, window)| (0..window.pieces.len()).map(|at| row(batch, at + 1)).collect())
            .collect())
    }
}

type Logits = [f32; LABELS.len()];

impl Tagger for RampartTagger {
    fn tag(&self, texts: &[&str]) -> Result<Vec<Tagging>, TagError> {
        let cut: Vec<CutText> =
            texts.iter().map(|text| self.vocabulary.cut(text, MAX_PIECES)).collect();
        let mut windows: Vec<Window> = cut
            .iter()
            .enumerate()
            .flat_map(|(text, pieces)| {
                plan(&pieces.pieces).into_iter().map(move |pieces| Window { text, pieces })
            })
            .collect();
        // Like lengths run together, so that little is padding.
        windows.sort_by_key(|window| window.pieces.len());

        let mut best: Vec<Vec<Option<(usize, Logits)>>> =
            cut.iter().map(|pieces| vec![None; pieces.pieces.len()]).collect();
        for batch in windows.chunk_by(|a, b| a.pieces.len() * 8 >= b.pieces.len() * 7) {
            for batch in batch.chunks(BATCH) {
                let logits = self.run(&cut, batch)?;
                for (window, rows) in batch.iter().zip(logits) {
                    window.offer(rows, &mut best[window.text]);
                }
            }
        }
        Ok(cut
            .iter()
            .zip(best)
            .map(|(pieces, best)| Tagging { tags: tags_of(pieces, &best), read: pieces.read })
            .collect())
    }
}

/// A stretch of a text's pieces that the model sees at once.
struct Window {
    text: usize,
    pieces: Range<usize>,
}

impl Window {
    fn of<'p>(&self, texts: &'p [CutText]) -> &'p [Piece] {
        &texts[self.text].pieces[self.pieces.clone()]
    }

    /// Puts each row where this window shows more around it than the one before did.
    fn offer(&self, rows: Vec<Logits>, best: &mut [Option<(usize, Logits)>]) {
        let length = rows.len();
        for (at, (row, best)) in rows.into_iter().zip(&mut best[self.pieces.clone()]).enumerate() {
            let room = at.min(length - 1 - at);
            if best.is_none_or(|(before, _)| before < room) {
                *best = Some((room, row));
            }
        }
    }
}

/// Windows over `pieces` that begin and end with a word, if the word is not longer than a window.
fn plan(pieces: &[Piece]) -> Vec<Range<usize>> {
    let begins_word =
        |at: usize| at == 0 || at >= pieces.len() || pieces[at].word != pieces[at - 1].word;
    // the last word's begin in a range, or else the range's end
    let cut = |range: Range<usize>| {
        let end = range.end;
        (range.start..=end).rev().find(|at| begins_word(*at)).unwrap_or(end)
    };
    let mut windows: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    while start < pieces.len() {
        let covered = windows.last().map_or(0, |window| window.end);
        let full = (start + WINDOW).min(pieces.len());
        let end = cut(covered.max(start) + 1..full);
        windows.push(start..end);
        if end == pieces.len() {
            break;
        }
        start = cut(start + 1..end.saturating_sub(OVERLAP).max(start + 1));
    }
    windows
}

/// A tag for each word that is something.
fn tags_of(text: &CutText, best: &[Option<(usize, Logits)>]) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    for pieces in text.pieces.chunk_by(|a, b| a.word == b.word) {
        let rows = best[at..at + pieces.len()].iter().flatten().map(|(_, row)| row);
        at += pieces.len();
        let Some(word) = pieces.first().and_then(|piece| text.words.get(piece.word)) else {
            continue;
        };
        if let Some((kind, score)) = labels::judge(rows) {
            tags.push(Tag { start: word.start, end: word.end, kind, score });
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(words: &[usize]) -> Vec<Piece> {
        let word = |(word, pieces): (usize, &usize)| vec![Piece { id: 9, word }; *pieces];
        words.iter().enumerate().flat_map(word).collect()
    }

    #[test]
    fn windows_cover_every_piece_and_cut_at_words() {
        for words in [vec![1; 1_000], vec![3; 400], vec![100; 20], vec![7, 200, 3, 1, 90, 300]] {
            let pieces = pieces(&words);
            let windows = plan(&pieces);
            let mut covered = 0;
            for window in &windows {
                assert!(window.start <= covered && window.len() <= WINDOW && !window.is_empty());
                assert!(window.end > covered, "windows move on");
                covered = window.end;
            }
            assert_eq!(covered, pieces.len());
        }
        assert!(plan(&[]).is_empty());
        assert_eq!(plan(&pieces(&[1; 126])), vec![0..126]);
    }

    #[test]
    fn neighbouring_windows_share_words() {
        let windows = plan(&pieces(&[2; 500]));
        assert!(windows.windows(2).all(|pair| pair[0].end - pair[1].start >= OVERLAP));
    }
}
