//! Conversation text under the key of its owner.

use std::fmt;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use cloister_types::{Entropy, LockedKey, OwnerId, Secret, TurnId};
use sqlx::SqliteConnection;

use crate::{Store, StoreError, SubKey};

/// First byte of a sealed value: how the rest is laid out.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

/// The key that seals what one person wrote and was told. A guest's exists in memory only, so
/// dropping it ends the conversation for good; an account's is stored [wrapped](WrappedKey).
pub struct DataKey(LockedKey);

/// A data key as stored, sealed under a key that is not: that of a password or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey(Sealed);

/// A value that only the data key of its owner opens, and only as the row that it was sealed
/// for: a version byte, a 24-byte random nonce, then XChaCha20-Poly1305 ciphertext with its tag.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// The row that a sealed value belongs to; bound to it as associated data.
struct Place {
    table: &'static str,
    row: [u8; 16],
    /// Zero for what is nobody's.
    owner: [u8; 16],
}

impl DataKey {
    /// Draws a new key.
    #[must_use]
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self::new(&Secret::new(entropy.bytes()))
    }

    fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(LockedKey::new(key.expose()))
    }

    /// Seals the content of `turn`, which belongs to `owner`.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when the content exceeds the cipher's 256 GiB.
    pub fn seal_turn(
        &self,
        entropy: &dyn Entropy,
        owner: OwnerId,
        turn: TurnId,
        content: &[u8],
    ) -> Result<Sealed, StoreError> {
        self.seal(entropy, &Place::turn(owner, turn), content)
    }

    /// Opens the content of `turn`, which belongs to `owner`.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when the value was changed, belongs to another turn or owner,
    /// or was sealed under another key.
    pub fn open_turn(
        &self,
        owner: OwnerId,
        turn: TurnId,
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>, StoreError> {
        self.open(&Place::turn(owner, turn), sealed)
    }

    /// Wraps this key under `wrapping`, for `owner`.
    ///
    /// # Errors
    /// None in practice: a key is far below the cipher's limit.
    pub fn wrap(
        &self,
        entropy: &dyn Entropy,
        owner: OwnerId,
        wrapping: &Secret<[u8; 32]>,
    ) -> Result<WrappedKey, StoreError> {
        let place = Place::key(owner);
        let wrapping = Self::new(wrapping);
        wrapping.seal(entropy, &place, self.0.expose()).map(WrappedKey)
    }

    /// Unwraps the key of `owner`.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when `wrapping` is another key, or the key another's.
    pub fn unwrap(
        owner: OwnerId,
        wrapping: &Secret<[u8; 32]>,
        wrapped: &WrappedKey,
    ) -> Result<Self, StoreError> {
        let place = Place::key(owner);
        let wrapping = Self::new(wrapping);
        let plain = wrapping.open(&place, &wrapped.0)?;
        let key = plain.expose().as_slice().try_into().map_err(|_| StoreError::Unsealable)?;
        Ok(Self(LockedKey::new(key)))
    }

    fn seal(
        &self,
        entropy: &dyn Entropy,
        place: &Place,
        content: &[u8],
    ) -> Result<Sealed, StoreError> {
        let nonce = entropy.bytes::<NONCE_BYTES>();
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: content, aad: &place.bytes() })
            .map_err(|_| StoreError::Unsealable)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_BYTES + ciphertext.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(Sealed(sealed))
    }

    fn open(&self, place: &Place, sealed: &Sealed) -> Result<Secret<Vec<u8>>, StoreError> {
        let (&VERSION, rest) = sealed.0.split_first().ok_or(StoreError::Unsealable)? else {
            return Err(StoreError::Unsealable);
        };
        let (nonce, ciphertext) =
            rest.split_first_chunk::<NONCE_BYTES>().ok_or(StoreError::Unsealable)?;
        self.cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: &place.bytes() })
            .map(Secret::new)
            .map_err(|_| StoreError::Unsealable)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.expose().into())
    }
}

impl Store {
    /// Seals what proves an account's owner, such as an authenticator's secret, under the vault's
    /// own key: it must be readable before the owner has signed in.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when it exceeds the cipher's 256 GiB.
    pub fn seal_credential(
        &self,
        entropy: &dyn Entropy,
        owner: OwnerId,
        secret: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let key = DataKey::new(&self.sub_key(SubKey::Credential));
        Ok(key.seal(entropy, &Place::credential(owner), secret)?.0)
    }

    /// Opens what [`Store::seal_credential`] sealed for the same owner.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when it was changed or is another's.
    pub fn open_credential(
        &self,
        owner: OwnerId,
        sealed: &[u8],
    ) -> Result<Secret<Vec<u8>>, StoreError> {
        let key = DataKey::new(&self.sub_key(SubKey::Credential));
        key.open(&Place::credential(owner), &Sealed(sealed.to_vec()))
    }
}

/// Seals the credentials of all accounts under another key. One that does not open is left as it is:
/// it opens nothing for its owner either, and must not keep keys from being replaced.
pub(crate) async fn reseal_credentials(
    connection: &mut SqliteConnection,
    (old, new): (&Secret<[u8; 32]>, &Secret<[u8; 32]>),
    entropy: &dyn Entropy,
) -> Result<(), StoreError> {
    let (old, new) = (DataKey::new(old), DataKey::new(new));
    let rows: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT id, totp_sealed FROM account WHERE totp_sealed IS NOT NULL")
            .fetch_all(&mut *connection)
            .await?;
    for (id, sealed) in rows {
        let account = id.parse().map_err(|_| StoreError::MalformedRow { table: "account" })?;
        let place = Place::credential(OwnerId::Account(account));
        let Ok(secret) = old.open(&place, &Sealed(sealed)) else {
            tracing::warn!(
                "the authenticator of an account does not open; it has to be set up anew"
            );
            continue;
        };
        sqlx::query("UPDATE account SET totp_sealed = ? WHERE id = ?")
            .bind(new.seal(entropy, &place, secret.expose())?.0)
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// A row that is nobody's own, such as a key of the message log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VaultRow {
    pub(crate) table: &'static str,
    pub(crate) row: [u8; 16],
}

impl VaultRow {
    const fn place(self) -> Place {
        Place { table: self.table, row: self.row, owner: [0; 16] }
    }

    /// Seals the content of this row under a key of the vault.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when it exceeds the cipher's 256 GiB.
    pub(crate) fn seal(
        self,
        key: &Secret<[u8; 32]>,
        entropy: &dyn Entropy,
        content: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        Ok(DataKey::new(key).seal(entropy, &self.place(), content)?.0)
    }

    /// Opens what [`VaultRow::seal`] sealed for the same row.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when it was changed or is another's.
    pub(crate) fn open(
        self,
        key: &Secret<[u8; 32]>,
        sealed: Vec<u8>,
    ) -> Result<Secret<Vec<u8>>, StoreError> {
        DataKey::new(key).open(&self.place(), &Sealed(sealed))
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

impl Place {
    const fn turn(owner: OwnerId, turn: TurnId) -> Self {
        Self { table: "turn", row: *turn.as_bytes(), owner: *owner.as_bytes() }
    }

    const fn key(owner: OwnerId) -> Self {
        Self { table: "key", row: [0; 16], owner: *owner.as_bytes() }
    }

    const fn credential(owner: OwnerId) -> Self {
        Self { table: "credential", row: [0; 16], owner: *owner.as_bytes() }
    }

    /// Unambiguous because everything after the zero byte has a fixed length.
    fn bytes(&self) -> Vec<u8> {
        let label = b"cloister seal 1 ";
        let parts: [&[u8]; 5] = [label, self.table.as_bytes(), &[0], &self.row, &self.owner];
        parts.concat()
    }
}

impl WrappedKey {
    /// Takes a wrapped key out of the database; unwrapping finds out whether it is one.
    pub(crate) const fn from_stored(bytes: Vec<u8>) -> Self {
        Self(Sealed(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Sealed {
    /// Takes a value out of the database; opening it finds out whether it is one.
    pub(crate) const fn from_stored(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use cloister_types::{SeededEntropy, SessionId};

    use super::*;

    const TEXT: &[u8] = b"where is my order?";

    struct Case {
        entropy: SeededEntropy,
        key: DataKey,
        owner: OwnerId,
        turn: TurnId,
        sealed: Sealed,
    }

    fn case() -> Case {
        let entropy = SeededEntropy::new(11);
        let key = DataKey::random(&entropy);
        let owner = OwnerId::Guest(SessionId::random(&entropy));
        let turn = TurnId::random(&entropy);
        let sealed = key.seal_turn(&entropy, owner, turn, TEXT).unwrap();
        Case { entropy, key, owner, turn, sealed }
    }

    #[test]
    fn content_comes_back_and_is_not_in_the_clear() {
        let case = case();
        let opened = case.key.open_turn(case.owner, case.turn, &case.sealed).unwrap();
        assert_eq!(opened.expose(), TEXT);
        assert!(!case.sealed.as_bytes().windows(6).any(|window| window == &TEXT[..6]));
        assert_eq!(format!("{:?}", case.sealed), "Sealed(59 bytes)");
    }

    #[test]
    fn the_same_content_is_never_sealed_alike() {
        let case = case();
        let again = case.key.seal_turn(&case.entropy, case.owner, case.turn, TEXT).unwrap();
        assert_ne!(again, case.sealed);
    }

    #[test]
    fn a_swapped_row_owner_table_or_key_is_refused() {
        let case = case();
        let other_turn = TurnId::random(&case.entropy);
        let other_owner = OwnerId::Guest(SessionId::random(&case.entropy));
        let refused = |key: &DataKey, place: &Place| {
            matches!(key.open(place, &case.sealed), Err(StoreError::Unsealable))
        };
        assert!(refused(&case.key, &Place::turn(case.owner, other_turn)));
        assert!(refused(&case.key, &Place::turn(other_owner, case.turn)));
        let other_table = Place { table: "note", ..Place::turn(case.owner, case.turn) };
        assert!(refused(&case.key, &other_table));
        let other_key = DataKey::random(&case.entropy);
        assert!(refused(&other_key, &Place::turn(case.owner, case.turn)));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let case = case();
        let opens = |bytes: Vec<u8>| {
            case.key.open_turn(case.owner, case.turn, &Sealed::from_stored(bytes)).is_ok()
        };
        let whole = case.sealed.as_bytes();
        assert!(opens(whole.to_vec()));
        for bit in 0..whole.len() * 8 {
            let mut changed = whole.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!opens(changed), "bit {bit}");
        }
        for length in 0..whole.len() {
            assert!(!opens(whole[..length].to_vec()), "cut to {length}");
        }
    }

    #[test]
    fn a_wrapped_key_comes_back_to_its_owner_and_wrapping_key_alone() {
        let case = case();
        let wrapping = Secret::new([7; 32]);
        let wrapped = case.key.wrap(&case.entropy, case.owner, &wrapping).unwrap();
        let back = DataKey::unwrap(case.owner, &wrapping, &wrapped).unwrap();
        assert_eq!(back.open_turn(case.owner, case.turn, &case.sealed).unwrap().expose(), TEXT);
        let other = OwnerId::Guest(SessionId::random(&case.entropy));
        assert!(DataKey::unwrap(other, &wrapping, &wrapped).is_err());
        assert!(DataKey::unwrap(case.owner, &Secret::new([8; 32]), &wrapped).is_err());
    }
}
