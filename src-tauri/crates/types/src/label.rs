//! Sensitivity labels on knowledge and data.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How sensitive a passage or document is. Ordered from open to closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// Open to guests.
    Public,
    /// Open to everyone who works here.
    Internal,
    /// Open to the roles that need it.
    Confidential,
    /// Open to named readers; two people decide.
    Restricted,
}

impl Label {
    /// Every label, from open to closed.
    pub const ALL: [Self; 4] = [Self::Public, Self::Internal, Self::Confidential, Self::Restricted];

    /// The label's name as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
            Self::Restricted => "restricted",
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl crate::LogSafe for Label {}

/// A label that is none of the four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a label; use public, internal, confidential or restricted")]
pub struct LabelError;

impl FromStr for Label {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        Self::ALL.into_iter().find(|label| label.as_str() == text).ok_or(LabelError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_ordered_and_survive_text() {
        assert!(Label::ALL.is_sorted());
        for label in Label::ALL {
            assert_eq!(label.as_str().parse(), Ok(label));
        }
        assert_eq!("secret".parse::<Label>(), Err(LabelError));
    }
}
