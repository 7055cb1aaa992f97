//! Every operation of the product, one function each, with its data shapes and error codes.
//!
//! [`App`] is opened once per process and puts the parts together: vault, access, guard, index,
//! model. The shells (window, command line, server) call its operations and translate; they decide
//! nothing.
//!
//! **Guarantees.** Every operation that reads a person's data or knowledge takes the
//! [`Session`](cloister_access::Session) that asks. Errors carry an [`ErrorCode`] from one list and
//! a message for people that holds no text of theirs.
//!
//! **Terms.** An *operation* is one act that a reader or operator can ask for; a *promise* is one
//! of the six properties that [`App::doctor`] reports on.
#![forbid(unsafe_code)]

mod accounts;
mod alerts;
mod app;
mod approval;
mod archive;
mod audit;
mod authorise;
mod backup;
mod clock;
mod destinations;
mod dto;
mod engine_report;
mod erasure;
mod error;
mod export;
mod feedback;
mod guard;
mod guard_settings;
mod holdings;
mod integrity;
mod journal;
mod keys;
mod knowledge;
mod library;
mod limits;
mod loading;
mod message_logs;
mod model;
mod open;
mod overview;
mod pack;
mod placement;
mod policy;
mod policy_explain;
mod privacy;
mod processing_record;
mod profile;
mod promises;
mod quarantine;
mod reading;
mod retention;
mod self_test;
mod sentence_encoder;
mod session;
mod sign_in;
mod status;
mod tagger;
mod turns;

pub use accounts::AccountState;
pub use app::{App, AppOptions, EgressProbe, EgressReport, ModelSource, Pack};
pub use audit::{AuditLines, verify_audit_export};
pub use backup::{RestoreRequest, restore_backup};
pub use cloister_access::{Peer, Session, TimeZone, Token};
pub use cloister_chat::{Event, Outcome, RunningTurn};
pub use cloister_guard::Profile;
pub use cloister_inference::{BenchPlan, BenchReport, ModelRecord, WorkerCommand};
pub use cloister_knowledge::{MAX_DOCUMENT_BYTES, Parser, is_archive};
pub use cloister_store::{
    AlertKind, GrantDecision, KeySources, Place, Restriction, SecretServiceKeyring, SecurityKind,
    Unlock, Vault, VaultPaths,
};
pub use destinations::{DESTINATIONS, read_destinations};
pub use dto::*;
pub use error::{AppError, ErrorCode};
pub use export::{ArchivePieces, OpenedArchive, open_archive};
pub use guard_settings::{GUARD_SETTINGS, GuardSettings};
pub use keys::ways_to_unlock;
pub use model::{ModelStatus, bench_model, list_models, verify_model};
pub use open::FirstKey;
pub use overview::Answered;
pub use privacy::CorrectionsOf;
pub use session::Origin;
pub use tagger::load_tagger;
