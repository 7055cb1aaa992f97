//! The name tagger: read, checked and loaded on a thread of its own.

use std::{path::PathBuf, sync::Arc};

use cloister_inference::{self as inference, EncoderTask, Manifest, RampartTagger, TaggerError};
use cloister_types::{TagError, Tagger, Tagging};

use crate::{AppError, ErrorCode, error::sentence, loading::Loading, model::folder_of};

/// Reads, checks and loads the name tagger; the first folder of `models` that has its file decides.
/// Blocks for some tenths of a second.
///
/// # Errors
/// [`ErrorCode::ModelMissing`], [`ErrorCode::ModelAltered`] or [`ErrorCode::ModelUnavailable`], with
/// a sentence that says what to do.
pub fn load_tagger(models: &[PathBuf]) -> Result<Arc<dyn Tagger>, AppError> {
    Ok(Arc::new(load(models)?))
}

fn load(models: &[PathBuf]) -> Result<RampartTagger, AppError> {
    let manifest = Manifest::built_in()?;
    let folder = folder_of(models, manifest.encoder(EncoderTask::Tag));
    inference::load_tagger(folder, &manifest).map_err(|error| match error {
        TaggerError::File(error) => error.into(),
        _ => AppError::new(ErrorCode::ModelUnavailable, sentence(&error.to_string())),
    })
}

/// A tagger that is loaded behind the start: the first text waits for it. Without its files it
/// fails on every text, and the guard goes on with its rules.
#[derive(Clone)]
pub(crate) struct LoadingTagger(Loading<RampartTagger>);

impl LoadingTagger {
    /// Starts loading from `models`.
    pub(crate) fn start(models: Vec<PathBuf>) -> Self {
        let lost = "names and addresses are found by rules alone";
        Self(Loading::start("tagger", lost, move || load(&models)))
    }

    /// Waits until it is loaded, and says why it is not, if so. Blocks.
    pub(crate) fn trouble(&self) -> Option<AppError> {
        self.0.wait().err().cloned()
    }
}

impl Tagger for LoadingTagger {
    fn tag(&self, texts: &[&str]) -> Result<Vec<Tagging>, TagError> {
        match self.0.wait() {
            Ok(tagger) => tagger.tag(texts),
            Err(error) => Err(TagError::new(error.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_its_files_the_tagger_says_what_is_missing_and_fails_on_texts() {
        let tagger = LoadingTagger::start(vec![PathBuf::from("/nonexistent")]);
        let trouble = tagger.trouble().expect("there is no file");
        assert_eq!(trouble.code, ErrorCode::ModelMissing);
        assert!(trouble.message.contains("rampart-1.4.0-"), "{trouble}");
        assert!(tagger.tag(&["a"]).is_err());
    }
}
