//! What measurements need and the product does not: rows by the hundred thousand.

use cloister_types::Timestamp;

use crate::{Store, StoreError};

/// Conversations that one transaction writes.
const CONVERSATIONS: u32 = 2_000;

impl Store {
    /// Writes `conversations` with `turns` each, of `bytes` random bytes a turn, that ended at
    /// `expired_at`. They belong to one account, which must exist.
    ///
    /// # Errors
    /// When they could not be written.
    pub async fn fill_with_expired_turns(
        &self,
        account: &str,
        conversations: u32,
        turns: u32,
        bytes: u32,
        expired_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut written = 0;
        while written < conversations {
            let some = CONVERSATIONS.min(conversations - written);
            let mut tx = self.begin().await?;
            // The trigger makes the end follow from the last turn.
            sqlx::query(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
                 INSERT INTO conversation (id, account_id, started_at, last_turn_at, expires_at) \
                 SELECT lower(hex(randomblob(16))), ?2, ?3, \
                        ?3 - (SELECT period_ms FROM retention WHERE class = 'conversation'), ?3 \
                 FROM n",
            )
            .bind(some)
            .bind(account)
            .bind(expired_at.as_millis())
            .execute(&mut *tx)
            .await?;
            sqlx::query(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
                 INSERT INTO turn \
                 (id, conversation_id, ordinal, asked_at, completed_at, outcome, sealed) \
                 SELECT lower(hex(randomblob(16))), fresh.id, n.i, 0, 0, 'answered', randomblob(?2) \
                 FROM (SELECT id FROM conversation ORDER BY rowid DESC LIMIT ?3) AS fresh \
                 CROSS JOIN n",
            )
            .bind(turns)
            .bind(bytes)
            .bind(some)
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            written += some;
        }
        self.truncate_log().await
    }
}
