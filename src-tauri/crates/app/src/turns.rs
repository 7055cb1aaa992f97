//! Turns: ask, follow, stop, read again.

use std::sync::Arc;

use cloister_access::{Peer, Principal, Session};
use cloister_chat::{Event, RunningTurn, TurnView};
use cloister_types::{Secret, TurnId};

use crate::{App, AppError, ConversationDto, ErrorCode, TurnDto, overview::Counting};

/// Most characters in one message.
pub(crate) const MOST_MESSAGE_CHARS: usize = 8_000;

impl App {
    /// Takes a message and starts its turn, which runs whether or not somebody follows it.
    ///
    /// # Errors
    /// [`ErrorCode::MessageEmpty`], [`ErrorCode::MessageTooLong`], [`ErrorCode::RateLimited`],
    /// [`ErrorCode::CoolingDown`], [`ErrorCode::PeerBlocked`], [`ErrorCode::ChallengeRequired`],
    /// [`ErrorCode::TurnRunning`] or [`ErrorCode::StoreFailed`];
    /// nothing is kept of a message that was not taken.
    pub async fn ask(
        &self,
        session: Session,
        peer: Peer,
        text: String,
    ) -> Result<Arc<RunningTurn>, AppError> {
        let text = Secret::new(text);
        if text.expose().trim().is_empty() {
            return Err(AppError::new(ErrorCode::MessageEmpty, "Write a question first."));
        }
        if text.expose().chars().count() > MOST_MESSAGE_CHARS {
            let message = "The message is longer than 8,000 characters. Please ask more briefly.";
            return Err(AppError::new(ErrorCode::MessageTooLong, message));
        }
        let queries = self.access.admit(&session, &peer).await?;
        self.note_queries(self.access.subject(&session, &peer), queries).await?;
        let turn = self.desk.begin(session.clone(), peer.clone(), text).await?;
        let counting = counting(&session.principal);
        self.count_when_over(&turn, session, peer, counting);
        Ok(turn)
    }

    /// The latest turn of `session`, when `id` names it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for any other turn.
    pub fn turn(&self, session: &Session, id: &str) -> Result<Arc<RunningTurn>, AppError> {
        let id: TurnId = id.parse().map_err(|_| AppError::not_found())?;
        let turn = self.desk.latest(session).filter(|turn| turn.id() == id);
        turn.ok_or_else(AppError::not_found)
    }

    /// The session's conversation; a turn that still runs comes last, with what it wrote so far.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when it cannot be read.
    pub async fn conversation(&self, session: &Session) -> Result<ConversationDto, AppError> {
        let (conversation, mut turns) = self.desk.transcript(session).await?;
        for turn in &mut turns {
            turn.answer = self.desk.restored(session, std::mem::take(&mut turn.answer));
        }
        let running = self.desk.latest(session).filter(|turn| !turn.log().is_closed());
        if let Some(running) = running {
            let recorded = turns.iter_mut().find(|turn| turn.id == running.id());
            match recorded {
                Some(turn) => turn.answer = written_so_far(&running),
                None => turns.extend(asked(&running)),
            }
        }
        Ok(ConversationDto {
            id: conversation.map(|id| id.to_string()),
            ends_at: session.expires_at.to_string(),
            turns: turns.into_iter().map(TurnDto::from).collect(),
        })
    }
}

/// Whose data are held but not processed is not counted either (Article 18 GDPR).
fn counting(principal: &Principal) -> Counting {
    match principal {
        Principal::Account(person) if person.restricted => Counting::OptedOut,
        Principal::Guest | Principal::Operator { .. } | Principal::Account(_) => Counting::Allowed,
    }
}

fn written_so_far(turn: &RunningTurn) -> String {
    let deltas = turn.log().so_far().into_iter().filter_map(|event| match event {
        Event::Delta(text) => Some(text),
        _ => None,
    });
    deltas.collect()
}

/// A turn whose question was taken but not yet recorded.
fn asked(turn: &RunningTurn) -> Option<TurnView> {
    turn.log().so_far().into_iter().find_map(|event| match event {
        Event::Question { turn, asked_at, question } => {
            Some(TurnView::asked(turn, asked_at, question))
        }
        _ => None,
    })
}
