//! Backups: sealed archives of a consistent copy of the database, made while the vault is in use,
//! and vaults that are put together from them again.
//!
//! No byte of a copy is ever in the clear: SQLCipher writes it under the key of the database, and
//! the archive is sealed on top, so that its first line cannot be exchanged. An archive opens with
//! what opened the vault when it was made; what opens a slot is never in it.

mod archive;
mod drill;
mod keep;
mod rebuild;
mod restore;
mod seal;

use std::path::{Path, PathBuf};

use cloister_types::{Authorized, Entropy, Pseudonym, Timestamp, act};

use self::archive::{Archive, Contents};
pub use self::{
    drill::{Counts, Drill},
    keep::{Keep, superseded},
    restore::{KeyFileFate, Restoration, Restored, TombstoneRule, is_restored_without_tombstones},
};
use crate::{
    AuditBody, AuditEvent, AuditRecord, Checkpoint, SettingName, SettingValue, Store, StoreError,
    VaultId, audit,
    connection::{self, DatabaseKey},
    files, settings,
};

/// How the name of a backup ends.
pub const BACKUP_SUFFIX: &str = ".cloister-backup";

/// When the last backup was made, in milliseconds.
const MADE: SettingName = SettingName("backup_made_ms");
/// When one was last tried with success, in milliseconds.
const DRILLED: SettingName = SettingName("backup_drilled_ms");

/// A backup, by what anybody can read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub file: PathBuf,
    /// Whose.
    pub vault: VaultId,
    /// When it was made.
    pub made_at: Timestamp,
    /// The version of the program that made it.
    pub program: String,
    /// The version of the database's schema.
    pub schema: i64,
    /// The length of the database in bytes.
    pub bytes: u64,
    /// The audit record that the signed head in it is of.
    pub seq: i64,
}

/// When backups were last made and tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BackupMoments {
    /// When the last was made.
    pub made_at: Option<Timestamp>,
    /// When one was last restored for trial, with success.
    pub drilled_at: Option<Timestamp>,
}

/// Reads what anybody can read of a backup, which only [`Store::verify_backup`] and a restore verify.
///
/// # Errors
/// [`StoreError::NoBackup`], [`StoreError::NewerBackup`], and what files may refuse.
pub fn read_backup(file: &Path) -> Result<Backup, StoreError> {
    Archive::open(file).map(|archive| archive.describe())
}

impl Store {
    /// Makes a backup in `folder`, verifies it, and writes the tombstones beside it. The file has its
    /// name only once it was verified.
    ///
    /// # Errors
    /// What files may refuse, and what [`Store::verify_backup`] finds; there is no backup then.
    pub async fn back_up(
        &self,
        _allowed: &Authorized<act::Backup>,
        folder: &Path,
        by: Pseudonym,
        (entropy, at): (&dyn Entropy, Timestamp),
    ) -> Result<Backup, StoreError> {
        self.make_backup(folder, Some(by), (entropy, at)).await
    }

    /// Makes a backup that the site has asked for by its schedule; like [`Store::back_up`] otherwise.
    ///
    /// # Errors
    /// Those of [`Store::back_up`].
    pub async fn back_up_on_schedule(
        &self,
        folder: &Path,
        (entropy, at): (&dyn Entropy, Timestamp),
    ) -> Result<Backup, StoreError> {
        self.make_backup(folder, None, (entropy, at)).await
    }

    /// Unseals a backup of this vault, verifies every page of its database, and makes sure that its
    /// audit log has the head that was signed for it.
    ///
    /// # Errors
    /// [`StoreError::NoBackup`], [`StoreError::NewerBackup`], [`StoreError::ForeignBackup`],
    /// [`StoreError::BackupDamaged`], [`StoreError::BackupLogBroken`]; [`StoreError::Locked`] where
    /// the root key was replaced since, so that only a restore or a drill can open it.
    pub async fn verify_backup(
        &self,
        _allowed: &Authorized<act::Backup>,
        file: &Path,
    ) -> Result<Backup, StoreError> {
        let _scratch = self.scratch().await;
        self.verify_file(file).await
    }

    /// When backups were last made and tried.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn backup_moments(&self) -> Result<BackupMoments, StoreError> {
        let moment = |value: Option<SettingValue>| match value {
            Some(SettingValue::Number(millis)) => {
                i64::try_from(millis).ok().map(Timestamp::from_millis)
            }
            Some(SettingValue::Switch(_) | SettingValue::Code(_)) | None => None,
        };
        Ok(BackupMoments {
            made_at: moment(self.setting(MADE).await?),
            drilled_at: moment(self.setting(DRILLED).await?),
        })
    }

    async fn make_backup(
        &self,
        folder: &Path,
        by: Option<Pseudonym>,
        (entropy, at): (&dyn Entropy, Timestamp),
    ) -> Result<Backup, StoreError> {
        let _scratch = self.scratch().await;
        self.copy_tombstones(folder).await?;
        let name = format!("{}-{at}", self.id()).replace(':', "-");
        let file = folder.join(format!("{name}{BACKUP_SUFFIX}"));
        let fresh = folder.join(format!("{name}{BACKUP_SUFFIX}.new"));
        files::remove_if_there(&fresh)?;
        let made = async {
            self.write_archive(&fresh, (entropy, at)).await?;
            self.verify_file(&fresh).await
        };
        let made = match made.await {
            Ok(made) => Backup { file: file.clone(), ..made },
            Err(error) => {
                files::remove_if_there(&fresh)?;
                return Err(error);
            }
        };
        let body =
            AuditBody::new().count("bytes", made.bytes).count("seq", made.seq.unsigned_abs());
        let record = AuditRecord::new(AuditEvent::BackupMade, at, body);
        let record = match by {
            Some(by) => record.about(by),
            None => record,
        };
        files::rename(&fresh, &file)?;
        if let Err(error) = self.note(MADE, &record, at).await {
            files::remove_if_there(&file)?;
            return Err(error);
        }
        // Beyond what was copied: a vault restored from it can't pass for this one.
        if let Err(error) = self.sign_last().await {
            tracing::warn!(%error, "the audit log's head was not signed after the backup");
        }
        Ok(made)
    }

    /// Copies the database and seals the copy. The key stays what it is meanwhile.
    async fn write_archive(
        &self,
        target: &Path,
        (entropy, made_at): (&dyn Entropy, Timestamp),
    ) -> Result<(), StoreError> {
        self.sign_if_new().await?;
        let id = self.id();
        let chest = self.chest().await;
        let scratch = Scratch::make(&chest.paths.scratch())?;
        let copy = scratch.path().join("copy.db");
        let key: DatabaseKey = chest.root.database_key(id).into();
        copy_database(&chest.paths.database(), &key, &copy).await?;
        let (root, keys) = (chest.root.copy(), chest.header.current().clone());
        drop(chest);
        let (schema, checkpoint) = facts(&copy, &key, id).await?;
        let contents = Contents { made_at, schema, checkpoint, keys };
        let target = target.to_owned();
        let nonce = entropy.bytes();
        let written = tokio::task::spawn_blocking(move || {
            archive::write(&target, &copy, contents, (id, &root, nonce))
        });
        written.await.map_err(|_| StoreError::Closed)?
    }

    async fn verify_file(&self, file: &Path) -> Result<Backup, StoreError> {
        let mut archive = Archive::open(file)?;
        let id = self.id();
        if archive.vault != id {
            return Err(StoreError::ForeignBackup { file: file.to_owned() });
        }
        let chest = self.chest().await;
        let (root, scratch) = (chest.root.copy(), chest.paths.scratch());
        drop(chest);
        if archive.manifest.keys.verify(id, &root).is_err() {
            let kinds = archive.manifest.keys.slots().into_iter().map(|slot| slot.kind);
            return Err(StoreError::Locked { kinds: kinds.collect() });
        }
        let scratch = Scratch::make(&scratch)?;
        let copy = scratch.path().join("copy.db");
        let key: DatabaseKey = root.database_key(id).into();
        let target = copy.clone();
        let unpacked =
            tokio::task::spawn_blocking(move || archive.unpack(&root, &target).map(|()| archive));
        let archive = unpacked.await.map_err(|_| StoreError::Closed)??;
        rebuild::inspect(&copy, &key, &archive).await?;
        Ok(archive.describe())
    }

    /// Notes in a setting that something happened at `at`, with its record.
    async fn note(
        &self,
        name: SettingName,
        record: &AuditRecord,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_essential().await?;
        let millis = SettingValue::Number(at.as_millis().unsigned_abs());
        settings::write(&mut tx, name, &millis, at).await?;
        tx.commit_with(record).await
    }
}

/// Copies the database as of one moment to `target`, while others read and write. SQLCipher encrypts
/// the copy under the same key.
async fn copy_database(
    database: &Path,
    key: &DatabaseKey,
    target: &Path,
) -> Result<(), StoreError> {
    let name = target.to_str().ok_or_else(|| {
        StoreError::file(target, std::io::Error::from(std::io::ErrorKind::InvalidFilename))
    })?;
    // Made here, so that nobody else may read it.
    files::make_file(target)?;
    connection::with_one(database, key, async |connection| {
        sqlx::query("VACUUM INTO ?").bind(name).execute(connection).await?;
        Ok(())
    })
    .await
}

/// The schema of a copy, and the last signed head of its audit log.
async fn facts(
    copy: &Path,
    key: &DatabaseKey,
    vault: VaultId,
) -> Result<(i64, Checkpoint), StoreError> {
    connection::with_one(copy, key, async |connection| {
        let schema = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut *connection)
            .await?;
        let checkpoint = audit::last_checkpoint(connection, vault).await?;
        Ok((schema, checkpoint.ok_or(StoreError::ChainBroken)?))
    })
    .await
}

/// A private folder that is gone with the value.
struct Scratch(PathBuf);

impl Scratch {
    /// Makes the folder, without what one that was killed has left in it.
    fn make(path: &Path) -> Result<Self, StoreError> {
        remove_folder(path)?;
        files::make_folder(path)?;
        Ok(Self(path.to_owned()))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = remove_folder(&self.0) {
            tracing::warn!(%error, "a folder stays that the next backup removes");
        }
    }
}

fn remove_folder(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::file(path, error))
        }
        _ => Ok(()),
    }
}
