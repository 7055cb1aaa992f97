//! Sessions as their readers see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who sits in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SessionKind)]
pub enum SessionKindDto {
    /// A guest.
    Guest,
}

/// A live session, as its reader sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionDto {
    /// Who sits there.
    pub kind: SessionKindDto,
    /// The reader's role.
    pub role: String,
    /// Minutes without a message after which the session ends.
    pub idle_minutes: u64,
    /// When it ends unless a message is sent before.
    pub expires_at: String,
    /// Messages that the role may send in a minute.
    pub messages_per_minute: usize,
}
