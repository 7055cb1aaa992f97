//! SHA-256 values, shown as 64 hexadecimal digits.

use std::{fmt, str::FromStr};

use cloister_types::{IdError, LogSafe};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// The SHA-256 (FIPS 180-4) of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub(crate) [u8; 32]);

impl Digest {
    /// What stands before the first of anything.
    pub(crate) const NONE: Self = Self([0; 32]);

    /// Hashes `parts`, each behind its length in eight bytes, so that no two lists hash alike.
    pub(crate) fn over<'a>(domain: &[u8], parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = Sha256::new_with_prefix(domain);
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// The digest as its 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn from_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().map(Self).ok()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl LogSafe for Digest {}

impl FromStr for Digest {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| IdError)?;
        Self::from_stored(&bytes).ok_or(IdError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_join_alike_hash_differently() {
        let over = |parts: &[&[u8]]| Digest::over(b"test", parts.iter().copied());
        assert_ne!(over(&[b"ab", b"c"]), over(&[b"a", b"bc"]));
        assert_ne!(over(&[b"ab"]), over(&[b"ab", b""]));
        let digest = over(&[b"ab"]);
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert!("00".parse::<Digest>().is_err());
    }
}
