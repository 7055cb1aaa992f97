//! Turns: ask, follow, stop, read again.

use std::sync::Arc;

use cloister_access::{Peer, Session};
use cloister_chat::{Event, RunningTurn, TurnView, open_turn};
use cloister_store::{Purpose, Standing};
use cloister_types::{ConversationId, OwnerId, Secret, TurnId};

use crate::{
    App, AppError, ConversationDto, ConversationsDto, ErrorCode, MessageDto, OwnConversationDto,
    TurnDto, overview::Counting, privacy::subject_of,
};

/// Most characters in one message.
pub(crate) const MOST_MESSAGE_CHARS: usize = 8_000;

/// Most characters of the question that stands for a conversation in a list.
const MOST_TITLE_CHARS: usize = 120;

impl App {
    /// Takes a message and starts its turn, which runs whether or not somebody follows it: in the
    /// conversation that the message names, or in the reader's latest.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the reader has no such conversation;
    /// [`ErrorCode::MessageEmpty`], [`ErrorCode::MessageTooLong`], [`ErrorCode::RateLimited`],
    /// [`ErrorCode::CoolingDown`], [`ErrorCode::PeerBlocked`], [`ErrorCode::ChallengeRequired`],
    /// [`ErrorCode::TurnRunning`], [`ErrorCode::ConsentRequired`],
    /// [`ErrorCode::ProcessingRestricted`] or [`ErrorCode::StoreFailed`]; nothing is kept of a message that was not taken.
    pub async fn ask(
        &self,
        session: Session,
        peer: Peer,
        message: MessageDto,
    ) -> Result<Arc<RunningTurn>, AppError> {
        let text = Secret::new(message.text);
        let conversation = message.conversation.as_deref().map(conversation_id).transpose()?;
        if text.expose().trim().is_empty() {
            return Err(AppError::new(ErrorCode::MessageEmpty, "Write a question first."));
        }
        if text.expose().chars().count() > MOST_MESSAGE_CHARS {
            let message = "The message is longer than 8,000 characters. Please ask more briefly.";
            return Err(AppError::new(ErrorCode::MessageTooLong, message));
        }
        self.require_basis(&session, Purpose::Answering).await?;
        let queries = self.access.admit(&session, &peer).await?;
        self.note_queries(self.access.subject(&session, &peer), queries).await?;
        let counting = self.counting(&session).await?;
        let log = self.log_key_of(&session).await?;
        let turn = self.desk.begin(session.clone(), peer.clone(), conversation, log, text).await?;
        self.count_when_over(&turn, session, peer, counting);
        Ok(turn)
    }

    /// Whether the reader's turns are counted: not without a ground, after an objection, or while
    /// the processing of their data is restricted.
    async fn counting(&self, session: &Session) -> Result<Counting, AppError> {
        let (entropy, now) = (&*self.options.entropy, self.options.clock.now());
        let subject = subject_of(session);
        match self.store.rely_on_basis(subject, Purpose::Analytics, entropy, now).await? {
            Standing::Allowed(_) => Ok(Counting::Allowed),
            Standing::ConsentRequired | Standing::Objected | Standing::Restricted => {
                Ok(Counting::OptedOut)
            }
        }
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

    /// A conversation of the reader's, the latest unless one is named; a turn of it that still runs
    /// comes last, with what it wrote so far.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the reader has no such conversation;
    /// [`ErrorCode::StoreFailed`] when it cannot be read.
    pub async fn conversation(
        &self,
        session: &Session,
        id: Option<&str>,
    ) -> Result<ConversationDto, AppError> {
        let id = id.map(conversation_id).transpose()?;
        let (conversation, mut turns) = self.desk.transcript(session, id).await?;
        for turn in &mut turns {
            turn.answer = self.desk.restored(session, std::mem::take(&mut turn.answer));
        }
        let running = self.desk.latest(session).filter(|turn| !turn.log().is_closed());
        if let Some(running) = running {
            let recorded = turns.iter_mut().find(|turn| turn.id == running.id());
            match recorded {
                Some(turn) => turn.answer = written_so_far(&running),
                // Which conversation it belongs to is recorded with it.
                None if id.is_none() => turns.extend(asked(&running)),
                None => {}
            }
        }
        let ends_at = match (session.owner(), &conversation) {
            (OwnerId::Account(_), Some(conversation)) => conversation.expires_at,
            (OwnerId::Account(_) | OwnerId::Guest(_), _) => session.expires_at,
        };
        Ok(ConversationDto {
            id: conversation.map(|conversation| conversation.id.to_string()),
            ends_at: ends_at.to_string(),
            turns: turns.into_iter().map(TurnDto::from).collect(),
        })
    }

    /// The reader's conversations, the one spoken in last first; with `find`, those in which a
    /// question or an answer holds it, whatever its case. They are opened in memory alone.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when they cannot be read.
    pub async fn conversations(
        &self,
        session: &Session,
        find: Option<&str>,
    ) -> Result<ConversationsDto, AppError> {
        let now = self.options.clock.now();
        let wanted = find.map(str::to_lowercase).filter(|wanted| !wanted.trim().is_empty());
        let rows = self.store.conversations_of(session.owner()).await?;
        let mut items = Vec::new();
        for (row, turns) in rows.into_iter().filter(|(row, _)| row.expires_at > now) {
            if let Some(wanted) = &wanted
                && !self.conversation_holds(session, row.id, wanted).await?
            {
                continue;
            }
            items.push(OwnConversationDto {
                id: row.id.to_string(),
                started_at: row.started_at.to_string(),
                last_turn_at: row.last_turn_at.to_string(),
                ends_at: row.expires_at.to_string(),
                turns,
                title: self.title_of(session, row.id).await?,
            });
        }
        Ok(ConversationsDto { items })
    }

    async fn title_of(
        &self,
        session: &Session,
        conversation: ConversationId,
    ) -> Result<Option<String>, AppError> {
        let Some(first) = self.store.first_turn(session.owner(), conversation).await? else {
            return Ok(None);
        };
        let turn = open_turn(session, first.id, &first.sealed)?;
        Ok(Some(turn.question.text.chars().take(MOST_TITLE_CHARS).collect()))
    }

    async fn conversation_holds(
        &self,
        session: &Session,
        conversation: ConversationId,
        wanted: &str,
    ) -> Result<bool, AppError> {
        for row in self.store.turns(session.owner(), conversation).await? {
            let turn = open_turn(session, row.id, &row.sealed)?;
            let holds = |text: &str| text.to_lowercase().contains(wanted);
            if holds(&turn.question.text) || holds(&turn.answer) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Begins a conversation; the reader's next message goes there unless it names another.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when it could not be written.
    pub async fn begin_conversation(
        &self,
        session: &Session,
    ) -> Result<OwnConversationDto, AppError> {
        let row = self.desk.begin_conversation(session).await?;
        Ok(OwnConversationDto {
            id: row.id.to_string(),
            started_at: row.started_at.to_string(),
            last_turn_at: row.last_turn_at.to_string(),
            ends_at: row.expires_at.to_string(),
            turns: 0,
            title: None,
        })
    }

    /// Deletes a conversation of the reader's; a turn that runs in this session is stopped first.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the reader has no such conversation.
    pub async fn delete_conversation(&self, session: &Session, id: &str) -> Result<(), AppError> {
        let id = conversation_id(id)?;
        self.store.conversation(session.owner(), id).await?;
        self.desk.stop(session.id).await;
        let now = self.options.clock.now();
        self.store.delete_conversation(session.owner(), id, session.pseudonym, now).await?;
        Ok(())
    }
}

fn conversation_id(id: &str) -> Result<ConversationId, AppError> {
    id.parse().map_err(|_| AppError::not_found())
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
