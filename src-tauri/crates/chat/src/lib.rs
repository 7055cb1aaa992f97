//! One turn: from a reader's question to a recorded answer.
//!
//! [`Machine`] decides and does nothing: it takes an [`Input`] and returns [`Effect`]s as data.
//! [`Desk`] carries the effects out against the store, the index and the model, and feeds the
//! results back. [`EventLog`] keeps what the reader sees, so that a reader who reloads in
//! mid-answer sees it again from the start.
//!
//! **Guarantees.** No word of an answer is shown before its *authorised* record is committed, and
//! no turn ends as done before its *completed* record is. The raw question lives in memory for the
//! turn and is wiped; the model, the store and the log see the redacted text only. A sentence that
//! the model writes is shown only if a passage supports it.
//!
//! **Capabilities.** The guard is given a text and nothing else; retrieval a [`ReadScope`](cloister_types::ReadScope) and a
//! shelf that it can read alone; the model text; the recorder the store. What comes back is checked
//! against what was given, and a part that went beyond it ends the turn ([`Exceeded`]).
//!
//! **Not here.** HTTP, wording for the window, sessions, ranking, rules of the guard.
//!
//! **Terms.** A *plan* is what the machine decided to answer with; a *conclusion* is how the turn
//! ends; *grounding* attaches each sentence to the passage that supports it.
#![forbid(unsafe_code)]

mod capability;
mod desk;
mod driver;
mod error;
mod event;
mod event_log;
mod grounding;
mod machine;
mod phrases;
mod prompt;
mod record;
mod retrieval;
mod stopwatch;
mod tokens;
mod transcript;

pub use capability::{Exceeded, Part};
pub use desk::{Desk, DeskParts, ModelSlot, RunningTurn};
pub use error::ChatError;
pub use event::{Citation, Event, Hidden, Outcome, Question, Reason, Stage, Topic, TurnView};
pub use event_log::EventLog;
pub use machine::{
    Authorisation, Completion, Effect, Input, Machine, ModelTrouble, Passage, Retrieved, Setup,
    Situation,
};
pub use prompt::{SystemPrompt, compose};
pub use tokens::Placeholders;
pub use transcript::{Exchange, open_turn, read_logged, seal_turn};
