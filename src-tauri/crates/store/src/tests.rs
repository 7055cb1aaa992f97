//! The store as its callers meet it: every vault here is made and opened by the product's own
//! constructor.

mod audit;
mod checkpoints;
mod conversations;
mod crash;
mod documents;
mod folders;
mod knowledge;
mod opening;
mod purge;
mod secrecy;
mod support;
mod tampering;
mod writer;

pub(crate) use support::{START, Site};
