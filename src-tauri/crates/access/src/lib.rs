//! Who is asking, whether they may ask now, and what they may read.
//!
//! **Guarantees.** A session is known by an opaque random token of which only a hash is stored; a
//! guest's data key lives in this process's memory and nowhere else, an account's is wrapped by its
//! password and by the tokens of its sessions. Passwords are hashed one at a time; who signs in
//! wrongly learns neither whether the name exists nor, by the time it takes, why. Nobody but [`Access::read_scope`]
//! mints a [`ReadScope`](cloister_types::ReadScope), and what is not opened explicitly stays closed.
//! Counts and strikes belong to the [`Party`]: a guest gains nothing by a new session.
//!
//! **Terms.** *Admission* decides whether a message is taken at all; a *party* is whom counts belong
//! to; a *strike* is a message that the guard blocked; a *cooldown* is the time in which no message is
//! taken after strikes, a *block* the longer one after cooldowns; a *challenge* asks for a proof of
//! work; a *lockout* is the time in which no sign-in is tried after failures; a session is *elevated*
//! while a second factor counts as fresh.
#![forbid(unsafe_code)]

mod access;
mod accounts;
mod admission;
mod admit;
mod approval;
mod authorise;
mod error;
mod limits;
mod password;
mod policy;
mod principal;
mod proof_of_work;
mod second_factor;
mod sign_in;
mod token;

pub use access::{ABSOLUTE_LIFE, Access, IDLE_LIFE, Session};
pub use accounts::{AccountEdit, AccountError, AccountForm, actor, judge_account};
pub use admission::{Admission, Held, Hold, Peer, Refusal, Strike};
pub use admit::LimitChangeError;
pub use approval::{
    APPROVER_AGE, Approval, ApprovalRefused, ApprovalRequest, Approver, LONE_WAIT, approve,
};
pub use authorise::Denied;
pub use error::AccessError;
pub use jiff::tz::TimeZone;
pub use limits::{Limit, LimitError, LimitName, Limits, Party, PartyError, PartyKind};
pub use password::{WeakPassword, judge as judge_password};
pub use policy::{
    Asker, Decision, Explanation, Policy, PolicyDesk, PolicyFault, PolicySource, PolicyVersion,
    Reach, Record, Resource, RoleFault, RoleSpec, Shift, Situation, Trial, TrialFault, Verdict,
    permission_to_read, shipped_roles,
};
pub use principal::{Person, Principal};
pub use proof_of_work::{CHALLENGE_LIFE, Challenge, ProofError, ProofOfWork};
pub use second_factor::Enrolment;
pub use sign_in::{ELEVATION, SignInError};
pub use token::Token;
