//! The one connection that writes, and transactions on it.
//!
//! A pool would hand a connection back in a task of its own, and the next writer wait for that task:
//! with one connection that costs as much as the write itself (`examples/measure_turn.rs`).

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{StoreError, connection::PATIENCE};

/// The connection that writes; whoever holds it is the only one who does. Waiters are served in the
/// order in which they came.
#[derive(Clone)]
pub(crate) struct Writer(Arc<Mutex<Slot>>);

struct Slot {
    /// Nothing once it is closed.
    connection: Option<SqliteConnection>,
    /// A transaction was begun and dropped without an end.
    unfinished: bool,
}

impl Writer {
    pub(crate) fn new(connection: SqliteConnection) -> Self {
        Self(Arc::new(Mutex::new(Slot { connection: Some(connection), unfinished: false })))
    }

    /// The connection, for statements that stand for themselves.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when others have it for too long, [`StoreError::Closed`] after the end.
    pub(crate) async fn hold(&self) -> Result<Held, StoreError> {
        let waited = tokio::time::timeout(PATIENCE, Arc::clone(&self.0).lock_owned()).await;
        let mut slot = waited.map_err(|_| StoreError::Busy)?;
        let unfinished = std::mem::take(&mut slot.unfinished);
        let connection = slot.connection.as_mut().ok_or(StoreError::Closed)?;
        if unfinished {
            // Fails when SQLite has rolled back already, as on a full disk.
            drop(sqlx::query("ROLLBACK").execute(connection).await);
        }
        Ok(Held(slot))
    }

    /// Begins a transaction. Dropped without a commit, it leaves nothing.
    ///
    /// # Errors
    /// Those of [`Writer::hold`], and when it cannot be begun.
    pub(crate) async fn begin(&self) -> Result<WriteTransaction, StoreError> {
        let mut held = self.hold().await?;
        // Set first: the statement may have run although nobody waited for its end.
        held.0.unfinished = true;
        match sqlx::query("BEGIN IMMEDIATE").execute(&mut *held).await {
            Ok(_) => Ok(WriteTransaction(held)),
            Err(error) => {
                held.0.unfinished = false;
                Err(error.into())
            }
        }
    }

    /// Waits for what is under way and closes the connection.
    pub(crate) async fn close(&self) {
        let connection = {
            let mut slot = self.0.lock().await;
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
        self.0.try_lock().is_ok_and(|slot| slot.connection.is_none())
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

/// A transaction that may write.
pub(crate) struct WriteTransaction(Held);

impl WriteTransaction {
    /// Makes what was written last, and returns when it is on the disk.
    ///
    /// # Errors
    /// When it could not be; then nothing was written.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        sqlx::query("COMMIT").execute(&mut *self.0).await?;
        self.0.0.unfinished = false;
        Ok(())
    }
}

impl Deref for WriteTransaction {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.0
    }
}

impl DerefMut for WriteTransaction {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }
}
