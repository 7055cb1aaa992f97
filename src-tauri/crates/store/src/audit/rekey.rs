//! The log when the vault's root key is replaced.

use cloister_types::Secret;
use sqlx::SqliteConnection;

use super::{
    adopt::{epoch_place, write_epoch},
    chain::Link,
    keys::AuditKeys,
};
use crate::{StoreError, VaultId};

/// Hands the log over to the audit key of a new root key, in the transaction that replaces it. The
/// old identity signs the head and names its successor, what it sealed is sealed anew, and the next
/// record begins a stretch that the old key cannot forge.
///
/// To be called on the database itself, with no record appended in the same transaction before, and
/// the keys of the writer replaced after.
///
/// # Errors
/// [`StoreError::ChainBroken`] when the end of the chain or a first key is missing or changed.
pub(crate) async fn rekey(
    connection: &mut SqliteConnection,
    vault: VaultId,
    old: &Secret<[u8; 32]>,
    new: &Secret<[u8; 32]>,
) -> Result<(), StoreError> {
    let (old, new) = (AuditKeys::derive(vault, old), AuditKeys::derive(vault, new));
    let mut link = Link::read(connection, &old).await?;
    link.sign(connection, &old, Some(new.identity())).await?;
    let epochs: Vec<(i64, Vec<u8>)> = sqlx::query_as("SELECT first_seq, sealed FROM audit_epoch")
        .fetch_all(&mut *connection)
        .await?;
    for (first_seq, sealed) in epochs {
        let place = epoch_place(vault, first_seq);
        let key = old.open(&sealed, &place).ok_or(StoreError::ChainBroken)?;
        sqlx::query("UPDATE audit_epoch SET sealed = ? WHERE first_seq = ?")
            .bind(new.seal(&key, &place)?)
            .bind(first_seq)
            .execute(&mut *connection)
            .await?;
    }
    let next = link.seq + 1;
    // Replaced where no record was written since the last time.
    sqlx::query("DELETE FROM audit_epoch WHERE first_seq = ?")
        .bind(next)
        .execute(&mut *connection)
        .await?;
    write_epoch(connection, &new, next).await?;
    link.begin_epoch(new.first_key(next));
    link.write(connection, &new).await
}
