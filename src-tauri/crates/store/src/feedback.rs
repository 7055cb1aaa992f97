//! Feedback: how a reader rated a turn.

use cloister_types::{Pseudonym, Sanitized, Timestamp, TurnId};

use crate::{Store, StoreError};

/// A reader's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rating {
    /// It helped.
    Up,
    /// It did not.
    Down,
}

impl Rating {
    /// The rating as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    fn from_stored(name: &str) -> Option<Self> {
        [Self::Up, Self::Down].into_iter().find(|rating| rating.as_str() == name)
    }
}

/// What a reader says of a turn.
#[derive(Debug, Clone)]
pub struct Feedback {
    /// The turn.
    pub turn: TurnId,
    /// When it was said.
    pub at: Timestamp,
    /// Who says it.
    pub pseudonym: Pseudonym,
    /// The verdict.
    pub rating: Rating,
    /// A remark.
    pub comment: Option<Sanitized>,
}

/// Feedback as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedbackRow {
    /// The turn.
    pub turn: TurnId,
    /// When it was said.
    pub at: Timestamp,
    /// The verdict.
    pub rating: Rating,
    /// A remark, sanitised.
    pub comment: Option<String>,
}

impl std::fmt::Debug for FeedbackRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FeedbackRow({})", self.turn)
    }
}

impl Store {
    /// Keeps `feedback`; what was said of the same turn before is replaced.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn keep_feedback(&self, feedback: &Feedback) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO feedback (turn_id, at, pseudonym, rating, comment) \
             VALUES (?, ?, ?, ?, ?) ON CONFLICT (turn_id) DO UPDATE SET \
             at = excluded.at, rating = excluded.rating, comment = excluded.comment",
        )
        .bind(feedback.turn.to_string())
        .bind(feedback.at.as_millis())
        .bind(feedback.pseudonym.to_string())
        .bind(feedback.rating.as_str())
        .bind(feedback.comment.as_ref().map(Sanitized::as_str))
        .execute(&mut *self.writer().await?)
        .await?;
        Ok(())
    }

    /// The latest feedback, latest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn feedback(&self, limit: u32) -> Result<Vec<FeedbackRow>, StoreError> {
        let rows: Vec<(String, i64, String, Option<String>)> = sqlx::query_as(
            "SELECT turn_id, at, rating, comment FROM feedback ORDER BY at DESC, turn_id LIMIT ?",
        )
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(|(turn, at, rating, comment)| {
                Some(FeedbackRow {
                    turn: turn.parse().ok()?,
                    at: Timestamp::from_millis(at),
                    rating: Rating::from_stored(&rating)?,
                    comment,
                })
            })
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "feedback" })
    }
}
