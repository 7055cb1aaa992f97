//! Making a vault and opening it.

use std::{path::Path, str::FromStr, sync::Arc};

use cloister_types::{Entropy, Timestamp};

use crate::{
    AuditBody, AuditEvent, AuditRecord, Store, StoreError, SubKey, VaultId, VaultPaths,
    audit::{self, AuditKeys},
    connection, files, key_file,
    keys::RootKey,
    lock::VaultLock,
    migrations,
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
        let paths = paths.absolute()?;
        files::make_folder(&paths.data_dir)?;
        files::make_folder(&paths.keys())?;
        refuse_key_beside_data(&paths)?;
        let lock = VaultLock::acquire(&paths)?;
        if Self::exists(&paths) {
            return Err(StoreError::AlreadyExists { folder: paths.data_dir });
        }
        let (id, root) = (VaultId::random(entropy), RootKey::random(entropy));
        key_file::write(&paths.key_file(&id), &root)?;
        build_database(&paths, (id, &root), at).await?;
        files::rename(&paths.new_database(), &paths.database())?;
        files::write_whole(&paths.id(), format!("{id}\n").as_bytes())?;
        tracing::info!(vault = %id, "vault made");
        Store::connect(&paths, id, root, lock).await
    }

    /// Opens the vault, checks its structure and brings its schema up to this program's.
    ///
    /// # Errors
    /// [`StoreError::NoVault`], [`StoreError::Incomplete`], [`StoreError::InUse`],
    /// [`StoreError::WrongKey`], [`StoreError::NotEncrypted`], [`StoreError::NewerSchema`],
    /// [`StoreError::Damaged`], the errors of the key file, and what files may refuse.
    pub async fn open(paths: &VaultPaths) -> Result<Store, StoreError> {
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
        let root = key_file::read(&paths.key_file(&id))?;
        files::make_private(&database)?;
        check_and_migrate(&database, (id, &root)).await?;
        tracing::info!(vault = %id, "vault opened");
        Store::connect(&paths, id, root, lock).await
    }
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
    (id, root): (VaultId, &RootKey),
    at: Timestamp,
) -> Result<(), StoreError> {
    let (key, log) = (Arc::new(root.database_key(id)), log_keys(id, root));
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
        let made = AuditRecord::new(AuditEvent::VaultCreated, at, AuditBody::new());
        audit::begin_log(connection, &log, &made).await
    })
    .await
}

async fn check_and_migrate(
    database: &Path,
    (id, root): (VaultId, &RootKey),
) -> Result<(), StoreError> {
    let (key, log) = (Arc::new(root.database_key(id)), log_keys(id, root));
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
        audit::adopt_records(connection, &log).await
    })
    .await
}

fn log_keys(id: VaultId, root: &RootKey) -> AuditKeys {
    AuditKeys::derive(id, &root.sub_key(id, SubKey::Audit))
}

fn read_id(path: &Path) -> Result<VaultId, StoreError> {
    let text = std::fs::read(path).map_err(|source| StoreError::file(path, source))?;
    std::str::from_utf8(text.trim_ascii_end())
        .ok()
        .and_then(|text| VaultId::from_str(text).ok())
        .ok_or_else(|| StoreError::MalformedId { file: path.to_owned() })
}
