//! The message log: sanitised questions and answers that are kept for quality review, and that
//! nobody reads without a grant.
//!
//! An entry is sealed to a public key, so that what writes it cannot read it. The secret half is
//! sealed in the database and opened in one place, [`Store::read_message_log`], which first finds a
//! grant in force and records who reads about whom.

mod grant;
mod key;
mod reading;

use cloister_types::{Entropy, Pseudonym, Secret, Timestamp};
use sqlx::SqliteConnection;

pub(crate) use self::{grant::end_all, grant::forget_reasons};
pub use self::{
    grant::{GrantDecision, LogRequestRow, LogRequestState, LogScope, NewLogRequest},
    key::{LogKey, LogSealed},
    reading::{LogEntry, LogReading, LogReadingRow},
};
use crate::{RetentionClass, Store, StoreError, hold::held_until};

impl Store {
    /// The key to which entries are sealed now; made when there is none.
    ///
    /// # Errors
    /// When it could not be read or made.
    pub async fn log_key(
        &self,
        entropy: &dyn Entropy,
        at: Timestamp,
    ) -> Result<LogKey, StoreError> {
        let keys = self.keys();
        if let Some(key) = keys.log.get() {
            return Ok(*key);
        }
        let mut tx = self.begin().await?;
        // Those of now: a rotation replaces them while it has the writer.
        let keys = self.keys();
        let key = match key::newest(&mut tx).await? {
            Some(key) => key,
            None => key::make(&mut tx, &keys.sealing.log_key(self.id()), (entropy, at)).await?,
        };
        tx.commit().await?;
        Ok(*keys.log.get_or_init(|| key))
    }
}

/// Seals anew, under `new`, what `old` has sealed, and makes another pair for entries to come.
pub(crate) async fn reseal(
    connection: &mut SqliteConnection,
    (old, new): (&Secret<[u8; 32]>, &Secret<[u8; 32]>),
    drawn: (&dyn Entropy, Timestamp),
) -> Result<(), StoreError> {
    grant::reseal_reasons(connection, (old, new), drawn.0).await?;
    key::reseal(connection, (old, new), drawn).await
}

/// Deletes the entries about `person` unless a hold keeps them; how many went.
pub(crate) async fn delete_of(
    connection: &mut SqliteConnection,
    person: Pseudonym,
    at: Timestamp,
) -> Result<u64, StoreError> {
    if held_until(connection, person, RetentionClass::MessageLog, at).await?.is_some() {
        return Ok(0);
    }
    let deleted = sqlx::query("DELETE FROM message_log WHERE pseudonym = ?")
        .bind(person.to_string())
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}
