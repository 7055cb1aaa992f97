//! The authenticator of an account, and the codes that stand in for it.

use cloister_types::{AccountId, Pseudonym, Timestamp};
use sqlx::SqliteConnection;

use super::MALFORMED;
use crate::{
    AuditBody, AuditEvent, AuditRecord, Store, StoreError, audit, writer::WriteTransaction,
};

/// The shared secret of an authenticator, sealed by the vault, and the last time step that was
/// used.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedTotp {
    /// Ciphertext; see [`SubKey::Credential`](crate::SubKey::Credential).
    pub sealed: Vec<u8>,
    /// The last time step whose code was taken; none after it may be at or before it.
    pub last_step: Option<u64>,
}

impl SealedTotp {
    pub(super) fn from_stored(sealed: Vec<u8>, last_step: Option<i64>) -> Self {
        Self { sealed, last_step: last_step.and_then(|step| u64::try_from(step).ok()) }
    }
}

impl std::fmt::Debug for SealedTotp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedTotp").finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps the secret of an authenticator that its owner has not confirmed yet; replaces one that
    /// was never confirmed.
    ///
    /// # Errors
    /// [`StoreError::SecondFactorPresent`] when a confirmed one is there; [`StoreError::UnknownAccount`].
    pub async fn propose_totp(&self, id: AccountId, sealed: &[u8]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let confirmed: Option<Option<i64>> =
            sqlx::query_scalar("SELECT totp_confirmed_at FROM account WHERE id = ?")
                .bind(id.to_string())
                .fetch_optional(&mut *tx)
                .await?;
        if confirmed.ok_or(StoreError::UnknownAccount)?.is_some() {
            return Err(StoreError::SecondFactorPresent);
        }
        sqlx::query("UPDATE account SET totp_sealed = ?, totp_last_step = NULL WHERE id = ?")
            .bind(sealed)
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// Confirms the proposed authenticator by the step of its first code, and keeps the codes that
    /// stand in for it.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`] when nothing is proposed.
    pub async fn confirm_totp(
        &self,
        id: AccountId,
        step: u64,
        codes: &[[u8; 32]],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let confirmed = sqlx::query(
            "UPDATE account SET totp_confirmed_at = ?, totp_last_step = ? \
             WHERE id = ? AND totp_sealed IS NOT NULL AND totp_confirmed_at IS NULL",
        )
        .bind(at.as_millis())
        .bind(stored_step(step)?)
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        if confirmed.rows_affected() == 0 {
            return Err(StoreError::UnknownAccount);
        }
        write_codes(&mut tx, id, codes).await?;
        append(&mut tx, AuditEvent::SecondFactorAdded, id, at).await?;
        tx.commit().await
    }

    /// Takes a code of time step `step`, unless that step or a later one was used: a code works
    /// once. Returns whether it was taken.
    ///
    /// # Errors
    /// When it could not be written; the code must then not count.
    pub async fn take_totp_step(&self, id: AccountId, step: u64) -> Result<bool, StoreError> {
        let step = stored_step(step)?;
        let taken = sqlx::query(
            "UPDATE account SET totp_last_step = ?1 \
             WHERE id = ?2 AND coalesce(totp_last_step, -1) < ?1",
        )
        .bind(step)
        .bind(id.to_string())
        .execute(&mut *self.writer_essential().await?)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Removes the authenticator and the codes that stand in for it.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`] when there is none.
    pub async fn remove_totp(&self, id: AccountId, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let removed = sqlx::query(
            "UPDATE account SET totp_sealed = NULL, totp_confirmed_at = NULL, \
             totp_last_step = NULL WHERE id = ? AND totp_sealed IS NOT NULL",
        )
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        if removed.rows_affected() == 0 {
            return Err(StoreError::UnknownAccount);
        }
        write_codes(&mut tx, id, &[]).await?;
        append(&mut tx, AuditEvent::SecondFactorRemoved, id, at).await?;
        tx.commit().await
    }

    /// Replaces the codes that stand in for the authenticator, by their hashes.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`].
    pub async fn replace_recovery_codes(
        &self,
        id: AccountId,
        codes: &[[u8; 32]],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        write_codes(&mut tx, id, codes).await?;
        append(&mut tx, AuditEvent::RecoveryCodesMade, id, at).await?;
        tx.commit().await
    }

    /// Uses up a code that stands in for the authenticator. Returns whether it was one that nobody
    /// had used.
    ///
    /// # Errors
    /// When it could not be written; the code must then not count.
    pub async fn take_recovery_code(
        &self,
        id: AccountId,
        hash: &[u8; 32],
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin_essential().await?;
        let taken = sqlx::query(
            "UPDATE recovery_code SET used_at = ? \
             WHERE account_id = ? AND code_hash = ? AND used_at IS NULL",
        )
        .bind(at.as_millis())
        .bind(id.to_string())
        .bind(hash.as_slice())
        .execute(&mut *tx)
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(false);
        }
        append(&mut tx, AuditEvent::RecoveryCodeUsed, id, at).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// How many codes are left.
    ///
    /// # Errors
    /// When they could not be counted.
    pub async fn recovery_codes_left(&self, id: AccountId) -> Result<u32, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT count(*) FROM recovery_code WHERE account_id = ? AND used_at IS NULL",
        )
        .bind(id.to_string())
        .fetch_one(self.readers())
        .await?)
    }
}

async fn write_codes(
    tx: &mut SqliteConnection,
    id: AccountId,
    codes: &[[u8; 32]],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recovery_code WHERE account_id = ?")
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
    for code in codes {
        sqlx::query("INSERT INTO recovery_code (account_id, code_hash) VALUES (?, ?)")
            .bind(id.to_string())
            .bind(code.as_slice())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

async fn append(
    tx: &mut WriteTransaction,
    event: AuditEvent,
    id: AccountId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let pseudonym: Option<String> =
        sqlx::query_scalar("SELECT pseudonym FROM account WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(&mut **tx)
            .await?;
    let pseudonym: Pseudonym =
        pseudonym.ok_or(StoreError::UnknownAccount)?.parse().map_err(|_| MALFORMED)?;
    audit::append(tx, &AuditRecord::new(event, at, AuditBody::new()).about(pseudonym)).await
}

fn stored_step(step: u64) -> Result<i64, StoreError> {
    i64::try_from(step).map_err(|_| MALFORMED)
}
