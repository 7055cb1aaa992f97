//! One answer as its reader sees it: a stream of events that can be cancelled.

use std::{fmt, sync::Arc, time::Duration};

use cloister_types::SessionId;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{EngineError, EngineState, FinishReason, Message};

/// Something that answers prompts: the [`Engine`](crate::Engine), or a
/// [`ScriptedModel`](crate::scripted::ScriptedModel) in tests.
pub trait LanguageModel: Send + Sync {
    /// Whether it can answer now.
    fn state(&self) -> EngineState;

    /// Starts to answer. Never blocks; what goes wrong is the last event.
    fn generate(&self, request: GenerateRequest) -> Generation;

    /// Gives up what is kept of the conversations of sessions that ended.
    fn forget(&self, ended: &[SessionId]);
}

/// Whether somebody waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// A person does.
    Interactive,
    /// Nobody does: it yields to those that somebody waits for.
    Background,
}

/// What to answer, and within which bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerateRequest {
    /// Whose it is. Owners take turns when there are more requests than the model answers at once.
    pub owner: SessionId,
    /// Whether somebody waits for it.
    pub priority: Priority,
    /// The prompt, in the order of the conversation.
    pub messages: Vec<Message>,
    /// Tokens of answer at most; they must fit into the context beside the prompt.
    pub max_tokens: u32,
    /// Time from now until the answer ends unfinished, waiting included.
    pub deadline: Duration,
}

/// What happens during an answer, in this order: `Queued` any number of times, `Started`, `Text`
/// any number of times, and last either `Finished` or `Failed`.
#[derive(Clone, PartialEq, Eq)]
pub enum GenerationEvent {
    /// The request waits.
    Queued {
        /// Its place in line: 1 is the next to start, 0 the first while the model loads.
        position: usize,
    },
    /// The request is being worked on.
    Started {
        /// Tokens of the prompt.
        prompt_tokens: u32,
        /// How many of them need not be computed.
        cached_tokens: u32,
    },
    /// A piece of the answer: at least one character, whole characters only.
    Text(String),
    /// The answer ended.
    Finished {
        /// Why.
        reason: FinishReason,
        /// Tokens of the answer.
        completion_tokens: u32,
    },
    /// The answer failed; the text so far may be cut anywhere.
    Failed(EngineError),
}

impl GenerationEvent {
    /// Whether no event follows.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        matches!(self, Self::Finished { .. } | Self::Failed(_))
    }
}

impl fmt::Debug for GenerationEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queued { position } => write!(f, "Queued({position})"),
            Self::Started { prompt_tokens, cached_tokens } => {
                write!(f, "Started({prompt_tokens} tokens, {cached_tokens} cached)")
            }
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Finished { reason, completion_tokens } => {
                write!(f, "Finished({reason:?}, {completion_tokens} tokens)")
            }
            Self::Failed(error) => write!(f, "Failed({error:?})"),
        }
    }
}

/// An answer under way. Dropping it cancels it.
#[derive(Debug)]
pub struct Generation {
    events: UnboundedReceiver<GenerationEvent>,
    canceller: Canceller,
}

impl Generation {
    /// A generation, and where its events go in. `cancel` is called when the reader stops it or
    /// goes away; it may be called more than once, and after the end.
    ///
    /// The channel has no bound of its own: an answer has one event a token, and its tokens are
    /// bounded by the context.
    pub(crate) fn new(
        cancel: impl Fn() + Send + Sync + 'static,
    ) -> (Self, UnboundedSender<GenerationEvent>) {
        let (sender, events) = unbounded_channel();
        (Self { events, canceller: Canceller(Arc::new(cancel)) }, sender)
    }

    /// Waits for the next event; `None` after the last one. Safe to drop and call again.
    pub async fn next(&mut self) -> Option<GenerationEvent> {
        self.events.recv().await
    }

    /// Something that can stop the answer from elsewhere.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        self.canceller.cancel();
    }
}

/// Stops one answer.
#[derive(Clone)]
pub struct Canceller(Arc<dyn Fn() + Send + Sync>);

impl Canceller {
    /// Stops the answer, which then ends with [`FinishReason::Cancelled`]. Does nothing when it has
    /// ended already.
    pub fn cancel(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Canceller")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_text() {
        let event = GenerationEvent::Text(String::from("hunter2"));
        assert_eq!(format!("{event:?}"), "Text(7 bytes)");
        let request = GenerateRequest {
            owner: SessionId::random(&cloister_types::SeededEntropy::new(1)),
            priority: Priority::Interactive,
            messages: vec![Message::user("hunter2")],
            max_tokens: 1,
            deadline: Duration::ZERO,
        };
        assert!(!format!("{request:?}").contains("hunter2"));
    }
}
