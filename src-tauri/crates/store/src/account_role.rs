//! Which roles an account has, and who gave them.

use std::collections::BTreeSet;

use cloister_types::{AccountId, Timestamp};
use sqlx::SqliteConnection;

use crate::{Actor, AuditCode, Store, StoreError};

impl Store {
    /// Who gave the account called `id` any of `roles`.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn role_givers(
        &self,
        id: AccountId,
        roles: &BTreeSet<String>,
    ) -> Result<BTreeSet<Actor>, StoreError> {
        let rows: Vec<(String, Option<String>)> =
            sqlx::query_as("SELECT role, given_by FROM account_role WHERE account_id = ?")
                .bind(id.to_string())
                .fetch_all(self.readers())
                .await?;
        rows.into_iter()
            .filter(|(role, _)| roles.contains(role))
            .map(|(_, by)| by.map(|by| by.parse()).transpose())
            .collect::<Result<_, _>>()
            .map_err(|_| StoreError::MalformedRow { table: "account_role" })
    }
}

/// Gives an account `roles` and no others.
pub(crate) async fn write(
    tx: &mut SqliteConnection,
    id: AccountId,
    roles: &BTreeSet<AuditCode>,
    at: Timestamp,
    by: Actor,
) -> Result<(), StoreError> {
    let held: Vec<String> =
        sqlx::query_scalar("SELECT role FROM account_role WHERE account_id = ?")
            .bind(id.to_string())
            .fetch_all(&mut *tx)
            .await?;
    let roles: BTreeSet<String> = roles.iter().map(AuditCode::to_string).collect();
    let held: BTreeSet<String> = held.into_iter().collect();
    for role in held.difference(&roles) {
        sqlx::query("DELETE FROM account_role WHERE account_id = ? AND role = ?")
            .bind(id.to_string())
            .bind(role)
            .execute(&mut *tx)
            .await?;
    }
    // One that stays is not touched: who gave it decides whether its holder may approve.
    for role in roles.difference(&held) {
        sqlx::query(
            "INSERT INTO account_role (account_id, role, given_at, given_by) VALUES (?, ?, ?, ?)",
        )
        .bind(id.to_string())
        .bind(role)
        .bind(at.as_millis())
        .bind(by.map(|by| by.to_string()))
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
