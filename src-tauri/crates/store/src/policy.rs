//! Versions of the site's own roles and policies, and changes that wait for a second person.

use cloister_types::{Authorized, ChangeId, LogSafe, Timestamp, act};
use sqlx::SqliteConnection;

use crate::{Actor, AuditBody, AuditEvent, AuditRecord, Store, StoreError, audit};

/// A version of what the site adds to the shipped policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// Its number, from 1.
    pub version: u64,
    /// Roles and policies as JSON.
    pub source: String,
    /// When it came into force.
    pub made_at: Timestamp,
    /// Who asked for it.
    pub made_by: Actor,
    /// Who approved it, where that was needed.
    pub approved_by: Actor,
}

/// A version to put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPolicy {
    /// The version that it was made for, 0 for the shipped one.
    pub base: u64,
    /// Roles and policies as JSON.
    pub source: String,
    /// Who asks for it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// A change that waits, or waited, for a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyChangeRow {
    /// Its id.
    pub id: ChangeId,
    /// What is to come into force.
    pub policy: NewPolicy,
    /// Whether nobody else could have approved it when it was asked for.
    pub alone: bool,
    /// When it is too late to approve it.
    pub expires_at: Timestamp,
    /// What became of it, and who decided it.
    pub decided: Option<(ChangeDecision, Actor)>,
}

/// What becomes of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeDecision {
    /// It came into force.
    Approved,
    /// It did not.
    Rejected,
}

impl ChangeDecision {
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

impl std::fmt::Display for ChangeDecision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl LogSafe for ChangeDecision {}

type StoredVersion = (i64, String, i64, Option<String>, Option<String>);
type StoredChange =
    (String, i64, String, i64, Option<String>, bool, i64, Option<String>, Option<String>);

impl PolicyRow {
    fn from_stored(row: StoredVersion) -> Result<Self, StoreError> {
        let (version, source, made_at, made_by, approved_by) = row;
        let malformed = || StoreError::MalformedRow { table: "policy_version" };
        Ok(Self {
            version: u64::try_from(version).map_err(|_| malformed())?,
            source,
            made_at: Timestamp::from_millis(made_at),
            made_by: actor(made_by).ok_or_else(malformed)?,
            approved_by: actor(approved_by).ok_or_else(malformed)?,
        })
    }
}

impl PolicyChangeRow {
    fn from_stored(row: StoredChange) -> Option<Self> {
        let (id, base, source, asked_at, asked_by, alone, expires_at, decision, decided_by) = row;
        let decided = match decision {
            Some(decision) => Some((ChangeDecision::from_stored(&decision)?, actor(decided_by)?)),
            None => None,
        };
        Some(Self {
            id: id.parse().ok()?,
            policy: NewPolicy {
                base: u64::try_from(base).ok()?,
                source,
                by: actor(asked_by)?,
                at: Timestamp::from_millis(asked_at),
            },
            alone,
            expires_at: Timestamp::from_millis(expires_at),
            decided,
        })
    }
}

impl Store {
    /// The version in force; nothing while only the shipped policy is.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn policy(&self) -> Result<Option<PolicyRow>, StoreError> {
        let row: Option<StoredVersion> = sqlx::query_as(
            "SELECT version, source, made_at, made_by, approved_by FROM policy_version \
             ORDER BY version DESC LIMIT 1",
        )
        .fetch_optional(self.readers())
        .await?;
        row.map(PolicyRow::from_stored).transpose()
    }

    /// Every version, the latest first.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn policies(&self) -> Result<Vec<PolicyRow>, StoreError> {
        let rows: Vec<StoredVersion> = sqlx::query_as(
            "SELECT version, source, made_at, made_by, approved_by FROM policy_version \
             ORDER BY version DESC",
        )
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(PolicyRow::from_stored).collect()
    }

    /// Puts a version in force that needs nobody's approval. Returns its number.
    ///
    /// # Errors
    /// [`StoreError::PolicyMoved`] when another version came into force meanwhile.
    pub async fn change_policy(
        &self,
        _: &Authorized<act::ManagePolicy>,
        policy: &NewPolicy,
    ) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let version = insert(&mut tx, policy, policy.at, None).await?;
        let record =
            AuditRecord::new(AuditEvent::PolicyChanged, policy.at, versions(policy, version));
        audit::append(&mut tx, &record).await?;
        tx.commit().await?;
        Ok(version)
    }

    /// Keeps a change until a second person decides it.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn propose_policy(
        &self,
        _: &Authorized<act::ManagePolicy>,
        change: &PolicyChangeRow,
    ) -> Result<(), StoreError> {
        let policy = &change.policy;
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO policy_change (id, base, source, asked_at, asked_by, alone, expires_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(change.id.to_string())
        .bind(policy.base.cast_signed())
        .bind(&policy.source)
        .bind(policy.at.as_millis())
        .bind(policy.by.map(|by| by.to_string()))
        .bind(change.alone)
        .bind(change.expires_at.as_millis())
        .execute(&mut *tx)
        .await?;
        let body = AuditBody::new()
            .with("change", &change.id)
            .count("base", policy.base)
            .list("by", policy.by);
        let record = AuditRecord::new(AuditEvent::PolicyProposed, policy.at, body);
        audit::append(&mut tx, &record).await?;
        tx.commit().await
    }

    /// Decides a change; approved, it comes into force. Returns the version, where it did.
    ///
    /// # Errors
    /// [`StoreError::UnknownChange`] when there is none, it was decided or is too old;
    /// [`StoreError::PolicyMoved`] when it was made for another version than the one in force.
    pub async fn decide_policy(
        &self,
        _: &Authorized<act::ManagePolicy>,
        change: &PolicyChangeRow,
        decision: ChangeDecision,
        by: Actor,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let mut tx = self.begin().await?;
        let decided = sqlx::query(
            "UPDATE policy_change SET decision = ?, decided_at = ?, decided_by = ? \
             WHERE id = ? AND decision IS NULL AND expires_at > ?",
        )
        .bind(decision.as_str())
        .bind(at.as_millis())
        .bind(by.map(|by| by.to_string()))
        .bind(change.id.to_string())
        .bind(at.as_millis())
        .execute(&mut *tx)
        .await?;
        if decided.rows_affected() == 0 {
            return Err(StoreError::UnknownChange);
        }
        let body =
            AuditBody::new().with("change", &change.id).with("decision", &decision).list("by", by);
        let record = AuditRecord::new(AuditEvent::PolicyDecided, at, body);
        audit::append(&mut tx, &record).await?;
        let version = match decision {
            ChangeDecision::Rejected => None,
            ChangeDecision::Approved => {
                let version = insert(&mut tx, &change.policy, at, by).await?;
                let body = versions(&change.policy, version).with("change", &change.id);
                let record = AuditRecord::new(AuditEvent::PolicyChanged, at, body);
                audit::append(&mut tx, &record).await?;
                Some(version)
            }
        };
        tx.commit().await?;
        Ok(version)
    }

    /// Changes, the latest first, at most a hundred.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn policy_changes(&self) -> Result<Vec<PolicyChangeRow>, StoreError> {
        let rows: Vec<StoredChange> = sqlx::query_as(
            "SELECT id, base, source, asked_at, asked_by, alone, expires_at, decision, decided_by \
             FROM policy_change ORDER BY asked_at DESC, rowid DESC LIMIT 100",
        )
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(PolicyChangeRow::from_stored)
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "policy_change" })
    }
}

/// Writes a version after the one that it was made for.
async fn insert(
    connection: &mut SqliteConnection,
    policy: &NewPolicy,
    at: Timestamp,
    approved_by: Actor,
) -> Result<u64, StoreError> {
    let last: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM policy_version")
        .fetch_one(&mut *connection)
        .await?;
    if last.unwrap_or(0) != policy.base.cast_signed() {
        return Err(StoreError::PolicyMoved);
    }
    let version = policy.base + 1;
    sqlx::query(
        "INSERT INTO policy_version (version, source, made_at, made_by, approved_by) \
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(version.cast_signed())
    .bind(&policy.source)
    .bind(at.as_millis())
    .bind(policy.by.map(|by| by.to_string()))
    .bind(approved_by.map(|by| by.to_string()))
    .execute(connection)
    .await?;
    Ok(version)
}

fn versions(policy: &NewPolicy, version: u64) -> AuditBody {
    AuditBody::new().count("old", policy.base).count("new", version).list("by", policy.by)
}

/// Whoever is stored as `pseudonym`; nothing when that is malformed.
fn actor(pseudonym: Option<String>) -> Option<Actor> {
    pseudonym.map(|name| name.parse()).transpose().ok()
}
