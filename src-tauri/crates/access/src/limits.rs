//! The limits: what each is called, what it ships with, and the bounds within which an administrator
//! may change it.

mod meter;
mod party;

use std::{collections::BTreeMap, fmt, str::FromStr};

use cloister_types::{LogSafe, RoleName};

pub(crate) use self::meter::Meter;
pub use self::party::{Party, PartyError, PartyKind};
use crate::Principal;

macro_rules! limits {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $default:literal, $lowest:literal..=$highest:literal;)+) => {
        /// A limit that holds for everybody.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Limit { $($(#[$doc])* $variant,)+ }

        impl Limit {
            /// Every limit.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The limit's name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it ships with.
            #[must_use]
            pub const fn shipped(self) -> u64 {
                match self { $(Self::$variant => $default,)+ }
            }

            /// The lowest and the highest value that it can have.
            #[must_use]
            pub const fn bounds(self) -> (u64, u64) {
                match self { $(Self::$variant => ($lowest, $highest),)+ }
            }
        }
    };
}

limits! {
    /// Messages that guests of one device or address may send in a minute.
    GuestMessages = "guest_messages_per_minute", 10, 1..=120;
    /// Messages that somebody who signed in may send in a minute, unless their role says otherwise.
    Messages = "messages_per_minute", 30, 1..=600;
    /// Blocked messages within ten minutes that start a cooldown.
    Strikes = "strikes_before_cooldown", 3, 1..=20;
    /// Seconds of the first cooldown; each later one is twice as long, up to an hour.
    Cooldown = "cooldown_seconds", 60, 10..=3600;
    /// Cooldowns after which the next one is a block.
    Cooldowns = "cooldowns_before_block", 3, 1..=10;
    /// Minutes that a block lasts unless it is lifted.
    Block = "block_minutes", 60, 5..=10_080;
    /// Requests for a person within one session.
    Escalations = "escalations_per_session", 3, 0..=20;
    /// Different passages, opened or cited, within an hour, before a proof of work is asked for.
    /// The highest value bounds the memory that one peer can take.
    Passages = "passages_per_hour", 120, 10..=1000;
    /// Passages opened within a minute before a proof of work is asked for.
    Reads = "reads_per_minute", 60, 10..=600;
    /// Leading zero bits of a proof of work. 16 take a browser about 65,000 hashes, a tenth to half
    /// a second; each bit more takes twice as long.
    ProofBits = "proof_of_work_bits", 16, 8..=22;
    /// Proofs of work within an hour after which the next one is a block.
    Proofs = "proofs_before_block", 3, 1..=20;
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl LogSafe for Limit {}

/// What a limit is called: one for everybody, or the messages a minute of one role, written
/// `messages:ROLE`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LimitName {
    /// One for everybody.
    Common(Limit),
    /// Messages a minute of a role.
    Role(RoleName),
}

/// Why a limit was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// No limit has that name.
    #[error("no limit has this name")]
    Unknown,
    /// The value lies outside.
    #[error("this limit lies between {lowest} and {highest}")]
    Outside {
        /// The lowest value.
        lowest: u64,
        /// The highest value.
        highest: u64,
    },
}

const ROLE_PREFIX: &str = "messages:";

impl LimitName {
    /// The lowest and the highest value that it can have.
    #[must_use]
    pub const fn bounds(&self) -> (u64, u64) {
        match self {
            Self::Common(limit) => limit.bounds(),
            Self::Role(_) => Limit::Messages.bounds(),
        }
    }
}

impl FromStr for LimitName {
    type Err = LimitError;

    fn from_str(name: &str) -> Result<Self, LimitError> {
        if let Some(role) = name.strip_prefix(ROLE_PREFIX) {
            return role.parse().map(Self::Role).map_err(|_| LimitError::Unknown);
        }
        let known = Limit::ALL.iter().copied().find(|limit| limit.as_str() == name);
        known.map(Self::Common).ok_or(LimitError::Unknown)
    }
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Common(limit) => limit.fmt(f),
            Self::Role(role) => write!(f, "{ROLE_PREFIX}{role}"),
        }
    }
}

impl LogSafe for LimitName {}

/// The limits as they are set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    changed: BTreeMap<LimitName, u64>,
}

impl Limits {
    /// The value of `limit`.
    #[must_use]
    pub fn value(&self, limit: Limit) -> u64 {
        self.changed.get(&LimitName::Common(limit)).copied().unwrap_or(limit.shipped())
    }

    /// The value of the limit `name`; nothing for a role without one of its own.
    #[must_use]
    pub fn named(&self, name: &LimitName) -> Option<u64> {
        match name {
            LimitName::Common(limit) => Some(self.value(*limit)),
            LimitName::Role(_) => self.changed.get(name).copied(),
        }
    }

    /// The same limits, with another value of `name`.
    ///
    /// # Errors
    /// [`LimitError::Outside`] when the value is out of bounds.
    pub fn with(mut self, name: LimitName, value: u64) -> Result<Self, LimitError> {
        let (lowest, highest) = name.bounds();
        if !(lowest..=highest).contains(&value) {
            return Err(LimitError::Outside { lowest, highest });
        }
        self.changed.insert(name, value);
        Ok(self)
    }

    /// Messages that `principal` may send in a minute: the most that any of their roles may.
    #[must_use]
    pub fn messages_per_minute(&self, principal: &Principal) -> u32 {
        let common = match principal {
            Principal::Guest => Limit::GuestMessages,
            Principal::Operator { .. } | Principal::Account(_) => Limit::Messages,
        };
        let roles = principal.roles().into_iter().map(LimitName::Role);
        let most = roles.filter_map(|role| self.changed.get(&role).copied()).max();
        u32::try_from(most.unwrap_or_else(|| self.value(common))).unwrap_or(u32::MAX)
    }

    /// Every limit by name and value: those for everybody, then those of roles.
    pub fn all(&self) -> impl Iterator<Item = (LimitName, u64)> + '_ {
        let common = Limit::ALL.iter().map(|limit| (LimitName::Common(*limit), self.value(*limit)));
        let roles = self.changed.iter().filter(|(name, _)| matches!(name, LimitName::Role(_)));
        common.chain(roles.map(|(name, value)| (name.clone(), *value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_ships_within_its_bounds_and_comes_back_by_name() {
        for limit in Limit::ALL {
            let name = LimitName::Common(*limit);
            assert!(Limits::default().with(name.clone(), limit.shipped()).is_ok(), "{limit}");
            assert_eq!(limit.as_str().parse(), Ok(name));
        }
        assert_eq!("messages:Sales".parse::<LimitName>(), Err(LimitError::Unknown));
        assert_eq!("a limit".parse::<LimitName>(), Err(LimitError::Unknown));
    }

    #[test]
    fn a_role_has_a_limit_of_its_own_and_the_bounds_hold() {
        let name: LimitName = "messages:public".parse().unwrap();
        let limits = Limits::default().with(name.clone(), 4).unwrap();
        assert_eq!(limits.messages_per_minute(&Principal::Guest), 4);
        assert_eq!(limits.messages_per_minute(&Principal::Operator { uid: 1 }), 30);
        let outside = Err(LimitError::Outside { lowest: 1, highest: 600 });
        assert_eq!(limits.with(name, 0), outside);
    }
}
