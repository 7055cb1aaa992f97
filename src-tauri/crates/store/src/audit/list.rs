//! Reading the log: filtered, a page at a time, and never without a record of the reading.

use cloister_types::{Authorized, Pseudonym, Timestamp, TurnId, act};
use serde_json::Value;

use super::{AuditBody, AuditEvent, AuditRecord, Digest, append};
use crate::{Store, StoreError};

/// A record as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRow {
    /// Its place in the log: grows by one a record and is never used again.
    pub seq: i64,
    /// When it was decided.
    pub at: Timestamp,
    /// What was decided.
    pub event: AuditEvent,
    /// The turn that it was decided for.
    pub turn: Option<TurnId>,
    /// The person whom it concerns.
    pub pseudonym: Option<Pseudonym>,
    /// The particulars: a JSON object.
    pub body: Value,
    /// The record's hash, which covers all before it.
    pub hash: Digest,
}

/// Which records are wanted; everything by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// About this alone.
    pub event: Option<AuditEvent>,
    /// Not older than this.
    pub since: Option<Timestamp>,
    /// Older than this.
    pub until: Option<Timestamp>,
    /// About this person alone.
    pub pseudonym: Option<Pseudonym>,
    /// About this turn alone.
    pub turn: Option<TurnId>,
    /// Before the record with this number.
    pub before: Option<i64>,
}

impl AuditFilter {
    /// What a record of the reading says about it.
    pub(super) fn body(&self) -> AuditBody {
        let mut body = AuditBody::new();
        if let Some(event) = self.event {
            body = body.with("event", &event);
        }
        if let Some(since) = self.since {
            body = body.with("since", &since);
        }
        if let Some(until) = self.until {
            body = body.with("until", &until);
        }
        if let Some(pseudonym) = self.pseudonym {
            body = body.with("pseudonym", &pseudonym);
        }
        if let Some(turn) = self.turn {
            body = body.with("turn", &turn);
        }
        body
    }
}

type StoredRow = (i64, i64, String, Option<String>, Option<String>, String, Vec<u8>);

impl AuditRow {
    fn from_stored(row: StoredRow) -> Option<Self> {
        let (seq, at, event, turn, pseudonym, body, hash) = row;
        Some(Self {
            seq,
            at: Timestamp::from_millis(at),
            event: AuditEvent::from_stored(&event)?,
            turn: turn.map(|id| id.parse()).transpose().ok()?,
            pseudonym: pseudonym.map(|id| id.parse()).transpose().ok()?,
            body: serde_json::from_str(&body).ok()?,
            hash: Digest::from_stored(&hash)?,
        })
    }

    fn all(rows: Vec<StoredRow>) -> Result<Vec<Self>, StoreError> {
        rows.into_iter()
            .map(Self::from_stored)
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "audit_record" })
    }
}

impl Store {
    /// Reads up to `limit` records that `filter` wants, the newest first, for `reader`. The reading
    /// is recorded before anything is shown.
    ///
    /// # Errors
    /// When the records could not be read, or the reading not be recorded.
    pub async fn read_audit(
        &self,
        _allowed: &Authorized<act::ReadAudit>,
        reader: Pseudonym,
        filter: &AuditFilter,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let rows: Vec<StoredRow> = sqlx::query_as(
            "SELECT seq, at, event, turn_id, pseudonym, body, hash FROM audit_record \
             WHERE (?1 IS NULL OR event = ?1) AND (?2 IS NULL OR at >= ?2) \
             AND (?3 IS NULL OR at < ?3) AND (?4 IS NULL OR pseudonym = ?4) \
             AND (?5 IS NULL OR turn_id = ?5) AND (?6 IS NULL OR seq < ?6) \
             ORDER BY seq DESC LIMIT ?7",
        )
        .bind(filter.event.map(AuditEvent::as_str))
        .bind(filter.since.map(Timestamp::as_millis))
        .bind(filter.until.map(Timestamp::as_millis))
        .bind(filter.pseudonym.map(|id| id.to_string()))
        .bind(filter.turn.map(|id| id.to_string()))
        .bind(filter.before)
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        let rows = AuditRow::all(rows)?;
        let body = filter.body().count("records", rows.len() as u64);
        let record = AuditRecord::new(AuditEvent::AuditRead, now, body).about(reader);
        let mut tx = self.begin_essential().await?;
        append(&mut tx, &record).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// How many records there are.
    ///
    /// # Errors
    /// When they could not be counted.
    pub async fn audit_count(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_record")
            .fetch_one(self.readers())
            .await?;
        u64::try_from(count).map_err(|_| StoreError::MalformedRow { table: "audit_record" })
    }

    /// Reads up to `limit` records that come after the one numbered `after`, in order; 0 is before
    /// the first. For the program's own checks: nobody is shown what this returns.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when a record cannot be read.
    pub async fn audit_records(&self, after: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let rows: Vec<StoredRow> = sqlx::query_as(
            "SELECT seq, at, event, turn_id, pseudonym, body, hash FROM audit_record \
             WHERE seq > ? ORDER BY seq LIMIT ?",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        AuditRow::all(rows)
    }
}
