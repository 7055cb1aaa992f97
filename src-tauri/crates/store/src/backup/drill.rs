//! A drill: a restore for trial, beside the vault, which is wiped again.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use cloister_types::{Authorized, Pseudonym, Timestamp, act};

use super::{
    Backup, DRILLED, Scratch,
    archive::Archive,
    rebuild::rebuild,
    restore::{TombstoneRule, tombstones_beside},
};
use crate::{
    AuditBody, AuditEvent, AuditRecord, KeySources, Store, StoreError, Tombstone, Unlock,
    VaultPaths, files, keys::RootKey, unlock,
};

/// What came back in a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Accounts.
    pub accounts: u64,
    /// Conversations.
    pub conversations: u64,
    /// Turns.
    pub turns: u64,
    /// Passages of the knowledge.
    pub passages: u64,
    /// Audit records, which were all verified.
    pub records: u64,
    /// People who were erased again; nothing where the tombstones are not beside the backup, and a
    /// restore would refuse.
    pub erased: Option<u64>,
}

/// What a drill showed. A backup that cannot be restored is an error instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// The backup.
    pub backup: Backup,
    /// What came back.
    pub counts: Counts,
    /// How long it took.
    pub took: Duration,
}

impl Store {
    /// Restores a backup of this vault for trial, verifies all of it, and wipes it again. Opened by
    /// what somebody typed, it proves that too; without, it opens by the keys in use.
    ///
    /// # Errors
    /// [`StoreError::ForeignBackup`]; [`StoreError::Locked`] when the root key was replaced since the
    /// backup and nothing was typed; otherwise those of
    /// [`Vault::restore`](crate::Vault::restore).
    pub async fn drill_backup(
        &self,
        _allowed: &Authorized<act::Restore>,
        file: &Path,
        typed: Option<&Unlock>,
        (by, at): (Pseudonym, Timestamp),
    ) -> Result<Drill, StoreError> {
        let begun = Instant::now();
        let _one = self.scratch().await;
        let archive = Archive::open(file)?;
        if archive.vault != self.id() {
            return Err(StoreError::ForeignBackup { file: file.to_owned() });
        }
        let stones = tombstones_beside(file, TombstoneRule::IfThere)?;
        let root = self.root_of(&archive, typed).await?;
        let folder = self.chest().await.paths.scratch();
        let scratch = Scratch::make(&folder)?;
        let paths = VaultPaths {
            data_dir: scratch.path().join("data"),
            config_dir: scratch.path().join("config"),
        };
        files::make_folder(&paths.data_dir)?;
        let (trial, archive) = rebuild(archive, root, paths, KeySources::default()).await?;
        let seen = look(&trial, stones.as_deref(), at).await;
        trial.close().await;
        drop(scratch);
        let drill = Drill { backup: archive.describe(), counts: seen?, took: begun.elapsed() };
        let body = AuditBody::new()
            .count("seq", drill.backup.seq.unsigned_abs())
            .count("records", drill.counts.records)
            .span("took_ms", drill.took);
        let record = AuditRecord::new(AuditEvent::BackupDrilled, at, body).about(by);
        self.note(DRILLED, &record, at).await?;
        Ok(drill)
    }

    /// The root key that `archive` is sealed under.
    async fn root_of(
        &self,
        archive: &Archive,
        typed: Option<&Unlock>,
    ) -> Result<RootKey, StoreError> {
        let keys = &archive.manifest.keys;
        let chest = self.chest().await;
        if let Some(typed) = typed {
            let place = (&chest.paths, self.id());
            return Ok(unlock::unlock(keys, place, typed, &chest.sources).await?.root);
        }
        if keys.verify(self.id(), &chest.root).is_ok() {
            return Ok(chest.root.copy());
        }
        let kinds = keys.slots().into_iter().map(|slot| slot.kind);
        Err(StoreError::Locked { kinds: kinds.filter(|kind| !kind.needs_nobody()).collect() })
    }
}

/// Applies the tombstones, as a restore would, and counts what is there.
async fn look(
    trial: &Store,
    stones: Option<&[Tombstone]>,
    at: Timestamp,
) -> Result<Counts, StoreError> {
    let erased = match stones {
        Some(stones) => Some(trial.apply_tombstones(stones, at).await?.erased),
        None => None,
    };
    let (accounts, conversations, turns, passages, records): (i64, i64, i64, i64, i64) =
        sqlx::query_as(
            "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM conversation), \
                    (SELECT count(*) FROM turn), (SELECT count(*) FROM passage), \
                    (SELECT count(*) FROM audit_record)",
        )
        .fetch_one(trial.readers())
        .await?;
    Ok(Counts {
        accounts: accounts.unsigned_abs(),
        conversations: conversations.unsigned_abs(),
        turns: turns.unsigned_abs(),
        passages: passages.unsigned_abs(),
        records: records.unsigned_abs(),
        erased,
    })
}
