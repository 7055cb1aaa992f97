//! The shapes that cross the API, one file a subject. Times are RFC 3339 in UTC; offsets count
//! Unicode code points.

mod account;
mod alert;
mod audit;
mod backup;
mod destinations;
mod holding;
mod keys;
mod knowledge;
mod limit;
mod message_log;
mod model;
mod operations;
mod policy;
mod privacy;
mod quarantine;
mod retention;
mod secret;
mod session;
mod status;
mod turn;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::{
    account::*, alert::*, audit::*, backup::*, destinations::*, holding::*, keys::*, knowledge::*,
    limit::*, message_log::*, model::*, operations::*, policy::*, privacy::*, quarantine::*,
    retention::*, secret::*, session::*, status::*, turn::*,
};
use crate::ErrorCode;

/// The body of every error.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// Seconds to wait, if waiting helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    /// The proof of work that is needed first, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<ChallengeDto>,
}
