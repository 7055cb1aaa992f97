//! Legal holds: what purge and erasure must leave, of whom and until when.

use cloister_types::{Authorized, HoldId, Pseudonym, Timestamp, act};
use sqlx::SqliteConnection;

use crate::{
    AuditBody, AuditCode, AuditEvent, AuditRecord, RetentionClass, Store, StoreError, audit,
};

/// What a hold keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldScope {
    /// Everything about a person.
    Person(Pseudonym),
    /// One class of what is kept about a person.
    PersonIn(Pseudonym, RetentionClass),
    /// A class of data, whomever it is about.
    Class(RetentionClass),
}

/// A hold to place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHold {
    /// Its id.
    pub id: HoldId,
    /// What it keeps.
    pub scope: HoldScope,
    /// Why: a code such as a case number.
    pub reason: AuditCode,
    /// When it is placed.
    pub placed_at: Timestamp,
    /// Who places it.
    pub placed_by: Pseudonym,
    /// When it ends unless it is released before.
    pub until: Timestamp,
}

/// A hold as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHold {
    /// Its id.
    pub id: HoldId,
    /// What it keeps.
    pub scope: HoldScope,
    /// Why.
    pub reason: String,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it ends unless it is released before.
    pub until: Timestamp,
    /// When it was released.
    pub released_at: Option<Timestamp>,
}

impl LegalHold {
    /// Whether it keeps anything at `now`.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.released_at.is_none() && self.until > now
    }
}

impl HoldScope {
    /// The two columns that store it.
    fn columns(self) -> (Option<String>, Option<&'static str>) {
        match self {
            Self::Person(person) => (Some(person.to_string()), None),
            Self::PersonIn(person, class) => (Some(person.to_string()), Some(class.as_str())),
            Self::Class(class) => (None, Some(class.as_str())),
        }
    }

    fn from_columns(pseudonym: Option<&str>, class: Option<&str>) -> Option<Self> {
        let pseudonym = pseudonym.map(str::parse).transpose().ok()?;
        let class = class.map(str::parse).transpose().ok()?;
        match (pseudonym, class) {
            (Some(person), None) => Some(Self::Person(person)),
            (Some(person), Some(class)) => Some(Self::PersonIn(person, class)),
            (None, Some(class)) => Some(Self::Class(class)),
            (None, None) => None,
        }
    }
}

type StoredHold = (String, Option<String>, Option<String>, String, i64, i64, Option<i64>);

impl LegalHold {
    fn from_stored(row: StoredHold) -> Option<Self> {
        let (id, pseudonym, class, reason, placed_at, until, released_at) = row;
        Some(Self {
            id: id.parse().ok()?,
            scope: HoldScope::from_columns(pseudonym.as_deref(), class.as_deref())?,
            reason,
            placed_at: Timestamp::from_millis(placed_at),
            until: Timestamp::from_millis(until),
            released_at: released_at.map(Timestamp::from_millis),
        })
    }
}

impl Store {
    /// Places a hold.
    ///
    /// # Errors
    /// [`StoreError::OutOfBounds`] when it would end before it begins.
    pub async fn place_hold(
        &self,
        _: &Authorized<act::Configure>,
        hold: &NewHold,
    ) -> Result<(), StoreError> {
        if hold.until <= hold.placed_at {
            return Err(StoreError::OutOfBounds);
        }
        let (pseudonym, class) = hold.scope.columns();
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO legal_hold (id, pseudonym, class, reason, placed_at, placed_by, until) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(hold.id.to_string())
        .bind(pseudonym)
        .bind(class)
        .bind(hold.reason.to_string())
        .bind(hold.placed_at.as_millis())
        .bind(hold.placed_by.to_string())
        .bind(hold.until.as_millis())
        .execute(&mut *tx)
        .await?;
        let body = hold.body().with("change", &Change::Placed).with("until", &hold.until);
        let record = AuditRecord::new(AuditEvent::HoldChanged, hold.placed_at, body);
        audit::append(&mut tx, &record.about(hold.placed_by)).await?;
        tx.commit().await
    }

    /// Releases a hold before its end.
    ///
    /// # Errors
    /// [`StoreError::UnknownHold`] when there is none, or it was released before.
    pub async fn release_hold(
        &self,
        _: &Authorized<act::Configure>,
        id: HoldId,
        by: Pseudonym,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let released = sqlx::query(
            "UPDATE legal_hold SET released_at = ? WHERE id = ? AND released_at IS NULL",
        )
        .bind(at.as_millis())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        if released.rows_affected() == 0 {
            return Err(StoreError::UnknownHold);
        }
        let body = AuditBody::new().with("hold", &id).with("change", &Change::Released);
        let record = AuditRecord::new(AuditEvent::HoldChanged, at, body);
        audit::append(&mut tx, &record.about(by)).await?;
        tx.commit().await
    }

    /// Every hold that was ever placed, latest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn holds(&self) -> Result<Vec<LegalHold>, StoreError> {
        let rows: Vec<StoredHold> = sqlx::query_as(
            "SELECT id, pseudonym, class, reason, placed_at, until, released_at FROM legal_hold \
             ORDER BY placed_at DESC, id",
        )
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(LegalHold::from_stored)
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "legal_hold" })
    }
}

impl NewHold {
    fn body(&self) -> AuditBody {
        let body = AuditBody::new().with("hold", &self.id).with("reason", &self.reason);
        match self.scope {
            HoldScope::Person(person) => body.with("person", &person),
            HoldScope::PersonIn(person, class) => {
                body.with("person", &person).with("class", &class)
            }
            HoldScope::Class(class) => body.with("class", &class),
        }
    }
}

/// What became of a hold.
#[derive(Debug, Clone, Copy)]
enum Change {
    Placed,
    Released,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Placed => "placed",
            Self::Released => "released",
        })
    }
}

impl cloister_types::LogSafe for Change {}

/// Until when what is kept in `class` about `person` is held at `now`, if it is.
pub(crate) async fn held_until(
    connection: &mut SqliteConnection,
    person: Pseudonym,
    class: RetentionClass,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let until: Option<i64> = sqlx::query_scalar(
        "SELECT max(until) FROM legal_hold WHERE released_at IS NULL AND until > ?1 \
         AND (pseudonym IS NULL OR pseudonym = ?2) AND (class IS NULL OR class = ?3)",
    )
    .bind(now.as_millis())
    .bind(person.to_string())
    .bind(class.as_str())
    .fetch_one(connection)
    .await?;
    Ok(until.map(Timestamp::from_millis))
}

/// Refuses to delete what is kept in `class` about `person` while a hold keeps it.
pub(crate) async fn refuse_held(
    connection: &mut SqliteConnection,
    person: Pseudonym,
    class: RetentionClass,
    now: Timestamp,
) -> Result<(), StoreError> {
    match held_until(connection, person, class, now).await? {
        Some(until) => Err(StoreError::UnderHold { until }),
        None => Ok(()),
    }
}
