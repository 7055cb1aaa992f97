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

mod app;
mod audit;
mod authorise;
mod destinations;
mod dto;
mod error;
mod guard;
mod guard_settings;
mod knowledge;
mod library;
mod loading;
mod model;
mod open;
mod pack;
mod promises;
mod self_test;
mod sentence_encoder;
mod session;
mod status;
mod tagger;
mod turns;

pub use app::{App, AppOptions, EgressProbe, EgressReport, ModelSource, Pack};
pub use audit::{AuditLines, verify_audit_export};
pub use cloister_access::{Peer, Session, Token};
pub use cloister_chat::{Event, Outcome, RunningTurn};
pub use cloister_guard::Profile;
pub use cloister_inference::{BenchPlan, BenchReport, ModelRecord, WorkerCommand};
pub use cloister_knowledge::MAX_DOCUMENT_BYTES;
pub use cloister_store::{Vault, VaultPaths};
pub use destinations::{DESTINATIONS, read_destinations};
pub use dto::*;
pub use error::{AppError, ErrorCode};
pub use guard_settings::{GUARD_SETTINGS, GuardSettings};
pub use model::{ModelStatus, bench_model, list_models, verify_model};
pub use tagger::load_tagger;
