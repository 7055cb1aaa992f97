//! What is held about the reader.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::LogReadingDto;

/// What is held about the reader, class by class, and who read their message logs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Holdings)]
pub struct HoldingsDto {
    /// Every class that can be about somebody, from what is kept for the shortest time.
    pub items: Vec<HoldingDto>,
    /// When message logs about the reader were read under a grant, oldest first.
    pub log_readings: Vec<String>,
    /// The same, with who read how much.
    pub readings: Vec<LogReadingDto>,
}

/// How much of a class is held about the reader. Periods are in hours.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Holding)]
pub struct HoldingDto {
    /// The class.
    pub class: String,
    /// What it holds.
    pub what: String,
    /// Under which identity.
    pub identity: String,
    /// How long it is kept.
    pub period_hours: u64,
    /// How many records.
    pub count: u32,
    /// When the oldest of them ends, unless a legal hold keeps it; null where nothing is held, or
    /// nothing ends while the account lives.
    #[schema(required)]
    pub ends_first: Option<String>,
}
