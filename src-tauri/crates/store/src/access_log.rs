//! The access log: one record a request, under a pseudonym, without text or ids.

use std::time::Duration;

use cloister_types::{Pseudonym, Timestamp};
use sqlx::SqliteConnection;

use crate::{
    Store, StoreError,
    alert::{millis, unsigned},
};

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// When it came.
    pub at: Timestamp,
    /// Who sent it, where it came with a live session.
    pub pseudonym: Option<Pseudonym>,
    /// The method.
    pub method: String,
    /// The route's template, such as `/api/turns/{id}`: never the path with its ids.
    pub route: String,
    /// The status that was answered.
    pub status: u16,
    /// How long it took until the answer began.
    pub took: Duration,
}

/// A record as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRow {
    /// Its place in the log.
    pub id: i64,
    /// The record.
    pub record: AccessRecord,
}

impl Store {
    /// Writes `records` in one transaction.
    ///
    /// # Errors
    /// When they could not be written; then none of them is.
    pub async fn log_accesses(&self, records: &[AccessRecord]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for record in records {
            append(&mut tx, record).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The latest requests of one person that come before the one numbered `before`, latest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn accesses_of(
        &self,
        pseudonym: Pseudonym,
        before: i64,
        limit: u32,
    ) -> Result<Vec<AccessRow>, StoreError> {
        let rows: Vec<(i64, i64, String, String, i64, i64)> = sqlx::query_as(
            "SELECT id, at, method, route, status, took_ms FROM access_log \
             WHERE pseudonym = ? AND id < ? ORDER BY id DESC LIMIT ?",
        )
        .bind(pseudonym.to_string())
        .bind(before)
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(|(id, at, method, route, status, took)| {
                let record = AccessRecord {
                    at: Timestamp::from_millis(at),
                    pseudonym: Some(pseudonym),
                    method,
                    route,
                    status: u16::try_from(status).ok()?,
                    took: Duration::from_millis(unsigned(took)),
                };
                Some(AccessRow { id, record })
            })
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "access_log" })
    }
}

/// Writes `record` in the transaction of the act that it is about.
pub(crate) async fn append(
    connection: &mut SqliteConnection,
    record: &AccessRecord,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO access_log (at, pseudonym, method, route, status, took_ms) \
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(record.at.as_millis())
    .bind(record.pseudonym.map(|id| id.to_string()))
    .bind(&record.method)
    .bind(&record.route)
    .bind(i64::from(record.status))
    .bind(millis(record.took))
    .execute(connection)
    .await?;
    Ok(())
}
