//! The message log, and the grants to read it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OutcomeDto, TurnDto};

/// A request to read message logs.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLogRequest)]
pub struct NewLogRequestDto {
    /// Why, in a sentence or two; what could name a person is hidden before it is kept.
    pub reason: String,
    /// What was said from this time on is to be read.
    pub since: String,
    /// What was said up to this time; until now when left out, and never what is to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What this person said alone, by the name in records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Turns that ended so alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeDto>,
    /// For how many hours from the approval on, 1 to 24.
    pub hours: u8,
}

/// How a request to read message logs stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LogRequestState)]
pub enum LogRequestStateDto {
    /// It waits for a second person.
    Pending,
    /// Nobody decided it in time.
    Expired,
    /// It was rejected or withdrawn.
    Rejected,
    /// It is a grant in force.
    Active,
    /// It was a grant.
    Ended,
}

/// A request to read message logs, or the grant that it became.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LogRequest)]
pub struct LogRequestDto {
    /// Its id, and the grant's.
    pub id: String,
    /// How it stands.
    pub state: LogRequestStateDto,
    /// Who asked, by the name in records; nothing for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// When.
    pub asked_at: String,
    /// Why, sanitised; nothing once who wrote it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From when on what was said may be read.
    pub since: String,
    /// Up to when.
    pub until: String,
    /// The one person whom it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The one outcome, if it names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// For how many hours from the approval on.
    pub hours: u64,
    /// When it is too late to decide it.
    pub expires_at: String,
    /// From when on who asked may approve it too, where there was nobody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alone_from: Option<String>,
    /// Who decided it, by the name in records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// When the grant ends, or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<String>,
}

/// Requests to read message logs.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LogRequestList)]
pub struct LogRequestListDto {
    /// The latest first.
    pub items: Vec<LogRequestDto>,
}

/// A turn in the message log.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LoggedTurn)]
pub struct LoggedTurnDto {
    /// Who asked, by the name in records.
    pub person: String,
    /// What was said, sanitised.
    pub turn: TurnDto,
}

/// A page of the message log, as far as a grant opens it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageLog)]
pub struct MessageLogDto {
    /// The latest first.
    pub items: Vec<LoggedTurnDto>,
    /// Where the next page begins, as `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// Whose questions and answers are kept in the message log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogSwitches)]
pub struct LogSwitchesDto {
    /// Those of people who signed in, as far as the ground for quality review allows.
    pub accounts: bool,
    /// Those of guests, likewise; they are told.
    pub guests: bool,
}

/// That somebody read the message log about the reader.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LogReading)]
pub struct LogReadingDto {
    /// When.
    pub at: String,
    /// Who, by the name in records; nothing for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// Under which grant.
    pub grant: String,
    /// How many entries.
    pub count: u64,
}
