//! Data ends when it should.

use std::time::Duration;

use cloister_types::{SessionId, Timestamp};
use sqlx::SqliteConnection;

use crate::{
    AuditBody, AuditEvent, AuditRecord, Store, StoreError, audit, writer::WriteTransaction,
};

/// How long audit records are kept: seven years.
pub const AUDIT_KEPT: Duration = Duration::from_hours(2_555 * 24);

/// Most rows of a kind that one transaction deletes, so that a chat never waits long for the
/// writer.
const BATCH: u32 = 500;

/// What a purge deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// Sessions deleted.
    pub sessions: u64,
    /// Conversations deleted.
    pub conversations: u64,
    /// Turns deleted.
    pub turns: u64,
    /// Audit records deleted.
    pub audit_records: u64,
    /// The sessions deleted, whose data keys must now be dropped.
    pub ended: Vec<SessionId>,
}

impl PurgeReport {
    fn is_empty(&self) -> bool {
        self.sessions + self.conversations + self.turns + self.audit_records == 0
    }

    fn add(&mut self, batch: Self) {
        self.sessions += batch.sessions;
        self.conversations += batch.conversations;
        self.turns += batch.turns;
        self.audit_records += batch.audit_records;
        self.ended.extend(batch.ended);
    }

    fn body(&self) -> AuditBody {
        AuditBody::new()
            .count("audit_records", self.audit_records)
            .count("conversations", self.conversations)
            .count("sessions", self.sessions)
            .count("turns", self.turns)
    }
}

impl Store {
    /// Deletes what has expired at `now`: sessions with all that is theirs, conversations with
    /// their turns, and audit records older than [`AUDIT_KEPT`]. Works in small transactions, each
    /// with its own record of how many rows went, and then empties the write-ahead log.
    ///
    /// # Errors
    /// When it could not be written; batches before that are done and recorded.
    pub async fn purge(&self, now: Timestamp) -> Result<PurgeReport, StoreError> {
        let mut report = PurgeReport::default();
        loop {
            let batch = self.purge_batch(now).await?;
            if batch.is_empty() {
                break;
            }
            report.add(batch);
        }
        self.truncate_log().await?;
        Ok(report)
    }

    async fn purge_batch(&self, now: Timestamp) -> Result<PurgeReport, StoreError> {
        let mut tx = self.begin().await?;
        let mut batch = PurgeReport { turns: delete_turns(&mut tx, now).await?, ..<_>::default() };
        // A row goes only after everything below it has gone.
        if batch.turns < u64::from(BATCH) {
            batch.conversations = delete_conversations(&mut tx, now).await?;
            if batch.conversations < u64::from(BATCH) {
                batch.ended = delete_sessions(&mut tx, now).await?;
                batch.sessions = batch.ended.len() as u64;
            }
        }
        delete_audit_records(&mut tx, now, &mut batch).await?;
        tx.commit().await?;
        Ok(batch)
    }

    /// Copies the write-ahead log into the database and cuts it to nothing, so that deleted
    /// content is in neither. A reader in the middle of something may prevent the cut until the
    /// next purge.
    pub(crate) async fn truncate_log(&self) -> Result<(), StoreError> {
        let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut *self.writer().await?)
            .await?;
        if busy != 0 {
            tracing::debug!("the write-ahead log is in use; the next purge empties it");
        }
        Ok(())
    }
}

/// Conversations that go: their own time is up, or their session's. At most a batch of them, found
/// by the indexes on expiry alone.
macro_rules! doomed_conversations {
    () => {
        "SELECT id FROM conversation WHERE expires_at <= ?1 \
         UNION ALL \
         SELECT conversation.id FROM session \
         JOIN conversation ON conversation.session_id = session.id \
         WHERE session.expires_at <= ?1 \
         LIMIT ?2"
    };
}

async fn delete_turns(tx: &mut SqliteConnection, now: Timestamp) -> Result<u64, StoreError> {
    let deleted = sqlx::query(concat!(
        "DELETE FROM turn WHERE rowid IN (SELECT rowid FROM turn WHERE conversation_id IN (",
        doomed_conversations!(),
        ") LIMIT ?2)"
    ))
    .bind(now.as_millis())
    .bind(BATCH)
    .execute(tx)
    .await?;
    Ok(deleted.rows_affected())
}

async fn delete_conversations(
    tx: &mut SqliteConnection,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let deleted = sqlx::query(concat!(
        "DELETE FROM conversation WHERE id IN (",
        doomed_conversations!(),
        ") AND NOT EXISTS (SELECT 1 FROM turn WHERE turn.conversation_id = conversation.id)"
    ))
    .bind(now.as_millis())
    .bind(BATCH)
    .execute(tx)
    .await?;
    Ok(deleted.rows_affected())
}

async fn delete_sessions(
    tx: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<SessionId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "DELETE FROM session WHERE rowid IN \
         (SELECT rowid FROM session WHERE expires_at <= ? LIMIT ?) \
         AND NOT EXISTS (SELECT 1 FROM conversation WHERE conversation.session_id = session.id) \
         RETURNING id",
    )
    .bind(now.as_millis())
    .bind(BATCH)
    .fetch_all(tx)
    .await?;
    ids.iter()
        .map(|id| id.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| StoreError::MalformedRow { table: "session" })
}

/// Deletes old audit records and writes the record of the whole batch, if anything went, with the
/// signed summary of those records in it.
async fn delete_audit_records(
    tx: &mut WriteTransaction,
    now: Timestamp,
    batch: &mut PurgeReport,
) -> Result<(), StoreError> {
    let purged = audit::delete_oldest(tx, now - AUDIT_KEPT, BATCH).await?;
    batch.audit_records = purged.as_ref().map_or(0, audit::PurgedRecords::count);
    if batch.is_empty() {
        return Ok(());
    }
    let body = purged.iter().fold(batch.body(), |body, purged| purged.describe(body));
    audit::append(tx, &AuditRecord::new(AuditEvent::Purged, now, body)).await?;
    if purged.is_some() {
        audit::close_guard(tx).await?;
    }
    Ok(())
}
