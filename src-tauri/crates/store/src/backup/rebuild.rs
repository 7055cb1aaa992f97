//! From an archive to a vault, and what must hold of it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sqlx::SqliteConnection;
use tokio::runtime::Handle;

use super::archive::Archive;
use crate::{
    KeptCheckpoint, KeySources, Store, StoreError, VaultId, VaultPaths, audit,
    connection::{self, DatabaseKey},
    files,
    key_header::Header,
    keys::{RootKey, SealingKey},
    lock::VaultLock,
    reserve::Reserve,
    slots::KeyChest,
    vault::check_and_migrate,
};

/// Puts the vault of `archive` together in the folders of `paths`, which are empty, brings its schema
/// up to this program's and verifies it. It has no id file yet, so that nobody takes it for a whole
/// one.
///
/// # Errors
/// [`StoreError::BackupDamaged`], [`StoreError::BackupLogBroken`], [`StoreError::NewerSchema`], and
/// what files may refuse.
pub(super) async fn rebuild(
    mut archive: Archive,
    root: RootKey,
    paths: VaultPaths,
    sources: KeySources,
) -> Result<(Store, Archive), StoreError> {
    let id = archive.vault;
    let lock = VaultLock::acquire(&paths)?;
    let (fresh, copy) = (paths.new_database(), root.copy());
    let target = fresh.clone();
    let unpacked =
        tokio::task::spawn_blocking(move || archive.unpack(&copy, &target).map(|()| archive));
    archive = unpacked.await.map_err(|_| StoreError::Closed)??;
    let key: DatabaseKey = Arc::new(root.database_key(id));
    inspect(&fresh, &key, &archive).await?;
    let mut header = Header::new(archive.manifest.keys.clone());
    let sealings = header.current().sealings(id, &root)?;
    let (newest, root) = migrate(fresh.clone(), (id, root), sealings).await?;
    header.current_mut().settle_sealing(id, &root, newest)?;
    header.write(&paths.key_slots())?;
    files::rename(&fresh, &paths.database())?;
    let reserve = Reserve::open(paths.reserve());
    let chest = KeyChest { paths, header, root, sources };
    let store = Store::connect(id, chest, lock, reserve).await?;
    match verify_log(&store, &archive).await {
        Ok(()) => Ok((store, archive)),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
}

/// Brings the schema up to date, on a thread that may block: the future of a migration cannot be sent
/// to another.
async fn migrate(
    database: PathBuf,
    (id, root): (VaultId, RootKey),
    sealings: Vec<SealingKey>,
) -> Result<(bool, RootKey), StoreError> {
    let runtime = Handle::current();
    let migrated = tokio::task::spawn_blocking(move || {
        let migrated = runtime.block_on(check_and_migrate(&database, (id, &root), &sealings));
        migrated.map(|newest| (newest, root))
    });
    migrated.await.map_err(|_| StoreError::Closed)?
}

/// Verifies every page of the database that was unpacked from `archive`, and that its audit log has
/// the head that the archive's first line names.
pub(super) async fn inspect(
    database: &Path,
    key: &DatabaseKey,
    archive: &Archive,
) -> Result<(), StoreError> {
    connection::with_one(database, key, async |connection| {
        if connection::is_empty(connection).await?
            || !connection::full_check(connection).await?.is_empty()
        {
            return Err(archive.damaged());
        }
        if has_head(connection, archive).await? { Ok(()) } else { Err(archive.damaged()) }
    })
    .await
}

/// Whether the newest signed head is the one of the first line, and the record is there that it is
/// of.
async fn has_head(
    connection: &mut SqliteConnection,
    archive: &Archive,
) -> Result<bool, StoreError> {
    let wanted = &archive.checkpoint;
    let stored = audit::last_checkpoint(connection, archive.vault).await?;
    let hash: Option<Vec<u8>> = sqlx::query_scalar("SELECT hash FROM audit_record WHERE seq = ?")
        .bind(wanted.seq)
        .fetch_optional(connection)
        .await?;
    Ok(wanted.is_signed()
        && stored.as_ref() == Some(wanted)
        && hash.is_some_and(|hash| hash == wanted.head.as_bytes()))
}

/// Follows the whole audit log, through the head that was signed for the archive.
async fn verify_log(store: &Store, archive: &Archive) -> Result<(), StoreError> {
    let checkpoint = archive.checkpoint.clone();
    let kept = KeptCheckpoint { checkpoint, countersignature: None };
    match store.verify_audit(&[kept]).await?.finding {
        None => Ok(()),
        Some(finding) => Err(archive.log_broken(finding.kind)),
    }
}
