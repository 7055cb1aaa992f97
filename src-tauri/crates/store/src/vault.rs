//! Making a vault and opening it.

use std::{path::Path, str::FromStr, sync::Arc};

use cloister_types::{Entropy, Secret, Timestamp};

use crate::{
    AuditBody, AuditEvent, AuditRecord, KeySources, NewKey, SlotId, SlotKind, Store, StoreError,
    SubKey, Unlock, VaultId, VaultPaths,
    audit::{self, AuditKeys, Link},
    connection, consent, files,
    key_file::{self, KeyFile},
    key_header::{Generation, Header},
    keys::{RootKey, SealingKey},
    lock::VaultLock,
    migrations,
    reserve::Reserve,
    rotation::settle_key_file,
    slots::{KeyChest, Prepared},
    unlock::{self, Unlocked},
};

/// The vault on disk: made once, then opened by one process at a time.
#[derive(Debug)]
pub struct Vault;

impl Vault {
    /// Whether `paths` hold a vault, whole or not; [`Vault::open`] tells which.
    #[must_use]
    pub fn exists(paths: &VaultPaths) -> bool {
        paths.id().exists() || paths.database().exists()
    }

    /// The id of the vault in `paths`, without opening it; nothing where there is none.
    #[must_use]
    pub fn id(paths: &VaultPaths) -> Option<VaultId> {
        read_id(&paths.id()).ok()
    }

    /// The kinds of the vault's key slots, without opening it; none where it has no slots yet. Only
    /// unlocking tells whether they are as their owner left them.
    ///
    /// # Errors
    /// [`StoreError::KeysMalformed`], and what files may refuse.
    pub fn slot_kinds(paths: &VaultPaths) -> Result<Vec<SlotKind>, StoreError> {
        let header = Header::read(&paths.key_slots())?;
        let slots = header.map(|header| header.current().slots()).unwrap_or_default();
        Ok(slots.into_iter().map(|slot| slot.kind).collect())
    }

    /// Makes a vault, with its key in a key file, and opens it. Folders that are missing are made
    /// for the owner alone. A crash leaves no vault, or a whole one.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`], [`StoreError::KeyBesideData`], [`StoreError::InUse`], and
    /// what files may refuse.
    pub async fn create(
        paths: &VaultPaths,
        entropy: &dyn Entropy,
        at: Timestamp,
    ) -> Result<Store, StoreError> {
        Self::create_with(paths, NewKey::KeyFile, KeySources::default(), (entropy, at)).await
    }

    /// Makes a vault whose first key slot is `first`; like [`Vault::create`] otherwise.
    ///
    /// # Errors
    /// Those of [`Vault::create`] and of [`Store::add_key`].
    pub async fn create_with(
        paths: &VaultPaths,
        first: NewKey,
        sources: KeySources,
        (entropy, at): (&dyn Entropy, Timestamp),
    ) -> Result<Store, StoreError> {
        let paths = paths.absolute()?;
        files::make_folder(&paths.data_dir)?;
        files::make_folder(&paths.keys())?;
        refuse_key_beside_data(&paths)?;
        let lock = VaultLock::acquire(&paths)?;
        if Self::exists(&paths) {
            return Err(StoreError::AlreadyExists { folder: paths.data_dir });
        }
        let (id, root) = (VaultId::random(entropy), RootKey::random(entropy));
        let sealing = SealingKey::random(entropy);
        let header = Header::new(Generation::new(id, &root, &sealing, entropy)?);
        let mut chest = KeyChest { paths, header, root, sources };
        let slot = Prepared::new(first, &chest, (id, entropy)).await?;
        let KeyChest { paths, header, root, .. } = &mut chest;
        slot.add_at(header.current_mut(), root, id, (at, entropy))?;
        header.write(&paths.key_slots())?;
        build_database(paths, (id, root, &sealing), at).await?;
        files::rename(&paths.new_database(), &paths.database())?;
        files::write_whole(&paths.id(), format!("{id}\n").as_bytes())?;
        tracing::info!(vault = %id, "vault made");
        let reserve = Reserve::open(paths.reserve());
        Store::connect(id, chest, lock, reserve).await
    }

    /// Unlocks and opens the vault, checks its structure and brings its schema up to this
    /// program's. Opening by the recovery code leaves a record.
    ///
    /// # Errors
    /// [`StoreError::NoVault`], [`StoreError::Incomplete`], [`StoreError::InUse`],
    /// [`StoreError::Locked`], [`StoreError::WrongPassphrase`], [`StoreError::WrongRecoveryCode`],
    /// [`StoreError::WrongKey`], [`StoreError::KeysAltered`], [`StoreError::NotEncrypted`],
    /// [`StoreError::NewerSchema`], [`StoreError::Damaged`], the errors of the key file, and what
    /// files may refuse.
    pub async fn open(
        paths: &VaultPaths,
        unlock: &Unlock,
        sources: KeySources,
        (entropy, at): (&dyn Entropy, Timestamp),
    ) -> Result<Store, StoreError> {
        let paths = paths.absolute()?;
        if !Self::exists(&paths) {
            return Err(StoreError::NoVault { folder: paths.data_dir });
        }
        let lock = VaultLock::acquire(&paths)?;
        let database = paths.database();
        for part in [paths.id(), database.clone()] {
            if !part.exists() {
                return Err(StoreError::Incomplete { missing: part });
            }
        }
        refuse_key_beside_data(&paths)?;
        let id = read_id(&paths.id())?;
        files::make_private(&database)?;
        // First, since opening a database needs some room as well.
        let reserve = Reserve::open(paths.reserve());
        let (chest, slot) = match Header::read(&paths.key_slots())? {
            Some(header) => open_with_header(header, (paths, id), unlock, sources).await?,
            None => (open_old(paths, id, sources, entropy).await?, None),
        };
        let chest = finish_conversion(chest, id, slot.is_none(), (entropy, at))?;
        tracing::info!(vault = %id, "vault opened");
        let store = Store::connect(id, chest, lock, reserve).await?;
        if let (Unlock::Recovery(_), Some(slot)) = (unlock, slot) {
            let body = AuditBody::new().with("slot", &slot);
            let used = AuditRecord::new(AuditEvent::RecoveryUsed, at, body);
            if let Err(error) = store.record(&used).await {
                store.close().await;
                return Err(error);
            }
        }
        Ok(store)
    }
}

/// Unlocks the generation that the database is under: the newest is tried first, and there is more
/// than one only after a rotation that was cut short. No slot means that the key file still holds
/// the root key itself.
async fn open_with_header(
    mut header: Header,
    (paths, id): (VaultPaths, VaultId),
    unlock: &Unlock,
    sources: KeySources,
) -> Result<(KeyChest, Option<SlotId>), StoreError> {
    let database = paths.database();
    let mut refusal = StoreError::WrongKey { database: database.clone() };
    let mut opened = None;
    for generation in header.generations() {
        let unlocked = match unlock::unlock(generation, (&paths, id), unlock, &sources).await {
            Ok(unlocked) => unlocked,
            Err(error) => {
                refusal = error;
                continue;
            }
        };
        let sealings = generation.sealings(id, &unlocked.root)?;
        match check_and_migrate(&database, (id, &unlocked.root), &sealings).await {
            Ok(newest) => {
                opened = Some((unlocked, newest));
                break;
            }
            Err(error @ StoreError::WrongKey { .. }) => refusal = error,
            Err(error) => return Err(error),
        }
    }
    let (Unlocked { root, slot }, newest) = opened.ok_or(refusal)?;
    // What a rotation that was cut short has left.
    let mut changed = header.settle(id, &root);
    changed |= header.current_mut().settle_sealing(id, &root, newest)?;
    changed |= settle_key_file(header.current_mut(), &root, (id, &paths.key_file(&id)))?;
    if changed {
        header.write(&paths.key_slots())?;
    }
    Ok((KeyChest { paths, header, root, sources }, slot))
}

/// Opens a vault from before there were key slots: its key file holds the root key itself.
async fn open_old(
    paths: VaultPaths,
    id: VaultId,
    sources: KeySources,
    entropy: &dyn Entropy,
) -> Result<KeyChest, StoreError> {
    let KeyFile::Root(root) = key_file::read(&paths.key_file(&id))? else {
        return Err(StoreError::Incomplete { missing: paths.key_slots() });
    };
    // What was sealed so far was sealed by keys of the root key.
    let (sealing, root) = (SealingKey::new(&root), RootKey::new(&root));
    let sealings = [sealing];
    check_and_migrate(&paths.database(), (id, &root), &sealings).await?;
    let [sealing] = sealings;
    let header = Header::new(Generation::new(id, &root, &sealing, entropy)?);
    Ok(KeyChest { paths, header, root, sources })
}

/// Gives a vault whose key file holds the root key a slot for it: first the header, which the root
/// key still opens, then the key file. Cut short between the two, it is done anew.
pub(crate) fn finish_conversion(
    mut chest: KeyChest,
    id: VaultId,
    needed: bool,
    (entropy, at): (&dyn Entropy, Timestamp),
) -> Result<KeyChest, StoreError> {
    if !needed {
        return Ok(chest);
    }
    let key = Secret::new(entropy.bytes());
    let KeyChest { paths, header, root, .. } = &mut chest;
    let stale = header.current().slots().into_iter().filter(|slot| slot.kind == SlotKind::KeyFile);
    let stale: Vec<SlotId> = stale.map(|slot| slot.id).collect();
    let slot = Prepared::plain(SlotKind::KeyFile, Secret::new(*key.expose()));
    slot.add_at(header.current_mut(), root, id, (at, entropy))?;
    for slot in stale {
        header.current_mut().remove(id, root, slot)?;
    }
    header.write(&paths.key_slots())?;
    key_file::write(&paths.key_file(&id), &key)?;
    tracing::info!(vault = %id, "the key file now holds the key of a slot");
    Ok(chest)
}

/// Compares the folders as the file system sees them, so that a link does not hide the fact. A
/// configuration folder that is missing holds no key either; reading the key will say so.
fn refuse_key_beside_data(paths: &VaultPaths) -> Result<(), StoreError> {
    let data = std::fs::canonicalize(&paths.data_dir)
        .map_err(|source| StoreError::file(&paths.data_dir, source))?;
    match std::fs::canonicalize(&paths.config_dir) {
        Ok(config) if config.starts_with(&data) => {
            Err(StoreError::KeyBesideData { data_dir: paths.data_dir.clone() })
        }
        _ => Ok(()),
    }
}

/// Builds the database under a temporary name, so that the real name only ever means a whole one.
async fn build_database(
    paths: &VaultPaths,
    (id, root, sealing): (VaultId, &RootKey, &SealingKey),
    at: Timestamp,
) -> Result<(), StoreError> {
    let (key, log) = (Arc::new(root.database_key(id)), log_keys(id, sealing));
    let fresh = paths.new_database();
    for suffix in ["", "-wal", "-shm"] {
        let mut leftover = fresh.clone().into_os_string();
        leftover.push(suffix);
        files::remove_if_there(Path::new(&leftover))?;
    }
    // SQLite gives the log and its index the mode of the database file.
    files::make_file(&fresh)?;
    // Closing the last connection folds the log into the file and removes it.
    connection::with_one(&fresh, &key, async |connection| {
        migrations::run(connection).await?;
        consent::publish_shipped(connection, at).await?;
        let made = AuditRecord::new(AuditEvent::VaultCreated, at, AuditBody::new());
        audit::begin_log(connection, &log, &made).await
    })
    .await
}

/// Checks the database and brings it up to date. Whether the first of `sealings` is the one in force,
/// which the end of the audit log tells where there are several.
pub(crate) async fn check_and_migrate(
    database: &Path,
    (id, root): (VaultId, &RootKey),
    sealings: &[SealingKey],
) -> Result<bool, StoreError> {
    let key = Arc::new(root.database_key(id));
    connection::with_one(database, &key, async |connection| {
        // SQLite takes a file that was cut to nothing for a new database, and a new vault would
        // hide the loss.
        if connection::is_empty(connection).await? {
            return Err(StoreError::Damaged { finding: String::from("the file is empty") });
        }
        if let Some(finding) = connection::quick_check(connection).await?.into_iter().next() {
            return Err(StoreError::Damaged { finding });
        }
        migrations::run(connection).await?;
        for (place, sealing) in sealings.iter().enumerate() {
            let log = log_keys(id, sealing);
            let is_last = place + 1 == sealings.len();
            if is_last || Link::read(connection, &log).await.is_ok() {
                audit::adopt_records(connection, &log).await?;
                return Ok(place == 0);
            }
        }
        Err(StoreError::KeysAltered)
    })
    .await
}

fn log_keys(id: VaultId, sealing: &SealingKey) -> AuditKeys {
    AuditKeys::derive(id, &sealing.sub_key(id, SubKey::Audit))
}

fn read_id(path: &Path) -> Result<VaultId, StoreError> {
    let text = std::fs::read(path).map_err(|source| StoreError::file(path, source))?;
    std::str::from_utf8(text.trim_ascii_end())
        .ok()
        .and_then(|text| VaultId::from_str(text).ok())
        .ok_or_else(|| StoreError::MalformedId { file: path.to_owned() })
}
