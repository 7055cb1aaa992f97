//! Passages that screening held back, and what editors decide about them.

use std::{collections::HashMap, fmt, str::FromStr};

use cloister_types::{Authorized, Label, LogSafe, PassageId, Pseudonym, Timestamp, act};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use crate::{
    AuditBody, AuditCode, AuditEvent, AuditRecord, Document, Passage, Store, StoreError, audit,
};

/// A passage to be held back.
#[derive(Clone)]
pub struct Quarantined {
    /// The passage.
    pub passage: Passage,
    /// Why, as JSON.
    pub concerns: String,
}

/// A passage that waits for a decision.
#[derive(Clone)]
pub struct QuarantineRow {
    /// Its number in the quarantine.
    pub id: i64,
    /// The document that it came with.
    pub document: Document,
    /// The passage.
    pub passage: Passage,
    /// Why it is held back, as JSON.
    pub concerns: String,
    /// Since when.
    pub held_at: Timestamp,
}

/// What an editor decided about a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuarantineDecision {
    /// It goes in.
    Released,
    /// It stays out, and its text is gone.
    Rejected,
}

impl QuarantineDecision {
    /// The name as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Rejected => "rejected",
        }
    }

    const fn event(self) -> AuditEvent {
        match self {
            Self::Released => AuditEvent::PassageReleased,
            Self::Rejected => AuditEvent::PassageRejected,
        }
    }
}

impl FromStr for QuarantineDecision {
    type Err = StoreError;

    fn from_str(name: &str) -> Result<Self, StoreError> {
        match name {
            "released" => Ok(Self::Released),
            "rejected" => Ok(Self::Rejected),
            _ => Err(malformed()),
        }
    }
}

impl fmt::Display for QuarantineDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl LogSafe for QuarantineDecision {}

impl fmt::Debug for Quarantined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quarantined").field("passage", &self.passage).finish_non_exhaustive()
    }
}

impl fmt::Debug for QuarantineRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuarantineRow")
            .field("id", &self.id)
            .field("passage", &self.passage)
            .finish_non_exhaustive()
    }
}

/// What was decided about passages of a document, by id and digest.
pub type QuarantineDecisions = HashMap<(PassageId, [u8; 32]), QuarantineDecision>;

type StoredRow = (i64, String, String, Option<String>, String, i64);

const WAITING: &str = "SELECT id, collection, document, passage, concerns, held_at \
     FROM quarantine WHERE decision IS NULL ORDER BY held_at, id";
const ONE: &str = "SELECT id, collection, document, passage, concerns, held_at \
     FROM quarantine WHERE decision IS NULL AND id = ?";

impl Store {
    /// What was decided about passages of `document` when it was imported before.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when a decision cannot be read.
    pub async fn quarantine_decisions(
        &self,
        _allowed: &Authorized<act::ImportKnowledge>,
        document: &Document,
    ) -> Result<QuarantineDecisions, StoreError> {
        let rows: Vec<(String, Vec<u8>, String)> = sqlx::query_as(
            "SELECT passage_id, digest, decision FROM quarantine \
             WHERE collection = ? AND document = ? AND decision IS NOT NULL",
        )
        .bind(document.collection.to_string())
        .bind(&document.name)
        .fetch_all(self.readers())
        .await?;
        let decision = |(id, digest, decision): (String, Vec<u8>, String)| {
            let id = PassageId::try_from(id).map_err(|_| malformed())?;
            let digest = digest.try_into().map_err(|_| malformed())?;
            Ok(((id, digest), decision.parse()?))
        };
        rows.into_iter().map(decision).collect()
    }

    /// Holds back `held`, and no other passage of `document` that is not decided.
    ///
    /// # Errors
    /// What the database may refuse.
    pub async fn quarantine_passages(
        &self,
        _allowed: &Authorized<act::ImportKnowledge>,
        document: &Document,
        held: &[Quarantined],
        by: Pseudonym,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let before = sqlx::query(
            "DELETE FROM quarantine WHERE collection = ? AND document = ? AND decision IS NULL",
        )
        .bind(document.collection.to_string())
        .bind(&document.name)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if held.is_empty() && before == 0 {
            return Ok(());
        }
        for one in held {
            insert(&mut tx, document, one, at).await?;
        }
        let ids = held.iter().map(|one| &one.passage.id);
        let body = AuditBody::new()
            .with("collection", &document.collection)
            .count("before", before)
            .passages("passages", ids);
        let record = AuditRecord::new(AuditEvent::PassagesQuarantined, at, body).about(by);
        audit::append(&mut tx, &record).await?;
        tx.commit().await
    }

    /// Every passage that waits, longest first.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when one cannot be read.
    pub async fn quarantine(
        &self,
        _allowed: &Authorized<act::ReleaseQuarantine>,
    ) -> Result<Vec<QuarantineRow>, StoreError> {
        let rows: Vec<StoredRow> = sqlx::query_as(WAITING).fetch_all(self.readers()).await?;
        rows.into_iter().map(read).collect()
    }

    /// Decides about the passage `id`. Returns whether it waited.
    ///
    /// # Errors
    /// [`StoreError::DuplicatePassage`] when another document has a passage of its id by now.
    pub async fn decide_quarantined(
        &self,
        _allowed: &Authorized<act::ReleaseQuarantine>,
        id: i64,
        decision: QuarantineDecision,
        by: Pseudonym,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let found: Option<StoredRow> =
            sqlx::query_as(ONE).bind(id).fetch_optional(&mut *tx).await?;
        let Some(row) = found.map(read).transpose()? else { return Ok(false) };
        if decision == QuarantineDecision::Released && !release(&mut tx, &row, at).await? {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE quarantine SET decision = ?, decided_at = ?, passage = NULL WHERE id = ?",
        )
        .bind(decision.as_str())
        .bind(at.as_millis())
        .bind(id)
        .execute(&mut *tx)
        .await?;
        let body = AuditBody::new()
            .with("collection", &row.document.collection)
            .passages("passages", [&row.passage.id]);
        let record = AuditRecord::new(decision.event(), at, body).about(by);
        audit::append(&mut tx, &record).await?;
        tx.commit().await?;
        Ok(true)
    }
}

const fn malformed() -> StoreError {
    StoreError::MalformedRow { table: "quarantine" }
}

async fn insert(
    connection: &mut SqliteConnection,
    document: &Document,
    held: &Quarantined,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Passage { id, topic, label, question, answer, alternatives } = &held.passage;
    let passage = json!({
        "id": id.as_str(), "topic": topic, "label": label.as_str(), "question": question,
        "answer": answer, "alternatives": alternatives,
    });
    let inserted = sqlx::query(
        "INSERT INTO quarantine \
             (collection, document, passage_id, digest, label, passage, concerns, held_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(document.collection.to_string())
    .bind(&document.name)
    .bind(id.as_str())
    .bind(held.passage.digest().as_slice())
    .bind(label.as_str())
    .bind(passage.to_string())
    .bind(&held.concerns)
    .bind(at.as_millis())
    .execute(connection)
    .await;
    match inserted {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            Err(StoreError::DuplicatePassage)
        }
        other => Ok(other.map(drop)?),
    }
}

fn read(row: StoredRow) -> Result<QuarantineRow, StoreError> {
    let (id, collection, name, passage, concerns, held_at) = row;
    let collection: AuditCode = collection.parse().map_err(|_| malformed())?;
    let passage = passage.as_deref().and_then(read_passage).ok_or_else(malformed)?;
    let held_at = Timestamp::from_millis(held_at);
    Ok(QuarantineRow { id, document: Document { collection, name }, passage, concerns, held_at })
}

fn read_passage(json: &str) -> Option<Passage> {
    let value: Value = serde_json::from_str(json).ok()?;
    let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
    let alternatives = value.get("alternatives")?.as_array()?.iter();
    Some(Passage {
        id: PassageId::try_from(text("id")?).ok()?,
        topic: text("topic")?,
        label: text("label")?.parse::<Label>().ok()?,
        question: text("question")?,
        answer: text("answer")?,
        alternatives: alternatives
            .map(|one| one.as_str().map(str::to_owned))
            .collect::<Option<_>>()?,
    })
}

/// Puts the passage at the end of its document; false when that is gone.
async fn release(
    connection: &mut SqliteConnection,
    row: &QuarantineRow,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let collection = row.document.collection.to_string();
    let document: Option<(i64,)> =
        sqlx::query_as("SELECT id FROM document WHERE collection = ? AND name = ?")
            .bind(&collection)
            .bind(&row.document.name)
            .fetch_optional(&mut *connection)
            .await?;
    let Some((document,)) = document else { return Ok(false) };
    let (ordinal,): (i64,) =
        sqlx::query_as("SELECT COALESCE(MAX(ordinal) + 1, 0) FROM passage WHERE collection = ?")
            .bind(&collection)
            .fetch_one(&mut *connection)
            .await?;
    crate::passage::insert(connection, &collection, ordinal, &row.passage, at).await?;
    sqlx::query("UPDATE passage SET document_id = ? WHERE id = ?")
        .bind(document)
        .bind(row.passage.id.as_str())
        .execute(connection)
        .await?;
    Ok(true)
}
