//! Who is asking, whether they may ask now, and what they may read.
//!
//! **Guarantees.** A session is known by an opaque random token of which only a hash is stored; a
//! guest's data key lives in this process's memory and nowhere else. Nobody but [`Access::read_scope`]
//! mints a [`ReadScope`](cloister_types::ReadScope), and what is not opened explicitly stays closed.
//! Counts and strikes belong to the [`Peer`], so that a guest gains nothing by a new session.
//!
//! **Not here yet.** Accounts, second factors and the policy engine: until they come there are
//! guests only, and guests read what is labelled public.
//!
//! **Terms.** *Admission* decides whether a message is taken at all; a *strike* is a message that
//! the guard blocked; a *cooldown* is the time in which no message is taken after strikes.
#![forbid(unsafe_code)]

mod access;
mod admission;
mod authorise;
mod error;
mod principal;
mod token;

pub use access::{ABSOLUTE_LIFE, Access, IDLE_LIFE, Session};
pub use admission::{Admission, MESSAGES_PER_MINUTE, Peer, Refusal};
pub use authorise::{Denied, Resource};
pub use error::AccessError;
pub use principal::{Person, Principal, RoleName, RoleNameError};
pub use token::Token;
