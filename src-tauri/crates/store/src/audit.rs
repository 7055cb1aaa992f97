//! The audit log: what was decided, without a word of what anybody said, and proof that nobody
//! changed it since.
//!
//! Each record's hash covers the record and the hash before it; a code authenticates the hash under
//! a key that the next record replaces; every thousand records and on demand the newest hash is
//! signed, and the signed [`Checkpoint`]s are copied elsewhere. SHA-256, HMAC and Ed25519, since
//! regulated sites ask for FIPS algorithms.
//!
//! **What each adversary can do.**
//! - *Without the database key*: destroy the file, or put back an older one. The second shows by
//!   the signed head in the configuration folder, or by a checkpoint kept elsewhere.
//! - *With the database key, without the root key* (a statement smuggled into the program, a key
//!   found in memory): change rows at will. Any edit shows: a record's hash, code or number does
//!   not follow, or the row that holds the end of the chain, sealed under a key of its own, does
//!   not open. An older row of that kind put back together with a shorter log shows by the signed
//!   heads, as above.
//! - *With the key of the next record besides*: forge what is to come, nothing that was.
//! - *With the root key* (the administrator of the machine): compute every key, rewrite the log from
//!   any record on and sign it again. Shows back to the last checkpoint kept elsewhere, and no
//!   further: nothing on the machine can prove more.
//!
//! An older sealed key may lie in the write-ahead log until the next purge truncates it; who can
//! open it has the root key anyway.

mod adopt;
mod chain;
mod checkpoint;
mod checkpoints;
mod digest;
mod export;
mod heads;
mod keys;
mod list;
mod ocsf;
mod paper;
mod rekey;
mod retention;
mod scan;
mod verify;

use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

use cloister_types::{LogSafe, PassageId, Pseudonym, Timestamp, TurnId};
use serde_json::Value;
use sqlx::SqliteConnection;

pub(crate) use self::checkpoint::last_stored as last_checkpoint;
pub(crate) use self::rekey::rekey;
pub(crate) use self::{
    adopt::{adopt_records, begin_log},
    chain::{Link, UnchainedRow},
    keys::AuditKeys,
    retention::{close_guard, delete_oldest},
};
pub use self::{
    checkpoint::{Checkpoint, PublicKey, Signature},
    checkpoints::{CheckpointCopy, CopiedTo},
    digest::Digest,
    export::{AuditExport, ExportVerifier, verify_export},
    list::{AuditFilter, AuditRow},
    ocsf::OcsfRecord,
    paper::{CheckpointFileError, KeptCheckpoint, read_checkpoints},
    verify::{AuditFinding, AuditVerification, FindingKind},
};
use crate::{Store, StoreError, writer::WriteTransaction};

macro_rules! audit_events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What an audit record is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum AuditEvent { $($(#[$doc])* $variant,)+ }

        impl AuditEvent {
            /// Every event.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The event's name as stored and exported. `purged` is also known to the schema.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

audit_events! {
    /// The vault was made.
    VaultCreated = "vault_created",
    /// A way to unlock the vault was added.
    KeySlotAdded = "key_slot_added",
    /// A way to unlock the vault was removed.
    KeySlotRemoved = "key_slot_removed",
    /// The root key was replaced.
    KeysRotated = "keys_rotated",
    /// The printed recovery code was typed back.
    RecoveryConfirmed = "recovery_confirmed",
    /// The vault was opened with the recovery code.
    RecoveryUsed = "recovery_used",
    /// The clock jumped by more than a day; the purge waits.
    ClockJumped = "clock_jumped",
    /// Somebody confirmed the time of day after a jump.
    ClockConfirmed = "clock_confirmed",
    /// A session began.
    SessionStarted = "session_started",
    /// A session ended, and a guest's conversation with it.
    SessionEnded = "session_ended",
    /// Guest sessions of an earlier process ended, since their keys died with it.
    SessionsOrphaned = "sessions_orphaned",
    /// A second factor was shown; it counts as fresh for five minutes.
    SessionElevated = "session_elevated",
    /// Sessions of an account were ended from elsewhere or by a change.
    SessionsRevoked = "sessions_revoked",
    /// Somebody signed in.
    SignedIn = "signed_in",
    /// A sign-in was refused; the record has the true reason, the person does not.
    SignInFailed = "sign_in_failed",
    /// Sign-in for a name was paused after failures.
    LockedOut = "locked_out",
    /// A person changed their own password.
    PasswordChanged = "password_changed",
    /// An authenticator was confirmed.
    SecondFactorAdded = "second_factor_added",
    /// An authenticator was removed.
    SecondFactorRemoved = "second_factor_removed",
    /// New codes that stand in for the authenticator were made.
    RecoveryCodesMade = "recovery_codes_made",
    /// A code stood in for the authenticator.
    RecoveryCodeUsed = "recovery_code_used",
    /// An account was made.
    AccountCreated = "account_created",
    /// Name, roles, attributes or state of an account changed.
    AccountChanged = "account_changed",
    /// An administrator reset a password, which destroys the account's data key.
    AccountReset = "account_reset",
    /// An account was deleted with all that was sealed for it.
    AccountDeleted = "account_deleted",
    /// A role was created, changed or deleted.
    RoleChanged = "role_changed",
    /// A change of roles or policies that widens access waits for a second person.
    PolicyProposed = "policy_proposed",
    /// A second person approved or rejected a proposed change.
    PolicyDecided = "policy_decided",
    /// A policy was created, changed or deleted.
    PolicyChanged = "policy_changed",
    /// A turn may be answered; written before the answer's first word.
    TurnAuthorised = "turn_authorised",
    /// A turn has its answer or its failure; written before the reader is told that it is done.
    TurnCompleted = "turn_completed",
    /// A turn was stopped before it was authorised.
    TurnRefused = "turn_refused",
    /// A reader deleted a conversation of their own.
    ConversationDeleted = "conversation_deleted",
    /// The policy allowed an act of administration or a look at protected data.
    AuthorisationGranted = "authorisation_granted",
    /// The policy said no.
    AuthorisationDenied = "authorisation_denied",
    /// A part of the program asked beyond what it may do.
    CapabilityExceeded = "capability_exceeded",
    /// Somebody read the audit log.
    AuditRead = "audit_read",
    /// The chain of the audit log was verified.
    AuditVerified = "audit_verified",
    /// The audit log was exported.
    AuditExported = "audit_exported",
    /// The head of the audit log was signed.
    CheckpointSigned = "checkpoint_signed",
    /// A collection of passages was replaced.
    KnowledgeReplaced = "knowledge_replaced",
    /// A document was imported, or imported again.
    DocumentImported = "document_imported",
    /// A document was confined to others than before.
    DocumentPlaced = "document_placed",
    /// A document was removed with its passages.
    DocumentRemoved = "document_removed",
    /// Passages were held back at import, until an editor has looked at them.
    PassagesQuarantined = "passages_quarantined",
    /// An editor let in a passage that was held back.
    PassageReleased = "passage_released",
    /// An editor refused a passage that was held back; its text is gone.
    PassageRejected = "passage_rejected",
    /// A model was loaded.
    ModelLoaded = "model_loaded",
    /// Expired rows were deleted.
    Purged = "purged",
    /// A legal hold was placed or released.
    HoldChanged = "hold_changed",
    /// A setting changed.
    SettingChanged = "setting_changed",
    /// A new version of the privacy notice was published.
    NoticePublished = "notice_published",
    /// Consent, or another lawful basis, was recorded or withdrawn.
    ConsentChanged = "consent_changed",
    /// A person took along what is held about them.
    DataExported = "data_exported",
    /// A person's key, rows and pseudonym mapping were destroyed.
    DataErased = "data_erased",
    /// Processing of a person's data was restricted or resumed.
    DataRestricted = "data_restricted",
    /// A person's data were corrected.
    DataCorrected = "data_corrected",
    /// Somebody asked to read message logs.
    LogAccessRequested = "log_access_requested",
    /// A request to read message logs was approved or rejected.
    LogAccessDecided = "log_access_decided",
    /// Message logs were read under a grant.
    LogAccessUsed = "log_access_used",
    /// A grant to read message logs was ended.
    LogAccessEnded = "log_access_ended",
    /// A backup was made and verified.
    BackupMade = "backup_made",
    /// This vault was restored from a backup.
    BackupRestored = "backup_restored",
    /// A backup was restored for trial, beside the vault, and wiped again.
    BackupDrilled = "backup_drilled",
    /// Something that somebody should look at.
    AlertRaised = "alert_raised",
    /// An alert was acknowledged or closed.
    AlertChanged = "alert_changed",
    /// A place from which messages come was slowed down or blocked.
    PeerBlocked = "peer_blocked",
    /// An administrator lifted what held a place or person back.
    PeerReleased = "peer_released",
}

impl AuditEvent {
    fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.as_str() == name)
    }
}

impl fmt::Display for AuditEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl LogSafe for AuditEvent {}

/// A record to append.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// When it was decided.
    pub at: Timestamp,
    /// What was decided.
    pub event: AuditEvent,
    /// The turn that it was decided for.
    pub turn: Option<TurnId>,
    /// The person whom it concerns.
    pub pseudonym: Option<Pseudonym>,
    /// The particulars.
    pub body: AuditBody,
}

impl AuditRecord {
    /// A record about no turn and nobody.
    #[must_use]
    pub const fn new(event: AuditEvent, at: Timestamp, body: AuditBody) -> Self {
        Self { at, event, turn: None, pseudonym: None, body }
    }

    /// The same record, about `turn`.
    #[must_use]
    pub const fn about_turn(mut self, turn: TurnId) -> Self {
        self.turn = Some(turn);
        self
    }

    /// The same record, about the person behind `pseudonym`.
    #[must_use]
    pub const fn about(mut self, pseudonym: Pseudonym) -> Self {
        self.pseudonym = Some(pseudonym);
        self
    }
}

/// The particulars of a record: a JSON object that cannot take a string, only values that are
/// [`LogSafe`], passage ids and numbers. Its members are stored sorted by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditBody(BTreeMap<&'static str, Value>);

impl AuditBody {
    /// An empty object.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a value by its `Display`.
    #[must_use]
    pub fn with(self, name: &'static str, value: &impl LogSafe) -> Self {
        self.insert(name, Value::String(value.to_string()))
    }

    /// Adds a list of values by their `Display`.
    #[must_use]
    pub fn list<T: LogSafe>(self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        let values = values.into_iter().map(|value| Value::String(value.to_string())).collect();
        self.insert(name, Value::Array(values))
    }

    /// Adds the ids of the passages that were used.
    #[must_use]
    pub fn passages<'a>(
        self,
        name: &'static str,
        ids: impl IntoIterator<Item = &'a PassageId>,
    ) -> Self {
        let ids = ids.into_iter().map(|id| Value::String(id.as_str().to_owned())).collect();
        self.insert(name, Value::Array(ids))
    }

    /// Adds a whole number.
    #[must_use]
    pub fn count(self, name: &'static str, count: u64) -> Self {
        self.insert(name, Value::from(count))
    }

    /// Adds a measure; one that is not finite becomes null, as JSON has no other word for it.
    #[must_use]
    pub fn measure(self, name: &'static str, value: f64) -> Self {
        self.insert(name, Value::from(value))
    }

    /// Adds a span of time in whole milliseconds; the name should end in `_ms`.
    #[must_use]
    pub fn span(self, name: &'static str, span: Duration) -> Self {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        self.insert(name, Value::from(millis))
    }

    fn insert(mut self, name: &'static str, value: Value) -> Self {
        self.0.insert(name, value);
        self
    }

    pub(crate) fn to_json(&self) -> String {
        let members: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{}:{value}", Value::from(*name))).collect();
        format!("{{{}}}", members.join(","))
    }
}

/// A machine's name for something, such as a model's id or a rule's: 1 to 64 characters out of
/// letters, digits and `. _ : / -`. Too narrow for a sentence, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditCode(String);

/// A name that is no [`AuditCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code is 1 to 64 letters, digits or . _ : / -")]
pub struct AuditCodeError;

impl FromStr for AuditCode {
    type Err = AuditCodeError;

    fn from_str(text: &str) -> Result<Self, AuditCodeError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AuditCodeError)
        }
    }
}

impl fmt::Display for AuditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl LogSafe for AuditCode {}

impl Store {
    /// Appends a record that stands for itself. Acts of the store append theirs on their own.
    ///
    /// # Errors
    /// When it could not be written; the act that it is about must then not happen.
    pub async fn record(&self, record: &AuditRecord) -> Result<(), StoreError> {
        self.record_all(std::slice::from_ref(record)).await
    }

    /// Appends several records that stand for themselves, all of them or none.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn record_all(&self, records: &[AuditRecord]) -> Result<(), StoreError> {
        let mut tx = self.begin_essential().await?;
        for record in records {
            append(&mut tx, record).await?;
        }
        tx.commit().await
    }
}

/// Appends `record`, in the transaction of the act that it is about.
pub(crate) async fn append(
    tx: &mut WriteTransaction,
    record: &AuditRecord,
) -> Result<(), StoreError> {
    let (connection, keys, link) = tx.log().await?;
    write_record(connection, keys, link, record).await
}

/// Writes `record` after `link`, which then ends in it. The row with the end of the chain is yet to
/// be written.
pub(crate) async fn write_record(
    connection: &mut SqliteConnection,
    keys: &AuditKeys,
    link: &mut Link,
    record: &AuditRecord,
) -> Result<(), StoreError> {
    let row = UnchainedRow::after(link, record);
    link.append(connection, keys, &row).await
}

#[cfg(test)]
mod tests {
    use cloister_types::Label;

    use super::*;

    #[test]
    fn a_body_is_sorted_and_well_formed_json() {
        let ids = ["returns/window".parse().unwrap(), "a \"quoted\" id".parse().unwrap()];
        let body = AuditBody::new()
            .with("label", &Label::Public)
            .passages("passages", &ids)
            .count("findings", 2)
            .measure("in_scope", 0.5)
            .list("stages", [AuditEvent::Purged])
            .span("took_ms", Duration::from_micros(12_900));
        assert_eq!(
            body.to_json(),
            "{\"findings\":2,\"in_scope\":0.5,\"label\":\"public\",\
             \"passages\":[\"returns/window\",\"a \\\"quoted\\\" id\"],\
             \"stages\":[\"purged\"],\"took_ms\":12}"
        );
        assert_eq!(serde_json::from_str::<Value>(&body.to_json()).unwrap()["findings"], 2);
        assert_eq!(AuditBody::new().to_json(), "{}");
    }

    #[test]
    fn a_code_cannot_hold_a_sentence() {
        assert!("smollm2-135m/Q8_0".parse::<AuditCode>().is_ok());
        let long = "x".repeat(65);
        for bad in ["", "my name is Ann", "a@b.example", "naïve", "a\nb", &long] {
            assert_eq!(bad.parse::<AuditCode>(), Err(AuditCodeError), "{bad}");
        }
    }

    #[test]
    fn event_names_are_distinct_and_come_back() {
        for event in AuditEvent::ALL {
            assert_eq!(AuditEvent::from_stored(event.as_str()), Some(*event));
        }
    }
}
