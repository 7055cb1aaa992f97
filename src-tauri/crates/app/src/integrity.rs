//! The full check of the database, on demand and once a day.

use cloister_store::{AlertKind, AuditBody, Store, StoreError};

use crate::{App, AppError, AppOptions};

impl App {
    /// Verifies every page, index and reference of the database; the first finding, if there is one,
    /// which raises an alert. Reads the whole file.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`](crate::ErrorCode::StoreFailed) when the check cannot run.
    pub(crate) async fn check_integrity(&self) -> Result<Option<String>, AppError> {
        Ok(check_integrity(&self.store, &self.options).await?)
    }
}

/// As [`App::check_integrity`].
pub(crate) async fn check_integrity(
    store: &Store,
    options: &AppOptions,
) -> Result<Option<String>, StoreError> {
    let finding = match store.check().await {
        Ok(found) => {
            let count = found.findings.len() as u64;
            found.findings.into_iter().next().map(|first| (first, count))
        }
        // A page that does not decrypt ends the check itself.
        Err(StoreError::Damaged { finding }) => Some((finding, 1)),
        Err(error) => return Err(error),
    };
    let Some((first, count)) = finding else { return Ok(None) };
    tracing::error!(finding = first, count, "the database does not verify");
    let (entropy, now) = (&*options.entropy, options.clock.now());
    let body = AuditBody::new().count("findings", count);
    let raised = store.raise_alert(entropy, AlertKind::IntegrityFailed, None, body, now).await;
    if let Err(error) = raised {
        // What is damaged may be what an alert is written to; the finding is told all the same.
        tracing::error!(%error, "the alert about it could not be written");
    }
    Ok(Some(first))
}
