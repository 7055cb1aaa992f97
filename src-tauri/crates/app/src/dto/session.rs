//! Sessions as their readers see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SecretDto;

/// Who sits in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SessionKind)]
pub enum SessionKindDto {
    /// A guest.
    Guest,
    /// The operating-system user who owns the vault, until there is an administrator.
    Operator,
    /// Somebody who signed in.
    Account,
}

/// A live session, as its reader sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionDto {
    /// Who sits there.
    pub kind: SessionKindDto,
    /// The name that the reader signed in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The reader's role.
    pub role: String,
    /// What the reader may do to the appliance, once a second factor was shown: for offering it.
    pub permissions: Vec<String>,
    /// Minutes without a message after which the session ends.
    pub idle_minutes: u64,
    /// When it ends unless a message is sent before.
    pub expires_at: String,
    /// Messages that the role may send in a minute.
    pub messages_per_minute: usize,
    /// Whether the password has to be changed before anything else.
    #[serde(default)]
    pub must_change_password: bool,
    /// Until when the second factor counts as fresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elevated_until: Option<String>,
    /// Whether the sanitised questions and answers are kept in the message log, for quality review.
    #[serde(default)]
    pub kept_for_review: bool,
}

/// Who wants to sign in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
pub struct SignInDto {
    /// The name.
    pub name: String,
    /// The password.
    #[schema(value_type = String)]
    pub password: SecretDto,
    /// A code of the second factor, where the account has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub code: Option<SecretDto>,
}

/// One of the reader's own sessions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = OwnSession)]
pub struct OwnSessionDto {
    /// Its id; no token.
    pub id: String,
    /// Where it was started: `window`, `terminal` or an address.
    pub place: String,
    /// When it started.
    pub started_at: String,
    /// When something was last done in it.
    pub last_seen_at: String,
    /// When it ends unless something is done before.
    pub expires_at: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The reader's own sessions, latest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = OwnSessions)]
pub struct OwnSessionsDto {
    /// The sessions.
    pub items: Vec<OwnSessionDto>,
}
