//! Reading the message log under a grant: recorded before anything is opened.

use std::collections::BTreeMap;

use cloister_types::{Authorized, GrantId, Pseudonym, Secret, Timestamp, TurnId, act};
use sqlx::SqliteConnection;

use super::{grant::ActiveGrant, key::LogSecret};
use crate::{
    Actor, AuditBody, AuditEvent, AuditRecord, Store, StoreError, audit, writer::WriteTransaction,
};

/// What somebody wants to read.
#[derive(Debug, Clone, Copy)]
pub struct LogReading {
    /// Under which grant.
    pub grant: GrantId,
    /// Who reads.
    pub reader: Actor,
    /// When.
    pub at: Timestamp,
    /// Entries before the one of this number alone.
    pub before: Option<i64>,
    /// How many at most.
    pub limit: u32,
}

/// An entry, opened.
pub struct LogEntry {
    /// Its number.
    pub id: i64,
    /// When its turn was done.
    pub at: Timestamp,
    /// The turn.
    pub turn: TurnId,
    /// Who asked, by the name in records.
    pub person: Pseudonym,
    /// What was said, sanitised.
    pub content: Secret<Vec<u8>>,
}

impl std::fmt::Debug for LogEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogEntry({})", self.turn)
    }
}

/// That entries about a person were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogReadingRow {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub reader: Actor,
    /// Under which grant.
    pub grant: GrantId,
    /// How many entries.
    pub count: u64,
}

impl Store {
    /// Opens entries that a grant covers, the latest first, and records that: in the audit log, and
    /// in the access log of every person whom they are about. Those of people who had the processing
    /// of their data restricted stay closed.
    ///
    /// # Errors
    /// [`StoreError::UnknownGrant`] when no grant of the reader's is in force under that id;
    /// [`StoreError::Unsealable`] when an entry was changed.
    pub async fn read_message_log(
        &self,
        _: &Authorized<act::RequestLogAccess>,
        reading: LogReading,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let mut tx = self.begin().await?;
        let grant = ActiveGrant::find(&mut tx, reading.grant, reading.reader, reading.at).await?;
        let rows = covered(&mut tx, &grant, reading).await?;
        record(&mut tx, &grant, &rows, reading).await?;
        let secrets = self.secrets(&mut tx, &grant, &rows).await?;
        tx.commit().await?;
        rows.into_iter()
            .map(|row| {
                let secret = secrets.get(&row.key).ok_or(StoreError::Unsealable)?;
                let content = secret.open(row.turn, row.person, &row.sealed)?;
                Ok(LogEntry { id: row.id, at: row.at, turn: row.turn, person: row.person, content })
            })
            .collect()
    }

    /// When entries about `person` were read, by whom and under which grant, oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn log_readings(&self, person: Pseudonym) -> Result<Vec<LogReadingRow>, StoreError> {
        let rows: Vec<(i64, Option<String>, String, i64)> = sqlx::query_as(
            "SELECT at, reader, grant_id, count FROM message_log_read WHERE pseudonym = ? \
             ORDER BY at, id",
        )
        .bind(person.to_string())
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(|(at, reader, grant, count)| {
                Some(LogReadingRow {
                    at: Timestamp::from_millis(at),
                    reader: reader.map(|name| name.parse()).transpose().ok()?,
                    grant: grant.parse().ok()?,
                    count: count.unsigned_abs(),
                })
            })
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "message_log_read" })
    }

    /// The secret halves that `rows` need. Takes the proof that a grant is in force.
    async fn secrets(
        &self,
        connection: &mut SqliteConnection,
        _: &ActiveGrant,
        rows: &[SealedRow],
    ) -> Result<BTreeMap<i64, LogSecret>, StoreError> {
        let key = self.keys().sealing.log_key(self.id());
        let mut secrets = BTreeMap::new();
        for row in rows {
            if secrets.contains_key(&row.key) {
                continue;
            }
            let sealed: Vec<u8> =
                sqlx::query_scalar("SELECT sealed FROM message_log_key WHERE id = ?")
                    .bind(row.key)
                    .fetch_optional(&mut *connection)
                    .await?
                    .ok_or(StoreError::Unsealable)?;
            secrets.insert(row.key, LogSecret::unwrap(row.key, &key, sealed)?);
        }
        Ok(secrets)
    }
}

struct SealedRow {
    id: i64,
    at: Timestamp,
    turn: TurnId,
    person: Pseudonym,
    key: i64,
    sealed: Vec<u8>,
}

/// What `grant` covers, still sealed.
async fn covered(
    connection: &mut SqliteConnection,
    grant: &ActiveGrant,
    reading: LogReading,
) -> Result<Vec<SealedRow>, StoreError> {
    let scope = &grant.scope;
    let rows: Vec<(i64, i64, String, String, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT id, at, turn_id, pseudonym, key_id, sealed FROM message_log \
         WHERE id < ?1 AND at >= ?2 AND at <= ?3 AND (?4 IS NULL OR pseudonym = ?4) \
         AND (?5 IS NULL OR outcome = ?5) AND pseudonym NOT IN \
             (SELECT pseudonym FROM account WHERE restricted_at IS NOT NULL) \
         ORDER BY id DESC LIMIT ?6",
    )
    .bind(reading.before.unwrap_or(i64::MAX))
    .bind(scope.since.as_millis())
    .bind(scope.until.as_millis())
    .bind(scope.person.map(|person| person.to_string()))
    .bind(scope.outcome.as_ref().map(ToString::to_string))
    .bind(reading.limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(id, at, turn, person, key, sealed)| {
            let at = Timestamp::from_millis(at);
            Some(SealedRow {
                id,
                at,
                turn: turn.parse().ok()?,
                person: person.parse().ok()?,
                key,
                sealed,
            })
        })
        .collect::<Option<_>>()
        .ok_or(StoreError::MalformedRow { table: "message_log" })
}

/// One audit record and one line of the access log for each person; one record about nobody when
/// nothing was found.
async fn record(
    tx: &mut WriteTransaction,
    grant: &ActiveGrant,
    rows: &[SealedRow],
    reading: LogReading,
) -> Result<(), StoreError> {
    let mut counts = BTreeMap::<Pseudonym, u64>::new();
    for row in rows {
        *counts.entry(row.person).or_default() += 1;
    }
    let used = |count: u64| {
        let body = AuditBody::new()
            .with("grant", &grant.id)
            .list("reader", reading.reader)
            .count("count", count);
        AuditRecord::new(AuditEvent::LogAccessUsed, reading.at, grant.scope.describe(body))
    };
    if counts.is_empty() {
        return audit::append(tx, &used(0)).await;
    }
    for (person, count) in counts {
        sqlx::query(
            "INSERT INTO message_log_read (at, pseudonym, reader, grant_id, count) \
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(reading.at.as_millis())
        .bind(person.to_string())
        .bind(reading.reader.map(|reader| reader.to_string()))
        .bind(grant.id.to_string())
        .bind(count.cast_signed())
        .execute(&mut **tx)
        .await?;
        audit::append(tx, &used(count).about(person)).await?;
    }
    Ok(())
}
