//! The privacy notice, version by version.

use cloister_types::{Authorized, Pseudonym, Timestamp, act};
use sqlx::SqliteConnection;

use crate::{AuditBody, AuditEvent, AuditRecord, Store, StoreError, audit};

/// Most characters of a notice; the schema holds the same.
pub(crate) const MOST_CHARS: usize = 40_000;

/// Whether a new notice asks everybody anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// Consents to earlier versions still count.
    Keep,
    /// Consents to earlier versions no longer count.
    AskAgain,
}

/// A notice to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// The text: plain, paragraphs apart by an empty line.
    pub text: String,
    /// Whether it asks everybody anew.
    pub renewal: Renewal,
}

/// A notice as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivacyNotice {
    /// Its version, from 1.
    pub version: u32,
    /// The text.
    pub text: String,
    /// When it was published; the first came with the program, and was when the vault was made.
    pub published_at: Timestamp,
}

impl Store {
    /// The current notice, or the one of that version.
    ///
    /// # Errors
    /// [`StoreError::UnknownNotice`] when there is no such version.
    pub async fn privacy_notice(&self, version: Option<u32>) -> Result<PrivacyNotice, StoreError> {
        let row: Option<(u32, String, i64)> = sqlx::query_as(
            "SELECT version, text, published_at FROM privacy_notice \
             WHERE version = coalesce(?, (SELECT max(version) FROM privacy_notice))",
        )
        .bind(version)
        .fetch_optional(self.readers())
        .await?;
        let (version, text, published_at) = row.ok_or(StoreError::UnknownNotice)?;
        Ok(PrivacyNotice { version, text, published_at: Timestamp::from_millis(published_at) })
    }

    /// Publishes a notice and returns its version.
    ///
    /// # Errors
    /// [`StoreError::OutOfBounds`] when the text is empty or longer than 40,000 characters.
    pub async fn publish_notice(
        &self,
        _: &Authorized<act::Configure>,
        by: Pseudonym,
        notice: &NewNotice,
        at: Timestamp,
    ) -> Result<u32, StoreError> {
        if !(1..=MOST_CHARS).contains(&notice.text.chars().count()) {
            return Err(StoreError::OutOfBounds);
        }
        let mut tx = self.begin().await?;
        let version: u32 = sqlx::query_scalar(
            "INSERT INTO privacy_notice (version, text, asks_again, published_at, published_by) \
             SELECT 1 + max(version), ?, ?, ?, ? FROM privacy_notice RETURNING version",
        )
        .bind(&notice.text)
        .bind(notice.renewal == Renewal::AskAgain)
        .bind(at.as_millis())
        .bind(by.to_string())
        .fetch_one(&mut *tx)
        .await?;
        let asks_again = u64::from(notice.renewal == Renewal::AskAgain);
        let body =
            AuditBody::new().count("version", version.into()).count("asks_again", asks_again);
        let record = AuditRecord::new(AuditEvent::NoticePublished, at, body);
        audit::append(&mut tx, &record.about(by)).await?;
        tx.commit().await?;
        Ok(version)
    }
}

/// Dates the notice that came with the program: it is published when the vault is made.
pub(crate) async fn publish_shipped(
    connection: &mut SqliteConnection,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE privacy_notice SET published_at = ? WHERE published_at = 0")
        .bind(at.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn current_version(connection: &mut SqliteConnection) -> Result<u32, StoreError> {
    Ok(sqlx::query_scalar("SELECT max(version) FROM privacy_notice").fetch_one(connection).await?)
}

/// The version from which on consents count.
pub(super) async fn asked_again_since(
    connection: &mut SqliteConnection,
) -> Result<u32, StoreError> {
    Ok(sqlx::query_scalar("SELECT max(version) FROM privacy_notice WHERE asks_again = 1")
        .fetch_one(connection)
        .await?)
}
