//! The root key, the sealing key, and the keys derived from them.

use cloister_types::{Entropy, LockedKey, Secret};
use hkdf::Hkdf;
use sha2::Sha256;

use crate::VaultId;

/// The key that key slots wrap: 32 random bytes. It opens the database and authenticates the header.
pub(crate) struct RootKey(LockedKey);

/// The key from which those that seal and sign are derived. The header holds it under the root key; a
/// rotation replaces both, one after the other.
pub(crate) struct SealingKey(LockedKey);

/// A derived key that another part of the program uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubKey {
    /// Encrypts the search index.
    Index,
    /// Seals attachments and other files.
    Blob,
    /// Authenticates the audit log.
    Audit,
    /// Seals authenticators' secrets and hashes names of failed sign-ins.
    Credential,
}

impl SubKey {
    const fn info(self) -> &'static [u8] {
        match self {
            Self::Index => b"cloister 1 index",
            Self::Blob => b"cloister 1 blob",
            Self::Audit => b"cloister 1 audit",
            Self::Credential => b"cloister 1 credential",
        }
    }
}

impl RootKey {
    pub(crate) fn random(entropy: &dyn Entropy) -> Self {
        Self::new(&Secret::new(entropy.bytes()))
    }

    pub(crate) fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(LockedKey::new(key.expose()))
    }

    pub(crate) fn copy(&self) -> Self {
        Self(self.0.copy())
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The raw key of the database.
    pub(crate) fn database_key(&self, vault: VaultId) -> LockedKey {
        LockedKey::new(derive(self.expose(), vault, b"cloister 1 database").expose())
    }

    /// The key that authenticates the header and seals what it holds besides the slots.
    pub(crate) fn header_key(&self, vault: VaultId) -> Secret<[u8; 32]> {
        derive(self.expose(), vault, b"cloister 1 header")
    }
}

impl SealingKey {
    pub(crate) fn random(entropy: &dyn Entropy) -> Self {
        Self::new(&Secret::new(entropy.bytes()))
    }

    pub(crate) fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(LockedKey::new(key.expose()))
    }

    pub(crate) fn copy(&self) -> Self {
        Self(self.0.copy())
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The key for another part of the program.
    pub(crate) fn sub_key(&self, vault: VaultId, purpose: SubKey) -> Secret<[u8; 32]> {
        derive(self.expose(), vault, purpose.info())
    }

    /// The key that seals what opens the message log. No [`SubKey`]: nobody else may ask for it.
    pub(crate) fn log_key(&self, vault: VaultId) -> Secret<[u8; 32]> {
        derive(self.expose(), vault, b"cloister 1 log")
    }
}

/// HKDF-SHA256 (RFC 5869) with the vault's id as salt and the purpose as info.
pub(crate) fn derive(key: &[u8], vault: VaultId, info: &[u8]) -> Secret<[u8; 32]> {
    let mut derived = Secret::new([0; 32]);
    Hkdf::<Sha256>::new(Some(vault.as_bytes()), key)
        .expand(info, derived.expose_mut())
        .expect("HKDF-SHA256 expands to up to 8,160 bytes, and 32 are asked for");
    derived
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    /// Computed by another implementation: Python's `hmac` and `hashlib`, from RFC 5869.
    #[test]
    fn derivation_gives_the_known_answers() {
        let bytes = || Secret::new(std::array::from_fn(|i| u8::try_from(i).unwrap()));
        let (root, sealing) = (RootKey::new(&bytes()), SealingKey::new(&bytes()));
        let vault: VaultId = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
        let hex = |key: Secret<[u8; 32]>| HEXLOWER.encode(key.expose());
        let database_key = Secret::new(*root.database_key(vault).expose());
        let answers = [
            (hex(database_key), "00c7d377bd994aa76858466f9c4152ef382120c3de19e31654d8b06ed704e53e"),
            (
                hex(sealing.sub_key(vault, SubKey::Index)),
                "f9eb59591ec5c33b5d30be9b19053aa2f82c027748a990b917368e066129cf29",
            ),
            (
                hex(sealing.sub_key(vault, SubKey::Blob)),
                "f37398eab980c5d73be6560292b5db397a7b12ffac98a310dde148b89a62962a",
            ),
            (
                hex(sealing.sub_key(vault, SubKey::Audit)),
                "279c6d7cf8c84477f572a2c74110b2394b6332c9cd2ddf218438c9d7f0ecaa7d",
            ),
            (
                hex(sealing.log_key(vault)),
                "b41c59fba31bd87bc607889ae51287c7ffc91b8631e19a2031546e4c800dd972",
            ),
        ];
        for (derived, known) in answers {
            assert_eq!(derived, known);
        }
    }

    #[test]
    fn another_vault_gets_other_keys() {
        let root = RootKey::new(&Secret::new([7; 32]));
        let key = |id: &str| *root.database_key(id.parse().unwrap()).expose();
        assert_ne!(key(&"00".repeat(16)), key(&"01".repeat(16)));
    }
}
