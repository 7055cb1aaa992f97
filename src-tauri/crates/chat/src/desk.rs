//! Where turns run: one desk per appliance, one running turn per session.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use cloister_access::{Access, Peer, Session};
use cloister_guard::Guard;
use cloister_inference::LanguageModel;
use cloister_knowledge::Index;
use cloister_store::{ConversationRow, LogKey, Store, StoreError};
use cloister_types::{
    Clock, ConversationId, Entropy, OwnerId, Secret, SessionId, Timestamp, TurnId,
};
use tokio::sync::watch;

use crate::{
    ChatError, EventLog, Exchange, Placeholders, SystemPrompt, TurnView,
    driver::{Asking, Driver},
    tokens::{SessionMapping, TokenBook},
    transcript::open_turn,
};

/// How long the conversation of an account is kept after its last turn.
const CONVERSATION_LIFE: Duration = Duration::from_hours(24);

/// The place of the model: awaited, filled or empty, and changed while turns run.
pub struct ModelSlot(watch::Sender<Slot>);

#[derive(Clone)]
enum Slot {
    Awaited,
    Filled(Arc<dyn LanguageModel>),
    Empty,
}

impl Default for ModelSlot {
    /// An empty slot.
    fn default() -> Self {
        Self(watch::Sender::new(Slot::Empty))
    }
}

impl ModelSlot {
    /// Says that a model is on its way: turns that need one wait.
    pub fn expect(&self) {
        self.0.send_replace(Slot::Awaited);
    }

    /// Puts `model` into the slot, or empties it.
    pub fn set(&self, model: Option<Arc<dyn LanguageModel>>) {
        self.0.send_replace(model.map_or(Slot::Empty, Slot::Filled));
    }

    /// The model, if there is one now.
    #[must_use]
    pub fn model(&self) -> Option<Arc<dyn LanguageModel>> {
        match &*self.0.borrow() {
            Slot::Filled(model) => Some(Arc::clone(model)),
            Slot::Awaited | Slot::Empty => None,
        }
    }

    /// The model, once it is known whether there is one.
    pub async fn settled(&self) -> Option<Arc<dyn LanguageModel>> {
        let mut slot = self.0.subscribe();
        // Fails only when the sender is gone, which this slot owns.
        drop(slot.wait_for(|slot| !matches!(slot, Slot::Awaited)).await);
        self.model()
    }
}

impl std::fmt::Debug for ModelSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ModelSlot({})", if self.model().is_some() { "filled" } else { "empty" })
    }
}

/// What a desk works with.
#[derive(Clone)]
pub struct DeskParts {
    /// Where turns are recorded.
    pub store: Store,
    /// Who asks.
    pub access: Arc<Access>,
    /// The rules for questions and answers.
    pub guard: Arc<Guard>,
    /// The knowledge, replaced as a whole when it changes.
    pub index: Arc<RwLock<Arc<Index>>>,
    /// The model.
    pub model: Arc<ModelSlot>,
    /// The fixed text of every prompt.
    pub system: SystemPrompt,
    /// Whether hidden data come back in replies.
    pub placeholders: Placeholders,
    /// The site's own words to somebody who may be thinking of harming themselves.
    pub care: Option<Arc<str>>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub entropy: Arc<dyn Entropy>,
}

impl DeskParts {
    /// The index as it is now.
    #[must_use]
    pub fn index(&self) -> Arc<Index> {
        Arc::clone(&self.index.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A turn that was taken; it runs whether or not somebody follows it.
#[derive(Debug)]
pub struct RunningTurn {
    id: TurnId,
    log: Arc<EventLog>,
    stop: watch::Sender<bool>,
}

impl RunningTurn {
    /// The turn.
    #[must_use]
    pub const fn id(&self) -> TurnId {
        self.id
    }

    /// What its reader sees.
    #[must_use]
    pub const fn log(&self) -> &Arc<EventLog> {
        &self.log
    }

    /// Stops it. The turn still ends with `done`, as cancelled.
    pub fn cancel(&self) {
        self.stop.send_replace(true);
    }

    pub(crate) fn stopped(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }
}

/// Runs turns.
pub struct Desk {
    parts: DeskParts,
    latest: Mutex<HashMap<SessionId, Arc<RunningTurn>>>,
    tokens: TokenBook,
}

impl Desk {
    /// A desk that works with `parts`.
    #[must_use]
    pub fn new(parts: DeskParts) -> Self {
        Self { parts, latest: Mutex::default(), tokens: TokenBook::default() }
    }

    /// What the desk works with.
    #[must_use]
    pub const fn parts(&self) -> &DeskParts {
        &self.parts
    }

    /// Takes a question that was admitted and starts its turn on the runtime: in the conversation
    /// that is named, or in the reader's latest. With a `log`, the sanitised turn goes to the message
    /// log as well.
    ///
    /// # Errors
    /// [`ChatError::TurnRunning`] while another turn of the session runs; [`ChatError::Store`]
    /// when the conversation cannot be read, or is not the reader's.
    pub async fn begin(
        self: &Arc<Self>,
        session: Session,
        peer: Peer,
        conversation: Option<ConversationId>,
        log: Option<LogKey>,
        raw: Secret<String>,
    ) -> Result<Arc<RunningTurn>, ChatError> {
        let turn = self.reserve(session.id)?;
        let (conversation, history) = match self.prepare(&session, conversation).await {
            Ok(prepared) => prepared,
            Err(error) => {
                turn.log.close();
                return Err(error);
            }
        };
        let mapping = self.mapping(session.id);
        let asking = Asking { session, peer, conversation, history, mapping, log, raw };
        tokio::spawn(Driver::new(self.parts.clone(), Arc::clone(&turn), asking).run());
        Ok(turn)
    }

    /// The latest turn of `session`, running or over, if it was taken by this process.
    #[must_use]
    pub fn latest(&self, session: &Session) -> Option<Arc<RunningTurn>> {
        lock(&self.latest).get(&session.id).cloned()
    }

    /// Stops the session's turn, waits until it has ended, and forgets it: afterwards nothing
    /// writes on behalf of the session.
    pub async fn leave(&self, session: &Session) {
        self.stop(session.id).await;
    }

    /// As [`Desk::leave`], for a session that somebody else ended.
    pub async fn stop(&self, session: SessionId) {
        let turn = lock(&self.latest).remove(&session);
        if let Some(turn) = turn {
            turn.cancel();
            turn.log.closed().await;
        }
        self.forget_words(&[session]);
    }

    /// Forgets turns that are over, and everything about the sessions that `ended`.
    pub fn forget(&self, ended: &[SessionId]) {
        lock(&self.latest).retain(|_, turn| !turn.log.is_closed());
        self.forget_words(ended);
    }

    /// Gives up what is held in memory of what `ended` sessions said.
    fn forget_words(&self, ended: &[SessionId]) {
        for session in ended {
            self.tokens.forget(*session);
        }
        if let Some(model) = self.parts.model.model() {
            model.forget(ended);
        }
    }

    /// `answer` as the reader of `session` sees it: with the data that only this session knows.
    #[must_use]
    pub fn restored(&self, session: &Session, answer: String) -> String {
        match self.mapping(session.id) {
            Some(mapping) => mapping.restore(answer),
            None => answer,
        }
    }

    fn mapping(&self, session: SessionId) -> Option<SessionMapping> {
        match self.parts.placeholders {
            Placeholders::Plain => None,
            Placeholders::Reversible => Some(self.tokens.of(session)),
        }
    }

    /// A conversation of the reader's, the latest unless one is named, and its recorded turns,
    /// oldest first. Answers stand as recorded, with placeholders: see [`Desk::restored`].
    ///
    /// # Errors
    /// [`ChatError::Store`] when they cannot be read, or when the one that is named is not the
    /// reader's.
    pub async fn transcript(
        &self,
        session: &Session,
        conversation: Option<ConversationId>,
    ) -> Result<(Option<ConversationRow>, Vec<TurnView>), ChatError> {
        let store = &self.parts.store;
        let owner = session.owner();
        let found = match conversation {
            Some(id) => Some(store.conversation(owner, id).await?),
            None => store.conversation_of(owner).await?,
        };
        let now = self.parts.clock.now();
        let Some(found) = found.filter(|found| found.expires_at > now) else {
            return match conversation {
                Some(_) => Err(StoreError::UnknownConversation.into()),
                None => Ok((None, Vec::new())),
            };
        };
        let rows = store.turns(owner, found.id).await?;
        let turns = rows.iter().map(|row| open_turn(session, row.id, &row.sealed));
        let turns = turns.collect::<Result<_, _>>()?;
        Ok((Some(found), turns))
    }

    /// Begins a conversation that has no turn yet; the reader's next turn goes there.
    ///
    /// # Errors
    /// [`ChatError::Store`] when it could not be written.
    pub async fn begin_conversation(
        &self,
        session: &Session,
    ) -> Result<ConversationRow, ChatError> {
        let now = self.parts.clock.now();
        let begun = ConversationRow {
            id: ConversationId::random(&*self.parts.entropy),
            started_at: now,
            last_turn_at: now,
            expires_at: conversation_end(session, now),
        };
        self.parts.store.begin_conversation(session.owner(), &begun).await?;
        Ok(begun)
    }

    fn reserve(&self, session: SessionId) -> Result<Arc<RunningTurn>, ChatError> {
        let mut latest = lock(&self.latest);
        if latest.get(&session).is_some_and(|turn| !turn.log.is_closed()) {
            return Err(ChatError::TurnRunning);
        }
        let turn = Arc::new(RunningTurn {
            id: TurnId::random(&*self.parts.entropy),
            log: Arc::default(),
            stop: watch::Sender::new(false),
        });
        latest.insert(session, Arc::clone(&turn));
        Ok(turn)
    }

    async fn prepare(
        &self,
        session: &Session,
        conversation: Option<ConversationId>,
    ) -> Result<(ConversationId, Vec<Exchange>), ChatError> {
        let (known, turns) = self.transcript(session, conversation).await?;
        let conversation =
            known.map_or_else(|| ConversationId::random(&*self.parts.entropy), |known| known.id);
        let history = turns
            .into_iter()
            .filter(|turn| turn.outcome == Some(crate::Outcome::Answered))
            .map(|turn| Exchange { question: turn.question.text, answer: turn.answer })
            .collect();
        Ok((conversation, history))
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

/// When a conversation goes unless more is said in it: a guest's with the session, that of an
/// account after its own time.
pub(crate) fn conversation_end(session: &Session, now: Timestamp) -> Timestamp {
    match session.owner() {
        OwnerId::Guest(_) => session.expires_at,
        OwnerId::Account(_) => now + CONVERSATION_LIFE,
    }
}

/// A panic elsewhere cannot leave this map half-changed, so a poisoned lock is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
