//! The store as its callers meet it: every vault here is made and opened by the product's own
//! constructor.

mod accounts;
mod audit;
mod backups;
mod checkpoints;
mod clock;
mod consents;
mod conversations;
mod crash;
mod documents;
mod erasure;
mod folders;
mod keys;
mod knowledge;
mod message_log;
mod opening;
mod operations;
mod purge;
mod quarantine;
mod retention;
mod rotation;
mod secrecy;
mod support;
mod tampering;
mod writer;

pub(crate) use support::{START, Site};
