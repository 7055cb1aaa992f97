//! Profiles: how strict the guard is, by the kind of place that it stands in.

use serde::{Deserialize, Serialize};

/// The kind of place that the guard stands in. It sets the thresholds of the learned scores.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Anybody may sit down: strict, and a false alarm costs a visitor little.
    Kiosk,
    /// Employees at work: a false alarm costs time, so at most one in a hundred ordinary texts.
    #[default]
    Office,
    /// A clinic: as an office, and what is said about a person's health is personal data.
    Health,
}

impl Profile {
    /// Every profile.
    pub const ALL: &[Self] = &[Self::Kiosk, Self::Office, Self::Health];

    /// The profile's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Office => "office",
            Self::Health => "health",
        }
    }
}
