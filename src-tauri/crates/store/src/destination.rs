//! Places outside the vault's own folders to which copies go.

use std::path::{Path, PathBuf};

/// A folder, such as a mounted share or a second disk, that the site chose for copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The site's name for it: lower-case letters, digits and hyphens.
    pub name: DestinationName,
    /// Where it is.
    pub folder: PathBuf,
}

/// The name of a [`Destination`]: 1 to 32 lower-case letters, digits or hyphens. Too narrow for a
/// sentence, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DestinationName(String);

/// A name that no destination can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a destination is 1 to 32 lower-case letters, digits or hyphens")]
pub struct DestinationNameError;

impl DestinationName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for DestinationName {
    type Err = DestinationNameError;

    fn from_str(name: &str) -> Result<Self, DestinationNameError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=32).contains(&name.len()) && name.bytes().all(fits) {
            Ok(Self(name.to_owned()))
        } else {
            Err(DestinationNameError)
        }
    }
}

impl std::fmt::Display for DestinationName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl cloister_types::LogSafe for DestinationName {}

impl Destination {
    /// The file called `name` in this place.
    #[must_use]
    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_hold_a_path_or_a_sentence() {
        assert!("second-disk".parse::<DestinationName>().is_ok());
        let long = "x".repeat(33);
        for bad in ["", "../up", "a b", "A", "naïve", &long] {
            assert_eq!(bad.parse::<DestinationName>(), Err(DestinationNameError), "{bad}");
        }
    }
}
