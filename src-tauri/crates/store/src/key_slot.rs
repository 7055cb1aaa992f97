//! What a key slot is, as others see it.

use std::{fmt, str::FromStr};

use cloister_types::{LogSafe, Timestamp};
use serde::{Deserialize, Serialize};

use crate::passphrase::Stretching;

/// What opens a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// A file in the configuration folder.
    KeyFile,
    /// A credential that systemd hands to the service.
    Credential,
    /// The keyring of the desktop.
    Keyring,
    /// Something that a person knows.
    Passphrase,
    /// Something that a person printed.
    Recovery,
}

impl SlotKind {
    /// Every kind, in the order in which they are tried.
    pub const ALL: [Self; 5] =
        [Self::KeyFile, Self::Credential, Self::Keyring, Self::Passphrase, Self::Recovery];

    /// The kind's name in the header, in records and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyFile => "key_file",
            Self::Credential => "credential",
            Self::Keyring => "keyring",
            Self::Passphrase => "passphrase",
            Self::Recovery => "recovery",
        }
    }

    /// Whether it opens the vault without anybody typing anything.
    #[must_use]
    pub const fn needs_nobody(self) -> bool {
        match self {
            Self::KeyFile | Self::Credential | Self::Keyring => true,
            Self::Passphrase | Self::Recovery => false,
        }
    }
}

impl fmt::Display for SlotKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl LogSafe for SlotKind {}

/// A name that is no kind of slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of key slot")]
pub struct SlotKindError;

impl FromStr for SlotKind {
    type Err = SlotKindError;

    fn from_str(name: &str) -> Result<Self, SlotKindError> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or(SlotKindError)
    }
}

/// The number of a slot within its vault; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlotId(pub u32);

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl LogSafe for SlotId {}

/// A way to unlock the vault, without what unlocks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySlot {
    /// Its number.
    pub id: SlotId,
    /// What opens it.
    pub kind: SlotKind,
    /// When it was added.
    pub added_at: Timestamp,
    /// When a person showed that they have what opens it, for a recovery code.
    pub confirmed_at: Option<Timestamp>,
    /// How a passphrase is stretched.
    pub stretching: Option<Stretching>,
}
