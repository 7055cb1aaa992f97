//! Restriction and correction: Articles 18 and 16 GDPR.

use std::fmt;

use cloister_types::{AccountId, Authorized, LogSafe, OwnerId, Pseudonym, Timestamp, TurnId, act};

use crate::{
    AuditBody, AuditEvent, AuditRecord, Store, StoreError, audit, conversation::owner_columns,
};

/// Whether a person's data are processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restriction {
    /// They are held and not processed.
    Restricted,
    /// They are processed again.
    Lifted,
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Restricted => "restricted",
            Self::Lifted => "lifted",
        })
    }
}

impl LogSafe for Restriction {}

/// What is to be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionField {
    /// The name of the account.
    Name,
    /// Team, region and the like.
    Attributes,
}

/// What became of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionDecision {
    /// The data were corrected.
    Done,
    /// They were right.
    Declined,
}

macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal,)+ }) => {
        impl $type {
            /// The name as stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            fn from_stored(name: &str) -> Option<Self> {
                [$(Self::$variant,)+].into_iter().find(|one| one.as_str() == name)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl LogSafe for $type {}
    };
}

names! { CorrectionField { Name = "name", Attributes = "attributes", } }
names! { CorrectionDecision { Done = "done", Declined = "declined", } }

/// A correction that somebody asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its number.
    pub id: i64,
    /// Whose data.
    pub account: AccountId,
    /// When it was asked for.
    pub at: Timestamp,
    /// What is to be corrected.
    pub field: CorrectionField,
    /// How, in the person's words; gone once it is decided.
    pub wanted: Option<String>,
    /// What became of it.
    pub decision: Option<CorrectionDecision>,
}

impl fmt::Debug for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Correction")
            .field("id", &self.id)
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

/// Most characters of a request; the schema holds the same.
const MOST_CHARS: usize = 400;

type StoredCorrection = (i64, String, i64, String, Option<String>, Option<String>);

impl Correction {
    fn from_stored(row: StoredCorrection) -> Option<Self> {
        let (id, account, at, field, wanted, decision) = row;
        let decision = match decision {
            Some(name) => Some(CorrectionDecision::from_stored(&name)?),
            None => None,
        };
        Some(Self {
            id,
            account: account.parse().ok()?,
            at: Timestamp::from_millis(at),
            field: CorrectionField::from_stored(&field)?,
            wanted,
            decision,
        })
    }
}

impl Store {
    /// Restricts the processing of a person's data, or lifts that; `by` is who did it.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`].
    pub async fn restrict(
        &self,
        account: AccountId,
        restriction: Restriction,
        by: Pseudonym,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let since = match restriction {
            Restriction::Restricted => Some(at.as_millis()),
            Restriction::Lifted => None,
        };
        let mut tx = self.begin().await?;
        let person: Option<String> = sqlx::query_scalar(
            "UPDATE account SET restricted_at = ? WHERE id = ? RETURNING pseudonym",
        )
        .bind(since)
        .bind(account.to_string())
        .fetch_optional(&mut *tx)
        .await?;
        let person: Pseudonym = person
            .ok_or(StoreError::UnknownAccount)?
            .parse()
            .map_err(|_| StoreError::MalformedRow { table: "account" })?;
        let body = AuditBody::new().with("change", &restriction).with("by", &by);
        let record = AuditRecord::new(AuditEvent::DataRestricted, at, body);
        audit::append(&mut tx, &record.about(person)).await?;
        tx.commit().await
    }

    /// Notes that a person wants something corrected.
    ///
    /// # Errors
    /// [`StoreError::OutOfBounds`] when the request is empty or longer than 400 characters.
    pub async fn request_correction(
        &self,
        account: AccountId,
        field: CorrectionField,
        wanted: &str,
        at: Timestamp,
    ) -> Result<i64, StoreError> {
        if !(1..=MOST_CHARS).contains(&wanted.chars().count()) {
            return Err(StoreError::OutOfBounds);
        }
        let id = sqlx::query_scalar(
            "INSERT INTO correction (account_id, at, field, wanted) VALUES (?, ?, ?, ?) \
             RETURNING id",
        )
        .bind(account.to_string())
        .bind(at.as_millis())
        .bind(field.as_str())
        .bind(wanted)
        .fetch_one(&mut *self.writer().await?)
        .await?;
        Ok(id)
    }

    /// The corrections that one person asked for, or everybody, latest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn corrections(
        &self,
        account: Option<AccountId>,
    ) -> Result<Vec<Correction>, StoreError> {
        let rows: Vec<StoredCorrection> = sqlx::query_as(
            "SELECT id, account_id, at, field, wanted, decision FROM correction \
             WHERE ?1 IS NULL OR account_id = ?1 ORDER BY id DESC",
        )
        .bind(account.map(|id| id.to_string()))
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(Correction::from_stored)
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "correction" })
    }

    /// Decides a request. What the person wrote goes with it.
    ///
    /// # Errors
    /// [`StoreError::UnknownCorrection`] when there is none, or it was decided.
    pub async fn decide_correction(
        &self,
        _: &Authorized<act::ManagePeople>,
        by: Pseudonym,
        id: i64,
        decision: CorrectionDecision,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let decided: Option<(String, String)> = sqlx::query_as(
            "UPDATE correction SET wanted = NULL, decision = ?, decided_at = ? \
             WHERE id = ? AND decision IS NULL RETURNING field, \
             (SELECT pseudonym FROM account WHERE account.id = account_id)",
        )
        .bind(decision.as_str())
        .bind(at.as_millis())
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
        let (field, person) = decided.ok_or(StoreError::UnknownCorrection)?;
        let malformed = StoreError::MalformedRow { table: "correction" };
        let (Some(field), Ok(person)) =
            (CorrectionField::from_stored(&field), person.parse::<Pseudonym>())
        else {
            return Err(malformed);
        };
        let body =
            AuditBody::new().with("decision", &decision).with("field", &field).with("by", &by);
        let record = AuditRecord::new(AuditEvent::DataCorrected, at, body);
        audit::append(&mut tx, &record.about(person)).await?;
        tx.commit().await
    }

    /// Deletes one turn out of a conversation of `owner`.
    ///
    /// # Errors
    /// [`StoreError::UnknownTurn`] when it is not theirs, is gone, or still waits for its answer.
    pub async fn delete_turn(
        &self,
        owner: OwnerId,
        person: Pseudonym,
        turn: TurnId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (session, account) = owner_columns(owner);
        let mut tx = self.begin_essential().await?;
        let deleted = sqlx::query(
            "DELETE FROM turn WHERE rowid IN ( \
                 SELECT turn.rowid FROM turn JOIN conversation ON conversation.id = conversation_id \
                 WHERE (session_id = ?1 OR account_id = ?2) AND turn.id = ?3 \
                 AND completed_at IS NOT NULL)",
        )
        .bind(session)
        .bind(account)
        .bind(turn.to_string())
        .execute(&mut *tx)
        .await?;
        if deleted.rows_affected() == 0 {
            return Err(StoreError::UnknownTurn);
        }
        let body = AuditBody::new().count("turns", deleted.rows_affected());
        let record = AuditRecord::new(AuditEvent::DataErased, at, body);
        audit::append(&mut tx, &record.about_turn(turn).about(person)).await?;
        tx.commit().await
    }
}
