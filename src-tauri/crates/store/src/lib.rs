//! The vault: an encrypted database, the key that opens it, and the lock that keeps it to one
//! process. The only owner of `sqlx`.
//!
//! **Guarantees.**
//! - Every byte of the database, its write-ahead log included, is ciphertext (SQLCipher); a file
//!   that is not, or a library that cannot, is refused.
//! - The key is in no log, error or `Debug`: it is handed to SQLCipher by a statement that is never
//!   logged, and kept out of the connection options, whose `Debug` would print it.
//! - What a person wrote arrives [`Sealed`] under the key of its session and can be opened only as
//!   the row that it was sealed for.
//! - An act and its audit record are one transaction; audit records are only appended, but for the
//!   guarded purge, which leaves its signed summary. The records are a chain: what was changed,
//!   taken out or put in shows, within the limits that `audit` names.
//! - Whatever has an expiry is gone at the first [`Store::purge`] after it, unless a legal hold keeps
//!   it; whoever was erased is named by a signed [`Tombstone`] that a restore applies.
//!
//! **Not here.** Whether something may be done or read (access control decides before it calls),
//! what a turn's content looks like (an opaque sealed value), and the timer of the purge. The
//! statement that carries the key leaves copies of it in this process's memory, in buffers of `sqlx`
//! that cannot be wiped.
//!
//! **Terms.** A *vault* is a data folder plus a key; a *key slot* wraps the *root key*, which opens
//! the database; the *sealing key*, kept under the root key, derives what seals and signs; a *data key*
//! seals the turns of one session; the *guard* is the row that lets a purge delete audit records;
//! a *class* is data that is kept for one period; a *hold* keeps data beyond it.
#![forbid(unsafe_code)]

mod access_log;
mod account;
mod account_role;
mod alert;
mod analytics;
mod audit;
mod backup;
mod clock;
mod connection;
mod consent;
mod conversation;
mod correction;
mod destination;
mod document;
mod erasure;
mod error;
mod error_log;
mod feedback;
mod files;
mod hold;
mod holding;
mod key_file;
mod key_header;
mod key_slot;
mod keyring;
mod keys;
mod limit;
mod lock;
mod lockout;
#[cfg(feature = "measure")]
mod measure;
mod message_log;
mod migrations;
mod passage;
mod passphrase;
mod paths;
mod person;
mod placement;
mod policy;
mod purge;
mod quarantine;
mod recovery_code;
mod reserve;
mod retention;
mod rotation;
mod seal;
mod security_event;
mod session;
mod settings;
mod slots;
mod space;
mod store;
mod unlock;
mod vault;
mod vectors;
mod writer;

#[cfg(test)]
mod tests;

pub use access_log::{AccessRecord, AccessRow};
pub use account::{
    AccountChange, AccountRow, Actor, Attributes, Credentials, NewAccount, PasswordRecord,
    SealedTotp,
};
pub use alert::{
    Alert, AlertChange, AlertKind, AlertRule, AlertState, AlertTest, RuleError, Severity,
};
pub use analytics::{AnalyticsEvent, DayCount, Intent, Timing};
pub use audit::{
    AuditBody, AuditCode, AuditCodeError, AuditEvent, AuditExport, AuditFilter, AuditFinding,
    AuditRecord, AuditRow, AuditVerification, Checkpoint, CheckpointCopy, CheckpointFileError,
    CopiedTo, Digest, ExportVerifier, FindingKind, KeptCheckpoint, OcsfRecord, PublicKey,
    Signature, read_checkpoints, verify_export,
};
pub use backup::{
    BACKUP_SUFFIX, Backup, BackupMoments, Counts, Drill, Keep, KeyFileFate, Restoration, Restored,
    TombstoneRule, is_restored_without_tombstones, read_backup, superseded,
};
pub use clock::Moment;
pub use consent::{
    ConsentRow, LawfulBasis, NewNotice, PrivacyNotice, Purpose, PurposeError, Renewal, Standing,
    Subject,
};
pub use conversation::{ConversationRow, TurnAuthorisation, TurnCompletion, TurnRow};
pub use correction::{Correction, CorrectionDecision, CorrectionField, Restriction};
pub use destination::{Destination, DestinationName, DestinationNameError};
pub use document::{Document, DocumentRow, Import, ImportReport};
pub use erasure::{
    Erased, Erasure, ErasureProof, ErasureScope, TOMBSTONES, Tombstone, TombstonesApplied,
    read_tombstones,
};
pub use error::{DatabaseError, StoreError};
pub use error_log::{ErrorRecord, ErrorRow};
pub use feedback::{Feedback, FeedbackRow, Rating};
pub use hold::{HoldScope, LegalHold, NewHold};
pub use holding::Holding;
pub use key_slot::{KeySlot, SlotId, SlotKind, SlotKindError};
pub use keyring::{Keyring, KeyringAnswer, SecretServiceKeyring};
pub use keys::SubKey;
pub use lockout::{Attempt, LockoutRule};
pub use message_log::{
    GrantDecision, LogEntry, LogKey, LogReading, LogReadingRow, LogRequestRow, LogRequestState,
    LogScope, LogSealed, NewLogRequest,
};
pub use passage::{Passage, PassageRow};
pub use passphrase::Stretching;
pub use paths::{VaultId, VaultPaths};
pub use person::HeldData;
pub use policy::{ChangeDecision, NewPolicy, PolicyChangeRow, PolicyRow};
pub use purge::{ClockState, Due, DueRows, PurgeReport};
pub use quarantine::{QuarantineDecision, QuarantineDecisions, QuarantineRow, Quarantined};
pub use recovery_code::RecoveryCode;
pub use retention::{RetentionClass, RetentionClassError, RetentionPeriod};
pub use rotation::Rotated;
pub use seal::{DataKey, Sealed, WrappedKey};
pub use security_event::{SecurityEvent, SecurityKind};
pub use session::{Ended, NewSession, Place, SessionKind, SessionRow};
pub use settings::{SettingName, SettingValue};
pub use slots::{KeyChange, NewKey};
pub use space::free_megabytes;
pub use store::{Integrity, Store};
pub use unlock::{KeySources, Unlock};
pub use vault::Vault;
pub use vectors::VectorsRow;
