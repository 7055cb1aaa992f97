//! The guard on its own: what would be hidden in a draft.

use std::sync::Arc;

use cloister_guard::Treatment;
use cloister_types::Secret;

use crate::{App, AppError, DraftDto, ErrorCode, HiddenDto, turns::MOST_MESSAGE_CHARS};

impl App {
    /// Why names and addresses are found by rules alone, once the tagger is loaded or known to be
    /// unusable; nothing when all is well.
    pub async fn names_trouble(&self) -> Option<AppError> {
        let tagger = self.tagger.clone();
        tokio::task::spawn_blocking(move || tagger.trouble()).await.ok().flatten()
    }

    /// What would be hidden in `draft` if it were sent. Nothing of it is kept.
    ///
    /// # Errors
    /// [`ErrorCode::MessageTooLong`] for more than a turn takes.
    pub async fn check_draft(&self, draft: String) -> Result<DraftDto, AppError> {
        let draft = Secret::new(draft);
        if draft.expose().chars().count() > MOST_MESSAGE_CHARS {
            let message = "The message is longer than 8,000 characters.";
            return Err(AppError::new(ErrorCode::MessageTooLong, message));
        }
        let guard = Arc::clone(&self.guard);
        let looked = tokio::task::spawn_blocking(move || {
            let views = guard.normalise(draft.expose());
            guard.redact(draft.expose(), &views).findings
        });
        let failed =
            |_| AppError::new(ErrorCode::InvalidRequest, "The draft could not be checked.");
        let findings = looked.await.map_err(failed)?;
        let hidden = findings.iter().filter(|finding| finding.treatment == Treatment::Replace);
        let findings = hidden.map(|finding| HiddenDto {
            start: finding.span.start,
            end: finding.span.end,
            category: finding.category.as_str().to_owned(),
        });
        Ok(DraftDto { findings: findings.collect() })
    }
}
