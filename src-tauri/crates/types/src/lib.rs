//! The words that every other crate shares: ids, labels, time, secrets and proof types.
//!
//! **Guarantees.** A leaf: no I/O besides the operating system's clock and random source, which
//! stand behind the [`Clock`] and [`Entropy`] traits so that callers pass them in. Nothing here
//! prints a secret or a person's text.
//!
//! **Not here.** Policy, storage formats, anything that decides. Proof types ([`Sanitized`],
//! [`ReadScope`], [`Authorized`], [`VerifiedModel`]) are only *defined* here; the one crate that may
//! mint each is named in its documentation and held by `clippy.toml`.
//!
//! **Terms.** A *session* is one sitting of one reader; a *conversation* is a list of *turns*; a
//! *turn* is one question and what came of it; a *passage* is a piece of knowledge that a reader
//! may be shown; a *pseudonym* is a random name that stands for a person in records.
#![forbid(unsafe_code)]

mod class;
mod encoder;
mod entropy;
mod id;
mod label;
mod locked_key;
mod log_safe;
mod permission;
mod proof;
mod role;
mod secret;
mod time;

pub use class::{AccessClass, Placement};
pub use encoder::{
    DIMENSIONS, EncodeError, Judge, Meaning, Opinion, OpinionError, SentenceEncoder, Tag, TagError,
    TagKind, Tagger, Tagging,
};
pub use entropy::{Entropy, OsEntropy, SeededEntropy};
pub use id::{
    AccountId, AlertId, ChangeId, ConversationId, GrantId, HoldId, IdError, OwnerId, PassageId,
    Pseudonym, ReceiptId, SessionId, TurnId,
};
pub use label::{Label, LabelError};
pub use locked_key::{LockedKey, MemoryLock, lock_keys_by, unlocked_keys};
pub use log_safe::LogSafe;
pub use permission::{Act, Authorized, Permission, PermissionError, act};
pub use proof::{ReadScope, Sanitized, VerifiedModel};
pub use role::{RoleName, RoleNameError};
pub use secret::Secret;
pub use time::{Clock, FixedClock, SystemClock, Timestamp, TimestampError};
