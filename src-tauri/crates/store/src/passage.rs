//! Knowledge: the passages that readers may be shown.

use std::{collections::HashMap, fmt, sync::Arc};

use cloister_types::{Label, PassageId, Placement, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

use crate::{
    AuditBody, AuditCode, AuditEvent, AuditRecord, Store, StoreError, audit,
    placement::{self, Placed},
};

/// A passage as its source gave it.
#[derive(Clone, PartialEq, Eq)]
pub struct Passage {
    /// Its id, unique over all collections.
    pub id: PassageId,
    /// What it is about, as a heading.
    pub topic: String,
    /// Who may see it.
    pub label: Label,
    /// The question that it answers, or its title.
    pub question: String,
    /// The answer, in Markdown.
    pub answer: String,
    /// Other ways of asking.
    pub alternatives: Vec<String>,
}

/// A passage as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct PassageRow {
    /// The passage.
    pub passage: Passage,
    /// The collection that it belongs to.
    pub collection: String,
    /// Whom its document is confined to.
    pub placement: Arc<Placement>,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// SHA-256 over all that the source gave; equal digests are equal passages.
    pub digest: [u8; 32],
}

impl Passage {
    /// SHA-256 over the fields, each behind its length in bytes so that none runs into the next.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let fields =
            [self.id.as_str(), &self.topic, self.label.as_str(), &self.question, &self.answer];
        let alternatives = self.alternatives.iter().map(String::as_str);
        for field in fields.into_iter().chain(alternatives) {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field.as_bytes());
        }
        hash.finalize().into()
    }
}

impl fmt::Debug for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passage")
            .field("id", &self.id)
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PassageRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PassageRow")
            .field("passage", &self.passage)
            .field("collection", &self.collection)
            .finish_non_exhaustive()
    }
}

type StoredRow =
    (String, String, String, String, String, String, String, Vec<u8>, i64, Option<i64>);

impl PassageRow {
    /// Nothing when a value of the row is none, or its document is not among those `placed`.
    fn from_stored(row: StoredRow, placed: &HashMap<i64, Arc<Placement>>) -> Option<Self> {
        let (id, collection, topic, label, question, answer, alternatives, digest, at, document) =
            row;
        let placement = match document {
            Some(document) => Arc::clone(placed.get(&document)?),
            None => Arc::default(),
        };
        let passage = Passage {
            id: PassageId::try_from(id).ok()?,
            topic,
            label: label.parse().ok()?,
            question,
            answer,
            alternatives: serde_json::from_str(&alternatives).ok()?,
        };
        Some(Self {
            passage,
            collection,
            placement,
            imported_at: Timestamp::from_millis(at),
            digest: digest.try_into().ok()?,
        })
    }
}

impl Store {
    /// Puts `passages`, in this order, in the place of all that `collection` held, and records it.
    ///
    /// # Errors
    /// [`StoreError::DuplicatePassage`] when an id occurs twice or in another collection; nothing
    /// was changed then.
    pub async fn replace_collection(
        &self,
        collection: &AuditCode,
        passages: &[Passage],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let name = collection.to_string();
        let gone = sqlx::query("DELETE FROM passage WHERE collection = ?")
            .bind(&name)
            .execute(&mut *tx)
            .await?;
        for (ordinal, passage) in (0_i64..).zip(passages) {
            insert(&mut tx, &name, ordinal, passage, at).await?;
        }
        let body = AuditBody::new()
            .with("collection", collection)
            .count("deleted", gone.rows_affected())
            .count("inserted", passages.len() as u64);
        audit::append(&mut tx, &AuditRecord::new(AuditEvent::KnowledgeReplaced, at, body)).await?;
        tx.commit().await
    }

    /// Every passage whatever its label, by collection and order: for building the index, which
    /// is what applies a reader's scope.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when a passage cannot be read.
    pub async fn passages(&self) -> Result<Vec<PassageRow>, StoreError> {
        // One transaction, so that no passage is read beside what its document was before.
        let mut tx = self.readers().begin().await?;
        let placed: Vec<Placed> = sqlx::query_as(placement::READ_ALL).fetch_all(&mut *tx).await?;
        let placed = placed.into_iter().map(|row| (row.document, Arc::new(row.placement)));
        let placed = placed.collect();
        let rows: Vec<StoredRow> = sqlx::query_as(
            "SELECT id, collection, topic, label, question, answer, alternatives, digest, \
                    imported_at, document_id \
             FROM passage ORDER BY collection, ordinal",
        )
        .fetch_all(&mut *tx)
        .await?;
        rows.into_iter()
            .map(|row| PassageRow::from_stored(row, &placed))
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "passage" })
    }
}

/// Inserts a passage that belongs to no document yet.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    collection: &str,
    ordinal: i64,
    passage: &Passage,
    at: Timestamp,
) -> Result<(), StoreError> {
    let alternatives = serde_json::Value::from(passage.alternatives.clone()).to_string();
    let inserted = sqlx::query(
        "INSERT INTO passage (id, collection, ordinal, topic, label, question, answer, \
                              alternatives, digest, imported_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(passage.id.as_str())
    .bind(collection)
    .bind(ordinal)
    .bind(&passage.topic)
    .bind(passage.label.as_str())
    .bind(&passage.question)
    .bind(&passage.answer)
    .bind(alternatives)
    .bind(passage.digest().as_slice())
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
