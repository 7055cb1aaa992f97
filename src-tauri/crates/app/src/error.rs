//! The one list of error codes, and what each lower error becomes.

use std::time::Duration;

use cloister_access::{AccessError, Refusal};
use cloister_chat::ChatError;
use cloister_store::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What went wrong, for programs to switch on. Codes are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is not of the form that the operation takes.
    InvalidRequest,
    /// No live session came with the request.
    SessionRequired,
    /// Somebody has to sign in first.
    SignInRequired,
    /// The reader's role does not include the permission.
    Denied,
    /// A second factor has to be shown first.
    MfaRequired,
    /// There is no such thing, or the reader may not read it.
    NotFound,
    /// The message holds nothing.
    MessageEmpty,
    /// The message is longer than a turn takes.
    MessageTooLong,
    /// More messages than the role may send in a minute.
    RateLimited,
    /// Several messages were blocked; none is taken for a while.
    CoolingDown,
    /// A turn of this session still runs.
    TurnRunning,
    /// Another process uses this vault.
    VaultInUse,
    /// There is a vault in this place already.
    VaultExists,
    /// The vault cannot be opened: key, permissions or format; the message says which.
    VaultUnusable,
    /// The store could not read or write; nothing was changed.
    StoreFailed,
    /// The knowledge could not be searched or read in.
    KnowledgeFailed,
    /// A document is of a format that is not read, or broken; the message says which.
    DocumentUnreadable,
    /// An entry of a document has the id of another document's entry; nothing was changed.
    DocumentConflict,
    /// No model file is where it should be.
    ModelMissing,
    /// The model file is not the one that the manifest names.
    ModelAltered,
    /// The model cannot run now.
    ModelUnavailable,
    /// A settings file is not of the form that it should have.
    SettingsInvalid,
}

impl ErrorCode {
    /// The code as programs see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::SessionRequired => "session_required",
            Self::SignInRequired => "sign_in_required",
            Self::Denied => "denied",
            Self::MfaRequired => "mfa_required",
            Self::NotFound => "not_found",
            Self::MessageEmpty => "message_empty",
            Self::MessageTooLong => "message_too_long",
            Self::RateLimited => "rate_limited",
            Self::CoolingDown => "cooling_down",
            Self::TurnRunning => "turn_running",
            Self::VaultInUse => "vault_in_use",
            Self::VaultExists => "vault_exists",
            Self::VaultUnusable => "vault_unusable",
            Self::StoreFailed => "store_failed",
            Self::KnowledgeFailed => "knowledge_failed",
            Self::DocumentUnreadable => "document_unreadable",
            Self::DocumentConflict => "document_conflict",
            Self::ModelMissing => "model_missing",
            Self::ModelAltered => "model_altered",
            Self::ModelUnavailable => "model_unavailable",
            Self::SettingsInvalid => "settings_invalid",
        }
    }
}

/// An operation that was not done, with a sentence for people that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    /// For programs.
    pub code: ErrorCode,
    /// For people. Holds no text of theirs.
    pub message: String,
    /// When to try again, if waiting helps.
    pub retry_after: Option<Duration>,
}

impl AppError {
    /// An error with a sentence for people.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }

    /// No live session came with the request.
    #[must_use]
    pub fn session_required() -> Self {
        Self::new(ErrorCode::SessionRequired, "This session has ended. Start a new conversation.")
    }

    /// There is no such thing, or the reader may not read it: the two are not told apart.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is nothing here that you may read.")
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        let seconds = refusal.retry_after().as_secs().max(1);
        let (code, message) = match refusal {
            Refusal::RateLimited { .. } => (
                ErrorCode::RateLimited,
                format!("A short pause: you can send again in {seconds} seconds."),
            ),
            Refusal::CoolingDown { .. } => (
                ErrorCode::CoolingDown,
                format!("Questions are paused. You can write again in {seconds} seconds."),
            ),
        };
        Self { code, message, retry_after: Some(Duration::from_secs(seconds)) }
    }
}

impl From<AccessError> for AppError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Store(error) => error.into(),
            _ => Self::session_required(),
        }
    }
}

impl From<ChatError> for AppError {
    fn from(error: ChatError) -> Self {
        match error {
            ChatError::TurnRunning => Self::new(
                ErrorCode::TurnRunning,
                "An answer is still being written. Stop it or wait for it.",
            ),
            ChatError::Access(error) => error.into(),
            ChatError::Store(error) => error.into(),
            _ => Self::new(ErrorCode::StoreFailed, "A stored turn could not be read."),
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "store");
        let code = match error {
            StoreError::InUse { .. } => ErrorCode::VaultInUse,
            StoreError::AlreadyExists { .. } => ErrorCode::VaultExists,
            StoreError::DuplicatePassage => ErrorCode::DocumentConflict,
            StoreError::NoVault { .. }
            | StoreError::Incomplete { .. }
            | StoreError::MalformedId { .. }
            | StoreError::KeyBesideData { .. }
            | StoreError::KeyFileMissing { .. }
            | StoreError::KeyFileExposed { .. }
            | StoreError::KeyFileMalformed { .. }
            | StoreError::WrongKey { .. }
            | StoreError::NotEncrypted { .. }
            | StoreError::NotSqlCipher
            | StoreError::NewerSchema { .. }
            | StoreError::ForeignSchema { .. }
            | StoreError::Damaged { .. }
            | StoreError::NoPermission { .. } => ErrorCode::VaultUnusable,
            _ => ErrorCode::StoreFailed,
        };
        Self::new(code, sentence(&error.to_string()))
    }
}

/// A library's lower-case message as a sentence for people.
pub(crate) fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().map(char::to_uppercase);
    let body: String = first.into_iter().flatten().chain(chars).collect();
    if body.ends_with(['.', '!', '?']) { body } else { format!("{body}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_the_same_in_json_and_in_code() {
        for code in [ErrorCode::RateLimited, ErrorCode::VaultInUse, ErrorCode::MessageTooLong] {
            let json = serde_json::to_value(code).expect("a code serialises");
            assert_eq!(json, code.as_str());
        }
    }

    #[test]
    fn a_refusal_says_how_long_to_wait_and_never_zero() {
        let error = AppError::from(Refusal::RateLimited { retry_after: Duration::from_millis(3) });
        assert_eq!(error.code, ErrorCode::RateLimited);
        assert_eq!(error.retry_after, Some(Duration::from_secs(1)));
    }

    #[test]
    fn a_message_becomes_a_sentence() {
        assert_eq!(sentence("the disk is full"), "The disk is full.");
        assert_eq!(sentence(""), ".");
    }
}
