//! How the model does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ModelDto;

/// The model's state, and what it did since the program started.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ModelReport)]
pub struct ModelReportDto {
    /// What it is doing.
    pub model: ModelDto,
    /// What it did; absent before it was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineDto>,
}

/// What the model did since the program started. Counts and times, no text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Engine)]
pub struct EngineDto {
    /// Requests that run now.
    pub running: usize,
    /// Requests that wait now.
    pub waiting: usize,
    /// Requests that can run at the same time.
    pub sequences: u32,
    /// How answers ended.
    pub ended: EndedDto,
    /// Times that the worker ended and was started again.
    pub restarts: u64,
    /// Tokens of all prompts.
    pub prompt_tokens: u64,
    /// How many of them were there from an earlier prompt.
    pub cached_tokens: u64,
    /// Tokens of all answers.
    pub completion_tokens: u64,
    /// Seconds from a request to its start.
    pub queue_seconds: HistogramDto,
    /// Seconds from a request to its first text.
    pub first_text_seconds: HistogramDto,
    /// Tokens a second of each answer, from its first text on.
    pub tokens_per_second: HistogramDto,
    /// Most memory that the worker ever held, in megabytes.
    pub memory_mb: u64,
    /// Conversations that are kept between turns.
    pub kept_sequences: u32,
    /// Megabytes that they take.
    pub kept_mb: u64,
    /// Conversations that had to go for others.
    pub evicted: u64,
    /// Threads that write one answer at the moment.
    pub decode_threads: u32,
    /// Threads that read a prompt at the moment.
    pub prefill_threads: u32,
}

/// How answers ended, by count.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Ended)]
pub struct EndedDto {
    /// By the model.
    pub stopped: u64,
    /// At their length.
    pub cut: u64,
    /// By their reader.
    pub cancelled: u64,
    /// Out of time.
    pub late: u64,
    /// Going round in circles.
    pub looping: u64,
    /// Failed or refused.
    pub failed: u64,
}

/// How often values fell where.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Histogram)]
pub struct HistogramDto {
    /// How many values there were.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The bound under which half of them lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<f64>,
    /// The bound under which 95 of 100 lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// The values by size, smallest first.
    pub buckets: Vec<BucketDto>,
}

/// The values up to a bound and above the one before.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Bucket)]
pub struct BucketDto {
    /// The bound; the last bucket has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to: Option<f64>,
    /// How many there were.
    pub count: u64,
}
