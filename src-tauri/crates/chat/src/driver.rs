//! Carries out what the machine decides for one turn, and feeds back what came of it.

use std::{collections::VecDeque, future, sync::Arc, time::Duration};

use cloister_access::{Peer, Session};
use cloister_inference::{
    EngineError, EngineState, GenerateRequest, Generation, GenerationEvent, Message, Priority,
    RejectReason,
};
use cloister_store::{
    AlertKind, AuditBody, AuditEvent, AuditRecord, LogKey, TurnAuthorisation, TurnCompletion,
};
use cloister_types::{ConversationId, PassageId, ReadScope, Secret, Timestamp};
use tokio::sync::watch;

use crate::{
    Authorisation, ChatError, Completion, DeskParts, Effect, Event, Exchange, Input, Machine,
    ModelTrouble, RunningTurn, Setup, Situation, TurnView,
    capability::{self, Exceeded},
    desk::conversation_end,
    record,
    retrieval::{self, RetrievalError},
    stopwatch::Stopwatch,
    tokens::SessionMapping,
    transcript::{log_turn, seal_turn},
};

/// Most tokens in a composed answer: four short sentences and some room.
const MOST_ANSWER_TOKENS: u32 = 192;
/// A composed answer that takes longer is stopped.
const ANSWER_DEADLINE: Duration = Duration::from_mins(1);

/// Runs one turn to its end.
pub(crate) struct Driver {
    parts: DeskParts,
    turn: Arc<RunningTurn>,
    session: Session,
    peer: Peer,
    conversation: ConversationId,
    machine: Machine,
    opening: Vec<Effect>,
    asked_at: Timestamp,
    raw: Arc<Secret<String>>,
    mapping: Option<SessionMapping>,
    log: Option<LogKey>,
    query: Option<Secret<String>>,
    /// The passages that the answer may use, as they were recorded.
    given: Vec<PassageId>,
    model: Option<String>,
    generation: Option<Generation>,
    stop: Option<watch::Receiver<bool>>,
    stopwatch: Stopwatch,
}

/// Who asks what, and what was said before.
pub(crate) struct Asking {
    pub(crate) session: Session,
    pub(crate) peer: Peer,
    pub(crate) conversation: ConversationId,
    pub(crate) history: Vec<Exchange>,
    /// What was hidden from the model in this session, where it comes back in replies.
    pub(crate) mapping: Option<SessionMapping>,
    /// What the turn is sealed to for the message log, where it is kept there.
    pub(crate) log: Option<LogKey>,
    pub(crate) raw: Secret<String>,
}

impl Driver {
    pub(crate) fn new(parts: DeskParts, turn: Arc<RunningTurn>, asking: Asking) -> Self {
        let asked_at = parts.clock.now();
        let (machine, opening) = Machine::begin(Setup {
            id: turn.id(),
            asked_at,
            guard: Arc::clone(&parts.guard),
            system: parts.system.clone(),
            history: asking.history,
            care: parts.care.clone(),
        });
        Self {
            stopwatch: Stopwatch::start(Arc::clone(&parts.clock)),
            stop: Some(turn.stopped()),
            parts,
            turn,
            session: asking.session,
            peer: asking.peer,
            conversation: asking.conversation,
            machine,
            opening,
            asked_at,
            raw: Arc::new(asking.raw),
            mapping: asking.mapping,
            log: asking.log,
            query: None,
            given: Vec::new(),
            model: None,
            generation: None,
        }
    }

    /// Runs until the machine is over, then closes the turn's event log.
    pub(crate) async fn run(mut self) {
        let mut queue: VecDeque<Effect> = std::mem::take(&mut self.opening).into();
        loop {
            if self.stop_requested() {
                queue.extend(self.machine.step(Input::Cancelled));
            }
            let input = match queue.pop_front() {
                Some(Effect::End) => break,
                Some(effect) => self.carry_out(effect).await,
                None => self.wait().await,
            };
            if let Some(input) = input {
                queue.extend(self.machine.step(input));
            }
        }
        self.turn.log().close();
    }

    /// Whether the reader asked to stop; true once.
    fn stop_requested(&mut self) -> bool {
        let requested = self.stop.as_ref().is_some_and(|stop| *stop.borrow());
        if requested {
            self.stop = None;
        }
        requested
    }

    /// Waits for the model, or for the reader to stop it.
    async fn wait(&mut self) -> Option<Input> {
        let Some(generation) = &mut self.generation else {
            // The machine waits for nothing else, so this ends the turn instead of hanging it.
            return Some(Input::ModelFailed(ModelTrouble::WorkerEnded));
        };
        let stop = &mut self.stop;
        let stopped = async {
            match stop {
                // The sender lives in the turn, which this driver holds.
                Some(stop) => drop(stop.wait_for(|stopped| *stopped).await),
                None => future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = stopped => None,
            event = generation.next() => Some(self.generated(event)),
        }
    }

    fn generated(&mut self, event: Option<GenerationEvent>) -> Input {
        match event {
            Some(GenerationEvent::Queued { position }) => Input::Queued(position),
            Some(GenerationEvent::Started { .. }) => {
                self.model = self.writing_model();
                Input::Started
            }
            Some(GenerationEvent::Text(text)) => Input::Text(text),
            Some(GenerationEvent::Finished { reason, .. }) => {
                self.generation = None;
                self.stopwatch.lap("generate");
                Input::Finished(reason)
            }
            Some(GenerationEvent::Failed(error)) => {
                self.generation = None;
                tracing::warn!(%error, "generation failed");
                Input::ModelFailed(trouble(&error))
            }
            None => {
                self.generation = None;
                Input::ModelFailed(ModelTrouble::WorkerEnded)
            }
        }
    }

    fn writing_model(&self) -> Option<String> {
        match self.parts.model.model()?.state() {
            EngineState::Ready { model, .. } => Some(model),
            _ => None,
        }
    }

    async fn carry_out(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Guard => Some(self.guard().await),
            Effect::Strike => {
                let strike = self.parts.access.strike(&self.session, &self.peer).await;
                Some(Input::Struck(strike.pause()))
            }
            Effect::Authorise => {
                Some(Input::Authorised(self.parts.access.read_scope(&self.session)))
            }
            Effect::Retrieve(scope) => Some(self.retrieve(scope).await),
            Effect::RecordAuthorised(authorisation) => {
                let recorded = self.record_authorised(&authorisation).await;
                self.stopwatch.lap("record_authorised");
                Some(outcome_of(recorded, |()| Input::AuthorisedRecorded))
            }
            Effect::Generate(messages) => self.generate(messages).await,
            Effect::StopGeneration => {
                self.generation = None;
                None
            }
            Effect::RecordCompleted(completion) => {
                let recorded = self.record_completed(&completion).await;
                Some(outcome_of(recorded, Input::CompletedRecorded))
            }
            Effect::Emit(event) => {
                self.emit(event);
                None
            }
            Effect::End => None,
        }
    }

    /// Stages 2 to 5, timed one by one, off the async runtime.
    async fn guard(&mut self) -> Input {
        let (guard, raw) = (Arc::clone(&self.parts.guard), Arc::clone(&self.raw));
        let mapping = self.mapping.clone();
        let mut stopwatch = Stopwatch::start(Arc::clone(&self.parts.clock));
        let looked = tokio::task::spawn_blocking(move || {
            let text = raw.expose().as_str();
            let views = guard.normalise(text);
            stopwatch.lap("normalise");
            let (injection, moderation) = guard.verdicts(text, &views);
            stopwatch.lap("verdicts");
            let redaction = guard.redact(text, &views);
            stopwatch.lap("redact");
            let query = retrieval::query(&guard, text, &views, &redaction);
            let redaction = match mapping {
                Some(mapping) => mapping.number(text, redaction),
                None => redaction,
            };
            (query, Situation { injection, moderation, redaction }, stopwatch)
        });
        let Ok((query, situation, stopwatch)) = looked.await else {
            tracing::error!("the guard ended before its verdict");
            return Input::GuardFailed;
        };
        self.query = Some(query);
        self.stopwatch.absorb(stopwatch);
        Input::Guarded(Box::new(situation))
    }

    /// On a blocking thread: the question's meaning is computed there, by a model that may still be
    /// loading.
    async fn retrieve(&mut self, scope: ReadScope) -> Input {
        let index = self.parts.index();
        let query = self.query.take();
        let looked = tokio::task::spawn_blocking(move || {
            let text = query.as_ref().map_or("", |query| query.expose().as_str());
            retrieval::retrieve(&*index, &scope, text)
        });
        let looked = looked.await;
        self.stopwatch.lap("retrieve");
        match looked {
            Ok(Ok(retrieved)) => Input::Retrieved(retrieved),
            Err(_) => {
                tracing::error!("the search ended before its result");
                Input::SearchFailed
            }
            Ok(Err(RetrievalError::Exceeded(exceeded))) => {
                self.report(&exceeded).await;
                Input::SearchFailed
            }
            Ok(Err(RetrievalError::Knowledge(error))) => {
                tracing::error!(%error, "retrieval failed");
                Input::SearchFailed
            }
        }
    }

    /// A part that asked beyond its capability is recorded and raises an alert; the turn is refused
    /// whether or not that succeeds.
    async fn report(&self, exceeded: &Exceeded) {
        let now = self.parts.clock.now();
        let body = AuditBody::new()
            .with("part", &exceeded.part)
            .passages("passages", &exceeded.passages)
            .with("turn", &self.turn.id());
        let record = AuditRecord::new(AuditEvent::CapabilityExceeded, now, body.clone())
            .about_turn(self.turn.id());
        let store = &self.parts.store;
        let kind = AlertKind::CapabilityExceeded;
        let recorded = store.record(&record).await;
        let raised = store.raise_alert(&*self.parts.entropy, kind, None, body, now).await;
        for error in [recorded.err(), raised.err()].into_iter().flatten() {
            tracing::error!(%error, "a capability that was exceeded could not be recorded");
        }
    }

    async fn record_authorised(&mut self, authorisation: &Authorisation) -> Result<(), ChatError> {
        self.session.expires_at = self.parts.access.extend(&self.session).await?;
        let view = self.machine.view(None);
        let audit = record::authorised(&self.session.principal, authorisation);
        self.given.clone_from(&authorisation.passages);
        self.parts
            .store
            .authorise_turn(&TurnAuthorisation {
                turn: self.turn.id(),
                conversation: self.conversation,
                session: self.session.id,
                owner: self.session.owner(),
                asked_at: self.asked_at,
                expires_at: conversation_end(&self.session, self.asked_at),
                sealed: seal_turn(&self.session, &view, &*self.parts.entropy)?,
                audit,
            })
            .await?;
        Ok(())
    }

    async fn record_completed(&mut self, completion: &Completion) -> Result<Timestamp, ChatError> {
        if let Err(exceeded) = capability::cites_only(&self.given, &completion.cited) {
            self.report(&exceeded).await;
            return Err(exceeded.into());
        }
        let now = self.parts.clock.now();
        let mut view = self.machine.view(Some(now));
        self.sign(&mut view);
        let audit = record::completed(completion, &view);
        let entropy = &*self.parts.entropy;
        let log = self.log.as_ref();
        self.parts
            .store
            .complete_turn(&TurnCompletion {
                turn: self.turn.id(),
                completed_at: now,
                outcome: completion.outcome.as_str(),
                sealed: seal_turn(&self.session, &view, entropy)?,
                logged: log.map(|key| log_turn(key, &self.session, &view, entropy)).transpose()?,
                audit,
            })
            .await?;
        Ok(now)
    }

    async fn generate(&mut self, messages: Vec<Message>) -> Option<Input> {
        let model = self.parts.model.settled().await;
        let usable = model.filter(|model| !matches!(model.state(), EngineState::Failed { .. }));
        let Some(model) = usable else {
            return Some(Input::ModelFailed(ModelTrouble::Missing));
        };
        self.generation = Some(model.generate(GenerateRequest {
            owner: self.session.id,
            priority: Priority::Interactive,
            messages,
            max_tokens: MOST_ANSWER_TOKENS,
            deadline: ANSWER_DEADLINE,
        }));
        None
    }

    fn emit(&mut self, event: Event) {
        let event = match event {
            Event::Delta(text) => {
                self.stopwatch.mark_once("first_text");
                Event::Delta(self.restore(text))
            }
            Event::Done(mut view) => {
                self.sign(&mut view);
                view.answer = self.restore(view.answer);
                Event::Done(view)
            }
            other => other,
        };
        self.turn.log().push(event);
    }

    /// `text` for the eyes of the session's reader; what is recorded keeps its placeholders. The
    /// answer filter gives every placeholder out whole, so that none is cut in two.
    fn restore(&self, text: String) -> String {
        match &self.mapping {
            Some(mapping) => mapping.restore(text),
            None => text,
        }
    }

    /// Adds what only the driver knows: which model wrote, and how long each stage took.
    fn sign(&self, view: &mut TurnView) {
        view.model.clone_from(&self.model);
        view.timings_ms = self.stopwatch.report();
    }
}

fn outcome_of<T>(recorded: Result<T, ChatError>, input: impl FnOnce(T) -> Input) -> Input {
    match recorded {
        Ok(value) => input(value),
        Err(error) => {
            tracing::error!(%error, "a turn could not be recorded");
            Input::RecordFailed
        }
    }
}

fn trouble(error: &EngineError) -> ModelTrouble {
    match error {
        EngineError::Busy => ModelTrouble::Busy,
        EngineError::Rejected(
            RejectReason::PromptTooLong { .. } | RejectReason::PromptTooLarge { .. },
        ) => ModelTrouble::TooLong,
        EngineError::Unavailable { .. } => ModelTrouble::Missing,
        _ => ModelTrouble::WorkerEnded,
    }
}
