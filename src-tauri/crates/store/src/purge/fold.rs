//! Folding the write-ahead log into the database while a purge goes on.
//!
//! By default the commit that makes the log longer than 1,000 pages folds it in, and everybody who
//! writes waits for the disk. A purge makes that many pages a few times a second, so it does it
//! from a connection that reads, which keeps nobody from writing.

use sqlx::SqliteConnection;

use crate::{Store, StoreError, connection::AUTO_FOLD_PAGES};

/// Batches between two foldings: some thousand pages.
const BATCHES: u32 = 8;
/// Tries to catch up with those who write meanwhile, so that the log begins anew and stays short.
const TRIES: u32 = 3;

/// Who folds the log in.
pub(super) struct Folding<'a> {
    store: &'a Store,
    batches: u32,
    by_commits: bool,
}

impl<'a> Folding<'a> {
    /// Commits do it, until there is more than one batch.
    pub(super) const fn new(store: &'a Store) -> Self {
        Self { store, batches: 0, by_commits: true }
    }

    /// Notes a batch; folds the log in when it is time.
    pub(super) async fn after_batch(&mut self) -> Result<(), StoreError> {
        if self.by_commits {
            self.by_commits = false;
            fold_at(&mut *self.store.writer_essential().await?, 0).await?;
        }
        self.batches += 1;
        if self.batches.is_multiple_of(BATCHES) {
            self.fold().await?;
        }
        Ok(())
    }

    /// Leaves it to commits again.
    pub(super) async fn end(mut self) -> Result<(), StoreError> {
        if self.by_commits {
            return Ok(());
        }
        self.fold().await?;
        self.by_commits = true;
        fold_at(&mut *self.store.writer_essential().await?, AUTO_FOLD_PAGES).await
    }

    async fn fold(&mut self) -> Result<(), StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        for _ in 0..TRIES {
            let (_, pages, folded): (i64, i64, i64) =
                sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)")
                    .fetch_one(&mut *connection)
                    .await?;
            if pages == folded {
                break;
            }
        }
        Ok(())
    }
}

/// Sets after how many pages a commit folds the log in; 0 is never.
async fn fold_at(connection: &mut SqliteConnection, pages: u32) -> Result<(), StoreError> {
    let sql = format!("PRAGMA wal_autocheckpoint = {pages}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

impl Store {
    /// Copies the write-ahead log into the database and cuts it to nothing, so that deleted
    /// content is in neither. A reader in the middle of something may prevent the cut until the
    /// next purge.
    pub(crate) async fn truncate_log(&self) -> Result<(), StoreError> {
        let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut *self.writer_essential().await?)
            .await?;
        if busy != 0 {
            tracing::debug!("the write-ahead log is in use; the next purge empties it");
        }
        self.count_room().await
    }
}
