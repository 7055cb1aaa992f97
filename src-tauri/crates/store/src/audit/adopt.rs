//! The beginning of the chain: in a new vault before its first record, in an older one around the
//! records that it already has.

use sqlx::{Connection, SqliteConnection};

use super::{
    AuditRecord,
    chain::{Link, UnchainedRow},
    digest::Digest,
    keys::AuditKeys,
    write_record,
};
use crate::{StoreError, VaultId};

/// Rows that are read at once.
const PAGE: u32 = 1_000;

/// Begins the log of a new vault with its first record.
pub(crate) async fn begin_log(
    connection: &mut SqliteConnection,
    keys: &AuditKeys,
    first: &AuditRecord,
) -> Result<(), StoreError> {
    adopt_records(connection, keys).await?;
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let mut link = Link::read(&mut tx, keys).await?;
    write_record(&mut tx, keys, &mut link, first).await?;
    link.write(&mut tx, keys).await?;
    Ok(tx.commit().await?)
}

/// Chains the records that were written before there was a chain, in one transaction, and removes
/// their old table. Does nothing in a vault that was chained before.
///
/// What happened to these records earlier, the chain cannot tell.
pub(crate) async fn adopt_records(
    connection: &mut SqliteConnection,
    keys: &AuditKeys,
) -> Result<(), StoreError> {
    let waiting: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'audit_record_unchained')",
    )
    .fetch_one(&mut *connection)
    .await?;
    if !waiting {
        return Ok(());
    }
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let first: Option<i64> = sqlx::query_scalar("SELECT min(seq) FROM audit_record_unchained")
        .fetch_one(&mut *tx)
        .await?;
    let first = first.unwrap_or(1);
    let mut link = Link::before(first, keys.first_key(first));
    write_epoch(&mut tx, keys, first).await?;
    loop {
        let rows: Vec<UnchainedRow> = sqlx::query_as(
            "SELECT seq, at, event, turn_id, pseudonym, body FROM audit_record_unchained \
             WHERE seq > ? ORDER BY seq LIMIT ?",
        )
        .bind(link.seq)
        .bind(PAGE)
        .fetch_all(&mut *tx)
        .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            link.append(&mut tx, keys, row).await?;
        }
    }
    sqlx::raw_sql("DROP TABLE audit_record_unchained").execute(&mut *tx).await?;
    link.write(&mut tx, keys).await?;
    Ok(tx.commit().await?)
}

/// Writes the first key of a stretch, sealed.
pub(super) async fn write_epoch(
    tx: &mut SqliteConnection,
    keys: &AuditKeys,
    first_seq: i64,
) -> Result<(), StoreError> {
    let sealed = keys.seal(&keys.first_key(first_seq), &epoch_place(keys.vault(), first_seq))?;
    sqlx::query("INSERT INTO audit_epoch (first_seq, sealed) VALUES (?, ?)")
        .bind(first_seq)
        .bind(sealed)
        .execute(tx)
        .await?;
    Ok(())
}

/// What the first key of a stretch is bound to.
pub(super) fn epoch_place(vault: VaultId, first_seq: i64) -> Digest {
    let place = first_seq.to_be_bytes();
    Digest::over(b"cloister audit epoch 1", [vault.as_bytes().as_slice(), &place])
}
