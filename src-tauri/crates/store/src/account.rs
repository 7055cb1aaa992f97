//! Accounts: who may sign in, with which roles, and the key that seals what is theirs.

mod second_factor;

use std::collections::{BTreeSet, HashMap};

use cloister_types::{AccountId, Pseudonym, Timestamp};
use serde_json::{Map, Value};
use sqlx::SqliteConnection;

pub use self::second_factor::SealedTotp;
use crate::{
    AuditBody, AuditCode, AuditEvent, AuditRecord, RetentionClass, Store, StoreError, WrappedKey,
    account_role, audit, erasure::leave_tombstone, hold::refuse_held, message_log,
};

/// Team, region, limits: a JSON object of strings, whole numbers and booleans.
pub type Attributes = Map<String, Value>;

/// Who does something to an account: a pseudonym, or nobody for the operator.
pub type Actor = Option<Pseudonym>;

/// A password as stored: its hash, and the data key that it wraps.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordRecord {
    /// argon2id in PHC form.
    pub hash: String,
    /// The account's data key, wrapped by a key that only the password derives.
    pub wrapped_key: WrappedKey,
    /// Whether it has to be changed before anything else is done.
    pub must_change: bool,
}

impl std::fmt::Debug for PasswordRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordRecord")
            .field("must_change", &self.must_change)
            .finish_non_exhaustive()
    }
}

/// An account to make.
#[derive(Clone)]
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// The name to sign in with; unique without regard to case.
    pub name: String,
    /// The name that stands for the person in records.
    pub pseudonym: Pseudonym,
    /// Its roles.
    pub roles: BTreeSet<AuditCode>,
    /// What the policy knows about the person.
    pub attributes: Attributes,
    /// Its password.
    pub password: PasswordRecord,
    /// When it is made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
}

/// A change of an account; what is nothing stays.
#[derive(Debug, Clone, Default)]
pub struct AccountChange {
    /// Another name to sign in with.
    pub name: Option<String>,
    /// Other roles.
    pub roles: Option<BTreeSet<AuditCode>>,
    /// Other attributes.
    pub attributes: Option<Attributes>,
    /// Whether it may be signed in to.
    pub active: Option<bool>,
}

/// An account as stored, without what proves its owner.
#[derive(Clone, PartialEq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// The name to sign in with.
    pub name: String,
    /// The name that stands for the person in records.
    pub pseudonym: Pseudonym,
    /// Whether it may be signed in to.
    pub active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
    /// Its roles.
    pub roles: BTreeSet<String>,
    /// What the policy knows about the person.
    pub attributes: Attributes,
    /// Whether the password has to be changed before anything else is done.
    pub must_change: bool,
    /// When an authenticator was confirmed, if one was.
    pub second_factor_since: Option<Timestamp>,
    /// Since when the person's data are held but not processed (Article 18 GDPR).
    pub restricted_at: Option<Timestamp>,
}

impl std::fmt::Debug for AccountRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountRow").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a sign-in is checked against.
#[derive(Clone)]
pub struct Credentials {
    /// The account.
    pub account: AccountRow,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// The account's data key, wrapped by a key that only the password derives.
    pub wrapped_key: WrappedKey,
    /// The authenticator's shared secret, if there is one.
    pub totp: Option<SealedTotp>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("account", &self.account.id).finish_non_exhaustive()
    }
}

macro_rules! columns {
    () => {
        "id, name, pseudonym, state, created_at, created_by, attributes, must_change, \
         totp_confirmed_at, restricted_at, password_hash, wrapped_key, totp_sealed, totp_last_step"
    };
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: String,
    name: String,
    pseudonym: String,
    state: String,
    created_at: i64,
    created_by: Option<String>,
    attributes: String,
    must_change: bool,
    totp_confirmed_at: Option<i64>,
    restricted_at: Option<i64>,
    password_hash: String,
    wrapped_key: Vec<u8>,
    totp_sealed: Option<Vec<u8>>,
    totp_last_step: Option<i64>,
}

const MALFORMED: StoreError = StoreError::MalformedRow { table: "account" };

impl Stored {
    fn into_credentials(self, roles: BTreeSet<String>) -> Option<Credentials> {
        let account = AccountRow {
            id: self.id.parse().ok()?,
            name: self.name,
            pseudonym: self.pseudonym.parse().ok()?,
            active: self.state == "active",
            created_at: Timestamp::from_millis(self.created_at),
            created_by: self.created_by.map(|by| by.parse()).transpose().ok()?,
            roles,
            attributes: serde_json::from_str(&self.attributes).ok()?,
            must_change: self.must_change,
            second_factor_since: self.totp_confirmed_at.map(Timestamp::from_millis),
            restricted_at: self.restricted_at.map(Timestamp::from_millis),
        };
        Some(Credentials {
            account,
            password_hash: self.password_hash,
            wrapped_key: WrappedKey::from_stored(self.wrapped_key),
            totp: self
                .totp_sealed
                .map(|sealed| SealedTotp::from_stored(sealed, self.totp_last_step)),
        })
    }
}

impl Store {
    /// Makes an account and records it.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] when somebody signs in with that name.
    pub async fn create_account(&self, account: &NewAccount) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        refuse_taken(&mut tx, &account.name, account.id).await?;
        sqlx::query(
            "INSERT INTO account \
             (id, name, pseudonym, state, created_at, created_by, attributes, password_hash, \
              password_changed_at, must_change, wrapped_key) \
             VALUES (?1, ?2, ?3, 'active', ?4, ?5, ?6, ?7, ?4, ?8, ?9)",
        )
        .bind(account.id.to_string())
        .bind(&account.name)
        .bind(account.pseudonym.to_string())
        .bind(account.created_at.as_millis())
        .bind(account.created_by.map(|by| by.to_string()))
        .bind(Value::Object(account.attributes.clone()).to_string())
        .bind(&account.password.hash)
        .bind(account.password.must_change)
        .bind(account.password.wrapped_key.as_bytes())
        .execute(&mut *tx)
        .await?;
        account_role::write(
            &mut tx,
            account.id,
            &account.roles,
            account.created_at,
            account.created_by,
        )
        .await?;
        let body = AuditBody::new().list("roles", account.roles.iter().cloned());
        let record =
            record(AuditEvent::AccountCreated, account.created_at, account.created_by, body);
        audit::append(&mut tx, &record.about(account.pseudonym)).await?;
        tx.commit().await
    }

    /// The account called `id`.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when it cannot be read.
    pub async fn account(&self, id: AccountId) -> Result<Option<AccountRow>, StoreError> {
        Ok(self.credentials(id).await?.map(|credentials| credentials.account))
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when one cannot be read.
    pub async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let rows: Vec<Stored> =
            sqlx::query_as(concat!("SELECT ", columns!(), " FROM account ORDER BY name"))
                .fetch_all(self.readers())
                .await?;
        let given: Vec<(String, String)> =
            sqlx::query_as("SELECT account_id, role FROM account_role")
                .fetch_all(self.readers())
                .await?;
        let mut roles: HashMap<String, BTreeSet<String>> = HashMap::new();
        for (account, role) in given {
            roles.entry(account).or_default().insert(role);
        }
        rows.into_iter()
            .map(|row| {
                let roles = roles.remove(&row.id).unwrap_or_default();
                Some(row.into_credentials(roles)?.account)
            })
            .collect::<Option<_>>()
            .ok_or(MALFORMED)
    }

    /// What a sign-in to the account called `id` is checked against.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when it cannot be read.
    pub async fn credentials(&self, id: AccountId) -> Result<Option<Credentials>, StoreError> {
        let row = sqlx::query_as(concat!("SELECT ", columns!(), " FROM account WHERE id = ?"))
            .bind(id.to_string())
            .fetch_optional(self.readers())
            .await?;
        self.with_roles(row).await
    }

    /// What a sign-in with `name` is checked against.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when it cannot be read.
    pub async fn credentials_of(&self, name: &str) -> Result<Option<Credentials>, StoreError> {
        let row = sqlx::query_as(concat!("SELECT ", columns!(), " FROM account WHERE name = ?"))
            .bind(name)
            .fetch_optional(self.readers())
            .await?;
        self.with_roles(row).await
    }

    async fn with_roles(&self, row: Option<Stored>) -> Result<Option<Credentials>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let roles: Vec<String> =
            sqlx::query_scalar("SELECT role FROM account_role WHERE account_id = ?")
                .bind(&row.id)
                .fetch_all(self.readers())
                .await?;
        row.into_credentials(roles.into_iter().collect()).map(Some).ok_or(MALFORMED)
    }

    /// How many accounts may be signed in to and have `role`.
    ///
    /// # Errors
    /// When they could not be counted.
    pub async fn count_active(&self, role: &AuditCode) -> Result<u64, StoreError> {
        count_active(&mut *self.readers().acquire().await?, role).await
    }

    /// Changes an account, ends its sessions when roles, attributes or state change, and records
    /// old and new values.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`]; [`StoreError::NameTaken`]; [`StoreError::LastHolder`] when
    /// nobody who may sign in would keep `guarded`.
    pub async fn change_account(
        &self,
        id: AccountId,
        change: &AccountChange,
        guarded: &AuditCode,
        by: Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let old = self.account(id).await?.ok_or(StoreError::UnknownAccount)?;
        let mut tx = self.begin().await?;
        let mut body = AuditBody::new();
        if let Some(name) = &change.name {
            refuse_taken(&mut tx, name, id).await?;
            sqlx::query("UPDATE account SET name = ? WHERE id = ?")
                .bind(name)
                .bind(id.to_string())
                .execute(&mut *tx)
                .await?;
            body = body.count("renamed", 1);
        }
        if let Some(attributes) = &change.attributes {
            sqlx::query("UPDATE account SET attributes = ? WHERE id = ?")
                .bind(Value::Object(attributes.clone()).to_string())
                .bind(id.to_string())
                .execute(&mut *tx)
                .await?;
            body = body
                .list("old_attributes", codes(old.attributes.keys()))
                .list("new_attributes", codes(attributes.keys()));
        }
        if let Some(active) = change.active {
            sqlx::query("UPDATE account SET state = ? WHERE id = ?")
                .bind(if active { "active" } else { "disabled" })
                .bind(id.to_string())
                .execute(&mut *tx)
                .await?;
            body = body.count("old_active", old.active.into()).count("new_active", active.into());
        }
        if let Some(roles) = &change.roles {
            account_role::write(&mut tx, id, roles, at, by).await?;
            body =
                body.list("old_roles", codes(&old.roles)).list("new_roles", roles.iter().cloned());
        }
        let access_changed =
            change.roles.is_some() || change.attributes.is_some() || change.active.is_some();
        if access_changed {
            refuse_last(&mut tx, &old, guarded).await?;
            delete_sessions_of(&mut tx, id).await?;
        }
        let record = record(AuditEvent::AccountChanged, at, by, body);
        audit::append(&mut tx, &record.about(old.pseudonym)).await?;
        tx.commit().await
    }

    /// Replaces a password that its owner changed, and ends the account's other sessions.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`].
    pub async fn change_password(
        &self,
        id: AccountId,
        password: &PasswordRecord,
        keep: cloister_types::SessionId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let pseudonym = write_password(&mut tx, id, password, at).await?;
        sqlx::query("DELETE FROM session WHERE account_id = ? AND id <> ?")
            .bind(id.to_string())
            .bind(keep.to_string())
            .execute(&mut *tx)
            .await?;
        let record = AuditRecord::new(AuditEvent::PasswordChanged, at, AuditBody::new());
        audit::append(&mut tx, &record.about(pseudonym)).await?;
        tx.commit().await
    }

    /// Replaces a password for its owner, who forgot it. The data key cannot be had without the old
    /// password, so it is replaced and what it sealed is deleted.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`].
    pub async fn reset_account(
        &self,
        id: AccountId,
        password: &PasswordRecord,
        by: Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let pseudonym = write_password(&mut tx, id, password, at).await?;
        refuse_held(&mut tx, pseudonym, RetentionClass::Conversation, at).await?;
        delete_sessions_of(&mut tx, id).await?;
        let turns = delete_conversations_of(&mut tx, id).await?;
        let body = AuditBody::new().count("turns", turns);
        audit::append(&mut tx, &record(AuditEvent::AccountReset, at, by, body).about(pseudonym))
            .await?;
        tx.commit().await?;
        self.truncate_log().await
    }

    /// Deletes an account with its keys, sessions and conversations.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`]; [`StoreError::LastHolder`] when nobody else who may sign in
    /// has `guarded`; [`StoreError::UnderHold`].
    pub async fn delete_account(
        &self,
        id: AccountId,
        guarded: &AuditCode,
        by: Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let old = self.account(id).await?.ok_or(StoreError::UnknownAccount)?;
        let mut tx = self.begin_essential().await?;
        refuse_held(&mut tx, old.pseudonym, RetentionClass::Conversation, at).await?;
        delete_sessions_of(&mut tx, id).await?;
        let turns = delete_conversations_of(&mut tx, id).await?;
        let logs = message_log::delete_of(&mut tx, old.pseudonym, at).await?;
        message_log::forget_reasons(&mut tx, old.pseudonym).await?;
        delete_rows_of(&mut tx, id).await?;
        refuse_last(&mut tx, &old, guarded).await?;
        leave_tombstone(&mut tx, self.id(), id, at).await?;
        let body = AuditBody::new().count("turns", turns).count("message_logs", logs);
        let record = record(AuditEvent::AccountDeleted, at, by, body);
        audit::append(&mut tx, &record.about(old.pseudonym)).await?;
        tx.commit().await?;
        self.truncate_log().await
    }
}

/// Deletes the account itself: its keys, roles and codes go with it.
pub(crate) async fn delete_rows_of(
    tx: &mut SqliteConnection,
    id: AccountId,
) -> Result<(), StoreError> {
    crate::placement::disown(tx, id).await?;
    for statement in [
        "DELETE FROM recovery_code WHERE account_id = ?",
        "DELETE FROM account_role WHERE account_id = ?",
        "DELETE FROM account WHERE id = ?",
    ] {
        sqlx::query(statement).bind(id.to_string()).execute(&mut *tx).await?;
    }
    Ok(())
}

pub(crate) async fn delete_sessions_of(
    tx: &mut SqliteConnection,
    id: AccountId,
) -> Result<u64, StoreError> {
    let deleted = sqlx::query("DELETE FROM session WHERE account_id = ?")
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(deleted.rows_affected())
}

/// Deletes what the account's data key sealed; returns how many turns went.
pub(crate) async fn delete_conversations_of(
    tx: &mut SqliteConnection,
    id: AccountId,
) -> Result<u64, StoreError> {
    let turns = sqlx::query(
        "DELETE FROM turn WHERE conversation_id IN \
         (SELECT id FROM conversation WHERE account_id = ?)",
    )
    .bind(id.to_string())
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM conversation WHERE account_id = ?")
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(turns.rows_affected())
}

async fn write_password(
    tx: &mut SqliteConnection,
    id: AccountId,
    password: &PasswordRecord,
    at: Timestamp,
) -> Result<Pseudonym, StoreError> {
    let pseudonym: Option<String> =
        sqlx::query_scalar("SELECT pseudonym FROM account WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(&mut *tx)
            .await?;
    let pseudonym = pseudonym.ok_or(StoreError::UnknownAccount)?;
    sqlx::query(
        "UPDATE account SET password_hash = ?, wrapped_key = ?, must_change = ?, \
         password_changed_at = ? WHERE id = ?",
    )
    .bind(&password.hash)
    .bind(password.wrapped_key.as_bytes())
    .bind(password.must_change)
    .bind(at.as_millis())
    .bind(id.to_string())
    .execute(tx)
    .await?;
    pseudonym.parse().map_err(|_| MALFORMED)
}

async fn refuse_taken(
    tx: &mut SqliteConnection,
    name: &str,
    id: AccountId,
) -> Result<(), StoreError> {
    let taken: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account WHERE name = ? AND id <> ?)")
            .bind(name)
            .bind(id.to_string())
            .fetch_one(tx)
            .await?;
    if taken { Err(StoreError::NameTaken) } else { Ok(()) }
}

/// Refuses when `old` had the guarded role and nobody who may sign in has it now.
pub(crate) async fn refuse_last(
    tx: &mut SqliteConnection,
    old: &AccountRow,
    guarded: &AuditCode,
) -> Result<(), StoreError> {
    let held = old.active && old.roles.contains(&guarded.to_string());
    if held && count_active(tx, guarded).await? == 0 {
        return Err(StoreError::LastHolder);
    }
    Ok(())
}

async fn count_active(
    connection: &mut SqliteConnection,
    role: &AuditCode,
) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM account JOIN account_role ON account_role.account_id = account.id \
         WHERE account.state = 'active' AND account_role.role = ?",
    )
    .bind(role.to_string())
    .fetch_one(connection)
    .await?;
    u64::try_from(count).map_err(|_| MALFORMED)
}

/// A record of an act that `by` did to somebody.
fn record(event: AuditEvent, at: Timestamp, by: Actor, body: AuditBody) -> AuditRecord {
    AuditRecord::new(event, at, body.list("by", by))
}

/// Those of `names` that a record can hold.
fn codes<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<AuditCode> {
    names.into_iter().filter_map(|name| name.parse().ok()).collect()
}
