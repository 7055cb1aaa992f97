//! Ids as newtypes, so that no call can mix them up.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Entropy;

/// An id that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct IdError;

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Draws a new random id (RFC 9562, version 4).
            #[must_use]
            pub fn random(entropy: &dyn Entropy) -> Self {
                Self(uuid::Builder::from_random_bytes(entropy.bytes()).into_uuid())
            }

            /// The id as its 16 bytes, for associated data and storage.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.simple().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError)
            }
        }

        impl crate::LogSafe for $name {}
    };
}

random_id!(
    /// One sitting of one reader, from its start to sign-out, leaving or expiry.
    SessionId
);
random_id!(
    /// A list of turns that share context and an expiry.
    ConversationId
);
random_id!(
    /// One question and what came of it.
    TurnId
);
random_id!(
    /// The random name that stands for a person in records; its mapping is destroyed at erasure.
    Pseudonym
);

random_id!(
    /// One person's account.
    AccountId
);
random_id!(
    /// A request for access to message logs, and the grant that it may become.
    GrantId
);
random_id!(
    /// Something that somebody should look at.
    AlertId
);
random_id!(
    /// A change of roles or policies that waits for a second person.
    ChangeId
);
random_id!(
    /// A legal hold.
    HoldId
);
random_id!(
    /// The proof of an erasure that the person keeps.
    ReceiptId
);

/// Whose a conversation is: a guest's session or an account. Its bytes bind what is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OwnerId {
    /// Somebody who did not sign in, for as long as the session lasts.
    Guest(SessionId),
    /// Somebody who signs in.
    Account(AccountId),
}

impl OwnerId {
    /// The owner's 16 bytes, for associated data. Both kinds of id are random, so they do not
    /// collide.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        match self {
            Self::Guest(session) => session.as_bytes(),
            Self::Account(account) => account.as_bytes(),
        }
    }
}

/// The stable id of a passage, as its source gave it: 1 to 200 printable characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PassageId(String);

impl PassageId {
    /// Most characters in an imported id.
    pub const MAX_CHARS: usize = 200;

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PassageId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        let length = text.chars().count();
        if length == 0 || length > Self::MAX_CHARS || text.chars().any(char::is_control) {
            return Err(IdError);
        }
        Ok(Self(text))
    }
}

impl From<PassageId> for String {
    fn from(id: PassageId) -> Self {
        id.0
    }
}

impl FromStr for PassageId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::try_from(text.to_owned())
    }
}

impl fmt::Display for PassageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededEntropy;

    #[test]
    fn ids_survive_text_and_json() {
        let id = TurnId::random(&SeededEntropy::new(1));
        assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).expect("an id serialises");
        assert_eq!(serde_json::from_str::<TurnId>(&json).expect("and comes back"), id);
    }

    #[test]
    fn a_passage_id_has_bounds() {
        assert_eq!(PassageId::from_str(""), Err(IdError));
        assert_eq!(PassageId::from_str("a\nb"), Err(IdError));
        assert_eq!(PassageId::from_str(&"x".repeat(201)), Err(IdError));
        assert!(PassageId::from_str("returns/window").is_ok());
    }
}
