//! The key pair of the message log: X25519 (RFC 7748), HKDF-SHA256 (RFC 5869) and
//! XChaCha20-Poly1305, put together as HPKE's base mode does (RFC 9180).

use std::fmt;

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use cloister_types::{Entropy, LockedKey, Pseudonym, Secret, Timestamp, TurnId};
use hkdf::Hkdf;
use sha2::Sha256;
use sqlx::SqliteConnection;
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};

use crate::{StoreError, seal::VaultRow};

/// First byte of a sealed entry: how the rest is laid out.
const VERSION: u8 = 1;
const PUBLIC_BYTES: usize = 32;
/// Each entry has a key of its own, which seals nothing else.
const NONCE: [u8; 24] = [0; 24];

/// What entries are sealed to. It opens none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogKey {
    id: i64,
    public: [u8; PUBLIC_BYTES],
}

/// An entry that only the secret half opens, and only as the one of its turn and person: a version
/// byte, the 32-byte public half that was drawn for it, then ciphertext with its tag.
#[derive(Clone, PartialEq, Eq)]
pub struct LogSealed {
    pub(crate) key: i64,
    pub(crate) bytes: Vec<u8>,
}

impl LogKey {
    /// Seals what was said in `turn`, sanitised, by `person`.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when the content exceeds the cipher's 256 GiB.
    pub fn seal(
        &self,
        entropy: &dyn Entropy,
        turn: TurnId,
        person: Pseudonym,
        content: &[u8],
    ) -> Result<LogSealed, StoreError> {
        let drawn = Secret::new(entropy.bytes::<32>());
        let drawn = StaticSecret::from(*drawn.expose());
        let point = PublicKey::from(&drawn).to_bytes();
        let shared = drawn.diffie_hellman(&PublicKey::from(self.public));
        let payload = Payload { msg: content, aad: &place(turn, person) };
        let ciphertext = cipher(&shared, &point, &self.public)
            .encrypt(&XNonce::from(NONCE), payload)
            .map_err(|_| StoreError::Unsealable)?;
        let bytes = [&[VERSION], point.as_slice(), &ciphertext].concat();
        Ok(LogSealed { key: self.id, bytes })
    }
}

impl fmt::Debug for LogSealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogSealed({} bytes)", self.bytes.len())
    }
}

/// The secret half of a pair.
pub(super) struct LogSecret {
    pub(super) id: i64,
    secret: LockedKey,
}

impl LogSecret {
    fn draw(id: i64, entropy: &dyn Entropy) -> Self {
        let secret = Secret::new(entropy.bytes::<32>());
        Self { id, secret: LockedKey::new(secret.expose()) }
    }

    /// Takes the half that `sealed` holds, under the vault's log key.
    pub(super) fn unwrap(
        id: i64,
        key: &Secret<[u8; 32]>,
        sealed: Vec<u8>,
    ) -> Result<Self, StoreError> {
        let opened = row(id).open(key, sealed)?;
        let secret = opened.expose().as_slice().try_into().map_err(|_| StoreError::Unsealable)?;
        Ok(Self { id, secret: LockedKey::new(secret) })
    }

    fn wrap(&self, key: &Secret<[u8; 32]>, entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
        row(self.id).seal(key, entropy, self.secret.expose())
    }

    fn half(&self) -> StaticSecret {
        StaticSecret::from(*self.secret.expose())
    }

    fn public(&self) -> LogKey {
        LogKey { id: self.id, public: PublicKey::from(&self.half()).to_bytes() }
    }

    /// Opens the entry of `turn` and `person`.
    pub(super) fn open(
        &self,
        turn: TurnId,
        person: Pseudonym,
        sealed: &[u8],
    ) -> Result<Secret<Vec<u8>>, StoreError> {
        let (&VERSION, rest) = sealed.split_first().ok_or(StoreError::Unsealable)? else {
            return Err(StoreError::Unsealable);
        };
        let (point, ciphertext) =
            rest.split_first_chunk::<PUBLIC_BYTES>().ok_or(StoreError::Unsealable)?;
        let half = self.half();
        let public = PublicKey::from(&half).to_bytes();
        let shared = half.diffie_hellman(&PublicKey::from(*point));
        let payload = Payload { msg: ciphertext, aad: &place(turn, person) };
        cipher(&shared, point, &public)
            .decrypt(&XNonce::from(NONCE), payload)
            .map(Secret::new)
            .map_err(|_| StoreError::Unsealable)
    }
}

/// The pair that was made last.
pub(super) async fn newest(
    connection: &mut SqliteConnection,
) -> Result<Option<LogKey>, StoreError> {
    let row: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT id, public FROM message_log_key ORDER BY id DESC LIMIT 1")
            .fetch_optional(connection)
            .await?;
    row.map(|(id, public)| {
        let public = public.try_into();
        let malformed = |_| StoreError::MalformedRow { table: "message_log_key" };
        Ok(LogKey { id, public: public.map_err(malformed)? })
    })
    .transpose()
}

/// Makes the next pair, its secret half sealed under `key`.
pub(super) async fn make(
    connection: &mut SqliteConnection,
    key: &Secret<[u8; 32]>,
    (entropy, at): (&dyn Entropy, Timestamp),
) -> Result<LogKey, StoreError> {
    let last: Option<i64> = sqlx::query_scalar("SELECT max(id) FROM message_log_key")
        .fetch_one(&mut *connection)
        .await?;
    let secret = LogSecret::draw(last.unwrap_or(0) + 1, entropy);
    let public = secret.public();
    sqlx::query("INSERT INTO message_log_key (id, made_at, public, sealed) VALUES (?, ?, ?, ?)")
        .bind(public.id)
        .bind(at.as_millis())
        .bind(public.public.as_slice())
        .bind(secret.wrap(key, entropy)?)
        .execute(connection)
        .await?;
    Ok(public)
}

/// Drops pairs without entries, seals the others under `new`, and makes the next.
pub(super) async fn reseal(
    connection: &mut SqliteConnection,
    (old, new): (&Secret<[u8; 32]>, &Secret<[u8; 32]>),
    drawn: (&dyn Entropy, Timestamp),
) -> Result<(), StoreError> {
    if newest(connection).await?.is_none() {
        return Ok(());
    }
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as("SELECT id, sealed FROM message_log_key")
        .fetch_all(&mut *connection)
        .await?;
    for (id, sealed) in rows {
        // One that does not open has opened nothing before either, and must not keep keys from being
        // replaced.
        let Ok(secret) = LogSecret::unwrap(id, old, sealed) else {
            tracing::warn!("a key of the message log does not open; its entries are lost");
            continue;
        };
        sqlx::query("UPDATE message_log_key SET sealed = ? WHERE id = ?")
            .bind(secret.wrap(new, drawn.0)?)
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    make(connection, new, drawn).await?;
    sqlx::query(
        "DELETE FROM message_log_key WHERE id < (SELECT max(id) FROM message_log_key) \
         AND NOT EXISTS (SELECT 1 FROM message_log WHERE key_id = message_log_key.id)",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The key of one entry. Both public halves go into it, so that neither can be exchanged.
fn cipher(shared: &SharedSecret, point: &[u8; 32], public: &[u8; 32]) -> XChaCha20Poly1305 {
    let salt = [point.as_slice(), public].concat();
    let mut key = Secret::new([0; 32]);
    Hkdf::<Sha256>::new(Some(&salt), shared.as_bytes())
        .expand(b"cloister log entry 1", key.expose_mut())
        .expect("HKDF-SHA256 expands to up to 8,160 bytes, and 32 are asked for");
    XChaCha20Poly1305::new(key.expose().into())
}

/// Unambiguous because both ids have a fixed length.
fn place(turn: TurnId, person: Pseudonym) -> Vec<u8> {
    [b"cloister log 1 ".as_slice(), turn.as_bytes(), person.as_bytes()].concat()
}

fn row(id: i64) -> VaultRow {
    let mut row = [0; 16];
    row[..8].copy_from_slice(&id.to_be_bytes());
    VaultRow { table: "message_log_key", row }
}

#[cfg(test)]
mod tests {
    use cloister_types::SeededEntropy;

    use super::*;

    const TEXT: &[u8] = b"where is my order?";

    struct Case {
        secret: LogSecret,
        turn: TurnId,
        person: Pseudonym,
        sealed: LogSealed,
    }

    fn case() -> Case {
        let entropy = SeededEntropy::new(3);
        let secret = LogSecret::draw(1, &entropy);
        let (turn, person) = (TurnId::random(&entropy), Pseudonym::random(&entropy));
        let sealed = secret.public().seal(&entropy, turn, person, TEXT).unwrap();
        Case { secret, turn, person, sealed }
    }

    #[test]
    fn an_entry_comes_back_as_its_own_turn_and_person_alone() {
        let Case { secret, turn, person, sealed } = case();
        assert_eq!(secret.open(turn, person, &sealed.bytes).unwrap().expose(), TEXT);
        assert!(!sealed.bytes.windows(6).any(|window| window == &TEXT[..6]));
        let entropy = SeededEntropy::new(4);
        assert!(secret.open(TurnId::random(&entropy), person, &sealed.bytes).is_err());
        assert!(secret.open(turn, Pseudonym::random(&entropy), &sealed.bytes).is_err());
        let other = LogSecret::draw(1, &entropy);
        assert!(other.open(turn, person, &sealed.bytes).is_err());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let Case { secret, turn, person, sealed } = case();
        for bit in 0..sealed.bytes.len() * 8 {
            // The highest bit of a point is masked (RFC 7748, section 5), but stands in the salt.
            let mut changed = sealed.bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(secret.open(turn, person, &changed).is_err(), "bit {bit}");
        }
        for length in 0..sealed.bytes.len() {
            assert!(secret.open(turn, person, &sealed.bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn the_secret_half_is_kept_for_its_row_and_key_alone() {
        let Case { secret, turn, person, sealed } = case();
        let entropy = SeededEntropy::new(5);
        let (key, other) = (Secret::new([7; 32]), Secret::new([8; 32]));
        let wrapped = secret.wrap(&key, &entropy).unwrap();
        let back = LogSecret::unwrap(1, &key, wrapped.clone()).unwrap();
        assert_eq!(back.open(turn, person, &sealed.bytes).unwrap().expose(), TEXT);
        assert!(LogSecret::unwrap(2, &key, wrapped.clone()).is_err());
        assert!(LogSecret::unwrap(1, &other, wrapped).is_err());
    }
}
