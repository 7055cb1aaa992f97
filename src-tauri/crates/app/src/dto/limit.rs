//! Limits, who is held back by them, and proofs of work.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A limit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Limit)]
pub struct LimitDto {
    /// Its name; `messages:ROLE` is how many messages a role may send in a minute.
    pub name: String,
    /// Its value.
    pub value: u64,
    /// The lowest value that it can have.
    pub lowest: u64,
    /// The highest.
    pub highest: u64,
}

/// Somebody who is held back now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Held)]
pub struct HeldDto {
    /// `device`, an address, or the pseudonym of somebody who signed in.
    pub peer: String,
    /// `cooling_down`, `blocked` or `challenged`.
    pub hold: String,
    /// Seconds until it ends by itself.
    #[schema(required)]
    pub remaining_s: Option<u64>,
    /// Blocked messages within the last ten minutes.
    pub strikes: usize,
}

/// The limits, and who is held back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Limits)]
pub struct LimitsDto {
    /// Every limit.
    pub items: Vec<LimitDto>,
    /// Who is held back now.
    pub held: Vec<HeldDto>,
}

/// A change of a limit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LimitPatch)]
pub struct LimitPatchDto {
    /// Its name.
    pub name: String,
    /// The new value.
    pub value: u64,
}

/// A proof of work that is needed: a counter such that SHA-256 of `text:counter` begins with `bits`
/// zero bits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Challenge)]
pub struct ChallengeDto {
    /// What is hashed, with a colon and the counter.
    pub text: String,
    /// Zero bits that the hash has to begin with.
    pub bits: u8,
}

/// The answer to a challenge.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Proof)]
pub struct ProofDto {
    /// The challenge's text.
    pub challenge: String,
    /// The counter, in decimal.
    pub counter: String,
}
