//! The sentence encoder: read, checked and loaded on a thread of its own.

use std::path::PathBuf;

use cloister_inference::{self as inference, EncoderError, EncoderTask, Manifest, MiniLm};
use cloister_types::{EncodeError, Meaning, SentenceEncoder};

use crate::{AppError, ErrorCode, error::sentence, loading::Loading, model::folder_of};

/// A sentence encoder that is loaded behind the start: the first text waits for it. Without its
/// files it fails on every text, and the search goes on by words.
#[derive(Clone)]
pub(crate) struct LoadingEncoder {
    id: String,
    model: Loading<MiniLm>,
}

impl LoadingEncoder {
    /// Starts loading from `models`.
    pub(crate) fn start(models: Vec<PathBuf>) -> Self {
        let manifest = Manifest::built_in();
        let record = manifest.as_ref().ok().and_then(|list| list.encoder(EncoderTask::Embed));
        let id = record.map_or_else(String::new, |record| record.id().to_owned());
        let lost = "the search goes by words alone";
        Self { id, model: Loading::start("sentence encoder", lost, move || load(&models)) }
    }

    /// Waits until it is loaded, and says why it is not, if so. Blocks.
    pub(crate) fn trouble(&self) -> Option<AppError> {
        self.model.wait().err().cloned()
    }
}

fn load(models: &[PathBuf]) -> Result<MiniLm, AppError> {
    let manifest = Manifest::built_in()?;
    let folder = folder_of(models, manifest.encoder(EncoderTask::Embed));
    inference::load_encoder(folder, &manifest).map_err(|error| match error {
        EncoderError::File(error) => error.into(),
        _ => AppError::new(ErrorCode::ModelUnavailable, sentence(&error.to_string())),
    })
}

impl SentenceEncoder for LoadingEncoder {
    fn id(&self) -> &str {
        &self.id
    }

    fn encode(&self, texts: &[&str]) -> Result<Vec<Meaning>, EncodeError> {
        match self.model.wait() {
            Ok(encoder) => encoder.encode(texts),
            Err(error) => Err(EncodeError::new(error.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_its_files_the_encoder_says_what_is_missing_and_fails_on_texts() {
        let encoder = LoadingEncoder::start(vec![PathBuf::from("/nonexistent")]);
        let trouble = encoder.trouble().expect("there is no file");
        assert_eq!(trouble.code, ErrorCode::ModelMissing);
        assert!(trouble.message.contains("all-minilm-l6-v2-"), "{trouble}");
        assert!(encoder.encode(&["a"]).is_err());
    }
}
