//! What authenticates the log: the key that ratchets, the key that signs, and how both are sealed.

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit as _, Nonce,
    aead::{Aead, Payload},
};
use cloister_types::{LockedKey, Secret};
use ed25519_dalek::{Signer as _, SigningKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::{
    checkpoint::{PublicKey, Signature},
    digest::Digest,
};
use crate::{StoreError, VaultId};

/// A nonce may be fixed where a key seals a single value.
const ONLY_NONCE: [u8; 12] = [0; 12];

/// The long-lived keys of the log, derived from the vault's audit key.
pub(crate) struct AuditKeys {
    vault: VaultId,
    sealing: LockedKey,
    /// The seed of the key that signs, which is made when it is needed.
    signing: LockedKey,
    identity: PublicKey,
}

/// The key of one record. There is no way back from a key to the one before.
pub(crate) struct RecordKey(Secret<[u8; 32]>);

impl AuditKeys {
    /// Derives the keys from `audit`, the sub-key of [`SubKey::Audit`](crate::SubKey::Audit).
    pub(crate) fn derive(vault: VaultId, audit: &Secret<[u8; 32]>) -> Self {
        let seed = expand(audit.expose(), &[b"cloister 1 audit signing"]);
        let sealing = expand(audit.expose(), &[b"cloister 1 audit sealing"]);
        let identity = SigningKey::from_bytes(seed.expose()).verifying_key().to_bytes();
        Self {
            vault,
            sealing: LockedKey::new(sealing.expose()),
            signing: LockedKey::new(seed.expose()),
            identity: PublicKey(identity),
        }
    }

    pub(crate) const fn vault(&self) -> VaultId {
        self.vault
    }

    /// The vault's audit identity.
    pub(crate) const fn identity(&self) -> PublicKey {
        self.identity
    }

    /// Signs with Ed25519 (RFC 8032).
    pub(crate) fn sign(&self, message: &[u8]) -> Signature {
        Signature(SigningKey::from_bytes(self.signing.expose()).sign(message).to_bytes())
    }

    /// The key of the first record of a stretch. It is sealed in the database as well, because it
    /// must outlive a change of the root key.
    pub(crate) fn first_key(&self, first_seq: i64) -> RecordKey {
        let place = first_seq.to_be_bytes();
        RecordKey(expand(
            self.sealing.expose(),
            &[b"first record key", self.vault.as_bytes(), &place],
        ))
    }

    /// Seals `key` for the place that `bound` describes. The sealing key is derived from the place,
    /// so that it seals one value only: the key of a record follows from its place.
    pub(crate) fn seal(&self, key: &RecordKey, bound: &Digest) -> Result<Vec<u8>, StoreError> {
        let payload = Payload { msg: key.0.expose(), aad: bound.as_bytes() };
        self.cipher(bound)
            .encrypt(&Nonce::from(ONLY_NONCE), payload)
            .map_err(|_| StoreError::Unsealable)
    }

    /// Opens a key that was sealed for the place that `bound` describes; nothing when it was not.
    pub(crate) fn open(&self, sealed: &[u8], bound: &Digest) -> Option<RecordKey> {
        let payload = Payload { msg: sealed, aad: bound.as_bytes() };
        let opened = self.cipher(bound).decrypt(&Nonce::from(ONLY_NONCE), payload).ok()?;
        let opened = zeroize::Zeroizing::new(opened);
        opened.as_slice().try_into().ok().map(|bytes| RecordKey(Secret::new(bytes)))
    }

    fn cipher(&self, bound: &Digest) -> ChaCha20Poly1305 {
        let key = expand(self.sealing.expose(), &[b"seal", bound.as_bytes()]);
        ChaCha20Poly1305::new(key.expose().into())
    }
}

impl RecordKey {
    /// The code that authenticates a record by its hash.
    pub(crate) fn mac(&self, hash: &Digest) -> [u8; 32] {
        self.keyed(&[b"m", hash.as_bytes()])
    }

    /// Replaces the key by the next record's and destroys it.
    pub(crate) fn ratchet(&mut self) {
        let next = Secret::new(self.keyed(&[b"r"]));
        self.0.expose_mut().copy_from_slice(next.expose());
    }

    pub(crate) fn copy(&self) -> Self {
        Self(Secret::new(*self.0.expose()))
    }

    /// HMAC-SHA256 (FIPS 198-1).
    fn keyed(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose())
            .expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// HKDF-SHA256 (RFC 5869); `info` is joined, so no part but the last may vary in length.
fn expand(key: &[u8; 32], info: &[&[u8]]) -> Secret<[u8; 32]> {
    let mut derived = [0; 32];
    Hkdf::<Sha256>::new(None, key)
        .expand_multi_info(info, &mut derived)
        .expect("HKDF-SHA256 expands to up to 8,160 bytes, and 32 are asked for");
    Secret::new(derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(audit: u8) -> AuditKeys {
        AuditKeys::derive("00".repeat(16).parse().unwrap(), &Secret::new([audit; 32]))
    }

    #[test]
    fn a_sealed_key_opens_in_its_own_place_alone() {
        let (mine, here, there) = (keys(1), Digest([1; 32]), Digest([2; 32]));
        let key = mine.first_key(1);
        let sealed = mine.seal(&key, &here).unwrap();
        let opened = mine.open(&sealed, &here).unwrap();
        assert_eq!(opened.mac(&here), key.mac(&here));
        assert!(mine.open(&sealed, &there).is_none());
        assert!(keys(2).open(&sealed, &here).is_none());
        for byte in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[byte] ^= 1;
            assert!(mine.open(&bent, &here).is_none(), "byte {byte}");
        }
    }

    #[test]
    fn every_record_has_a_key_of_its_own() {
        let hash = Digest([7; 32]);
        let mut key = keys(1).first_key(1);
        let first = key.mac(&hash);
        key.ratchet();
        assert_ne!(key.mac(&hash), first);
        assert_ne!(key.mac(&hash), keys(1).first_key(2).mac(&hash));
        assert_ne!(key.mac(&hash), key.keyed(&[b"r"]), "a code never gives the next key away");
    }
}
