//! Documents: what was imported together, and is replaced and removed together.

use std::collections::HashMap;

use cloister_types::{Authorized, PassageId, Pseudonym, Timestamp, act};
use sqlx::SqliteConnection;

use crate::{AuditBody, AuditCode, AuditEvent, AuditRecord, Passage, Store, StoreError, audit};

/// Which document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The collection that it belongs to.
    pub collection: AuditCode,
    /// Its name within the collection: of the file that it came from. A person chose it, so that no
    /// record holds it.
    pub name: String,
}

/// A document as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// The collection that it belongs to.
    pub collection: String,
    /// Its name within the collection.
    pub name: String,
    /// How many passages it has.
    pub passages: u64,
    /// When it was last imported.
    pub imported_at: Timestamp,
}

/// What an import changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Passages that are new.
    pub inserted: u64,
    /// Passages whose content changed.
    pub updated: u64,
    /// Passages that were the same already.
    pub unchanged: u64,
    /// Passages that the document no longer has.
    pub deleted: u64,
}

impl Store {
    /// Makes `document` consist of `passages`: what is the same already is left alone, and the rest
    /// is inserted, changed or deleted, all or nothing.
    ///
    /// # Errors
    /// [`StoreError::DuplicatePassage`] when an id occurs twice or in another document; nothing was
    /// changed then.
    pub async fn import_document(
        &self,
        _allowed: &Authorized<act::ImportKnowledge>,
        document: &Document,
        passages: &[Passage],
        by: Pseudonym,
        at: Timestamp,
    ) -> Result<ImportReport, StoreError> {
        let mut tx = self.begin().await?;
        let id = keep(&mut tx, document, at).await?;
        let mut before = digests(&mut tx, id).await?;
        let mut report = ImportReport::default();
        let mut ordinal = next_ordinal(&mut tx, document).await?;
        for passage in passages {
            match before.remove(passage.id.as_str()) {
                Some(digest) if digest == passage.digest() => report.unchanged += 1,
                Some(_) => {
                    update(&mut tx, passage, at).await?;
                    report.updated += 1;
                }
                None => {
                    let collection = document.collection.to_string();
                    crate::passage::insert(&mut tx, &collection, ordinal, passage, at).await?;
                    attach(&mut tx, &passage.id, id).await?;
                    ordinal += 1;
                    report.inserted += 1;
                }
            }
        }
        for gone in before.keys() {
            sqlx::query("DELETE FROM passage WHERE id = ?").bind(gone).execute(&mut *tx).await?;
            report.deleted += 1;
        }
        let body = AuditBody::new()
            .with("collection", &document.collection)
            .count("inserted", report.inserted)
            .count("updated", report.updated)
            .count("unchanged", report.unchanged)
            .count("deleted", report.deleted);
        let record = AuditRecord::new(AuditEvent::DocumentImported, at, body).about(by);
        audit::append(&mut tx, &record).await?;
        tx.commit().await?;
        Ok(report)
    }

    /// Removes `document` with its passages. Returns how many those were; nothing when there is no
    /// such document.
    ///
    /// # Errors
    /// What the database may refuse.
    pub async fn remove_document(
        &self,
        _allowed: &Authorized<act::ImportKnowledge>,
        document: &Document,
        by: Pseudonym,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let mut tx = self.begin_essential().await?;
        let found: Option<(i64,)> =
            sqlx::query_as("SELECT id FROM document WHERE collection = ? AND name = ?")
                .bind(document.collection.to_string())
                .bind(&document.name)
                .fetch_optional(&mut *tx)
                .await?;
        let Some((id,)) = found else { return Ok(None) };
        let gone = sqlx::query("DELETE FROM passage WHERE document_id = ?")
            .bind(id)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        sqlx::query("DELETE FROM document WHERE id = ?").bind(id).execute(&mut *tx).await?;
        let body = AuditBody::new().with("collection", &document.collection).count("deleted", gone);
        let record = AuditRecord::new(AuditEvent::DocumentRemoved, at, body).about(by);
        audit::append(&mut tx, &record).await?;
        tx.commit().await?;
        Ok(Some(gone))
    }

    /// Every document, by collection and name.
    ///
    /// # Errors
    /// What the database may refuse.
    pub async fn documents(
        &self,
        _allowed: &Authorized<act::ImportKnowledge>,
    ) -> Result<Vec<DocumentRow>, StoreError> {
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
            "SELECT document.collection, document.name, COUNT(passage.id), document.imported_at \
             FROM document LEFT JOIN passage ON passage.document_id = document.id \
             GROUP BY document.id ORDER BY document.collection, document.name",
        )
        .fetch_all(self.readers())
        .await?;
        let row = |(collection, name, passages, imported_at): (String, String, i64, i64)| {
            let imported_at = Timestamp::from_millis(imported_at);
            DocumentRow { collection, name, passages: passages.unsigned_abs(), imported_at }
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

/// The id of `document`, which is made if it is new.
async fn keep(
    connection: &mut SqliteConnection,
    document: &Document,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let (id,) = sqlx::query_as(
        "INSERT INTO document (collection, name, imported_at) VALUES (?, ?, ?) \
         ON CONFLICT (collection, name) DO UPDATE SET imported_at = excluded.imported_at \
         RETURNING id",
    )
    .bind(document.collection.to_string())
    .bind(&document.name)
    .bind(at.as_millis())
    .fetch_one(connection)
    .await?;
    Ok(id)
}

/// The digest of each passage that the document has, by the passage's id.
async fn digests(
    connection: &mut SqliteConnection,
    document: i64,
) -> Result<HashMap<String, Vec<u8>>, StoreError> {
    let rows: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT id, digest FROM passage WHERE document_id = ?")
            .bind(document)
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().collect())
}

async fn next_ordinal(
    connection: &mut SqliteConnection,
    document: &Document,
) -> Result<i64, StoreError> {
    let (next,) =
        sqlx::query_as("SELECT COALESCE(MAX(ordinal) + 1, 0) FROM passage WHERE collection = ?")
            .bind(document.collection.to_string())
            .fetch_one(connection)
            .await?;
    Ok(next)
}

async fn attach(
    connection: &mut SqliteConnection,
    passage: &PassageId,
    document: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE passage SET document_id = ? WHERE id = ?")
        .bind(document)
        .bind(passage.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

async fn update(
    connection: &mut SqliteConnection,
    passage: &Passage,
    at: Timestamp,
) -> Result<(), StoreError> {
    let alternatives = serde_json::Value::from(passage.alternatives.clone()).to_string();
    sqlx::query(
        "UPDATE passage SET topic = ?, label = ?, question = ?, answer = ?, alternatives = ?, \
                            digest = ?, imported_at = ? WHERE id = ?",
    )
    .bind(&passage.topic)
    .bind(passage.label.as_str())
    .bind(&passage.question)
    .bind(&passage.answer)
    .bind(alternatives)
    .bind(passage.digest().as_slice())
    .bind(at.as_millis())
    .bind(passage.id.as_str())
    .execute(connection)
    .await?;
    Ok(())
}
