//! Secrets in the API's shapes: read into memory that is wiped, and written where a person is to see
//! them this once.

use std::fmt;

use cloister_types::Secret;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A password or code on its way in, or one that was made for somebody on its way out.
pub struct SecretDto(Secret<String>);

impl SecretDto {
    /// The secret inside.
    #[must_use]
    pub fn into_secret(self) -> Secret<String> {
        self.0
    }

    /// The secret as text, to be shown or compared at once.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl From<Secret<String>> for SecretDto {
    fn from(secret: Secret<String>) -> Self {
        Self(secret)
    }
}

impl Serialize for SecretDto {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for SecretDto {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret::new).map(Self)
    }
}

impl fmt::Debug for SecretDto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDto(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_and_debug_hides_it() {
        let secret: SecretDto = serde_json::from_str("\"linden kettle\"").expect("a string");
        assert_eq!(secret.expose(), "linden kettle");
        assert_eq!(format!("{secret:?}"), "SecretDto(…)");
        assert_eq!(serde_json::to_string(&secret).expect("a string"), "\"linden kettle\"");
    }
}
