//! What a reader sees of a turn, and how a turn can end.

use std::collections::BTreeMap;

use cloister_guard::Category;
use cloister_types::{Label, PassageId, Timestamp, TurnId};
use serde::{Deserialize, Serialize};

/// How a turn ended. The list is the product's; every shell switches on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An answer that stands on sources.
    Answered,
    /// Two candidates are close; the reader is asked which.
    Clarify,
    /// A greeting, thanks or the like.
    SmallTalk,
    /// Not something this desk answers; said neutrally, or with care.
    Redirected,
    /// The guard took the message for an attack; the model never saw it.
    Blocked,
    /// The reader's role does not open what the question needs.
    Denied,
    /// The question waits for a second factor.
    MfaRequired,
    /// No passage that the reader may read answers this.
    OutOfScope,
    /// A person takes over.
    Escalated,
    /// Too many messages; try again later.
    RateLimited,
    /// The reader stopped it.
    Cancelled,
    /// Something broke; the reason says what.
    Failed,
}

impl Outcome {
    /// The outcome's name in records and interfaces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Clarify => "clarify",
            Self::SmallTalk => "small_talk",
            Self::Redirected => "redirected",
            Self::Blocked => "blocked",
            Self::Denied => "denied",
            Self::MfaRequired => "mfa_required",
            Self::OutOfScope => "out_of_scope",
            Self::Escalated => "escalated",
            Self::RateLimited => "rate_limited",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl cloister_types::LogSafe for Outcome {}

/// Why a turn ended as it did, where the outcome alone does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The reader may be thinking of harming themselves.
    SelfHarm,
    /// Abuse, hate, sexual content, violence or a harmful request.
    Moderation,
    /// Reads as instructions to the model.
    Injection,
    /// Reads as instructions to the model, and not for the first time: questions are paused.
    Cooldown,
    /// No model is loaded, so passages are shown as they are.
    ModelMissing,
    /// The model's worker ended in mid-answer.
    WorkerEnded,
    /// The answer took too long.
    Deadline,
    /// Too many answers are waiting.
    Busy,
    /// The question and its passages do not fit the model.
    TooLong,
    /// The answer held something that may not be shown.
    Withdrawn,
    /// The act could not be recorded, so it was refused.
    NotRecorded,
    /// The question could not be checked, so it was refused.
    GuardFailed,
    /// The knowledge could not be searched.
    SearchFailed,
}

impl Reason {
    /// The reason's name in records and interfaces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SelfHarm => "self_harm",
            Self::Moderation => "moderation",
            Self::Injection => "injection",
            Self::Cooldown => "cooldown",
            Self::ModelMissing => "model_missing",
            Self::WorkerEnded => "worker_ended",
            Self::Deadline => "deadline",
            Self::Busy => "busy",
            Self::TooLong => "too_long",
            Self::Withdrawn => "withdrawn",
            Self::NotRecorded => "not_recorded",
            Self::GuardFailed => "guard_failed",
            Self::SearchFailed => "search_failed",
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl cloister_types::LogSafe for Reason {}

/// What a running turn is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The question is being checked and redacted.
    Guard,
    /// Passages are being looked up.
    Retrieve,
    /// The model is busy with somebody else.
    Queue,
    /// The model reads and writes.
    Generate,
    /// The whole answer is being checked and recorded.
    Check,
}

/// A place in the sanitised question where something was hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// First code point of the placeholder.
    pub start: usize,
    /// One past its last code point.
    pub end: usize,
    /// What was hidden.
    #[serde(rename = "type")]
    pub category: Category,
}

/// The question as everything but the guard sees it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The sanitised text.
    pub text: String,
    /// Its placeholders, in order.
    pub hidden: Vec<Hidden>,
}

impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Question({} bytes, {} hidden)", self.text.len(), self.hidden.len())
    }
}

/// A source of an answer, numbered as in its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The number in the answer's marks, from 1.
    pub number: u32,
    /// The passage.
    pub id: PassageId,
    /// Its title.
    pub title: String,
    /// Its label.
    pub label: Label,
}

/// A question that the knowledge does answer, offered as a next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// The passage that answers it.
    pub id: PassageId,
    /// The question.
    pub question: String,
}

/// A whole turn, as shown to its reader and sealed in the store.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnView {
    /// The turn.
    pub id: TurnId,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it ended; nothing while it runs.
    pub completed_at: Option<Timestamp>,
    /// The sanitised question.
    pub question: Question,
    /// The answer so far, as markdown with marks such as `[1]`.
    pub answer: String,
    /// How it ended; nothing while it runs.
    pub outcome: Option<Outcome>,
    /// Why, where the outcome does not say.
    pub reason: Option<Reason>,
    /// The sources that the answer's marks name.
    pub citations: Vec<Citation>,
    /// Next steps: nearest topics, or the candidates of a clarifying question.
    pub topics: Vec<Topic>,
    /// Seconds from the end of this turn until the next message is taken, if it has to wait.
    pub retry_after_s: Option<u64>,
    /// The model that wrote the answer, if one did.
    pub model: Option<String>,
    /// Milliseconds by stage, and `total`.
    pub timings_ms: BTreeMap<String, f64>,
}

impl TurnView {
    /// A turn that was asked and of which nothing more is known.
    #[must_use]
    pub const fn asked(id: TurnId, asked_at: Timestamp, question: Question) -> Self {
        Self {
            id,
            asked_at,
            completed_at: None,
            question,
            answer: String::new(),
            outcome: None,
            reason: None,
            citations: Vec::new(),
            topics: Vec::new(),
            retry_after_s: None,
            model: None,
            timings_ms: BTreeMap::new(),
        }
    }
}

impl std::fmt::Debug for TurnView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TurnView")
            .field("id", &self.id)
            .field("outcome", &self.outcome)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// One thing that a reader sees happen in a turn, in order.
#[derive(Clone, PartialEq)]
pub enum Event {
    /// The question as it was taken, once, before anything else.
    Question {
        /// The turn.
        turn: TurnId,
        /// When it was asked.
        asked_at: Timestamp,
        /// The sanitised question.
        question: Question,
    },
    /// The turn entered a stage.
    Stage(Stage),
    /// The turn waits at this place in line: 1 is the next to start, 0 waits for the model.
    Queued(usize),
    /// The sources that marks in the coming text may name.
    Sources(Vec<Citation>),
    /// Text to append to the answer.
    Delta(String),
    /// The turn is recorded and over; replaces everything shown before.
    Done(Box<TurnView>),
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Question { turn, .. } => write!(f, "Question({turn})"),
            Self::Stage(stage) => write!(f, "Stage({stage:?})"),
            Self::Queued(position) => write!(f, "Queued({position})"),
            Self::Sources(citations) => write!(f, "Sources({})", citations.len()),
            Self::Delta(text) => write!(f, "Delta({} bytes)", text.len()),
            Self::Done(turn) => write!(f, "Done({:?})", turn.outcome),
        }
    }
}
