//! Restoring a backup to a new folder.

use std::path::{Path, PathBuf};

use cloister_types::{Entropy, Secret, Timestamp};

use super::{archive::Archive, rebuild::rebuild, remove_folder};
use crate::{
    AuditBody, AuditEvent, AuditRecord, KeySources, SettingName, SettingValue, SlotKind, Store,
    StoreError, TOMBSTONES, Tombstone, Unlock, Vault, VaultId, VaultPaths, files,
    key_file::{self, KeyFile},
    key_header::Header,
    keys::RootKey,
    message_log, read_tombstones,
    session::delete_guests,
    settings,
    slots::KeyChest,
    unlock,
    vault::finish_conversion,
};

/// Set in a vault that was restored without knowing who was erased since the backup.
const UNPROVEN: SettingName = SettingName("restored_without_tombstones");

/// A restore to make.
#[derive(Debug)]
pub struct Restoration<'a> {
    /// The backup.
    pub file: &'a Path,
    /// Where the vault goes: a data folder that is new or empty, and the configuration folder.
    pub to: &'a VaultPaths,
    /// The data folder that is used on this machine otherwise.
    pub live: &'a Path,
    /// What opens the backup.
    pub unlock: &'a Unlock,
    /// Where keys that need nobody may lie.
    pub sources: KeySources,
    /// Whether the tombstones must be there.
    pub tombstones: TombstoneRule,
}

/// Whether a restore needs the tombstones that belong beside a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TombstoneRule {
    /// It does.
    Demanded,
    /// It applies them if they are there; the vault remembers if they were not.
    IfThere,
}

/// What came of the key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFileFate {
    /// The one in the configuration folder opens the restored vault too.
    Kept,
    /// There was none, and a new one was written.
    Made,
    /// There is one of newer keys, which was left alone; or the vault had none.
    None,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The vault.
    pub vault: VaultId,
    /// When the backup was made.
    pub made_at: Timestamp,
    /// People who were erased again; nothing where it is not known who was erased since the backup.
    pub erased: Option<u64>,
    /// Sessions that were ended.
    pub sessions: u64,
    /// What came of the key file.
    pub key_file: KeyFileFate,
    /// The vault that the backup is of is in use on this machine, whose newer audit head stays in the
    /// configuration folder.
    pub live_in_place: bool,
}

impl Vault {
    /// Restores a backup to a new folder. Whoever was erased since is erased again, and all sessions
    /// end. A failure leaves the folder as it was.
    ///
    /// # Errors
    /// [`StoreError::FolderInUse`]; [`StoreError::TombstonesMissing`]; the errors of unlocking; what
    /// [`Store::verify_backup`] finds; [`StoreError::BackupLogBroken`]; [`StoreError::NewerSchema`];
    /// [`StoreError::ForeignTombstone`]; and what files may refuse.
    pub async fn restore(
        restoration: Restoration<'_>,
        (entropy, at): (&dyn Entropy, Timestamp),
    ) -> Result<Restored, StoreError> {
        let to = restoration.to.absolute()?;
        let archive = Archive::open(restoration.file)?;
        let stones = tombstones_beside(restoration.file, restoration.tombstones)?;
        files::make_folder(&to.data_dir)?;
        refuse_full(&to.data_dir)?;
        // Until all is done, what belongs in the configuration folder lies in this one.
        let stage = VaultPaths { config_dir: to.data_dir.join("restoring"), ..to.clone() };
        let restored =
            restore_to(archive, stones, (&restoration, &stage, &to), (entropy, at)).await;
        if restored.is_err() {
            clear(&stage)?;
        }
        restored
    }
}

/// Whether the vault was restored without knowing who was erased since the backup.
///
/// # Errors
/// When it cannot be read.
pub async fn is_restored_without_tombstones(store: &Store) -> Result<bool, StoreError> {
    Ok(store.setting(UNPROVEN).await? == Some(SettingValue::Switch(true)))
}

async fn restore_to(
    archive: Archive,
    stones: Option<Vec<Tombstone>>,
    (restoration, stage, to): (&Restoration<'_>, &VaultPaths, &VaultPaths),
    (entropy, at): (&dyn Entropy, Timestamp),
) -> Result<Restored, StoreError> {
    let id = archive.vault;
    let keys = &archive.manifest.keys;
    let unlocked = unlock::unlock(keys, (to, id), restoration.unlock, &restoration.sources).await?;
    let root = unlocked.root;
    let (store, archive) =
        rebuild(archive, root.copy(), stage.clone(), KeySources::default()).await?;
    let settled = settle(&store, stones.as_deref(), at).await;
    // Signs the end of the log besides.
    store.close().await;
    let (erased, sessions) = settled?;
    let live_in_place = read_live(restoration.live, to) == Some(id);
    let key_file = settle_key_file(to, (id, root), (entropy, at))?;
    if !live_in_place {
        move_head(stage, to, &id)?;
    }
    remove_folder(&stage.config_dir)?;
    // Last: it makes the vault a whole one.
    files::write_whole(&to.id(), format!("{id}\n").as_bytes())?;
    tracing::info!(vault = %id, "vault restored");
    let made_at = archive.manifest.made_at;
    Ok(Restored { vault: id, made_at, erased, sessions, key_file, live_in_place })
}

/// The tombstones beside a backup.
pub(super) fn tombstones_beside(
    file: &Path,
    rule: TombstoneRule,
) -> Result<Option<Vec<Tombstone>>, StoreError> {
    let beside = file.with_file_name(TOMBSTONES);
    match (read_tombstones(&beside)?, rule) {
        (None, TombstoneRule::Demanded) => Err(StoreError::TombstonesMissing { file: beside }),
        (stones, TombstoneRule::Demanded | TombstoneRule::IfThere) => Ok(stones),
    }
}

/// Erases again whoever was erased since, ends all sessions and records the restore.
async fn settle(
    store: &Store,
    stones: Option<&[Tombstone]>,
    at: Timestamp,
) -> Result<(Option<u64>, u64), StoreError> {
    let erased = match stones {
        Some(stones) => Some(store.apply_tombstones(stones, at).await?.erased),
        None => None,
    };
    let mut tx = store.begin_essential().await?;
    let guests = delete_guests(&mut tx).await?.sessions;
    let accounts = sqlx::query("DELETE FROM session").execute(&mut *tx).await?.rows_affected();
    let sessions = guests + accounts;
    message_log::end_all(&mut tx, at).await?;
    let unproven = SettingValue::Switch(erased.is_none());
    settings::write(&mut tx, UNPROVEN, &unproven, at).await?;
    let body = AuditBody::new().count("sessions", sessions).with("unproven", &unproven);
    let body = match erased {
        Some(erased) => body.count("erased", erased),
        None => body,
    };
    let record = AuditRecord::new(AuditEvent::BackupRestored, at, body);
    tx.commit_with(&record).await?;
    Ok((erased, sessions))
}

/// The vault that lies in `live`, unless that is where the backup goes.
fn read_live(live: &Path, to: &VaultPaths) -> Option<VaultId> {
    let paths = VaultPaths { data_dir: live.to_owned(), config_dir: to.config_dir.clone() };
    let paths = paths.absolute().ok().filter(|paths| paths.data_dir != to.data_dir)?;
    Vault::id(&paths)
}

/// Takes the head of the restored log for the right one, in place of a newer.
fn move_head(stage: &VaultPaths, to: &VaultPaths, id: &VaultId) -> Result<(), StoreError> {
    let (from, target) = (stage.audit_head(id), to.audit_head(id));
    let head = std::fs::read(&from).map_err(|error| StoreError::file(&from, error))?;
    if let Some(folder) = target.parent() {
        files::make_folder(folder)?;
    }
    files::write_whole(&target, &head)
}

/// Gives a vault that had a key file one that opens it, unless there is one of newer keys.
fn settle_key_file(
    to: &VaultPaths,
    (id, root): (VaultId, RootKey),
    drawn: (&dyn Entropy, Timestamp),
) -> Result<KeyFileFate, StoreError> {
    let header = Header::read(&to.key_slots())?.ok_or(StoreError::KeysMalformed)?;
    if !header.current().has(SlotKind::KeyFile) {
        return Ok(KeyFileFate::None);
    }
    match key_file::read(&to.key_file(&id)) {
        Ok(KeyFile::Wrapping(key)) => {
            let opens = |_: &[u8; 16], _| Ok(Secret::new(*key.expose()));
            let opened = header.current().unwrap(id, SlotKind::KeyFile, &opens)?;
            Ok(if opened.is_some() { KeyFileFate::Kept } else { KeyFileFate::None })
        }
        Err(StoreError::KeyFileMissing { .. }) => {
            let sources = KeySources::default();
            let chest = KeyChest { paths: to.clone(), header, root, sources };
            finish_conversion(chest, id, true, drawn)?;
            Ok(KeyFileFate::Made)
        }
        Ok(KeyFile::Root(_)) => Ok(KeyFileFate::None),
        Err(error) => {
            tracing::warn!(%error, "the key file was left as it is");
            Ok(KeyFileFate::None)
        }
    }
}

fn refuse_full(folder: &Path) -> Result<(), StoreError> {
    let mut entries = std::fs::read_dir(folder).map_err(|error| StoreError::file(folder, error))?;
    match entries.next() {
        Some(_) => Err(StoreError::FolderInUse { folder: folder.to_owned() }),
        None => Ok(()),
    }
}

/// Removes what a restore that failed has left.
fn clear(stage: &VaultPaths) -> Result<(), StoreError> {
    remove_folder(&stage.config_dir)?;
    let (database, fresh) = (stage.database(), stage.new_database());
    for file in [database, fresh] {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut file = file.clone().into_os_string();
            file.push(suffix);
            files::remove_if_there(&PathBuf::from(file))?;
        }
    }
    for file in [stage.key_slots(), stage.id(), stage.reserve(), stage.lock()] {
        files::remove_if_there(&file)?;
    }
    Ok(())
}
