//! Limits that an administrator changed.

use cloister_types::{Authorized, Pseudonym, Timestamp, act};

use crate::{
    AuditBody, AuditCode, AuditEvent, AuditRecord, Store, StoreError,
    alert::{signed, unsigned},
    audit,
};

impl Store {
    /// Every limit that was changed, by name.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn limits(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT name, value FROM limit_setting ORDER BY name")
                .fetch_all(self.readers())
                .await?;
        Ok(rows.into_iter().map(|(name, value)| (name, unsigned(value))).collect())
    }

    /// Sets the limit `name` from `old` to `new`, with its audit record. Whether the value is within
    /// its bounds is the caller's to know.
    ///
    /// # Errors
    /// When it could not be written; the limit then stays as it was.
    pub async fn set_limit(
        &self,
        _allowed: &Authorized<act::Configure>,
        name: &AuditCode,
        (old, new): (u64, u64),
        at: Timestamp,
        by: Pseudonym,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO limit_setting (name, value, changed_at) VALUES (?, ?, ?) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value, \
             changed_at = excluded.changed_at",
        )
        .bind(name.to_string())
        .bind(signed(new))
        .bind(at.as_millis())
        .execute(&mut *tx)
        .await?;
        let body = AuditBody::new().with("limit", name).count("old", old).count("new", new);
        audit::append(&mut tx, &AuditRecord::new(AuditEvent::SettingChanged, at, body).about(by))
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
