//! The open vault, as a handle that the rest of the program shares.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use cloister_types::Secret;
use sqlx::{
    FromRow, Sqlite, SqlitePool,
    query::QueryAs,
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::{
    Moment, StoreError, SubKey, VaultId,
    audit::AuditKeys,
    connection::{self, CurrentKey},
    keys::SealingKey,
    lock::VaultLock,
    message_log::LogKey,
    reserve::{Need, Reserve},
    slots::KeyChest,
    writer::{Held, WriteTransaction, Writer},
};

/// Connections that read. Four keep the window, the server and the purge from waiting for each
/// other; each costs a thread and a page cache of 2 MB at most.
pub(crate) const READERS: u32 = 4;

/// An open vault. Cloning is cheap and shares the connections. [Close](Store::close) it before the
/// process ends: SQLCipher's exit handler crashes a process whose connections are in use or closing.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    id: VaultId,
    chest: tokio::sync::Mutex<KeyChest>,
    keys: RwLock<Arc<LiveKeys>>,
    database_key: CurrentKey,
    writer: Writer,
    readers: SqlitePool,
    lock: VaultLock,
    audit_head: PathBuf,
    /// When the clock was last looked at and trusted.
    last_moment: tokio::sync::Mutex<Option<Moment>>,
    reserve: Arc<Reserve>,
    /// Held by whoever makes, verifies or tries a backup: there is one folder for that.
    scratch: tokio::sync::Mutex<()>,
}

/// The keys that a rotation replaces while the vault is open.
pub(crate) struct LiveKeys {
    /// Derives those that seal.
    pub(crate) sealing: SealingKey,
    /// Those of the audit log.
    pub(crate) audit: Arc<AuditKeys>,
    /// What the message log is sealed to, once it was looked up.
    pub(crate) log: OnceLock<LogKey>,
}

/// What an integrity check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrity {
    /// The findings, in SQLite's words: tables, pages and counts, no content.
    pub findings: Vec<String>,
}

impl Integrity {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

impl Store {
    pub(crate) async fn connect(
        id: VaultId,
        chest: KeyChest,
        lock: VaultLock,
        reserve: Reserve,
    ) -> Result<Self, StoreError> {
        let reserve = Arc::new(reserve);
        let sealing = chest.header.current().sealing(id, &chest.root)?;
        let key = Arc::new(chest.root.database_key(id));
        let database_key: CurrentKey = Arc::new(RwLock::new(Arc::clone(&key)));
        let audit = Arc::new(AuditKeys::derive(id, &sealing.sub_key(id, SubKey::Audit)));
        let audit_head = chest.paths.audit_head(&id);
        let database = chest.paths.database();
        let database: &Path = &database;
        let writer = connection::writer(database, &key).await?;
        let writer = Writer::new(writer, Arc::clone(&audit), Arc::clone(&reserve));
        match connection::readers(database, &database_key, READERS).await {
            Ok(readers) => {
                let chest = tokio::sync::Mutex::new(chest);
                let inner = Inner {
                    id,
                    chest,
                    keys: RwLock::new(Arc::new(LiveKeys { sealing, audit, log: OnceLock::new() })),
                    database_key,
                    writer,
                    readers,
                    lock,
                    audit_head,
                    last_moment: tokio::sync::Mutex::default(),
                    reserve,
                    scratch: tokio::sync::Mutex::default(),
                };
                let store = Self(Arc::new(inner));
                store.count_room().await?;
                Ok(store)
            }
            Err(error) => {
                writer.close().await;
                Err(error)
            }
        }
    }

    /// The vault's id, which names its key file.
    #[must_use]
    pub fn id(&self) -> VaultId {
        self.0.id
    }

    /// Derives the key for another part of the program. To be asked for each time: it changes with
    /// the root key, and what it sealed is sealed anew then (`rotation`).
    #[must_use]
    pub fn sub_key(&self, purpose: SubKey) -> Secret<[u8; 32]> {
        self.keys().sealing.sub_key(self.0.id, purpose)
    }

    /// The version of SQLCipher that encrypts the database, such as `4.10.0 community`.
    ///
    /// # Errors
    /// When it could not be asked.
    pub async fn cipher_version(&self) -> Result<String, StoreError> {
        Ok(sqlx::query_scalar("PRAGMA cipher_version").fetch_one(self.readers()).await?)
    }

    /// Verifies every page's authentication code, every index and every reference. Reads the whole
    /// file.
    ///
    /// # Errors
    /// When the check itself cannot run.
    pub async fn check(&self) -> Result<Integrity, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let findings = connection::full_check(&mut connection).await?;
        Ok(Integrity { findings })
    }

    /// Signs the end of the audit log, waits for what is under way, closes the database and gives the lock back. Every clone of
    /// the handle is closed with it.
    pub async fn close(&self) {
        if !self.0.writer.is_closed()
            && let Err(error) = self.sign_last().await
        {
            tracing::warn!(%error, "the end of the audit log was not signed");
        }
        self.0.readers.close().await;
        self.0.writer.close().await;
        self.0.lock.release();
    }

    /// The keys, for one who changes them: changes wait for each other.
    pub(crate) async fn chest(&self) -> tokio::sync::MutexGuard<'_, KeyChest> {
        self.0.chest.lock().await
    }

    /// The folder for what is put together and taken apart again, for one at a time.
    pub(crate) async fn scratch(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.scratch.lock().await
    }

    /// When the clock was last looked at and trusted, for one who looks now.
    pub(crate) async fn last_moment(&self) -> tokio::sync::MutexGuard<'_, Option<Moment>> {
        self.0.last_moment.lock().await
    }

    /// The keys that seal and sign now.
    pub(crate) fn keys(&self) -> Arc<LiveKeys> {
        Arc::clone(&self.0.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Goes on with other keys.
    pub(crate) fn use_keys(&self, keys: LiveKeys) {
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    pub(crate) fn database_key(&self) -> &CurrentKey {
        &self.0.database_key
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.0.readers
    }

    /// The connection that writes, for statements that stand for themselves.
    pub(crate) async fn writer(&self) -> Result<Held, StoreError> {
        self.0.writer.hold(Need::Ordinary).await
    }

    /// As [`Store::writer`], also while the disk is full.
    pub(crate) async fn writer_essential(&self) -> Result<Held, StoreError> {
        self.0.writer.hold(Need::Essential).await
    }

    /// The keys of the audit log.
    pub(crate) fn audit_keys(&self) -> Arc<AuditKeys> {
        Arc::clone(&self.keys().audit)
    }

    /// Where the last signed head of the audit log is kept.
    pub(crate) fn head_file(&self) -> PathBuf {
        self.0.audit_head.clone()
    }

    /// Counts the pages inside the database that new rows can take, which are room too on a disk that
    /// the database itself has filled.
    pub(crate) async fn count_room(&self) -> Result<(), StoreError> {
        let pages: i64 =
            sqlx::query_scalar("PRAGMA freelist_count").fetch_one(self.readers()).await?;
        self.0.reserve.note_inside(pages.unsigned_abs().saturating_mul(connection::PAGE_BYTES));
        Ok(())
    }

    /// Begins a transaction that may write. Dropped without a commit, it leaves nothing.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] while there is no room.
    pub(crate) async fn begin(&self) -> Result<WriteTransaction, StoreError> {
        self.0.writer.begin(Need::Ordinary).await
    }

    /// As [`Store::begin`], also while the disk is full: for what gives room back, shows what is kept
    /// or ends something, and for the records about it.
    pub(crate) async fn begin_essential(&self) -> Result<WriteTransaction, StoreError> {
        self.0.writer.begin(Need::Essential).await
    }

    /// Begins a transaction with what `query` reads; see [`Writer::begin_reading`].
    pub(crate) async fn begin_reading<O>(
        &self,
        need: Need,
        query: QueryAs<'_, Sqlite, O, SqliteArguments>,
    ) -> Result<(WriteTransaction, Option<O>), StoreError>
    where
        O: Send + Unpin + for<'r> FromRow<'r, SqliteRow>,
    {
        self.0.writer.begin_reading(need, query).await
    }
}

impl Drop for Inner {
    /// Leaves the connections of a vault that nobody closed open and idle, in which state they
    /// survive the end of the process; dropped, they would be closing while it ends.
    fn drop(&mut self) {
        if !self.writer.is_closed() {
            tracing::warn!("the vault was not closed");
            std::mem::forget((self.writer.clone(), self.readers.clone()));
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.0.id)
    }
}
