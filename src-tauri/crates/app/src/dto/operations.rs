//! Operational records: the access log, feedback, and the overview for administrators.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{LogReadingDto, PromiseDto};

/// One request, as its sender may read it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AccessEntry)]
pub struct AccessEntryDto {
    /// When it came.
    pub at: String,
    /// The method.
    pub method: String,
    /// The route's template.
    pub route: String,
    /// The status that was answered.
    pub status: u16,
    /// Milliseconds until the answer began.
    pub took_ms: u64,
}

/// A page of the access log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AccessLog)]
pub struct AccessLogDto {
    /// The reader's own requests, the latest first.
    pub items: Vec<AccessEntryDto>,
    /// Who else read what is kept about the reader: message logs under a grant, oldest first.
    pub readings: Vec<LogReadingDto>,
    /// Where the next page begins, as `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// Whether an answer helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Rating)]
pub enum RatingDto {
    /// It did.
    Up,
    /// It did not.
    Down,
}

/// What a reader says of an answer.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Feedback)]
pub struct FeedbackDto {
    /// Whether it helped.
    pub rating: RatingDto,
    /// A remark; what could name a person is hidden before it is kept.
    pub comment: Option<String>,
}

/// Feedback as kept.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = FeedbackEntry)]
pub struct FeedbackEntryDto {
    /// The turn.
    pub turn: String,
    /// When it was given.
    pub at: String,
    /// Whether it helped.
    pub rating: RatingDto,
    /// The sanitised remark.
    #[schema(required)]
    pub comment: Option<String>,
}

/// Feedback.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = FeedbackList)]
pub struct FeedbackListDto {
    /// The latest first.
    pub items: Vec<FeedbackEntryDto>,
}

/// How many turns ended in one way on one day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = DayCount)]
pub struct DayCountDto {
    /// The day, UTC.
    pub day: String,
    /// How they ended.
    pub outcome: String,
    /// How many.
    pub count: u64,
}

/// How often something happened.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = KindCount)]
pub struct KindCountDto {
    /// What.
    pub kind: String,
    /// How often.
    pub count: u64,
}

/// A failure of the program.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Failure)]
pub struct FailureDto {
    /// When.
    pub at: String,
    /// What went wrong.
    pub code: String,
    /// The operation.
    pub operation: String,
    /// File and line in the program's source.
    pub location: String,
}

/// The last 30 days at a glance, and the state now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Overview)]
pub struct OverviewDto {
    /// Turns by day and outcome; those of readers who opted out are not counted.
    pub days: Vec<DayCountDto>,
    /// Milliseconds that half of the turns took at most.
    pub turn_p50_ms: u64,
    /// Milliseconds that 95 of 100 turns took at most.
    pub turn_p95_ms: u64,
    /// Security events by kind.
    pub security: Vec<KindCountDto>,
    /// The latest failures.
    pub failures: Vec<FailureDto>,
    /// Alerts that are not closed.
    pub open_alerts: u64,
    /// Bytes of the database.
    pub storage_bytes: u64,
    /// The promises as last checked.
    pub promises: Vec<PromiseDto>,
}
