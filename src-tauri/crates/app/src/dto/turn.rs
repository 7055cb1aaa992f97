//! Turns: questions, answers, and what is told while one is written.

use std::collections::BTreeMap;

use cloister_chat as chat;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{HiddenDto, LabelDto, TopicDto};

/// A message to send.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageDto {
    /// What the reader typed, at most 8,000 characters.
    pub text: String,
    /// The reader's conversation that it belongs to; the latest when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
}

/// A turn that was taken.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = TurnAccepted)]
pub struct AcceptedDto {
    /// The turn; its events are at `/api/turns/{id}/events`.
    pub id: String,
}

/// A question as everything but the guard sees it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Question)]
pub struct QuestionDto {
    /// The sanitised text, with placeholders.
    pub text: String,
    /// Where the placeholders are and what they hide.
    pub hidden: Vec<HiddenDto>,
}

/// A source of an answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Citation)]
pub struct CitationDto {
    /// The number in the answer's marks.
    pub number: u32,
    /// The passage's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its label.
    pub label: LabelDto,
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented at cloister_chat::Outcome, which this mirrors")]
#[schema(as = Outcome)]
pub enum OutcomeDto {
    Answered,
    Clarify,
    SmallTalk,
    Redirected,
    Blocked,
    Denied,
    MfaRequired,
    OutOfScope,
    Escalated,
    RateLimited,
    Cancelled,
    Failed,
}

/// Why a turn ended as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented at cloister_chat::Reason, which this mirrors")]
#[schema(as = Reason)]
pub enum ReasonDto {
    SelfHarm,
    Moderation,
    Injection,
    Cooldown,
    ModelMissing,
    WorkerEnded,
    Deadline,
    Busy,
    TooLong,
    Withdrawn,
    NotRecorded,
    GuardFailed,
    SearchFailed,
}

/// What a running turn is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented at cloister_chat::Stage, which this mirrors")]
#[schema(as = Stage)]
pub enum StageDto {
    Guard,
    Retrieve,
    Queue,
    Generate,
    Check,
}

/// A whole turn.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Turn)]
pub struct TurnDto {
    /// The turn.
    pub id: String,
    /// When it was asked.
    pub asked_at: String,
    /// When it ended; null while it runs.
    #[schema(required)]
    pub completed_at: Option<String>,
    /// The sanitised question.
    pub question: QuestionDto,
    /// The answer so far: markdown with marks such as `[1]`.
    pub answer: String,
    /// How it ended; null while it runs.
    #[schema(required)]
    pub outcome: Option<OutcomeDto>,
    /// Why, where the outcome does not say.
    #[schema(required)]
    pub reason: Option<ReasonDto>,
    /// The sources that the answer's marks name.
    pub citations: Vec<CitationDto>,
    /// Next steps: nearest topics, or candidates of a clarifying question.
    pub topics: Vec<TopicDto>,
    /// Seconds from the end of this turn until the next message is taken, if it has to wait.
    #[schema(required)]
    pub retry_after_s: Option<u64>,
    /// The model that wrote the answer, if one did.
    #[schema(required)]
    pub model: Option<String>,
    /// Milliseconds by stage, and `total`.
    pub timings_ms: BTreeMap<String, f64>,
}

/// A conversation with its turns.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationDto {
    /// The conversation; null before its first turn.
    #[schema(required)]
    pub id: Option<String>,
    /// When it is destroyed unless something is said before.
    pub ends_at: String,
    /// Its turns, oldest first; the last may still run.
    pub turns: Vec<TurnDto>,
}

/// One of the reader's conversations.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = OwnConversation)]
pub struct OwnConversationDto {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started_at: String,
    /// When something was last said in it.
    pub last_turn_at: String,
    /// When it is destroyed unless something is said before.
    pub ends_at: String,
    /// How many turns it has.
    pub turns: u32,
    /// The beginning of its first question, as it was kept; null before one.
    #[schema(required)]
    pub title: Option<String>,
}

/// The reader's conversations, the one spoken in last first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Conversations)]
pub struct ConversationsDto {
    /// The conversations.
    pub items: Vec<OwnConversationDto>,
}

/// One event of a turn: the `event:` name and its data.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
#[schema(as = TurnEvent)]
pub enum EventDto {
    /// The question as it was taken.
    Question {
        /// The turn.
        turn: String,
        /// When it was asked.
        asked_at: String,
        /// The sanitised question.
        question: QuestionDto,
    },
    /// The turn entered a stage.
    Stage {
        /// Which.
        stage: StageDto,
    },
    /// The turn waits.
    Queue {
        /// Its place in line: 1 is the next to start, 0 waits for the model.
        position: usize,
    },
    /// The sources that marks may name.
    Sources {
        /// The sources.
        citations: Vec<CitationDto>,
    },
    /// Text to append to the answer.
    Delta {
        /// The text.
        text: String,
    },
    /// The turn is over; its answer replaces what was streamed.
    Done {
        /// The whole turn.
        turn: Box<TurnDto>,
    },
}

impl EventDto {
    /// The event's name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Question { .. } => "question",
            Self::Stage { .. } => "stage",
            Self::Queue { .. } => "queue",
            Self::Sources { .. } => "sources",
            Self::Delta { .. } => "delta",
            Self::Done { .. } => "done",
        }
    }
}

impl EventDto {
    /// The event's data alone, as it stands behind `data:`.
    ///
    /// # Panics
    /// Never: events are plain data.
    #[must_use]
    pub fn into_data(self) -> serde_json::Value {
        let mut whole = serde_json::to_value(self).expect("plain data serialises");
        whole.get_mut("data").map_or(serde_json::Value::Null, serde_json::Value::take)
    }
}

impl From<chat::Event> for EventDto {
    fn from(event: chat::Event) -> Self {
        match event {
            chat::Event::Question { turn, asked_at, question } => Self::Question {
                turn: turn.to_string(),
                asked_at: asked_at.to_string(),
                question: question.into(),
            },
            chat::Event::Stage(stage) => Self::Stage { stage: stage.into() },
            chat::Event::Queued(position) => Self::Queue { position },
            chat::Event::Sources(citations) => {
                Self::Sources { citations: citations.into_iter().map(Into::into).collect() }
            }
            chat::Event::Delta(text) => Self::Delta { text },
            chat::Event::Done(turn) => Self::Done { turn: Box::new((*turn).into()) },
        }
    }
}

impl From<chat::TurnView> for TurnDto {
    fn from(turn: chat::TurnView) -> Self {
        Self {
            id: turn.id.to_string(),
            asked_at: turn.asked_at.to_string(),
            completed_at: turn.completed_at.map(|time| time.to_string()),
            question: turn.question.into(),
            answer: turn.answer,
            outcome: turn.outcome.map(Into::into),
            reason: turn.reason.map(Into::into),
            citations: turn.citations.into_iter().map(Into::into).collect(),
            topics: turn.topics.into_iter().map(Into::into).collect(),
            retry_after_s: turn.retry_after_s,
            model: turn.model,
            timings_ms: turn.timings_ms,
        }
    }
}

impl From<chat::Question> for QuestionDto {
    fn from(question: chat::Question) -> Self {
        let hidden = question.hidden.iter().map(|hidden| HiddenDto {
            start: hidden.start,
            end: hidden.end,
            category: hidden.category.as_str().to_owned(),
        });
        Self { hidden: hidden.collect(), text: question.text }
    }
}

impl From<chat::Citation> for CitationDto {
    fn from(citation: chat::Citation) -> Self {
        Self {
            number: citation.number,
            id: citation.id.to_string(),
            title: citation.title,
            label: citation.label.into(),
        }
    }
}

macro_rules! mirror {
    ($from:ty => $to:ty { $($variant:ident),+ $(,)? }) => {
        impl From<$from> for $to {
            fn from(value: $from) -> Self {
                match value { $(<$from>::$variant => Self::$variant),+ }
            }
        }
    };
}

mirror!(chat::Outcome => OutcomeDto {
    Answered, Clarify, SmallTalk, Redirected, Blocked, Denied, MfaRequired, OutOfScope, Escalated,
    RateLimited, Cancelled, Failed,
});
mirror!(chat::Reason => ReasonDto {
    SelfHarm, Moderation, Injection, Cooldown, ModelMissing, WorkerEnded, Deadline, Busy, TooLong, Withdrawn,
    NotRecorded, GuardFailed, SearchFailed,
});
mirror!(cloister_types::Label => LabelDto { Public, Internal, Confidential, Restricted });
mirror!(chat::Stage => StageDto { Guard, Retrieve, Queue, Generate, Check });
