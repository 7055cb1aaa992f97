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
//! - Whatever has an expiry is gone at the first [`Store::purge`] after it.
//!
//! **Not here.** Whether something may be done or read (access control decides before it calls),
//! what a turn's content looks like (an opaque sealed value), and the timer of the purge. The statement that carries the key leaves copies of it in this process's
//! memory, in buffers of `sqlx` that cannot be wiped.
//!
//! **Terms.** A *vault* is a data folder plus a key; the *root key* derives all others; a *data key*
//! seals the turns of one session; the *guard* is the row that lets a purge delete audit records.
#![forbid(unsafe_code)]

mod account;
mod audit;
mod connection;
mod conversation;
mod destination;
mod document;
mod error;
mod files;
mod key_file;
mod keys;
mod lock;
mod lockout;
mod migrations;
mod passage;
mod paths;
mod purge;
mod seal;
mod session;
mod store;
mod vault;
mod vectors;
mod writer;

#[cfg(test)]
mod tests;

pub use account::{
    AccountChange, AccountRow, Actor, Attributes, Credentials, NewAccount, PasswordRecord,
    SealedTotp,
};
pub use audit::{
    AuditBody, AuditCode, AuditCodeError, AuditEvent, AuditExport, AuditFilter, AuditFinding,
    AuditRecord, AuditRow, AuditVerification, Checkpoint, CheckpointCopy, CheckpointFileError,
    CopiedTo, Digest, ExportVerifier, FindingKind, KeptCheckpoint, OcsfRecord, PublicKey,
    Signature, read_checkpoints, verify_export,
};
pub use conversation::{ConversationRow, TurnAuthorisation, TurnCompletion, TurnRow};
pub use destination::{Destination, DestinationName, DestinationNameError};
pub use document::{Document, DocumentRow, ImportReport};
pub use error::{DatabaseError, StoreError};
pub use keys::SubKey;
pub use lockout::{Attempt, LockoutRule};
pub use passage::{Passage, PassageRow};
pub use paths::{VaultId, VaultPaths};
pub use purge::{AUDIT_KEPT, PurgeReport};
pub use seal::{DataKey, Sealed, WrappedKey};
pub use session::{Ended, NewSession, Place, SessionKind, SessionRow};
pub use store::{Integrity, Store};
pub use vault::Vault;
pub use vectors::VectorsRow;
