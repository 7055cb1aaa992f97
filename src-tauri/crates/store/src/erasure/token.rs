//! One-time tokens for people without an authenticator.

use std::time::Duration;

use cloister_types::{AccountId, Authorized, Pseudonym, Timestamp, act};

use crate::{
    AuditBody, AuditCode, AuditEvent, AuditRecord, Store, StoreError, audit,
    writer::WriteTransaction,
};

/// How long a person has to use the token.
const TOKEN_LIFE: Duration = Duration::from_hours(7 * 24);

impl Store {
    /// Confirms that a person asked for their erasure, and keeps the hash of the token that is
    /// handed to them (256 random bits, so that looking for the hash leaks nothing). An earlier token of theirs no longer counts. Returns until when it can be
    /// used.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`].
    pub async fn confirm_erasure(
        &self,
        _: &Authorized<act::ManagePeople>,
        by: Pseudonym,
        account: AccountId,
        token_hash: &[u8; 32],
        at: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let pseudonym = self.account(account).await?.ok_or(StoreError::UnknownAccount)?.pseudonym;
        let mut tx = self.begin_essential().await?;
        let expires_at = at + TOKEN_LIFE;
        sqlx::query(
            "INSERT INTO erasure_token \
             (account_id, token_hash, confirmed_at, confirmed_by, expires_at) \
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account_id) DO UPDATE \
             SET token_hash = ?2, confirmed_at = ?3, confirmed_by = ?4, expires_at = ?5",
        )
        .bind(account.to_string())
        .bind(token_hash.as_slice())
        .bind(at.as_millis())
        .bind(by.to_string())
        .bind(expires_at.as_millis())
        .execute(&mut *tx)
        .await?;
        let change =
            "erasure_confirmed".parse::<AuditCode>().map_err(|_| StoreError::OutOfBounds)?;
        let body = AuditBody::new().with("change", &change).with("person", &pseudonym);
        let record = AuditRecord::new(AuditEvent::AccountChanged, at, body);
        audit::append(&mut tx, &record.about(by)).await?;
        tx.commit().await?;
        Ok(expires_at)
    }
}

/// Uses a token up.
pub(super) async fn use_up(
    tx: &mut WriteTransaction,
    account: AccountId,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    let used = sqlx::query(
        "DELETE FROM erasure_token WHERE account_id = ? AND token_hash = ? AND expires_at > ?",
    )
    .bind(account.to_string())
    .bind(token_hash.as_slice())
    .bind(now.as_millis())
    .execute(&mut **tx)
    .await?;
    if used.rows_affected() == 0 { Err(StoreError::UnknownToken) } else { Ok(()) }
}
