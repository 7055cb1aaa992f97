//! What a role is called.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::LogSafe;

/// A role's name in policies and records: 1 to 48 lower-case letters, digits or underscores, a
/// letter first. Too narrow for a sentence, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleName(String);

/// A name that no role can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role's name is 1 to 48 lower-case letters, digits or underscores, a letter first")]
pub struct RoleNameError;

impl RoleName {
    /// The role of guests.
    #[must_use]
    pub fn public() -> Self {
        Self("public".to_owned())
    }

    /// The role of administrators.
    #[must_use]
    pub fn admin() -> Self {
        Self("admin".to_owned())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoleName {
    type Err = RoleNameError;

    fn from_str(name: &str) -> Result<Self, RoleNameError> {
        let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        let rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if first && name.len() <= 48 && name.bytes().all(rest) {
            Ok(Self(name.to_owned()))
        } else {
            Err(RoleNameError)
        }
    }
}

impl TryFrom<String> for RoleName {
    type Error = RoleNameError;

    fn try_from(name: String) -> Result<Self, RoleNameError> {
        name.parse()
    }
}

impl From<RoleName> for String {
    fn from(name: RoleName) -> Self {
        name.0
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl LogSafe for RoleName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_name_cannot_hold_a_sentence_or_a_policy() {
        for good in ["public", "sales_rep", "ward7"] {
            assert_eq!(good.parse::<RoleName>().map(|name| name.to_string()), Ok(good.to_owned()));
        }
        let long = "x".repeat(49);
        for bad in ["", "7up", "Sales", "a b", "a\"]", "_x", &long] {
            assert_eq!(bad.parse::<RoleName>(), Err(RoleNameError), "{bad}");
        }
    }
}
