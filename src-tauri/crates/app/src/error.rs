//! The one list of error codes, and what each lower error becomes.

use std::{panic::Location, time::Duration};

use cloister_access::{AccessError, Refusal};
use cloister_chat::ChatError;
use cloister_store::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ChallengeDto;

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
    /// Name, password or code is not right; which of them is not told.
    SignInRefused,
    /// Too many attempts to sign in failed; none is taken for a while.
    SignInPaused,
    /// The password has to be changed before anything else.
    PasswordChangeRequired,
    /// The password would be guessed too soon; the message says what to do.
    PasswordWeak,
    /// What is asked for does not go with what there is; the message says why.
    Conflict,
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
    /// Nothing is taken from this place or person for a while.
    PeerBlocked,
    /// A proof of work is needed first; the error carries the challenge.
    ChallengeRequired,
    /// A turn of this session still runs.
    TurnRunning,
    /// Another process uses this vault.
    VaultInUse,
    /// There is a vault in this place already.
    VaultExists,
    /// Somebody has to type what opens the vault.
    VaultLocked,
    /// What was typed does not open the vault.
    UnlockFailed,
    /// The vault cannot be opened: key, permissions or format; the message says which.
    VaultUnusable,
    /// The store could not read or write; nothing was changed.
    StoreFailed,
    /// The disk is full: until there is room, nothing is done but deleting, exporting, erasing and
    /// signing out.
    DiskFull,
    /// The knowledge could not be searched or read in.
    KnowledgeFailed,
    /// A document is of a format that is not read, or broken; the message says which.
    DocumentUnreadable,
    /// An entry of a document has the id of another document's entry; nothing was changed.
    DocumentConflict,
    /// A backup cannot be used, or not like this; the message says why.
    BackupUnusable,
    /// No model file is where it should be.
    ModelMissing,
    /// The model file is not the one that the manifest names.
    ModelAltered,
    /// The model cannot run now.
    ModelUnavailable,
    /// A settings file is not of the form that it should have.
    SettingsInvalid,
    /// The person has to consent to the current privacy notice first; the consents say to what.
    ConsentRequired,
    /// The person had the processing of their data restricted.
    ProcessingRestricted,
    /// A legal hold keeps what was to be erased.
    UnderHold,
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
            Self::SignInRefused => "sign_in_refused",
            Self::SignInPaused => "sign_in_paused",
            Self::PasswordChangeRequired => "password_change_required",
            Self::PasswordWeak => "password_weak",
            Self::Conflict => "conflict",
            Self::NotFound => "not_found",
            Self::MessageEmpty => "message_empty",
            Self::MessageTooLong => "message_too_long",
            Self::RateLimited => "rate_limited",
            Self::CoolingDown => "cooling_down",
            Self::PeerBlocked => "peer_blocked",
            Self::ChallengeRequired => "challenge_required",
            Self::TurnRunning => "turn_running",
            Self::VaultInUse => "vault_in_use",
            Self::VaultExists => "vault_exists",
            Self::VaultLocked => "vault_locked",
            Self::UnlockFailed => "unlock_failed",
            Self::VaultUnusable => "vault_unusable",
            Self::StoreFailed => "store_failed",
            Self::DiskFull => "disk_full",
            Self::KnowledgeFailed => "knowledge_failed",
            Self::DocumentUnreadable => "document_unreadable",
            Self::DocumentConflict => "document_conflict",
            Self::BackupUnusable => "backup_unusable",
            Self::ModelMissing => "model_missing",
            Self::ModelAltered => "model_altered",
            Self::ModelUnavailable => "model_unavailable",
            Self::SettingsInvalid => "settings_invalid",
            Self::ConsentRequired => "consent_required",
            Self::ProcessingRestricted => "processing_restricted",
            Self::UnderHold => "under_hold",
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
    /// The proof of work that is needed first, if one is.
    pub challenge: Option<ChallengeDto>,
    /// Where in the program's source it was noticed, for the error log.
    pub origin: &'static Location<'static>,
}

impl AppError {
    /// An error with a sentence for people.
    #[must_use]
    #[track_caller]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let origin = Location::caller();
        Self { code, message: message.into(), retry_after: None, challenge: None, origin }
    }

    fn waiting(code: ErrorCode, wait: Duration, say: impl FnOnce(u64) -> String) -> Self {
        let seconds = wait.as_secs().max(1);
        let retry_after = Some(Duration::from_secs(seconds));
        Self { retry_after, ..Self::new(code, say(seconds)) }
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
        match refusal {
            Refusal::RateLimited { retry_after } => {
                Self::waiting(ErrorCode::RateLimited, retry_after, |seconds| {
                    format!("A short pause: you can send again in {seconds} seconds.")
                })
            }
            Refusal::CoolingDown { retry_after } => {
                Self::waiting(ErrorCode::CoolingDown, retry_after, |seconds| {
                    format!("Questions are paused. You can write again in {seconds} seconds.")
                })
            }
            Refusal::Blocked { retry_after } => {
                Self::waiting(ErrorCode::PeerBlocked, retry_after, |seconds| {
                    let minutes = seconds.div_ceil(60);
                    format!(
                        "Nothing more is taken from here for {minutes} minutes, unless an \
                         administrator lifts the block."
                    )
                })
            }
            Refusal::ChallengeRequired(challenge) => Self {
                challenge: Some(challenge.into()),
                ..Self::new(
                    ErrorCode::ChallengeRequired,
                    "Many passages were read in a short time. A small calculation is needed first.",
                )
            },
            Refusal::NoMoreEscalations => Self::new(
                ErrorCode::RateLimited,
                "A person was asked for as often as one conversation may.",
            ),
        }
    }
}

impl From<AccessError> for AppError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Store(error) => error.into(),
            AccessError::NoOperator => {
                Self::new(ErrorCode::Denied, "There is an administrator now. Sign in instead.")
            }
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
    #[track_caller]
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::UnknownAccount
            | StoreError::UnknownSession
            | StoreError::UnknownConversation => return Self::not_found(),
            StoreError::UnknownHold
            | StoreError::UnknownNotice
            | StoreError::UnknownCorrection
            | StoreError::UnknownChange
            | StoreError::UnknownGrant => {
                return Self::not_found();
            }
            StoreError::OutOfBounds => return refused(ErrorCode::InvalidRequest, &error),
            StoreError::UnknownToken => return refused(ErrorCode::Denied, &error),
            StoreError::OutdatedWording => return refused(ErrorCode::ConsentRequired, &error),
            StoreError::UnderHold { .. } => return refused(ErrorCode::UnderHold, &error),
            StoreError::NameTaken
            | StoreError::LastHolder
            | StoreError::PolicyMoved
            | StoreError::SecondFactorPresent => {
                return Self::new(ErrorCode::Conflict, sentence(&error.to_string()));
            }
            StoreError::NoBackup { .. }
            | StoreError::NewerBackup { .. }
            | StoreError::BackupDamaged { .. }
            | StoreError::BackupLogBroken { .. }
            | StoreError::ForeignBackup { .. }
            | StoreError::TombstonesMissing { .. }
            | StoreError::ForeignTombstone
            | StoreError::FolderInUse { .. } => return refused(ErrorCode::BackupUnusable, &error),
            StoreError::InUse { .. } => ErrorCode::VaultInUse,
            StoreError::AlreadyExists { .. } => ErrorCode::VaultExists,
            StoreError::Locked { .. } => ErrorCode::VaultLocked,
            StoreError::WrongPassphrase
            | StoreError::WrongRecoveryCode
            | StoreError::RecoveryCodeLength
            | StoreError::RecoveryCodeMistyped { .. } => ErrorCode::UnlockFailed,
            StoreError::UnknownSlot => ErrorCode::NotFound,
            StoreError::LastSlot
            | StoreError::SlotExists { .. }
            | StoreError::PassphraseTooShort { .. }
            | StoreError::NoKeyring
            | StoreError::CredentialMissing => ErrorCode::InvalidRequest,
            StoreError::DiskFull => ErrorCode::DiskFull,
            StoreError::DuplicatePassage => ErrorCode::DocumentConflict,
            StoreError::NoVault { .. }
            | StoreError::KeysMalformed
            | StoreError::KeysAltered
            | StoreError::CredentialMalformed { .. }
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
        tracing::error!(%error, "store");
        Self::new(code, sentence(&error.to_string()))
    }
}

/// A refusal that is no failure of the program.
fn refused(code: ErrorCode, error: &StoreError) -> AppError {
    AppError::new(code, sentence(&error.to_string()))
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
