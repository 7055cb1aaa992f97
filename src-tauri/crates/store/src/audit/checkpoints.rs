//! Signing heads on demand, on schedule and at the end, and copying them elsewhere.

use std::{
    fs::OpenOptions,
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::Duration,
};

use cloister_types::{Authorized, Pseudonym, Timestamp, act};

use super::{
    AuditBody, AuditEvent, AuditRecord, append,
    checkpoint::{self, Checkpoint, PublicKey},
    paper::read_checkpoints,
};
use crate::{Destination, DestinationName, Store, StoreError};

/// How old the last signed head may become while there is something new.
const SIGN_AFTER: Duration = Duration::from_hours(1);
/// Largest file of copies that is read back.
const MOST_COPY_BYTES: u64 = 64 << 20;

/// What came of copying the checkpoints to a place.
#[derive(Debug)]
pub struct CheckpointCopy {
    /// The place.
    pub destination: DestinationName,
    /// How many went there, or why none did.
    pub copied: Result<u64, StoreError>,
}

/// The last checkpoint that was copied to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTo {
    /// The place.
    pub place: DestinationName,
    /// The checkpoint.
    pub number: i64,
    /// When it was copied.
    pub at: Timestamp,
}

impl Store {
    /// The vault's audit identity: what verifies its checkpoints.
    #[must_use]
    pub fn audit_identity(&self) -> PublicKey {
        self.audit_keys().identity()
    }

    /// Signs the head for `signer` and records it; the checkpoint covers that record.
    ///
    /// # Errors
    /// When it could not be written; there is then no checkpoint.
    pub async fn sign_checkpoint(
        &self,
        _allowed: &Authorized<act::VerifyAudit>,
        signer: Pseudonym,
        now: Timestamp,
    ) -> Result<Checkpoint, StoreError> {
        let mut tx = self.begin_essential().await?;
        let number = tx.log().await?.2.checkpoints + 1;
        let body = AuditBody::new().count("number", number.unsigned_abs());
        let record = AuditRecord::new(AuditEvent::CheckpointSigned, now, body).about(signer);
        append(&mut tx, &record).await?;
        let (connection, keys, link) = tx.log().await?;
        let checkpoint = link.sign(connection, keys, None).await?;
        tx.commit().await?;
        self.keep_head(&checkpoint).await?;
        Ok(checkpoint)
    }

    /// The checkpoints after the one numbered `after`, in order.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn checkpoints(
        &self,
        _allowed: &Authorized<act::VerifyAudit>,
        after: i64,
    ) -> Result<Vec<Checkpoint>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        checkpoint::stored_after(&mut connection, self.id(), after).await
    }

    /// Signs the head where the last one is an hour old and something happened since, keeps it in
    /// the configuration folder, and copies what is new to `destinations`. Their files are only
    /// appended to.
    ///
    /// # Errors
    /// When the vault itself could not be read or written. A place that cannot be reached is
    /// reported in its copy.
    pub async fn keep_checkpoints(
        &self,
        destinations: &[Destination],
        now: Timestamp,
    ) -> Result<Vec<CheckpointCopy>, StoreError> {
        let last = self.last_checkpoint().await?;
        let due = last.as_ref().is_none_or(|last| now.since(last.at) >= SIGN_AFTER);
        let last = if due { self.sign_if_new().await? } else { last };
        let Some(last) = last else { return Ok(Vec::new()) };
        self.keep_head(&last).await?;
        let mut copies = Vec::new();
        for destination in destinations {
            copies.push(CheckpointCopy {
                destination: destination.name.clone(),
                copied: self.copy_to(destination, &last, now).await,
            });
        }
        Ok(copies)
    }

    /// What was copied where, for whoever wants to know how old the last copy is.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn checkpoint_copies(&self) -> Result<Vec<CopiedTo>, StoreError> {
        let rows: Vec<(String, i64, i64)> =
            sqlx::query_as("SELECT place, number, copied_at FROM audit_copy ORDER BY place")
                .fetch_all(self.readers())
                .await?;
        rows.into_iter()
            .map(|(place, number, at)| {
                let place =
                    place.parse().map_err(|_| StoreError::MalformedRow { table: "audit_copy" })?;
                Ok(CopiedTo { place, number, at: Timestamp::from_millis(at) })
            })
            .collect()
    }

    /// Signs the head unless it is signed, and keeps it in the configuration folder; for the end.
    pub(crate) async fn sign_last(&self) -> Result<(), StoreError> {
        match self.sign_if_new().await? {
            Some(checkpoint) => self.keep_head(&checkpoint).await,
            None => Ok(()),
        }
    }

    pub(crate) async fn last_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        checkpoint::last_stored(&mut connection, self.id()).await
    }

    /// The checkpoint of the head, signed now if it was not; nothing where there is no record.
    pub(crate) async fn sign_if_new(&self) -> Result<Option<Checkpoint>, StoreError> {
        let mut tx = self.begin_essential().await?;
        let (connection, keys, link) = tx.log().await?;
        if link.checkpoint_seq == link.seq {
            drop(tx);
            return self.last_checkpoint().await;
        }
        let checkpoint = link.sign(connection, keys, None).await?;
        tx.commit().await?;
        Ok(Some(checkpoint))
    }

    /// Appends to the place's file what it does not hold yet.
    async fn copy_to(
        &self,
        destination: &Destination,
        last: &Checkpoint,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let path = destination.file(format!("cloister-{}.checkpoints", self.id()));
        let known = {
            let path = path.clone();
            tokio::task::spawn_blocking(move || last_in(&path)).await
        };
        let known = known.map_err(|_| StoreError::Closed)??;
        let mut connection = self.readers().acquire().await?;
        let new = checkpoint::stored_after(&mut connection, self.id(), known).await?;
        drop(connection);
        let count = new.len() as u64;
        if !new.is_empty() {
            let lines: Vec<String> = new.iter().map(Checkpoint::to_line).collect();
            let lines = lines.join("\n") + "\n";
            let appended = tokio::task::spawn_blocking(move || append_lines(&path, &lines)).await;
            appended.map_err(|_| StoreError::Closed)??;
        }
        sqlx::query(
            "INSERT INTO audit_copy (place, number, copied_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT (place) DO UPDATE SET number = ?2, copied_at = ?3 WHERE number <> ?2",
        )
        .bind(destination.name.as_str())
        .bind(last.number)
        .bind(now.as_millis())
        .execute(&mut *self.writer_essential().await?)
        .await?;
        Ok(count)
    }
}

/// The number of the last checkpoint in the file; 0 where there is none.
fn last_in(path: &Path) -> Result<i64, StoreError> {
    let mut text = String::new();
    match std::fs::File::open(path) {
        Ok(file) => {
            file.take(MOST_COPY_BYTES)
                .read_to_string(&mut text)
                .map_err(|source| StoreError::file(path, source))?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(source) => return Err(StoreError::file(path, source)),
    }
    // A line that was cut short by a full disk is written again.
    let whole = text.rfind('\n').map_or("", |end| text.get(..end).unwrap_or_default());
    let kept = whole.lines().rev().find_map(|line| read_checkpoints(line).ok()?.pop());
    Ok(kept.map_or(0, |kept| kept.checkpoint.number))
}

/// Appends `lines` on a line of their own and returns when they are on the disk.
fn append_lines(path: &Path, lines: &str) -> Result<(), StoreError> {
    let append = || {
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        if file.seek(SeekFrom::End(-1)).is_ok() {
            let mut last = [0];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        file.write_all(lines.as_bytes())?;
        file.sync_all()
    };
    append().map_err(|source| StoreError::file(path, source))
}
