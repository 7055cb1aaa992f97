//! The one way in which records leave the log: the oldest, and never without a signed summary.

use cloister_types::Timestamp;
use sqlx::SqliteConnection;

use super::{
    AuditBody,
    checkpoint::{PublicKey, Signature},
    digest::Digest,
    keys::AuditKeys,
};
use crate::{StoreError, VaultId, writer::WriteTransaction};

/// The oldest records that a purge took out of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PurgedRecords {
    /// The first of them.
    pub(crate) first: i64,
    /// The last of them.
    pub(crate) last: i64,
    /// The hash of the last, which the oldest kept record follows.
    pub(crate) anchor: Digest,
    signature: Signature,
}

impl PurgedRecords {
    pub(crate) const fn count(&self) -> u64 {
        (self.last - self.first + 1).unsigned_abs()
    }

    /// Adds the signed summary to the record of the purge.
    pub(crate) fn describe(&self, body: AuditBody) -> AuditBody {
        body.count("audit_first", self.first.unsigned_abs())
            .count("audit_last", self.last.unsigned_abs())
            .with("audit_anchor", &self.anchor)
            .with("audit_signature", &self.signature)
    }
}

/// A summary as verification reads it from the body of a record.
#[derive(serde::Deserialize)]
pub(super) struct Summary {
    #[serde(rename = "audit_first")]
    first: i64,
    #[serde(rename = "audit_last")]
    last: i64,
    #[serde(rename = "audit_anchor")]
    anchor: String,
    #[serde(rename = "audit_signature")]
    signature: String,
}

/// Where the log begins, as a summary that is in order says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) last: i64,
    pub(super) hash: Digest,
}

impl Summary {
    /// Reads a summary; nothing where the body has none.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// What the summary says, if one of `keys` signed it.
    pub(super) fn anchor(&self, vault: VaultId, keys: &[PublicKey]) -> Option<Anchor> {
        let hash: Digest = self.anchor.parse().ok()?;
        let signature: Signature = self.signature.parse().ok()?;
        let signed = signed(vault, self.first, self.last, &hash);
        keys.iter()
            .any(|key| key.verifies(signed.as_bytes(), &signature))
            .then_some(Anchor { last: self.last, hash })
    }
}

/// Deletes up to `limit` of the oldest records that are from before `before`, without a gap: a
/// younger one ends the search, whatever comes after it. The guard is left open; the caller appends
/// the record of the purge with the summary in it, and then [closes](close_guard) it.
pub(crate) async fn delete_oldest(
    tx: &mut WriteTransaction,
    before: Timestamp,
    limit: u32,
) -> Result<Option<PurgedRecords>, StoreError> {
    let oldest: Vec<(i64, i64, Vec<u8>)> =
        sqlx::query_as("SELECT seq, at, hash FROM audit_record ORDER BY seq LIMIT ?")
            .bind(limit)
            .fetch_all(&mut **tx)
            .await?;
    let due = oldest.iter().take_while(|(_, at, _)| *at < before.as_millis());
    let Some((last, _, hash)) = due.last() else { return Ok(None) };
    let anchor =
        Digest::from_stored(hash).ok_or(StoreError::MalformedRow { table: "audit_record" })?;
    let (connection, keys, link) = tx.log().await?;
    open_guard(connection, before, *last).await?;
    sqlx::query("DELETE FROM audit_record WHERE seq <= ?").bind(last).execute(connection).await?;
    let purged = PurgedRecords {
        first: link.first_seq,
        last: *last,
        anchor,
        signature: sign(keys, link.first_seq, *last, &anchor),
    };
    link.records -= last - link.first_seq + 1;
    link.first_seq = last + 1;
    link.anchor = anchor;
    Ok(Some(purged))
}

async fn open_guard(
    connection: &mut SqliteConnection,
    before: Timestamp,
    last_purged: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq) \
         SELECT 1, ?, ?, max(seq) FROM audit_record",
    )
    .bind(before.as_millis())
    .bind(last_purged)
    .execute(connection)
    .await?;
    Ok(())
}

/// Closes the guard, which the schema allows only after a summary.
pub(crate) async fn close_guard(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM audit_purge_guard").execute(connection).await?;
    Ok(())
}

fn sign(keys: &AuditKeys, first: i64, last: i64, anchor: &Digest) -> Signature {
    keys.sign(signed(keys.vault(), first, last, anchor).as_bytes())
}

fn signed(vault: VaultId, first: i64, last: i64, anchor: &Digest) -> Digest {
    Digest::over(
        b"cloister audit purge 1",
        [vault.as_bytes().as_slice(), &first.to_be_bytes(), &last.to_be_bytes(), anchor.as_bytes()],
    )
}
