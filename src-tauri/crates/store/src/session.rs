//! Sessions: one sitting of one reader.

use cloister_types::{AccountId, Pseudonym, SessionId, Timestamp};
use sqlx::SqliteConnection;

use crate::{AuditBody, AuditEvent, AuditRecord, Store, StoreError, WrappedKey, audit};

/// Who sits there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// Somebody who did not sign in.
    Guest,
    /// The operating-system user who owns the vault, until there is an administrator.
    Operator,
    /// Somebody who signed in.
    Account,
}

impl SessionKind {
    /// The kind's name as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Operator => "operator",
            Self::Account => "account",
        }
    }

    fn from_stored(name: &str) -> Option<Self> {
        [Self::Guest, Self::Operator, Self::Account].into_iter().find(|kind| kind.as_str() == name)
    }
}

impl std::fmt::Display for SessionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl cloister_types::LogSafe for SessionKind {}

/// Where a session was started, for its owner's list: `window`, `terminal` or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// The window of this machine.
    #[must_use]
    pub fn window() -> Self {
        Self("window".to_owned())
    }

    /// A terminal of this machine.
    #[must_use]
    pub fn terminal() -> Self {
        Self("terminal".to_owned())
    }

    /// A browser at `address`.
    #[must_use]
    pub fn address(address: std::net::IpAddr) -> Self {
        Self(address.to_string())
    }

    /// The place as stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A session to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Who sits there.
    pub kind: SessionKind,
    /// A hash of the token that proves the session; the token itself is never stored.
    pub token_hash: [u8; 32],
    /// The reader's name in records.
    pub pseudonym: Pseudonym,
    /// The account that signed in, with its data key wrapped by the token.
    pub account: Option<(AccountId, WrappedKey)>,
    /// Where it was started.
    pub place: Place,
    /// When it starts.
    pub started_at: Timestamp,
    /// When it ends unless it is [touched](Store::touch_session).
    pub expires_at: Timestamp,
    /// Until when the second factor counts as fresh.
    pub elevated_until: Option<Timestamp>,
}

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// Who sits there.
    pub kind: SessionKind,
    /// The reader's name in records.
    pub pseudonym: Pseudonym,
    /// The account that signed in, with its data key wrapped by the token.
    pub account: Option<(AccountId, WrappedKey)>,
    /// Where it was started.
    pub place: Place,
    /// When it started.
    pub started_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends. The row may outlive this until the next purge: compare before trusting it.
    pub expires_at: Timestamp,
    /// Until when the second factor counts as fresh.
    pub elevated_until: Option<Timestamp>,
}

/// What went with one or more sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    /// Sessions deleted.
    pub sessions: u64,
    /// Conversations deleted.
    pub conversations: u64,
    /// Turns deleted.
    pub turns: u64,
}

/// The columns of [`StoredRow`], in its order.
macro_rules! columns {
    () => {
        "id, kind, pseudonym, account_id, wrapped_key, place, started_at, last_seen_at, \
         expires_at, elevated_until"
    };
}

#[derive(sqlx::FromRow)]
struct StoredRow {
    id: String,
    kind: String,
    pseudonym: String,
    account_id: Option<String>,
    wrapped_key: Option<Vec<u8>>,
    place: String,
    started_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    elevated_until: Option<i64>,
}

impl SessionRow {
    fn from_stored(row: StoredRow) -> Option<Self> {
        let account = match row.account_id.zip(row.wrapped_key) {
            Some((id, key)) => Some((id.parse().ok()?, WrappedKey::from_stored(key))),
            None => None,
        };
        Some(Self {
            id: row.id.parse().ok()?,
            kind: SessionKind::from_stored(&row.kind)?,
            pseudonym: row.pseudonym.parse().ok()?,
            account,
            place: Place(row.place),
            started_at: Timestamp::from_millis(row.started_at),
            last_seen_at: Timestamp::from_millis(row.last_seen_at),
            expires_at: Timestamp::from_millis(row.expires_at),
            elevated_until: row.elevated_until.map(Timestamp::from_millis),
        })
    }
}

fn read_row(row: Option<StoredRow>) -> Result<Option<SessionRow>, StoreError> {
    row.map(|row| SessionRow::from_stored(row).ok_or(StoreError::MalformedRow { table: "session" }))
        .transpose()
}

impl Store {
    /// Starts a session and records it.
    ///
    /// # Errors
    /// When it could not be written, or its id or token hash is taken.
    pub async fn start_session(&self, session: &NewSession) -> Result<(), StoreError> {
        let mut tx = match session.kind {
            SessionKind::Guest => self.begin().await?,
            // Who makes room on a full disk signs in first.
            SessionKind::Operator | SessionKind::Account => self.begin_essential().await?,
        };
        sqlx::query(
            "INSERT INTO session \
             (id, kind, token_hash, pseudonym, account_id, wrapped_key, place, started_at, \
              last_seen_at, expires_at, elevated_until) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(session.id.to_string())
        .bind(session.kind.as_str())
        .bind(session.token_hash.as_slice())
        .bind(session.pseudonym.to_string())
        .bind(session.account.as_ref().map(|(id, _)| id.to_string()))
        .bind(session.account.as_ref().map(|(_, key)| key.as_bytes()))
        .bind(session.place.as_str())
        .bind(session.started_at.as_millis())
        .bind(session.started_at.as_millis())
        .bind(session.expires_at.as_millis())
        .bind(session.elevated_until.map(Timestamp::as_millis))
        .execute(&mut *tx)
        .await?;
        let event = match session.kind {
            SessionKind::Guest | SessionKind::Operator => AuditEvent::SessionStarted,
            SessionKind::Account => AuditEvent::SignedIn,
        };
        let body = AuditBody::new()
            .with("kind", &session.kind)
            .with("session", &session.id)
            .count("second_factor", session.elevated_until.is_some().into());
        let record = AuditRecord::new(event, session.started_at, body);
        audit::append(&mut tx, &record.about(session.pseudonym)).await?;
        tx.commit().await
    }

    /// Notes that a session was used and moves its end.
    ///
    /// # Errors
    /// [`StoreError::UnknownSession`] when it has ended.
    pub async fn touch_session(
        &self,
        id: SessionId,
        last_seen_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let touched =
            sqlx::query("UPDATE session SET last_seen_at = ?, expires_at = ? WHERE id = ?")
                .bind(last_seen_at.as_millis())
                .bind(expires_at.as_millis())
                .bind(id.to_string())
                .execute(&mut *self.writer_essential().await?)
                .await?;
        if touched.rows_affected() == 0 {
            return Err(StoreError::UnknownSession);
        }
        Ok(())
    }

    /// Finds the session that a token proves, by the token's hash. It may have
    /// [expired](SessionRow::expires_at).
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn session_by_token_hash(
        &self,
        token_hash: &[u8; 32],
    ) -> Result<Option<SessionRow>, StoreError> {
        let row: Option<StoredRow> =
            sqlx::query_as(concat!("SELECT ", columns!(), " FROM session WHERE token_hash = ?"))
                .bind(token_hash.as_slice())
                .fetch_optional(self.readers())
                .await?;
        read_row(row)
    }

    /// Finds the session called `id`. It may have [expired](SessionRow::expires_at).
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn session(&self, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
        let row: Option<StoredRow> =
            sqlx::query_as(concat!("SELECT ", columns!(), " FROM session WHERE id = ?"))
                .bind(id.to_string())
                .fetch_optional(self.readers())
                .await?;
        read_row(row)
    }

    /// The sessions of an account, newest first. They may have [expired](SessionRow::expires_at).
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn sessions_of(&self, account: AccountId) -> Result<Vec<SessionRow>, StoreError> {
        let rows: Vec<StoredRow> = sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            " FROM session WHERE account_id = ? ORDER BY started_at DESC"
        ))
        .bind(account.to_string())
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(SessionRow::from_stored)
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "session" })
    }

    /// Ends sessions of an account from elsewhere: the one called `which`, or all but `keep`.
    /// Returns how many ended.
    ///
    /// # Errors
    /// [`StoreError::UnknownSession`] when there was none to end.
    pub async fn revoke_sessions(
        &self,
        account: AccountId,
        which: Option<SessionId>,
        keep: SessionId,
        by: Pseudonym,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut tx = self.begin_essential().await?;
        let ended = sqlx::query(
            "DELETE FROM session WHERE account_id = ?1 AND id <> ?2 AND id = coalesce(?3, id)",
        )
        .bind(account.to_string())
        .bind(keep.to_string())
        .bind(which.map(|id| id.to_string()))
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if ended == 0 {
            return Err(StoreError::UnknownSession);
        }
        let body = AuditBody::new().count("sessions", ended);
        let record = AuditRecord::new(AuditEvent::SessionsRevoked, at, body);
        audit::append(&mut tx, &record.about(by)).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Gives a session a new token, because its owner showed a second factor, and notes until when
    /// that counts as fresh.
    ///
    /// # Errors
    /// [`StoreError::UnknownSession`] when it has ended.
    pub async fn elevate_session(
        &self,
        session: &SessionRow,
        token_hash: &[u8; 32],
        wrapped_key: &WrappedKey,
        until: Timestamp,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_essential().await?;
        let elevated = sqlx::query(
            "UPDATE session SET token_hash = ?, wrapped_key = ?, elevated_until = ? WHERE id = ?",
        )
        .bind(token_hash.as_slice())
        .bind(wrapped_key.as_bytes())
        .bind(until.as_millis())
        .bind(session.id.to_string())
        .execute(&mut *tx)
        .await?;
        if elevated.rows_affected() == 0 {
            return Err(StoreError::UnknownSession);
        }
        let body = AuditBody::new().with("session", &session.id);
        let record = AuditRecord::new(AuditEvent::SessionElevated, at, body);
        audit::append(&mut tx, &record.about(session.pseudonym)).await?;
        tx.commit().await
    }

    /// Ends a session: deletes it with its conversations and turns, and records how many went.
    ///
    /// # Errors
    /// [`StoreError::UnknownSession`] when it has ended before.
    pub async fn end_session(&self, id: SessionId, at: Timestamp) -> Result<Ended, StoreError> {
        let mut tx = self.begin_essential().await?;
        let pseudonym: String = sqlx::query_scalar("SELECT pseudonym FROM session WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(StoreError::UnknownSession)?;
        let pseudonym =
            pseudonym.parse().map_err(|_| StoreError::MalformedRow { table: "session" })?;
        let ended = delete_session(&mut tx, id).await?;
        let body = ended.body().with("session", &id);
        let record = AuditRecord::new(AuditEvent::SessionEnded, at, body);
        audit::append(&mut tx, &record.about(pseudonym)).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Ends every session of guests and operators: to be called at start, because their keys died
    /// with the process that held them, and what these sealed can never be read again.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn end_orphaned_guests(&self, at: Timestamp) -> Result<Ended, StoreError> {
        let mut tx = self.begin_essential().await?;
        let ended = delete_guests(&mut tx).await?;
        if ended.sessions > 0 {
            let record = AuditRecord::new(AuditEvent::SessionsOrphaned, at, ended.body());
            audit::append(&mut tx, &record).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }
}

impl Ended {
    fn body(self) -> AuditBody {
        AuditBody::new()
            .count("conversations", self.conversations)
            .count("sessions", self.sessions)
            .count("turns", self.turns)
    }
}

async fn delete_session(
    connection: &mut SqliteConnection,
    id: SessionId,
) -> Result<Ended, StoreError> {
    let id = id.to_string();
    let turns = sqlx::query(
        "DELETE FROM turn WHERE conversation_id IN \
         (SELECT id FROM conversation WHERE session_id = ?)",
    )
    .bind(&id)
    .execute(&mut *connection)
    .await?;
    let conversations = sqlx::query("DELETE FROM conversation WHERE session_id = ?")
        .bind(&id)
        .execute(&mut *connection)
        .await?;
    let sessions =
        sqlx::query("DELETE FROM session WHERE id = ?").bind(&id).execute(connection).await?;
    Ok(Ended {
        sessions: sessions.rows_affected(),
        conversations: conversations.rows_affected(),
        turns: turns.rows_affected(),
    })
}

pub(crate) async fn delete_guests(connection: &mut SqliteConnection) -> Result<Ended, StoreError> {
    let turns = sqlx::query(
        "DELETE FROM turn WHERE conversation_id IN \
         (SELECT conversation.id FROM conversation \
          JOIN session ON session.id = conversation.session_id WHERE session.kind <> 'account')",
    )
    .execute(&mut *connection)
    .await?;
    let conversations = sqlx::query(
        "DELETE FROM conversation WHERE session_id IN \
         (SELECT id FROM session WHERE kind <> 'account')",
    )
    .execute(&mut *connection)
    .await?;
    let sessions =
        sqlx::query("DELETE FROM session WHERE kind <> 'account'").execute(connection).await?;
    Ok(Ended {
        sessions: sessions.rows_affected(),
        conversations: conversations.rows_affected(),
        turns: turns.rows_affected(),
    })
}
