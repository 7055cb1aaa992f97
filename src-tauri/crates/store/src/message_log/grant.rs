//! Requests to read the message log, and the grants that they become.

use std::time::Duration;

use cloister_types::{
    Authorized, Entropy, GrantId, LogSafe, Pseudonym, Sanitized, Secret, Timestamp, act,
};
use sqlx::SqliteConnection;

use crate::{
    Actor, AuditBody, AuditCode, AuditEvent, AuditRecord, Store, StoreError, audit, seal::VaultRow,
};

/// Most requests in a list.
const MOST_REQUESTS: u32 = 200;

/// Which entries a grant opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogScope {
    /// From this time on.
    pub since: Timestamp,
    /// Up to this time.
    pub until: Timestamp,
    /// Those about this person alone.
    pub person: Option<Pseudonym>,
    /// Those of turns that ended so alone.
    pub outcome: Option<AuditCode>,
}

/// A request to make.
#[derive(Debug, Clone)]
pub struct NewLogRequest {
    /// Its id, and that of the grant that it may become.
    pub id: GrantId,
    /// Who asks.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Sanitized,
    /// What is to be read.
    pub scope: LogScope,
    /// For how long, from the approval on: 1 to 24 hours.
    pub life: Duration,
    /// Whether nobody else could approve it now.
    pub alone: bool,
    /// When it is too late to approve it.
    pub expires_at: Timestamp,
}

/// A request as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct LogRequestRow {
    /// Its id.
    pub id: GrantId,
    /// Who asked.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why, sanitised; nothing once who wrote it was erased.
    pub reason: Option<String>,
    /// What may be read.
    pub scope: LogScope,
    /// For how long, from the approval on.
    pub life: Duration,
    /// Whether nobody else could have approved it when it was made.
    pub alone: bool,
    /// When it is too late to approve it.
    pub expires_at: Timestamp,
    /// What became of it, who decided that, and when.
    pub decided: Option<(GrantDecision, Actor, Timestamp)>,
    /// When it was ended before its time, and by whom.
    pub ended: Option<(Actor, Timestamp)>,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantDecision {
    /// It is a grant.
    Approved,
    /// It is none.
    Rejected,
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogRequestState {
    /// It waits for a second person.
    Pending,
    /// Nobody decided it in time.
    Expired,
    /// It was rejected.
    Rejected,
    /// It is a grant in force.
    Active,
    /// It was a grant.
    Ended,
}

impl GrantDecision {
    /// The name as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    fn from_stored(name: &str) -> Option<Self> {
        [Self::Approved, Self::Rejected].into_iter().find(|known| known.as_str() == name)
    }
}

impl std::fmt::Display for GrantDecision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl LogSafe for GrantDecision {}

impl LogRequestRow {
    /// How it stands at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> LogRequestState {
        match self.decided {
            None if now >= self.expires_at => LogRequestState::Expired,
            None => LogRequestState::Pending,
            Some((GrantDecision::Rejected, ..)) => LogRequestState::Rejected,
            Some((GrantDecision::Approved, _, at)) => {
                if self.ended.is_some() || now >= at + self.life {
                    LogRequestState::Ended
                } else {
                    LogRequestState::Active
                }
            }
        }
    }

    /// When the grant ends, where it is or was one.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        match (self.ended, self.decided) {
            (Some((_, at)), _) => Some(at),
            (None, Some((GrantDecision::Approved, _, at))) => Some(at + self.life),
            (None, Some((GrantDecision::Rejected, ..)) | None) => None,
        }
    }

    fn from_stored(row: StoredRequest, key: &Secret<[u8; 32]>) -> Result<Self, StoreError> {
        let id = row.id.parse().map_err(|_| malformed())?;
        let reason = match row.reason {
            Some(sealed) => {
                let text = place(id).open(key, sealed)?;
                Some(String::from_utf8(text.expose().clone()).map_err(|_| malformed())?)
            }
            None => None,
        };
        let decided = match (row.decision, row.decided_at) {
            (Some(name), Some(at)) => {
                let decision = GrantDecision::from_stored(&name).ok_or_else(malformed)?;
                Some((decision, actor(row.decided_by)?, Timestamp::from_millis(at)))
            }
            _ => None,
        };
        let ended = match row.ended_at {
            Some(at) => Some((actor(row.ended_by)?, Timestamp::from_millis(at))),
            None => None,
        };
        Ok(Self {
            id,
            by: actor(row.asked_by)?,
            at: Timestamp::from_millis(row.asked_at),
            reason,
            scope: LogScope {
                since: Timestamp::from_millis(row.since),
                until: Timestamp::from_millis(row.until),
                person: actor(row.pseudonym)?,
                outcome: row
                    .outcome
                    .map(|code| code.parse())
                    .transpose()
                    .map_err(|_| malformed())?,
            },
            life: Duration::from_millis(row.life_ms.unsigned_abs()),
            alone: row.alone,
            expires_at: Timestamp::from_millis(row.expires_at),
            decided,
            ended,
        })
    }
}

impl std::fmt::Debug for LogRequestRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogRequestRow({})", self.id)
    }
}

#[derive(sqlx::FromRow)]
struct StoredRequest {
    id: String,
    asked_at: i64,
    asked_by: Option<String>,
    reason: Option<Vec<u8>>,
    since: i64,
    until: i64,
    pseudonym: Option<String>,
    outcome: Option<String>,
    life_ms: i64,
    alone: bool,
    expires_at: i64,
    decision: Option<String>,
    decided_at: Option<i64>,
    decided_by: Option<String>,
    ended_at: Option<i64>,
    ended_by: Option<String>,
}

impl Store {
    /// Keeps a request until a second person decides it.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn request_log_access(
        &self,
        _: &Authorized<act::RequestLogAccess>,
        request: &NewLogRequest,
        entropy: &dyn Entropy,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let key = self.keys().sealing.log_key(self.id());
        let reason = place(request.id).seal(&key, entropy, request.reason.as_str().as_bytes())?;
        let scope = &request.scope;
        sqlx::query(
            "INSERT INTO log_access (id, asked_at, asked_by, reason, since, until, pseudonym, \
             outcome, life_ms, alone, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(request.id.to_string())
        .bind(request.at.as_millis())
        .bind(request.by.map(|by| by.to_string()))
        .bind(reason)
        .bind(scope.since.as_millis())
        .bind(scope.until.as_millis())
        .bind(scope.person.map(|person| person.to_string()))
        .bind(scope.outcome.as_ref().map(ToString::to_string))
        .bind(i64::try_from(request.life.as_millis()).unwrap_or(i64::MAX))
        .bind(request.alone)
        .bind(request.expires_at.as_millis())
        .execute(&mut *tx)
        .await?;
        let body = AuditBody::new()
            .with("grant", &request.id)
            .list("by", request.by)
            .span("life_ms", request.life);
        let body = scope.describe(body);
        audit::append(&mut tx, &AuditRecord::new(AuditEvent::LogAccessRequested, request.at, body))
            .await?;
        tx.commit().await
    }

    /// Requests, the latest first, at most two hundred.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn log_requests(&self) -> Result<Vec<LogRequestRow>, StoreError> {
        let rows: Vec<StoredRequest> = sqlx::query_as(
            "SELECT id, asked_at, asked_by, reason, since, until, pseudonym, outcome, life_ms, \
                 alone, expires_at, decision, decided_at, decided_by, ended_at, ended_by \
             FROM log_access ORDER BY asked_at DESC, rowid DESC LIMIT ?",
        )
        .bind(MOST_REQUESTS)
        .fetch_all(self.readers())
        .await?;
        let key = self.keys().sealing.log_key(self.id());
        rows.into_iter().map(|row| LogRequestRow::from_stored(row, &key)).collect()
    }

    /// Decides a request; approved, it is a grant from now on.
    ///
    /// # Errors
    /// [`StoreError::UnknownGrant`] when there is none, it was decided or is too old.
    pub async fn decide_log_access(
        &self,
        _: &Authorized<act::GrantLogAccess>,
        id: GrantId,
        decision: GrantDecision,
        by: Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let decided = sqlx::query(
            "UPDATE log_access SET decision = ?1, decided_at = ?2, decided_by = ?3 \
             WHERE id = ?4 AND decision IS NULL AND expires_at > ?2",
        )
        .bind(decision.as_str())
        .bind(at.as_millis())
        .bind(by.map(|by| by.to_string()))
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        if decided.rows_affected() == 0 {
            return Err(StoreError::UnknownGrant);
        }
        let body = AuditBody::new().with("grant", &id).with("decision", &decision).list("by", by);
        audit::append(&mut tx, &AuditRecord::new(AuditEvent::LogAccessDecided, at, body)).await?;
        tx.commit().await
    }

    /// Ends a grant before its time, or withdraws a request that waits. Whoever may do so may: it
    /// opens nothing.
    ///
    /// # Errors
    /// [`StoreError::UnknownGrant`] when there is none, or it is over.
    pub async fn end_log_access(
        &self,
        id: GrantId,
        by: Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_essential().await?;
        let (by_name, now) = (by.map(|by| by.to_string()), at.as_millis());
        let ended = sqlx::query(
            "UPDATE log_access SET ended_at = ?1, ended_by = ?2 WHERE id = ?3 \
             AND decision = 'approved' AND ended_at IS NULL AND decided_at + life_ms > ?1",
        )
        .bind(now)
        .bind(&by_name)
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        let withdrawn = sqlx::query(
            "UPDATE log_access SET decision = 'rejected', decided_at = ?1, decided_by = ?2 \
             WHERE id = ?3 AND decision IS NULL AND expires_at > ?1",
        )
        .bind(now)
        .bind(&by_name)
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        if ended.rows_affected() + withdrawn.rows_affected() == 0 {
            return Err(StoreError::UnknownGrant);
        }
        let body = AuditBody::new().with("grant", &id).list("by", by);
        audit::append(&mut tx, &AuditRecord::new(AuditEvent::LogAccessEnded, at, body)).await?;
        tx.commit().await
    }
}

impl LogScope {
    /// Adds the scope to a record.
    pub(super) fn describe(&self, body: AuditBody) -> AuditBody {
        let millis = |time: Timestamp| time.as_millis().unsigned_abs();
        body.count("since_ms", millis(self.since))
            .count("until_ms", millis(self.until))
            .list("person", self.person)
            .list("outcome", self.outcome.clone())
    }
}

/// Proof that a grant is in force: the only way to the secret half of the log's keys.
pub(super) struct ActiveGrant {
    pub(super) id: GrantId,
    pub(super) scope: LogScope,
}

impl ActiveGrant {
    /// The grant `id` of `reader`, if it is in force at `now`.
    ///
    /// # Errors
    /// [`StoreError::UnknownGrant`] when it is not, or is somebody else's.
    pub(super) async fn find(
        connection: &mut SqliteConnection,
        id: GrantId,
        reader: Actor,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        type Stored = (i64, i64, Option<String>, Option<String>);
        let row: Option<Stored> = sqlx::query_as(
            "SELECT since, until, pseudonym, outcome FROM log_access \
             WHERE id = ?1 AND asked_by IS ?2 AND decision = 'approved' AND ended_at IS NULL \
             AND decided_at <= ?3 AND decided_at + life_ms > ?3",
        )
        .bind(id.to_string())
        .bind(reader.map(|reader| reader.to_string()))
        .bind(now.as_millis())
        .fetch_optional(connection)
        .await?;
        let (since, until, person, outcome) = row.ok_or(StoreError::UnknownGrant)?;
        let scope = LogScope {
            since: Timestamp::from_millis(since),
            until: Timestamp::from_millis(until),
            person: actor(person)?,
            outcome: outcome.map(|code| code.parse()).transpose().map_err(|_| malformed())?,
        };
        Ok(Self { id, scope })
    }
}

/// Ends every grant and withdraws every request, as after a restore: what was ended since the backup
/// must not come back.
pub(crate) async fn end_all(
    connection: &mut SqliteConnection,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE log_access SET ended_at = ?1 \
         WHERE decision = 'approved' AND ended_at IS NULL AND decided_at + life_ms > ?1",
    )
    .bind(at.as_millis())
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE log_access SET expires_at = ?1 WHERE decision IS NULL AND expires_at > ?1")
        .bind(at.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets what `person` wrote in requests.
pub(crate) async fn forget_reasons(
    connection: &mut SqliteConnection,
    person: Pseudonym,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE log_access SET reason = NULL WHERE asked_by = ?")
        .bind(person.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn reseal_reasons(
    connection: &mut SqliteConnection,
    (old, new): (&Secret<[u8; 32]>, &Secret<[u8; 32]>),
    entropy: &dyn Entropy,
) -> Result<(), StoreError> {
    let rows: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT id, reason FROM log_access WHERE reason IS NOT NULL")
            .fetch_all(&mut *connection)
            .await?;
    for (id, sealed) in rows {
        let place = place(id.parse().map_err(|_| malformed())?);
        let resealed = if let Ok(reason) = place.open(old, sealed) {
            Some(place.seal(new, entropy, reason.expose())?)
        } else {
            tracing::warn!("the reason of a request to read message logs does not open");
            None
        };
        sqlx::query("UPDATE log_access SET reason = ? WHERE id = ?")
            .bind(resealed)
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

const fn place(id: GrantId) -> VaultRow {
    VaultRow { table: "log_access", row: *id.as_bytes() }
}

/// Whoever is stored as `pseudonym`.
fn actor(pseudonym: Option<String>) -> Result<Actor, StoreError> {
    pseudonym.map(|name| name.parse()).transpose().map_err(|_| malformed())
}

const fn malformed() -> StoreError {
    StoreError::MalformedRow { table: "log_access" }
}
