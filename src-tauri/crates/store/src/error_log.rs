//! The error log: what broke in the program and where. Never whose request it was.

use std::panic::Location;

use cloister_types::Timestamp;

use crate::{AuditCode, Store, StoreError};

/// A failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorRecord {
    /// When.
    pub at: Timestamp,
    /// What went wrong, as a code of the API.
    pub code: AuditCode,
    /// The operation: method and route template.
    pub operation: String,
    /// Where in the program's source it was noticed.
    pub location: &'static Location<'static>,
}

/// A failure as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorRow {
    /// When.
    pub at: Timestamp,
    /// What went wrong.
    pub code: String,
    /// The operation.
    pub operation: String,
    /// File and line in the program's source.
    pub location: String,
}

impl Store {
    /// Writes `records` in one transaction.
    ///
    /// # Errors
    /// When they could not be written; then none of them is.
    pub async fn log_errors(&self, records: &[ErrorRecord]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for record in records {
            sqlx::query(
                "INSERT INTO error_log (at, code, operation, location) VALUES (?, ?, ?, ?)",
            )
            .bind(record.at.as_millis())
            .bind(record.code.to_string())
            .bind(&record.operation)
            .bind(format!("{}:{}", record.location.file(), record.location.line()))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The latest failures, latest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn errors(&self, limit: u32) -> Result<Vec<ErrorRow>, StoreError> {
        let rows: Vec<(i64, String, String, String)> = sqlx::query_as(
            "SELECT at, code, operation, location FROM error_log ORDER BY id DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        let rows = rows.into_iter().map(|(at, code, operation, location)| ErrorRow {
            at: Timestamp::from_millis(at),
            code,
            operation,
            location,
        });
        Ok(rows.collect())
    }
}
