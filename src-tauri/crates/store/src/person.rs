//! What is held about one person, for that person.

use cloister_types::{OwnerId, Pseudonym, SessionId, Timestamp, TurnId};
use serde_json::Value;
use sqlx::SqliteConnection;

use crate::{Store, StoreError, conversation::owner_columns};

/// What is held about a person besides the account and the conversations.
#[derive(Clone, Default, PartialEq)]
pub struct HeldData {
    /// Sittings that are alive: id, where, when they started, when they were last used.
    pub sessions: Vec<(SessionId, String, Timestamp, Timestamp)>,
    /// Ratings: turn, time, verdict, sanitised remark.
    pub feedback: Vec<(TurnId, Timestamp, String, Option<String>)>,
    /// Requests: time, method, route, status.
    pub accesses: Vec<(Timestamp, String, String, u16)>,
    /// Message logs, which only a grant opens: when each was written.
    pub message_logs: Vec<Timestamp>,
    /// Decisions about the person: time, event, particulars.
    pub decisions: Vec<(Timestamp, String, Value)>,
}

impl std::fmt::Debug for HeldData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeldData").finish_non_exhaustive()
    }
}

impl Store {
    /// What else is held about `owner`, whose name in records is `person`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn held_data(
        &self,
        owner: OwnerId,
        person: Pseudonym,
    ) -> Result<HeldData, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let person = person.to_string();
        Ok(HeldData {
            sessions: sessions(&mut connection, owner).await?,
            feedback: feedback(&mut connection, &person).await?,
            accesses: accesses(&mut connection, &person).await?,
            message_logs: message_logs(&mut connection, &person).await?,
            decisions: decisions(&mut connection, &person).await?,
        })
    }
}

async fn sessions(
    connection: &mut SqliteConnection,
    owner: OwnerId,
) -> Result<Vec<(SessionId, String, Timestamp, Timestamp)>, StoreError> {
    let (session, account) = owner_columns(owner);
    let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
        "SELECT id, place, started_at, last_seen_at FROM session \
         WHERE id = ?1 OR account_id = ?2 ORDER BY started_at",
    )
    .bind(session)
    .bind(account)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(id, place, started, seen)| {
            let times = (Timestamp::from_millis(started), Timestamp::from_millis(seen));
            Some((id.parse().ok()?, place, times.0, times.1))
        })
        .collect::<Option<_>>()
        .ok_or(StoreError::MalformedRow { table: "session" })
}

async fn feedback(
    connection: &mut SqliteConnection,
    person: &str,
) -> Result<Vec<(TurnId, Timestamp, String, Option<String>)>, StoreError> {
    let rows: Vec<(String, i64, String, Option<String>)> = sqlx::query_as(
        "SELECT turn_id, at, rating, comment FROM feedback WHERE pseudonym = ? ORDER BY at",
    )
    .bind(person)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(turn, at, rating, comment)| {
            Some((turn.parse().ok()?, Timestamp::from_millis(at), rating, comment))
        })
        .collect::<Option<_>>()
        .ok_or(StoreError::MalformedRow { table: "feedback" })
}

async fn accesses(
    connection: &mut SqliteConnection,
    person: &str,
) -> Result<Vec<(Timestamp, String, String, u16)>, StoreError> {
    let rows: Vec<(i64, String, String, u16)> = sqlx::query_as(
        "SELECT at, method, route, status FROM access_log WHERE pseudonym = ? ORDER BY id",
    )
    .bind(person)
    .fetch_all(connection)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(at, method, route, status)| (Timestamp::from_millis(at), method, route, status))
        .collect())
}

async fn message_logs(
    connection: &mut SqliteConnection,
    person: &str,
) -> Result<Vec<Timestamp>, StoreError> {
    let times: Vec<i64> =
        sqlx::query_scalar("SELECT at FROM message_log WHERE pseudonym = ? ORDER BY at")
            .bind(person)
            .fetch_all(connection)
            .await?;
    Ok(times.into_iter().map(Timestamp::from_millis).collect())
}

async fn decisions(
    connection: &mut SqliteConnection,
    person: &str,
) -> Result<Vec<(Timestamp, String, Value)>, StoreError> {
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as("SELECT at, event, body FROM audit_record WHERE pseudonym = ? ORDER BY seq")
            .bind(person)
            .fetch_all(connection)
            .await?;
    rows.into_iter()
        .map(|(at, event, body)| {
            Some((Timestamp::from_millis(at), event, serde_json::from_str(&body).ok()?))
        })
        .collect::<Option<_>>()
        .ok_or(StoreError::MalformedRow { table: "audit_record" })
}
