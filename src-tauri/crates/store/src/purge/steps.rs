//! What a batch of the purge deletes, step by step.

use std::time::Instant;

use cloister_types::{SessionId, Timestamp};
use sqlx::SqliteConnection;

use super::{PurgeReport, aged::AgedTable, conversations::Doomed};
use crate::{Store, StoreError};

/// Most rows that one statement deletes: about a millisecond's work.
const SOME_ROWS: u32 = 64;

/// What a batch deletes.
pub(super) enum Step {
    /// Conversations that ended, each with its turns.
    Conversations(Doomed),
    /// Sessions that ended, whose conversations went before.
    Sessions,
    /// Rows of a table that were written before a time.
    Aged {
        /// The table.
        table: &'static AgedTable,
        /// The time.
        before: Timestamp,
    },
}

/// What a step has left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// More of the same.
    Some,
    /// Nothing.
    Nothing,
    /// It has to look first, with no transaction open.
    Unknown,
}

/// Of what is due, how much: bound to `?1`, the time.
pub(super) const COUNT_SESSIONS: &str = "SELECT count(*) FROM session WHERE expires_at <= ?1";
pub(super) const COUNT_AUDIT_RECORDS: &str = "SELECT count(*) FROM audit_record WHERE at < ?1";

impl Step {
    /// Looks up what goes, where that is not found as it is deleted.
    pub(super) async fn look_up(
        &mut self,
        store: &Store,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match self {
            Self::Conversations(doomed) => doomed.look_up(store, now).await,
            Self::Sessions | Self::Aged { .. } => Ok(()),
        }
    }

    /// Deletes some of what is due, until about `until`.
    pub(super) async fn delete_some(
        &mut self,
        connection: &mut SqliteConnection,
        now: Timestamp,
        until: Instant,
    ) -> Result<(PurgeReport, Left), StoreError> {
        match self {
            Self::Conversations(doomed) => {
                let report = doomed.delete_some(connection, now, until).await?;
                let left = match (doomed.is_empty(), doomed.is_whole()) {
                    (false, _) => Left::Some,
                    (true, false) => Left::Unknown,
                    (true, true) => Left::Nothing,
                };
                Ok((report, left))
            }
            Self::Sessions => {
                let ended = delete_sessions(connection, now).await?;
                let left = Left::after(ended.len() as u64);
                Ok((PurgeReport { sessions: ended.len() as u64, ended, ..<_>::default() }, left))
            }
            Self::Aged { table, before } => {
                let deleted = sqlx::query(table.delete)
                    .bind(before.as_millis())
                    .bind(now.as_millis())
                    .bind(SOME_ROWS)
                    .execute(connection)
                    .await?
                    .rows_affected();
                let rows =
                    if deleted == 0 { <_>::default() } else { [(table.class, deleted)].into() };
                Ok((PurgeReport { rows, ..<_>::default() }, Left::after(deleted)))
            }
        }
    }
}

impl Left {
    /// What is left after a statement that deletes up to [`SOME_ROWS`] deleted `rows`.
    const fn after(rows: u64) -> Self {
        if rows < SOME_ROWS as u64 { Self::Nothing } else { Self::Some }
    }
}

async fn delete_sessions(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<SessionId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "DELETE FROM session WHERE rowid IN \
         (SELECT rowid FROM session WHERE expires_at <= ? LIMIT ?) \
         AND NOT EXISTS (SELECT 1 FROM conversation WHERE conversation.session_id = session.id) \
         RETURNING id",
    )
    .bind(now.as_millis())
    .bind(SOME_ROWS)
    .fetch_all(connection)
    .await?;
    ids.iter()
        .map(|id| id.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| StoreError::MalformedRow { table: "session" })
}

/// The time before which audit records go: `before`, or that of the first record which a hold
/// keeps, since the log loses its oldest records only.
pub(super) async fn audit_before(
    connection: &mut SqliteConnection,
    now: Timestamp,
    before: Timestamp,
) -> Result<Timestamp, StoreError> {
    let held: Option<i64> = sqlx::query_scalar(
        "SELECT min(audit_record.at) FROM audit_record JOIN legal_hold \
         ON legal_hold.pseudonym IS NULL OR legal_hold.pseudonym = audit_record.pseudonym \
         WHERE audit_record.at < ?1 AND legal_hold.released_at IS NULL AND legal_hold.until > ?2 \
         AND (legal_hold.class IS NULL OR legal_hold.class = 'audit_record')",
    )
    .bind(before.as_millis())
    .bind(now.as_millis())
    .fetch_one(connection)
    .await?;
    Ok(held.map_or(before, Timestamp::from_millis))
}

/// Counts by one of the statements above, bound to the time before which rows go and the time at
/// which holds count.
pub(super) async fn count(
    connection: &mut SqliteConnection,
    sql: &'static str,
    before: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let rows: i64 = sqlx::query_scalar(sql)
        .bind(before.as_millis())
        .bind(now.as_millis())
        .fetch_one(connection)
        .await?;
    Ok(rows.unsigned_abs())
}
