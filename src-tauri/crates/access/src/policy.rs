//! The policy engine: one place that says who may do what, and why.
//!
//! A [`Policy`] is a compiled version: the shipped roles and Cedar policies and those of the site,
//! validated against one schema. It is immutable; the [`PolicyDesk`] holds the one in force and
//! remembers its decisions. What nothing permits is denied, a `forbid` binds everybody, and a policy
//! that fails while it is evaluated denies.
//!
//! **Terms.** A *slice* is the policies that an action and a role can meet; a *situation* is what
//! the moment adds (local time, age of the second factor); an *access class* is the knowledge that
//! is readable under the same conditions.

mod class;
mod compile;
mod desk;
mod edges;
mod engine;
mod entity;
mod matrix;
mod pack;
mod resource;
mod role;
mod situation;
mod slice;
mod trial;

pub use class::permission_to_read;
pub use compile::{PolicyFault, PolicySource};
pub use desk::PolicyDesk;
pub use engine::{Decision, Explanation, Policy, PolicyVersion, Verdict};
pub use entity::Asker;
pub use matrix::{Reach, Shift};
pub use pack::shipped_roles;
pub use resource::{Record, Resource};
pub use role::{RoleFault, RoleSpec};
pub use situation::Situation;
pub use trial::{Trial, TrialFault};
