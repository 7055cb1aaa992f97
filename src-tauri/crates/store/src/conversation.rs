//! Conversations and their sealed turns, with the two audit records of each.

use cloister_types::{ConversationId, OwnerId, Pseudonym, SessionId, Timestamp, TurnId};
use sqlx::SqliteConnection;

use crate::{
    AuditBody, AuditEvent, AuditRecord, LogSealed, Sealed, Store, StoreError, audit, reserve::Need,
    writer::WriteTransaction,
};

/// A turn that was authorised and not yet answered.
#[derive(Debug, Clone)]
pub struct TurnAuthorisation {
    /// The turn.
    pub turn: TurnId,
    /// Its conversation, which is begun with it when new.
    pub conversation: ConversationId,
    /// The session that it was asked in.
    pub session: SessionId,
    /// Whose both are.
    pub owner: OwnerId,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When the whole conversation goes, unless another turn moves that; never earlier than it was.
    pub expires_at: Timestamp,
    /// The sanitised question.
    pub sealed: Sealed,
    /// Decision, policy, passage ids. The record's event, time, turn and pseudonym are the
    /// store's to fill in.
    pub audit: AuditBody,
}

/// A turn that has its answer or its failure.
#[derive(Debug, Clone)]
pub struct TurnCompletion {
    /// The turn.
    pub turn: TurnId,
    /// When it was done.
    pub completed_at: Timestamp,
    /// What came of it, as a fixed name such as `answered`.
    pub outcome: &'static str,
    /// The sanitised question and answer; takes the place of the question.
    pub sealed: Sealed,
    /// The same for the message log, where it is kept there.
    pub logged: Option<LogSealed>,
    /// Outcome, model, times. The rest of the record is the store's to fill in.
    pub audit: AuditBody,
}

/// A conversation as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationRow {
    /// Its id.
    pub id: ConversationId,
    /// When its first turn was asked.
    pub started_at: Timestamp,
    /// When its last turn was asked.
    pub last_turn_at: Timestamp,
    /// When it goes with all its turns.
    pub expires_at: Timestamp,
}

impl ConversationRow {
    fn from_stored(
        id: &str,
        started: i64,
        last_turn: i64,
        expires: i64,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            id: id.parse().map_err(|_| StoreError::MalformedRow { table: "conversation" })?,
            started_at: Timestamp::from_millis(started),
            last_turn_at: Timestamp::from_millis(last_turn),
            expires_at: Timestamp::from_millis(expires),
        })
    }
}

/// A turn as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRow {
    /// Its id.
    pub id: TurnId,
    /// Its place in the conversation, from 1.
    pub ordinal: u32,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it was done, unless it runs or its process died.
    pub completed_at: Option<Timestamp>,
    /// What came of it.
    pub outcome: Option<String>,
    /// The sanitised question, or question and answer once it is done.
    pub sealed: Sealed,
}

type StoredTurn = (String, u32, i64, Option<i64>, Option<String>, Vec<u8>);

impl TurnRow {
    fn from_stored(row: StoredTurn) -> Option<Self> {
        let (id, ordinal, asked_at, completed_at, outcome, sealed) = row;
        Some(Self {
            id: id.parse().ok()?,
            ordinal,
            asked_at: Timestamp::from_millis(asked_at),
            completed_at: completed_at.map(Timestamp::from_millis),
            outcome,
            sealed: Sealed::from_stored(sealed),
        })
    }
}

impl Store {
    /// Writes the turn and its *authorised* record in one transaction; to be called before the
    /// answer's first word. Returns the turn's place in its conversation, from 1.
    ///
    /// # Errors
    /// [`StoreError::UnknownSession`]; [`StoreError::UnknownConversation`] when the conversation
    /// belongs to somebody else. The turn must then not be answered.
    pub async fn authorise_turn(&self, turn: &TurnAuthorisation) -> Result<u32, StoreError> {
        let (mut tx, before) = Before::begin(self, turn).await?;
        let ordinal = before.turns + 1;
        write_question(&mut tx, turn, &before, ordinal).await?;
        let record =
            AuditRecord::new(AuditEvent::TurnAuthorised, turn.asked_at, turn.audit.clone());
        tx.commit_with(&record.about_turn(turn.turn).about(before.pseudonym)).await?;
        Ok(ordinal)
    }

    /// Writes the turn's outcome and its *completed* record in one transaction; to be called
    /// before the reader is told that it is done.
    ///
    /// # Errors
    /// [`StoreError::UnknownTurn`] when the turn is complete or gone, as when its session ended
    /// meanwhile.
    pub async fn complete_turn(&self, turn: &TurnCompletion) -> Result<(), StoreError> {
        let waiting = sqlx::query_as(
            "BEGIN IMMEDIATE; SELECT turn.rowid, coalesce( \
                 (SELECT pseudonym FROM session WHERE session.id = session_id), \
                 (SELECT pseudonym FROM account WHERE account.id = account_id)) \
             FROM turn JOIN conversation ON conversation.id = conversation_id \
             WHERE turn.id = ? AND completed_at IS NULL",
        )
        .bind(turn.turn.to_string());
        // Essential: its question was taken, and a turn without an end is worse than one more row.
        let (mut tx, waiting) =
            self.begin_reading::<(i64, String)>(Need::Essential, waiting).await?;
        let (row, pseudonym) = waiting.ok_or(StoreError::UnknownTurn)?;
        write_answer(&mut tx, turn, row, &pseudonym).await?;
        let pseudonym =
            pseudonym.parse().map_err(|_| StoreError::MalformedRow { table: "session" })?;
        let record =
            AuditRecord::new(AuditEvent::TurnCompleted, turn.completed_at, turn.audit.clone());
        tx.commit_with(&record.about_turn(turn.turn).about(pseudonym)).await
    }

    /// The latest conversation of `owner`, if there is one.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn conversation_of(
        &self,
        owner: OwnerId,
    ) -> Result<Option<ConversationRow>, StoreError> {
        let (session, account) = owner_columns(owner);
        let row: Option<(String, i64, i64, i64)> = sqlx::query_as(
            "SELECT id, started_at, last_turn_at, expires_at FROM conversation \
             WHERE session_id = ?1 OR account_id = ?2 \
             ORDER BY started_at DESC, rowid DESC LIMIT 1",
        )
        .bind(session)
        .bind(account)
        .fetch_optional(self.readers())
        .await?;
        row.map(|(id, started, last, expires)| {
            ConversationRow::from_stored(&id, started, last, expires)
        })
        .transpose()
    }

    /// The conversation `id` of `owner`.
    ///
    /// # Errors
    /// [`StoreError::UnknownConversation`] when `owner` has no such conversation.
    pub async fn conversation(
        &self,
        owner: OwnerId,
        id: ConversationId,
    ) -> Result<ConversationRow, StoreError> {
        let (session, account) = owner_columns(owner);
        let row: Option<(String, i64, i64, i64)> = sqlx::query_as(
            "SELECT id, started_at, last_turn_at, expires_at FROM conversation \
             WHERE id = ?1 AND (session_id = ?2 OR account_id = ?3)",
        )
        .bind(id.to_string())
        .bind(session)
        .bind(account)
        .fetch_optional(self.readers())
        .await?;
        let (id, started, last, expires) = row.ok_or(StoreError::UnknownConversation)?;
        ConversationRow::from_stored(&id, started, last, expires)
    }

    /// Begins a conversation of `owner` that has no turn yet.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn begin_conversation(
        &self,
        owner: OwnerId,
        conversation: &ConversationRow,
    ) -> Result<(), StoreError> {
        let (session, account) = owner_columns(owner);
        sqlx::query(
            "INSERT INTO conversation \
             (id, session_id, account_id, started_at, last_turn_at, expires_at) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(conversation.id.to_string())
        .bind(session)
        .bind(account)
        .bind(conversation.started_at.as_millis())
        .bind(conversation.last_turn_at.as_millis())
        .bind(conversation.expires_at.as_millis())
        .execute(&mut *self.writer().await?)
        .await?;
        Ok(())
    }

    /// The conversations of `owner`, latest first, with how many turns each has.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn conversations_of(
        &self,
        owner: OwnerId,
    ) -> Result<Vec<(ConversationRow, u32)>, StoreError> {
        let (session, account) = owner_columns(owner);
        let rows: Vec<(String, i64, i64, i64, u32)> = sqlx::query_as(
            "SELECT id, started_at, last_turn_at, expires_at, \
                    (SELECT count(*) FROM turn WHERE turn.conversation_id = conversation.id) \
             FROM conversation WHERE session_id = ?1 OR account_id = ?2 \
             ORDER BY last_turn_at DESC, rowid DESC",
        )
        .bind(session)
        .bind(account)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(|(id, started, last, expires, turns)| {
                ConversationRow::from_stored(&id, started, last, expires).map(|row| (row, turns))
            })
            .collect()
    }

    /// Deletes a conversation with its turns, as its owner wishes. Returns how many turns went.
    ///
    /// # Errors
    /// [`StoreError::UnknownConversation`] when `owner` has no such conversation.
    pub async fn delete_conversation(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        by: Pseudonym,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let (session, account) = owner_columns(owner);
        let mut tx = self.begin_essential().await?;
        let turns = sqlx::query(
            "DELETE FROM turn WHERE conversation_id = (SELECT id FROM conversation \
             WHERE id = ?1 AND (session_id = ?2 OR account_id = ?3))",
        )
        .bind(conversation.to_string())
        .bind(&session)
        .bind(&account)
        .execute(&mut *tx)
        .await?;
        let deleted = sqlx::query(
            "DELETE FROM conversation WHERE id = ?1 AND (session_id = ?2 OR account_id = ?3)",
        )
        .bind(conversation.to_string())
        .bind(&session)
        .bind(&account)
        .execute(&mut *tx)
        .await?;
        if deleted.rows_affected() == 0 {
            return Err(StoreError::UnknownConversation);
        }
        let body = AuditBody::new().count("turns", turns.rows_affected());
        let record = AuditRecord::new(AuditEvent::ConversationDeleted, at, body);
        audit::append(&mut tx, &record.about(by)).await?;
        tx.commit().await?;
        self.truncate_log().await?;
        Ok(turns.rows_affected())
    }

    /// The turns of a conversation, in order, if it belongs to `owner`; otherwise none.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn turns(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
    ) -> Result<Vec<TurnRow>, StoreError> {
        let (session, account) = owner_columns(owner);
        let rows: Vec<StoredTurn> = sqlx::query_as(
            "SELECT turn.id, turn.ordinal, turn.asked_at, turn.completed_at, turn.outcome, \
                    turn.sealed \
             FROM turn JOIN conversation ON conversation.id = turn.conversation_id \
             WHERE conversation.id = ?1 \
             AND (conversation.session_id = ?2 OR conversation.account_id = ?3) \
             ORDER BY turn.ordinal",
        )
        .bind(conversation.to_string())
        .bind(session)
        .bind(account)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(TurnRow::from_stored)
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "turn" })
    }

    /// Whether `turn` is over and in a conversation of `owner` that has not ended at `now`.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn has_answered(
        &self,
        owner: OwnerId,
        turn: TurnId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (session, account) = owner_columns(owner);
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM conversation \
             JOIN turn ON turn.conversation_id = conversation.id \
             WHERE (conversation.session_id = ?1 OR conversation.account_id = ?2) \
             AND conversation.expires_at > ?4 \
             AND turn.id = ?3 AND turn.completed_at IS NOT NULL)",
        )
        .bind(session)
        .bind(account)
        .bind(turn.to_string())
        .bind(now.as_millis())
        .fetch_one(self.readers())
        .await?)
    }

    /// The first turn of a conversation, if it has one and belongs to `owner`.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn first_turn(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
    ) -> Result<Option<TurnRow>, StoreError> {
        let (session, account) = owner_columns(owner);
        let row: Option<StoredTurn> = sqlx::query_as(
            "SELECT turn.id, turn.ordinal, turn.asked_at, turn.completed_at, turn.outcome, \
                    turn.sealed \
             FROM turn JOIN conversation ON conversation.id = turn.conversation_id \
             WHERE conversation.id = ?1 \
             AND (conversation.session_id = ?2 OR conversation.account_id = ?3) \
             ORDER BY turn.ordinal LIMIT 1",
        )
        .bind(conversation.to_string())
        .bind(session)
        .bind(account)
        .fetch_optional(self.readers())
        .await?;
        row.map(|row| TurnRow::from_stored(row).ok_or(StoreError::MalformedRow { table: "turn" }))
            .transpose()
    }
}

/// The two columns of which an owner fills one; NULL equals nothing.
pub(crate) fn owner_columns(owner: OwnerId) -> (Option<String>, Option<String>) {
    match owner {
        OwnerId::Guest(session) => (Some(session.to_string()), None),
        OwnerId::Account(account) => (None, Some(account.to_string())),
    }
}

/// Pseudonym; whether the conversation is the asker's; its last turn, its end, its turns.
type StoredBefore = (String, Option<bool>, Option<i64>, Option<i64>, Option<u32>);

/// What is there before a turn is written.
struct Before {
    pseudonym: Pseudonym,
    /// The last turn and the end of the conversation, where it has begun.
    begun: Option<(Timestamp, Timestamp)>,
    /// How many turns it had, those that went included.
    turns: u32,
}

impl Before {
    /// # Errors
    /// [`StoreError::UnknownSession`]; [`StoreError::UnknownConversation`] when somebody else has it.
    async fn begin(
        store: &Store,
        turn: &TurnAuthorisation,
    ) -> Result<(WriteTransaction, Self), StoreError> {
        let (session, account) = owner_columns(turn.owner);
        let query = sqlx::query_as(
            "BEGIN IMMEDIATE; \
             SELECT session.pseudonym, session_id IS ?3 AND conversation.account_id IS ?4, \
                 last_turn_at, conversation.expires_at, \
                 (SELECT max(ordinal) FROM turn WHERE conversation_id = ?2) \
             FROM session LEFT JOIN conversation ON conversation.id = ?2 WHERE session.id = ?1",
        )
        .bind(turn.session.to_string())
        .bind(turn.conversation.to_string())
        .bind(session)
        .bind(account);
        let (tx, row) = store.begin_reading::<StoredBefore>(Need::Ordinary, query).await?;
        let (pseudonym, owned, last_turn, expires, turns) =
            row.ok_or(StoreError::UnknownSession)?;
        let begun = last_turn
            .zip(expires)
            .map(|(last, expires)| (Timestamp::from_millis(last), Timestamp::from_millis(expires)));
        if begun.is_some() && owned != Some(true) {
            return Err(StoreError::UnknownConversation);
        }
        let pseudonym =
            pseudonym.parse().map_err(|_| StoreError::MalformedRow { table: "session" })?;
        Ok((tx, Self { pseudonym, begun, turns: turns.unwrap_or(0) }))
    }
}

/// Begins the conversation, or moves its end, and writes the turn: statements that go to SQLite
/// together, since handing one over costs as much as running it.
async fn write_question(
    connection: &mut SqliteConnection,
    turn: &TurnAuthorisation,
    before: &Before,
    ordinal: u32,
) -> Result<(), StoreError> {
    let (session, account) = owner_columns(turn.owner);
    // A clock that went back moves nothing back. Told here, since a statement that calls a function
    // and fires triggers keeps a journal of its own.
    let (statements, last_turn, expires) = match before.begun {
        Some((last_turn, expires)) => {
            (CONTINUE, turn.asked_at.max(last_turn), turn.expires_at.max(expires))
        }
        None => (BEGIN, turn.asked_at, turn.expires_at),
    };
    sqlx::query(statements)
        .bind(turn.conversation.to_string())
        .bind(last_turn.as_millis())
        .bind(expires.as_millis())
        .bind(turn.turn.to_string())
        .bind(ordinal)
        .bind(turn.asked_at.as_millis())
        .bind(turn.sealed.as_bytes())
        .bind(session)
        .bind(account)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes the answer, and where it is logged the entry of the message log, handed over together.
async fn write_answer(
    connection: &mut SqliteConnection,
    turn: &TurnCompletion,
    row: i64,
    pseudonym: &str,
) -> Result<(), StoreError> {
    let query = sqlx::query(if turn.logged.is_some() { COMPLETE_AND_LOG } else { COMPLETE })
        .bind(turn.completed_at.as_millis())
        .bind(turn.outcome)
        .bind(turn.sealed.as_bytes())
        .bind(row);
    let query = match &turn.logged {
        Some(logged) => query
            .bind(turn.turn.to_string())
            .bind(pseudonym)
            .bind(logged.key)
            .bind(logged.bytes.as_slice()),
        None => query,
    };
    query.execute(connection).await?;
    Ok(())
}

const COMPLETE: &str =
    "UPDATE turn SET completed_at = ?1, outcome = ?2, sealed = ?3 WHERE rowid = ?4";
const COMPLETE_AND_LOG: &str = "\
    UPDATE turn SET completed_at = ?1, outcome = ?2, sealed = ?3 WHERE rowid = ?4; \
    INSERT INTO message_log (at, turn_id, pseudonym, outcome, key_id, sealed) \
    VALUES (?1, ?5, ?6, ?2, ?7, ?8)";

/// `OR ROLLBACK`: a statement that fires triggers would otherwise keep a journal of its own, to undo
/// itself alone.
const BEGIN: &str = "\
    INSERT OR ROLLBACK INTO conversation \
        (id, started_at, last_turn_at, expires_at, session_id, account_id) \
    VALUES (?1, ?2, ?2, ?3, ?8, ?9); \
    INSERT INTO turn (id, conversation_id, ordinal, asked_at, sealed) \
    VALUES (?4, ?1, ?5, ?6, ?7)";
const CONTINUE: &str = "\
    UPDATE OR ROLLBACK conversation \
    SET last_turn_at = ?2, expires_at = ?3 WHERE id = ?1; \
    INSERT INTO turn (id, conversation_id, ordinal, asked_at, sealed) \
    VALUES (?4, ?1, ?5, ?6, ?7)";
