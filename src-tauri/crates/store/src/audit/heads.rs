//! The last signed head in the configuration folder, so that a data folder that was put back alone
//! shows.

use std::{io, path::Path};

use cloister_types::{Authorized, act};

use super::{checkpoint::Checkpoint, paper::read_checkpoints};
use crate::{Store, StoreError, files};

impl Store {
    /// Keeps `checkpoint` in place of an older head, if the log still passes through that one. One
    /// that it does not pass through is evidence, and stays until a person says what happened.
    pub(super) async fn keep_head(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let path = self.head_file();
        if let Some(head) = read(&path)?.filter(|head| head.vault == self.id()) {
            if head == *checkpoint {
                return Ok(());
            }
            if !self.passes_through(&head).await? {
                tracing::error!("the audit log is not the one that was signed before");
                return Ok(());
            }
        }
        write(&path, checkpoint)
    }

    /// Takes the log as it is for the right one, after a backup was put back on purpose.
    ///
    /// # Errors
    /// When the head could not be signed or written.
    pub async fn accept_restored_log(
        &self,
        _allowed: &Authorized<act::Restore>,
    ) -> Result<(), StoreError> {
        match self.sign_if_new().await? {
            Some(checkpoint) => write(&self.head_file(), &checkpoint),
            None => Ok(()),
        }
    }

    /// Whether the log has the head, or has purged the record that it is of.
    async fn passes_through(&self, head: &Checkpoint) -> Result<bool, StoreError> {
        let (stored, oldest): (Option<Vec<u8>>, Option<i64>) = sqlx::query_as(
            "SELECT (SELECT hash FROM audit_record WHERE seq = ?1), \
                    (SELECT min(seq) FROM audit_record)",
        )
        .bind(head.seq)
        .fetch_one(self.readers())
        .await?;
        Ok(match stored {
            Some(hash) => hash == head.head.as_bytes(),
            None => oldest.is_some_and(|oldest| head.seq < oldest),
        })
    }
}

/// Writes `checkpoint` to `path`, in place of an older one.
fn write(path: &Path, checkpoint: &Checkpoint) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        files::make_folder(folder)?;
    }
    files::write_whole(path, format!("{}\n", checkpoint.to_line()).as_bytes())
}

/// The head in `path`; nothing where none was written yet, or where the file holds none that is
/// signed: whoever can write there could remove it as well.
pub(super) fn read(path: &Path) -> Result<Option<Checkpoint>, StoreError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let mut kept = read_checkpoints(&text).unwrap_or_default();
            Ok(kept.pop().map(|kept| kept.checkpoint).filter(Checkpoint::is_signed))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        Err(error) => Err(StoreError::file(path, error)),
    }
}
