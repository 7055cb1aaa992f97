//! The one connection that writes, and transactions on it: what an act changes and the records about
//! it, together or not at all.
//!
//! A pool would hand a connection back in a task of its own, and the next writer wait for that task:
//! with one connection that costs as much as the write itself (`examples/measure_turn.rs`).

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{
    Connection, FromRow, Sqlite, SqliteConnection,
    query::QueryAs,
    sqlite::{SqliteArguments, SqliteRow},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{
    AuditRecord, StoreError,
    audit::{AuditKeys, Link},
    connection::PATIENCE,
    reserve::{Need, Reserve},
};

/// The connection that writes; whoever holds it is the only one who does. Waiters are served in the
/// order in which they came.
#[derive(Clone)]
pub(crate) struct Writer {
    slot: Arc<Mutex<Slot>>,
    reserve: Arc<Reserve>,
}

struct Slot {
    /// Replaced with the root key.
    audit: Arc<AuditKeys>,
    /// Nothing once it is closed.
    connection: Option<SqliteConnection>,
    /// A transaction was begun and dropped without an end.
    unfinished: bool,
    /// The end of the audit log's chain as last committed. A transaction that appends takes it out,
    /// and puts it back changed when it is committed: one that is rolled back, or of which nobody
    /// knows how it ended, leaves nothing here, and the next one reads the row.
    link: Option<Link>,
}

impl Writer {
    pub(crate) fn new(
        connection: SqliteConnection,
        audit: Arc<AuditKeys>,
        reserve: Arc<Reserve>,
    ) -> Self {
        let slot = Slot { audit, connection: Some(connection), unfinished: false, link: None };
        Self { slot: Arc::new(Mutex::new(slot)), reserve }
    }

    /// The connection, for statements that stand for themselves.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] for what is not essential while there is no room;
    /// [`StoreError::Busy`] when others have it for too long, [`StoreError::Closed`] after the end.
    pub(crate) async fn hold(&self, need: Need) -> Result<Held, StoreError> {
        self.reserve.admit(need)?;
        let waited = tokio::time::timeout(PATIENCE, Arc::clone(&self.slot).lock_owned()).await;
        let mut slot = waited.map_err(|_| StoreError::Busy)?;
        let unfinished = std::mem::take(&mut slot.unfinished);
        let connection = slot.connection.as_mut().ok_or(StoreError::Closed)?;
        if unfinished {
            // A statement of it may have found no room.
            self.reserve.probe();
            // Fails when SQLite has rolled back already, as on a full disk.
            drop(sqlx::query("ROLLBACK").execute(connection).await);
        }
        Ok(Held(slot))
    }

    /// Begins a transaction. Dropped without a commit, it leaves nothing.
    ///
    /// # Errors
    /// Those of [`Writer::hold`], and when it cannot be begun.
    pub(crate) async fn begin(&self, need: Need) -> Result<WriteTransaction, StoreError> {
        let mut held = self.hold(need).await?;
        // Set first: the statement may have run although nobody waited for its end.
        held.0.unfinished = true;
        match sqlx::query("BEGIN IMMEDIATE").execute(&mut *held).await {
            Ok(_) => Ok(self.transaction(held)),
            Err(error) => {
                held.0.unfinished = false;
                Err(self.reserve.explain(error.into()))
            }
        }
    }

    /// Begins a transaction with what `query` reads, of which the text begins with
    /// `BEGIN IMMEDIATE;`: a statement that is handed over alone waits for two threads to wake up,
    /// and most of a turn's time in the store is such waiting.
    ///
    /// # Errors
    /// Those of [`Writer::begin`], and when it cannot be read.
    pub(crate) async fn begin_reading<'q, O>(
        &self,
        need: Need,
        query: QueryAs<'q, Sqlite, O, SqliteArguments>,
    ) -> Result<(WriteTransaction, Option<O>), StoreError>
    where
        O: Send + Unpin + for<'r> FromRow<'r, SqliteRow>,
    {
        let mut held = self.hold(need).await?;
        held.0.unfinished = true;
        let row = query.fetch_optional(&mut *held).await;
        let row = row.map_err(|error| self.reserve.explain(error.into()))?;
        Ok((self.transaction(held), row))
    }

    fn transaction(&self, held: Held) -> WriteTransaction {
        let (audit, reserve) = (Arc::clone(&held.0.audit), Arc::clone(&self.reserve));
        WriteTransaction { held, audit, reserve, link: None }
    }

    /// Waits for what is under way and closes the connection.
    pub(crate) async fn close(&self) {
        let connection = {
            let mut slot = self.slot.lock().await;
            slot.connection.take()
        };
        // An open transaction is rolled back with the connection.
        if let Some(connection) = connection
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the vault's writer did not close cleanly");
        }
    }

    /// Whether [`Writer::close`] was called and has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.slot.try_lock().is_ok_and(|slot| slot.connection.is_none())
    }
}

/// The connection that writes, held.
pub(crate) struct Held(OwnedMutexGuard<Slot>);

impl Deref for Held {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.0.connection.as_ref().expect("`hold` found it, and closing waits for this guard")
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.0.connection.as_mut().expect("`hold` found it, and closing waits for this guard")
    }
}

impl Held {
    /// Goes on with other keys of the audit log, after they were replaced in the database.
    pub(crate) fn use_audit_keys(&mut self, audit: Arc<AuditKeys>) {
        self.0.audit = audit;
        self.0.link = None;
    }
}

#[cfg(test)]
impl Held {
    /// Forgets where the chain ends, after a test wrote the row by other means.
    pub(crate) fn forget_link(&mut self) {
        self.0.link = None;
    }
}

/// A transaction that may write and append to the audit log.
pub(crate) struct WriteTransaction {
    held: Held,
    audit: Arc<AuditKeys>,
    reserve: Arc<Reserve>,
    /// The end of the chain with the records of this transaction; nothing before the first.
    link: Option<Link>,
}

impl WriteTransaction {
    /// The database, the keys of the audit log and the end of its chain.
    ///
    /// # Errors
    /// [`StoreError::ChainBroken`] when the end of the chain is missing or was changed.
    pub(crate) async fn log(
        &mut self,
    ) -> Result<(&mut SqliteConnection, &AuditKeys, &mut Link), StoreError> {
        let link = match self.link.take().or_else(|| self.held.0.link.take()) {
            Some(link) => link,
            None => Link::read(&mut self.held, &self.audit).await?,
        };
        Ok((&mut self.held, &self.audit, self.link.insert(link)))
    }

    /// Appends `record` to the audit log and commits, in one handing over.
    ///
    /// # Errors
    /// As [`WriteTransaction::log`] and [`WriteTransaction::commit`].
    pub(crate) async fn commit_with(mut self, record: &AuditRecord) -> Result<(), StoreError> {
        let (connection, keys, link) = self.log().await?;
        let appended = link.append_last(connection, keys, record).await;
        appended.map_err(|error| self.reserve.explain(error))?;
        self.committed();
        Ok(())
    }

    /// Makes what was written last, and returns when it is on the disk.
    ///
    /// # Errors
    /// When it could not be; then nothing was written.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        if let Some(link) = &mut self.link {
            link.write(&mut self.held, &self.audit).await?;
        }
        let done = sqlx::query("COMMIT").execute(&mut *self.held).await;
        done.map_err(|error| self.reserve.explain(error.into()))?;
        self.committed();
        Ok(())
    }

    fn committed(&mut self) {
        self.held.0.unfinished = false;
        if self.link.is_some() {
            self.held.0.link = self.link.take();
        }
    }
}

impl Deref for WriteTransaction {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.held
    }
}

impl DerefMut for WriteTransaction {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.held
    }
}
