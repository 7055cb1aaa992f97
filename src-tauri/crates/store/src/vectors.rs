//! What passages mean: vectors that an encoder made, opaque here, so that no start makes them anew.

use cloister_types::PassageId;

use crate::{Store, StoreError};

/// The vectors of one passage.
#[derive(Clone, PartialEq, Eq)]
pub struct VectorsRow {
    /// The passage.
    pub passage: PassageId,
    /// The digest of the passage that they were made of.
    pub digest: [u8; 32],
    /// The vectors, in the encoder's form.
    pub vectors: Vec<u8>,
}

impl Store {
    /// The vectors that `encoder` made of passages as they are now, by the passages' ids.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when a row cannot be read.
    pub async fn vectors(&self, encoder: &str) -> Result<Vec<VectorsRow>, StoreError> {
        let rows: Vec<(String, Vec<u8>, Vec<u8>)> = sqlx::query_as(
            "SELECT passage_id, passage_vectors.digest, vectors FROM passage_vectors \
             JOIN passage ON passage.id = passage_id AND passage.digest = passage_vectors.digest \
             WHERE encoder = ?",
        )
        .bind(encoder)
        .fetch_all(self.readers())
        .await?;
        let row = |(passage, digest, vectors): (String, Vec<u8>, Vec<u8>)| {
            let (passage, digest) = (passage.try_into().ok()?, digest.try_into().ok()?);
            Some(VectorsRow { passage, digest, vectors })
        };
        rows.into_iter()
            .map(row)
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "passage_vectors" })
    }

    /// Keeps the vectors that `encoder` made, in one transaction. A passage that has gone or changed
    /// meanwhile is passed over. No act of a person, so that no record is left.
    ///
    /// # Errors
    /// What the database may refuse; none of them was kept then.
    pub async fn keep_vectors(&self, encoder: &str, rows: &[VectorsRow]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for row in rows {
            sqlx::query(
                "INSERT INTO passage_vectors (passage_id, encoder, digest, vectors) \
                 SELECT id, ?, digest, ? FROM passage WHERE id = ? AND digest = ? \
                 ON CONFLICT (passage_id) DO UPDATE SET encoder = excluded.encoder, \
                     digest = excluded.digest, vectors = excluded.vectors",
            )
            .bind(encoder)
            .bind(&row.vectors)
            .bind(row.passage.as_str())
            .bind(row.digest.as_slice())
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await
    }
}

/// Says how many bytes, and none of them: vectors tell what a passage is about.
impl std::fmt::Debug for VectorsRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VectorsRow")
            .field("passage", &self.passage)
            .field("bytes", &self.vectors.len())
            .finish_non_exhaustive()
    }
}
