//! A language model that says what it was told to, for tests of everything above this crate.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use cloister_types::SessionId;
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    EngineError, EngineState, FinishReason, GenerateRequest, Generation, GenerationEvent,
    LanguageModel,
};

/// What a [`ScriptedModel`] does with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// Says these pieces, then ends with the reason.
    Say(Vec<String>, FinishReason),
    /// Says these pieces, then nothing until it is cancelled.
    Hang(Vec<String>),
    /// Says these pieces, then fails.
    Fail(Vec<String>, EngineError),
}

impl Script {
    /// Says `text` a word at a time and ends by itself.
    #[must_use]
    pub fn answer(text: &str) -> Self {
        let pieces = text.split_inclusive(' ').map(str::to_owned).collect();
        Self::Say(pieces, FinishReason::Stop)
    }
}

/// A model that follows scripts, one a request, and remembers what it was asked.
#[derive(Debug, Clone)]
pub struct ScriptedModel(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    state: EngineState,
    scripts: VecDeque<Script>,
    requests: Vec<GenerateRequest>,
    forgotten: Vec<SessionId>,
}

impl ScriptedModel {
    /// A model that is ready and follows `scripts` in their order. A request beyond the last one
    /// fails as [`EngineError::ShutDown`].
    #[must_use]
    pub fn new(scripts: impl IntoIterator<Item = Script>) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            state: EngineState::Ready { model: String::from("scripted"), load_ms: 0 },
            scripts: scripts.into_iter().collect(),
            requests: Vec::new(),
            forgotten: Vec::new(),
        })))
    }

    /// Shows `state` from now on. It changes nothing else.
    pub fn set_state(&self, state: EngineState) {
        self.inner().state = state;
    }

    /// Every request so far.
    #[must_use]
    pub fn requests(&self) -> Vec<GenerateRequest> {
        self.inner().requests.clone()
    }

    /// Every session that it was told to forget.
    #[must_use]
    pub fn forgotten(&self) -> Vec<SessionId> {
        self.inner().forgotten.clone()
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LanguageModel for ScriptedModel {
    fn state(&self) -> EngineState {
        self.inner().state.clone()
    }

    fn generate(&self, request: GenerateRequest) -> Generation {
        let script = {
            let mut inner = self.inner();
            inner.requests.push(request);
            inner.scripts.pop_front()
        };
        let (pieces, end) = match script {
            Some(Script::Say(pieces, reason)) => {
                let completion_tokens = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
                (pieces, Some(GenerationEvent::Finished { reason, completion_tokens }))
            }
            Some(Script::Hang(pieces)) => (pieces, None),
            Some(Script::Fail(pieces, error)) => (pieces, Some(GenerationEvent::Failed(error))),
            None => (Vec::new(), Some(GenerationEvent::Failed(EngineError::ShutDown))),
        };
        play(&pieces, end)
    }

    fn forget(&self, ended: &[SessionId]) {
        self.inner().forgotten.extend_from_slice(ended);
    }
}

/// A generation that already holds its events; without an `end`, cancelling supplies it.
fn play(pieces: &[String], end: Option<GenerationEvent>) -> Generation {
    let open: Arc<Mutex<Option<UnboundedSender<GenerationEvent>>>> = Arc::default();
    let waiting = Arc::clone(&open);
    let completion_tokens = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
    let (generation, events) = Generation::new(move || {
        let sender = waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            let reason = FinishReason::Cancelled;
            drop(sender.send(GenerationEvent::Finished { reason, completion_tokens }));
        }
    });
    let started = GenerationEvent::Started { prompt_tokens: 1, cached_tokens: 0 };
    let text = pieces.iter().cloned().map(GenerationEvent::Text);
    let hangs = end.is_none();
    for event in std::iter::once(started).chain(text).chain(end) {
        events.send(event).expect("the receiver is in `generation`");
    }
    if hangs {
        *open.lock().unwrap_or_else(PoisonError::into_inner) = Some(events);
    }
    generation
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Message, Priority};

    fn request() -> GenerateRequest {
        GenerateRequest {
            owner: SessionId::random(&cloister_types::SeededEntropy::new(1)),
            priority: Priority::Interactive,
            messages: vec![Message::user("hello")],
            max_tokens: 8,
            deadline: Duration::from_secs(1),
        }
    }

    #[tokio::test]
    async fn it_follows_its_scripts_and_remembers_its_requests() {
        let model = ScriptedModel::new([Script::answer("good morning")]);
        let mut generation = model.generate(request());
        let mut text = String::new();
        let mut last = None;
        while let Some(event) = generation.next().await {
            if let GenerationEvent::Text(piece) = &event {
                text.push_str(piece);
            }
            last = Some(event);
        }
        assert_eq!(text, "good morning");
        let reason = FinishReason::Stop;
        assert_eq!(last, Some(GenerationEvent::Finished { reason, completion_tokens: 2 }));
        assert_eq!(model.requests(), [request()]);

        let mut beyond = model.generate(request());
        beyond.next().await.expect("it starts");
        assert_eq!(beyond.next().await, Some(GenerationEvent::Failed(EngineError::ShutDown)));
    }

    #[tokio::test]
    async fn a_hanging_script_ends_when_cancelled() {
        let model = ScriptedModel::new([Script::Hang(vec![String::from("well")])]);
        let mut generation = model.generate(request());
        generation.next().await.expect("it starts");
        generation.next().await.expect("it says something");
        generation.canceller().cancel();
        generation.canceller().cancel();
        let reason = FinishReason::Cancelled;
        let last = GenerationEvent::Finished { reason, completion_tokens: 1 };
        assert_eq!(generation.next().await, Some(last));
        assert_eq!(generation.next().await, None);
    }
}
