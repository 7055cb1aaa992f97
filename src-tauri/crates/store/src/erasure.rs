//! Erasure: a person's key, rows and the mapping of their pseudonym go in one transaction.
//!
//! What others wrote down about the person stands under the old pseudonym, which from here on stands
//! for nobody. Consents stay for their period under a salted hash of their own.

mod token;
mod tombstone;

use cloister_types::{AccountId, Pseudonym, ReceiptId, SessionId, Timestamp};
use sqlx::SqliteConnection;

pub(crate) use self::tombstone::leave as leave_tombstone;
pub use self::tombstone::{TOMBSTONES, Tombstone, TombstonesApplied, read_tombstones};
use crate::{
    AuditBody, AuditCode, AuditEvent, AuditRecord, RetentionClass, Store, StoreError,
    account::{delete_conversations_of, delete_rows_of, refuse_last},
    audit,
    hold::held_until,
    message_log,
    writer::WriteTransaction,
};

/// How much of a person is to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureScope {
    /// Everything; refused when a legal hold keeps any of it.
    Everything,
    /// Everything that no legal hold keeps.
    WhatIsNotHeld,
}

/// How the person showed that they want it.
#[derive(Debug)]
pub enum ErasureProof {
    /// Their second factor was shown a moment ago, as the caller has checked.
    FreshFactor,
    /// The one-time token of a request that an administrator confirmed, by its hash; used up by
    /// this.
    Token([u8; 32]),
}

/// An erasure to make.
#[derive(Debug)]
pub struct Erasure {
    /// Whose data.
    pub account: AccountId,
    /// How much.
    pub scope: ErasureScope,
    /// How they showed that they want it.
    pub proof: ErasureProof,
    /// The role that somebody must keep.
    pub guarded: AuditCode,
    /// The id of the receipt that they keep.
    pub receipt: ReceiptId,
    /// When.
    pub at: Timestamp,
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The name that stood for the person in records, and now stands for nobody.
    pub pseudonym: Pseudonym,
    /// Sessions, whose data keys must now be dropped.
    pub sessions: Vec<SessionId>,
    /// Conversations.
    pub conversations: u64,
    /// Turns.
    pub turns: u64,
    /// Message logs.
    pub message_logs: u64,
    /// Ratings and remarks.
    pub feedback: u64,
    /// Consents that stay under a salted hash.
    pub consents: u64,
    /// Classes that a legal hold keeps, and until when. Where it keeps conversations, the account
    /// with its key stays as well.
    pub kept: Vec<(RetentionClass, Timestamp)>,
    /// What keeps the person from coming back out of a backup; nothing where the account stays.
    pub tombstone: Option<Tombstone>,
}

/// The classes that hold what an erasure deletes.
const CLASSES: [RetentionClass; 3] =
    [RetentionClass::Conversation, RetentionClass::MessageLog, RetentionClass::Feedback];

impl Store {
    /// Erases a person in one transaction and empties the write-ahead log after it.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`]; [`StoreError::UnknownToken`] when the token is not theirs,
    /// was used or has expired; [`StoreError::UnderHold`]; [`StoreError::LastHolder`].
    /// Nothing was erased then.
    pub async fn erase(&self, erasure: &Erasure) -> Result<Erased, StoreError> {
        let account = self.account(erasure.account).await?.ok_or(StoreError::UnknownAccount)?;
        let pseudonym = account.pseudonym;
        let mut tx = self.begin_essential().await?;
        if let ErasureProof::Token(hash) = &erasure.proof {
            token::use_up(&mut tx, erasure.account, hash, erasure.at).await?;
        }
        let kept = kept_by_holds(&mut tx, pseudonym, erasure.at).await?;
        if erasure.scope == ErasureScope::Everything
            && let Some(until) = kept.iter().map(|(_, until)| *until).max()
        {
            return Err(StoreError::UnderHold { until });
        }
        let mut erased = delete(&mut tx, erasure.account, pseudonym, kept, erasure.at).await?;
        if !erased.keeps(RetentionClass::Conversation) {
            refuse_last(&mut tx, &account, &erasure.guarded).await?;
            let key = tombstone::Key::read(&mut tx).await?;
            let stone = key.sign(self.id(), erasure.account, erasure.receipt, erasure.at);
            tombstone::insert(&mut tx, &stone).await?;
            erased.tombstone = Some(stone);
        }
        append(&mut tx, &erased, erasure.receipt, erasure.at).await?;
        tx.commit().await?;
        self.truncate_log().await?;
        Ok(erased)
    }
}

impl Erased {
    fn keeps(&self, class: RetentionClass) -> bool {
        self.kept.iter().any(|(kept, _)| *kept == class)
    }
}

async fn kept_by_holds(
    connection: &mut SqliteConnection,
    pseudonym: Pseudonym,
    now: Timestamp,
) -> Result<Vec<(RetentionClass, Timestamp)>, StoreError> {
    let mut kept = Vec::new();
    for class in CLASSES {
        if let Some(until) = held_until(connection, pseudonym, class, now).await? {
            kept.push((class, until));
        }
    }
    Ok(kept)
}

/// Deletes everything about a person but what `kept` names.
async fn delete(
    tx: &mut WriteTransaction,
    account: AccountId,
    pseudonym: Pseudonym,
    kept: Vec<(RetentionClass, Timestamp)>,
    at: Timestamp,
) -> Result<Erased, StoreError> {
    let mut erased = Erased {
        pseudonym,
        sessions: Vec::new(),
        conversations: 0,
        turns: 0,
        message_logs: 0,
        feedback: 0,
        consents: 0,
        kept,
        tombstone: None,
    };
    if !erased.keeps(RetentionClass::MessageLog) {
        let sql = "DELETE FROM message_log WHERE pseudonym = ?";
        erased.message_logs = run(tx, sql, &pseudonym.to_string()).await?;
    }
    if !erased.keeps(RetentionClass::Feedback) {
        let sql = "DELETE FROM feedback WHERE pseudonym = ?";
        erased.feedback = run(tx, sql, &pseudonym.to_string()).await?;
    }
    if !erased.keeps(RetentionClass::Conversation) {
        delete_account(tx, account, &mut erased, at).await?;
        message_log::forget_reasons(tx, pseudonym).await?;
    }
    Ok(erased)
}

/// Deletes an account with its data key, conversations and sessions. What else refers to it goes
/// with it by the schema, and its consents keep their salted hash alone.
async fn delete_account(
    tx: &mut WriteTransaction,
    account: AccountId,
    erased: &mut Erased,
    at: Timestamp,
) -> Result<(), StoreError> {
    let id = account.to_string();
    erased.conversations = count_conversations(tx, &id).await?;
    erased.turns = delete_conversations_of(tx, account).await?;
    let sessions: Vec<String> =
        sqlx::query_scalar("DELETE FROM session WHERE account_id = ? RETURNING id")
            .bind(&id)
            .fetch_all(&mut **tx)
            .await?;
    erased.sessions = sessions
        .iter()
        .map(|id| id.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| StoreError::MalformedRow { table: "session" })?;
    let ended = sqlx::query("UPDATE consent SET ended_at = ? WHERE account_id = ?")
        .bind(at.as_millis())
        .bind(&id)
        .execute(&mut **tx)
        .await?;
    erased.consents = ended.rows_affected();
    delete_rows_of(tx, account).await
}

async fn count_conversations(tx: &mut WriteTransaction, id: &str) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM conversation WHERE account_id = ?")
        .bind(id)
        .fetch_one(&mut **tx)
        .await?;
    Ok(count.unsigned_abs())
}

async fn run(tx: &mut WriteTransaction, sql: &'static str, id: &str) -> Result<u64, StoreError> {
    Ok(sqlx::query(sql).bind(id).execute(&mut **tx).await?.rows_affected())
}

async fn append(
    tx: &mut WriteTransaction,
    erased: &Erased,
    receipt: ReceiptId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let body = AuditBody::new()
        .with("receipt", &receipt)
        .count("sessions", erased.sessions.len() as u64)
        .count("conversations", erased.conversations)
        .count("turns", erased.turns)
        .count("message_logs", erased.message_logs)
        .count("feedback", erased.feedback)
        .count("consents_kept", erased.consents)
        .list("held", erased.kept.iter().map(|(class, _)| *class));
    let record = AuditRecord::new(AuditEvent::DataErased, at, body);
    audit::append(tx, &record.about(erased.pseudonym)).await
}
