//! Conversations that ended, each with its turns: what there is most of.
//!
//! They are looked up by a connection that reads, some hundred at a time, and deleted one after the
//! other by their numbers. A single statement over many of them would gather their keys in a table
//! of its own, be prepared anew each time, and be given text that it copies: all memory that
//! SQLCipher locks and wipes, at several times the cost of the deletion itself.

use std::{collections::VecDeque, time::Instant};

use cloister_types::Timestamp;
use sqlx::SqliteConnection;

use super::PurgeReport;
use crate::{Store, StoreError};

/// Most conversations that are looked up at once.
const LOOKED_UP: u32 = 512;
/// Most turns that one statement deletes: about two milliseconds' work. A longer conversation goes
/// in several steps.
const MOST_TURNS: u64 = 32;

/// Whether an account's conversation is kept by a hold at `?1`.
macro_rules! held {
    () => {
        "EXISTS (SELECT 1 FROM legal_hold WHERE released_at IS NULL AND until > ?1 \
         AND (class IS NULL OR class = 'conversation') \
         AND (pseudonym IS NULL OR pseudonym = \
              (SELECT account.pseudonym FROM account WHERE account.id = conversation.account_id)))"
    };
}

/// Conversations that go: their own time is up, or their session's. A guest's is not held: its key
/// ends with the session, so that nobody could read what was kept.
macro_rules! doomed {
    ($column:literal) => {
        concat!(
            "SELECT conversation.",
            $column,
            " FROM conversation WHERE expires_at <= ?1 AND (account_id IS NULL OR NOT ",
            held!(),
            ") UNION ALL SELECT conversation.",
            $column,
            " FROM session JOIN conversation ON conversation.session_id = session.id \
             WHERE session.expires_at <= ?1 AND conversation.expires_at > ?1"
        )
    };
}

/// The conversation numbered `?2`, if it still goes: somebody may have written in it, or placed a
/// hold, since it was looked up. The signs keep the planner from another index, and so from asking
/// for the time before it makes a plan.
macro_rules! still_doomed {
    () => {
        concat!(
            "SELECT id FROM conversation WHERE rowid = ?2 AND ( \
             (+expires_at <= ?1 AND (account_id IS NULL OR NOT ",
            held!(),
            ")) OR EXISTS (SELECT 1 FROM session \
                           WHERE session.id = session_id AND +session.expires_at <= ?1))"
        )
    };
}

/// Counts what goes, at the time `?1`.
pub(super) const COUNT_CONVERSATIONS: &str = concat!("SELECT count(*) FROM (", doomed!("id"), ")");
pub(super) const COUNT_TURNS: &str =
    concat!("SELECT count(*) FROM turn WHERE conversation_id IN (", doomed!("id"), ")");

/// Conversations that go, as far as they were looked up.
#[derive(Default)]
pub(super) struct Doomed {
    numbers: VecDeque<i64>,
    all_found: bool,
}

impl Doomed {
    /// Looks more of them up when none is left.
    pub(super) async fn look_up(
        &mut self,
        store: &Store,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !self.numbers.is_empty() || self.all_found {
            return Ok(());
        }
        let numbers: Vec<i64> = sqlx::query_scalar(concat!(doomed!("rowid"), " LIMIT ?2"))
            .bind(now.as_millis())
            .bind(LOOKED_UP)
            .fetch_all(store.readers())
            .await?;
        self.all_found = numbers.len() < LOOKED_UP as usize;
        self.numbers = numbers.into();
        Ok(())
    }

    /// Whether none is left that was looked up.
    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Whether there is nothing more to look up.
    pub(super) const fn is_whole(&self) -> bool {
        self.all_found
    }

    /// Deletes some of them, until about `until`.
    pub(super) async fn delete_some(
        &mut self,
        connection: &mut SqliteConnection,
        now: Timestamp,
        until: Instant,
    ) -> Result<PurgeReport, StoreError> {
        let mut report = PurgeReport::default();
        while let Some(number) = self.numbers.pop_front() {
            let (turns, conversations) = delete(connection, number, now).await?;
            report.turns += turns;
            report.conversations += conversations;
            if turns == MOST_TURNS {
                self.numbers.push_front(number);
            }
            if Instant::now() >= until || report.total() >= MOST_TURNS {
                break;
            }
        }
        Ok(report)
    }
}

/// Deletes the first turns of a conversation, and itself if none is left. Returns how many turns and
/// how many conversations that were.
async fn delete(
    connection: &mut SqliteConnection,
    number: i64,
    now: Timestamp,
) -> Result<(u64, u64), StoreError> {
    let changes: Vec<i64> = sqlx::query_scalar(concat!(
        "DELETE FROM turn WHERE conversation_id = (",
        still_doomed!(),
        ") AND ordinal < (SELECT min(first.ordinal) + 32 FROM turn AS first \
         WHERE first.conversation_id = (SELECT id FROM conversation WHERE rowid = ?2)); \
         SELECT changes(); \
         DELETE FROM conversation WHERE id = (",
        still_doomed!(),
        ") AND NOT EXISTS (SELECT 1 FROM turn WHERE conversation_id = conversation.id); \
         SELECT changes()"
    ))
    .bind(now.as_millis())
    .bind(number)
    .fetch_all(connection)
    .await?;
    match changes.as_slice() {
        [turns, conversations] => Ok((turns.unsigned_abs(), conversations.unsigned_abs())),
        _ => Err(StoreError::MalformedRow { table: "turn" }),
    }
}
