//! What readers say of answers.

use cloister_access::Session;
use cloister_store::{Feedback, FeedbackRow, Rating};
use cloister_types::TurnId;

use crate::{App, AppError, FeedbackDto, FeedbackEntryDto, FeedbackListDto, RatingDto};

/// Feedback in one list.
const MOST_FEEDBACK: u32 = 200;

impl App {
    /// Keeps what the reader says of an answer in any of their conversations; what they said of it before is replaced.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::ErrorCode::NotFound) for a turn that is not the reader's.
    pub async fn give_feedback(
        &self,
        session: &Session,
        turn: &str,
        given: FeedbackDto,
    ) -> Result<(), AppError> {
        let turn: TurnId = turn.parse().map_err(|_| AppError::not_found())?;
        let now = self.options.clock.now();
        if !self.store.has_answered(session.owner(), turn, now).await? {
            return Err(AppError::not_found());
        }
        let comment = match given.comment.filter(|comment| !comment.trim().is_empty()) {
            Some(comment) => Some(self.remark(comment).await?),
            None => None,
        };
        let feedback = Feedback {
            turn,
            at: now,
            pseudonym: session.pseudonym,
            rating: given.rating.into(),
            comment,
        };
        Ok(self.store.keep_feedback(&feedback).await?)
    }

    /// What readers said, the latest first.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`](crate::ErrorCode::Denied) without `configure` or `read_compliance`.
    pub async fn feedback(&self, session: &Session) -> Result<FeedbackListDto, AppError> {
        self.oversee(session).await?;
        let rows = self.store.feedback(MOST_FEEDBACK).await?;
        Ok(FeedbackListDto { items: rows.into_iter().map(FeedbackEntryDto::from).collect() })
    }
}

impl From<RatingDto> for Rating {
    fn from(rating: RatingDto) -> Self {
        match rating {
            RatingDto::Up => Self::Up,
            RatingDto::Down => Self::Down,
        }
    }
}

impl From<FeedbackRow> for FeedbackEntryDto {
    fn from(row: FeedbackRow) -> Self {
        Self {
            turn: row.turn.to_string(),
            at: row.at.to_string(),
            rating: match row.rating {
                Rating::Up => RatingDto::Up,
                Rating::Down => RatingDto::Down,
            },
            comment: row.comment,
        }
    }
}
