//! Documents: what was imported together, and is replaced and removed together.

use std::collections::{BTreeSet, HashMap};

use cloister_types::{Authorized, Label, PassageId, Placement, Pseudonym, Timestamp, act};
use sqlx::SqliteConnection;

use crate::{
    AuditBody, AuditCode, AuditEvent, AuditRecord, Passage, Store, StoreError, audit,
    placement::{self, Confined, Placed},
};

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
    /// The labels that they have.
    pub labels: BTreeSet<Label>,
    /// Whom they are confined to.
    pub placement: Placement,
    /// When it was last imported.
    pub imported_at: Timestamp,
}

/// What is imported.
#[derive(Clone, Copy)]
pub struct Import<'a> {
    /// The document.
    pub document: &'a Document,
    /// All that it consists of.
    pub passages: &'a [Passage],
    /// The label that was named for passages that do not say their own; without one, the document
    /// keeps the one it had.
    pub label: Option<Label>,
    /// Whom it is confined to; without one, to whom it was.
    pub placement: Option<&'a Placement>,
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
    /// Makes the document consist of the passages: what is the same already is left alone, and the
    /// rest is inserted, changed or deleted, all or nothing.
    ///
    /// # Errors
    /// [`StoreError::DuplicatePassage`] when an id occurs twice or in another document; nothing was
    /// changed then.
    pub async fn import_document(
        &self,
        _allowed: &Authorized<act::ImportKnowledge>,
        import: Import<'_>,
        by: Pseudonym,
        at: Timestamp,
    ) -> Result<ImportReport, StoreError> {
        let Import { document, passages, .. } = import;
        let mut tx = self.begin().await?;
        let id = keep(&mut tx, import, at).await?;
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
        let body = match import.placement {
            Some(placement) => body.with("confined_by", &Confined(placement)),
            None => body,
        };
        let record = AuditRecord::new(AuditEvent::DocumentImported, at, body).about(by);
        audit::append(&mut tx, &record).await?;
        tx.commit().await?;
        Ok(report)
    }

    /// Confines `document` to `placement` and to nothing else. Returns how many passages it has;
    /// nothing when there is no such document.
    ///
    /// # Errors
    /// What the database may refuse.
    pub async fn place_document(
        &self,
        _allowed: &Authorized<act::ImportKnowledge>,
        document: &Document,
        placement: &Placement,
        by: Pseudonym,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let mut tx = self.begin_essential().await?;
        let Some(Placed { document: id, placement: before }) = find(&mut tx, document).await?
        else {
            return Ok(None);
        };
        placement::write(&mut tx, id, placement).await?;
        let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM passage WHERE document_id = ?")
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
        let body = AuditBody::new()
            .with("collection", &document.collection)
            .with("before", &Confined(&before))
            .with("after", &Confined(placement))
            .count("passages", count.unsigned_abs());
        let record = AuditRecord::new(AuditEvent::DocumentPlaced, at, body).about(by);
        audit::append(&mut tx, &record).await?;
        tx.commit().await?;
        Ok(Some(count.unsigned_abs()))
    }

    /// The label that was named when `document` was imported, for passages that do not say their own.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when it cannot be read.
    pub async fn document_label(
        &self,
        _allowed: &Authorized<act::ImportKnowledge>,
        document: &Document,
    ) -> Result<Option<Label>, StoreError> {
        let found: Option<(Option<String>,)> =
            sqlx::query_as("SELECT label FROM document WHERE collection = ? AND name = ?")
                .bind(document.collection.to_string())
                .bind(&document.name)
                .fetch_optional(self.readers())
                .await?;
        let label = found.and_then(|(label,)| label);
        let read = |label: String| label.parse().map_err(|_| malformed());
        label.map(read).transpose()
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
        let mut tx = self.readers().begin().await?;
        let placed: Vec<Placed> = sqlx::query_as(placement::READ_ALL).fetch_all(&mut *tx).await?;
        let mut placed: HashMap<i64, Placement> =
            placed.into_iter().map(|row| (row.document, row.placement)).collect();
        let labels: Vec<(i64, String, i64)> = sqlx::query_as(
            "SELECT document_id, label, count(*) FROM passage WHERE document_id IS NOT NULL \
             GROUP BY document_id, label",
        )
        .fetch_all(&mut *tx)
        .await?;
        let mut passages: HashMap<i64, (BTreeSet<Label>, u64)> = HashMap::new();
        for (document, label, count) in labels {
            let (labels, total) = passages.entry(document).or_default();
            labels.insert(label.parse().map_err(|_| malformed())?);
            *total += count.unsigned_abs();
        }
        let rows: Vec<(i64, String, String, i64)> = sqlx::query_as(
            "SELECT id, collection, name, imported_at FROM document ORDER BY collection, name",
        )
        .fetch_all(&mut *tx)
        .await?;
        let row = |(id, collection, name, imported_at): (i64, String, String, i64)| {
            let (labels, passages) = passages.remove(&id).unwrap_or_default();
            let placement = placed.remove(&id).ok_or_else(malformed)?;
            let imported_at = Timestamp::from_millis(imported_at);
            Ok(DocumentRow { collection, name, passages, labels, placement, imported_at })
        };
        rows.into_iter().map(row).collect()
    }
}

const fn malformed() -> StoreError {
    StoreError::MalformedRow { table: "document" }
}

/// The row of `document`; nothing when there is none.
async fn find(
    connection: &mut SqliteConnection,
    document: &Document,
) -> Result<Option<Placed>, StoreError> {
    let found = sqlx::query_as(placement::READ_ONE)
        .bind(document.collection.to_string())
        .bind(&document.name)
        .fetch_optional(connection)
        .await?;
    Ok(found)
}

/// The id of the document, which is made if it is new; label and placement are set where they were
/// named.
async fn keep(
    connection: &mut SqliteConnection,
    import: Import<'_>,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let (id,) = sqlx::query_as(
        "INSERT INTO document (collection, name, imported_at, label) VALUES (?, ?, ?, ?) \
         ON CONFLICT (collection, name) DO UPDATE SET \
             imported_at = excluded.imported_at, label = coalesce(excluded.label, label) \
         RETURNING id",
    )
    .bind(import.document.collection.to_string())
    .bind(&import.document.name)
    .bind(at.as_millis())
    .bind(import.label.map(Label::as_str))
    .fetch_one(&mut *connection)
    .await?;
    if let Some(placement) = import.placement {
        placement::write(connection, id, placement).await?;
    }
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
