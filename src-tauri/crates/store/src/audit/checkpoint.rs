//! Signed heads of the chain, to be kept elsewhere.

use std::{fmt, str::FromStr};

use cloister_types::{IdError, LogSafe, Timestamp};
use data_encoding::HEXLOWER;
use ed25519_dalek::VerifyingKey;
use sqlx::SqliteConnection;

use super::{chain::Link, digest::Digest, keys::AuditKeys};
use crate::{StoreError, VaultId};

/// An Ed25519 key (RFC 8032) that verifies signatures: a vault's audit identity, or an auditor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub(crate) [u8; 32]);

/// An Ed25519 signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub(crate) [u8; 64]);

macro_rules! hexadecimal {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl LogSafe for $name {}

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| IdError)?;
                Self::from_stored(&bytes).ok_or(IdError)
            }
        }

        impl $name {
            pub(crate) fn from_stored(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().map(Self).ok()
            }
        }
    };
}

hexadecimal!(PublicKey);
hexadecimal!(Signature);

impl PublicKey {
    /// Whether `signature` over `message` is this key's. Refuses weak keys and malleable
    /// signatures.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }
}

/// The head of the chain at one moment, signed by the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log it is.
    pub vault: VaultId,
    /// Its place among the vault's checkpoints, from 1.
    pub number: i64,
    /// The last record that it covers.
    pub seq: i64,
    /// That record's hash, which covers all records before it.
    pub head: Digest,
    /// How many records were kept.
    pub records: i64,
    /// The time of the last record.
    pub at: Timestamp,
    /// The digest of the checkpoint before it.
    pub previous: Digest,
    /// The key that signs from here on, where the root key was replaced.
    pub successor: Option<PublicKey>,
    /// The vault's audit identity.
    pub key: PublicKey,
    /// The signature over all of the above.
    pub signature: Signature,
}

impl Checkpoint {
    /// Signs the head that `link` ends in.
    pub(crate) fn sign(keys: &AuditKeys, link: &Link, successor: Option<PublicKey>) -> Self {
        let mut checkpoint = Self {
            vault: keys.vault(),
            number: link.checkpoints + 1,
            seq: link.seq,
            head: link.head,
            records: link.records,
            at: link.at,
            previous: link.checkpoint_digest,
            successor,
            key: keys.identity(),
            signature: Signature([0; 64]),
        };
        checkpoint.signature = keys.sign(checkpoint.signed().as_bytes());
        checkpoint
    }

    /// Whether the signature is that of the key it names.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.key.verifies(self.signed().as_bytes(), &self.signature)
    }

    /// What names this checkpoint: the hash of all of it, the signature included.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::over(
            b"cloister audit checkpoint 1",
            [self.signed().as_bytes().as_slice(), &self.signature.0],
        )
    }

    /// The bytes that a second signature, made off the machine, is over: plain text, so that
    /// common tools can sign it.
    #[must_use]
    pub fn countersigned(&self) -> Vec<u8> {
        format!("cloister checkpoint {}\n", self.digest()).into_bytes()
    }

    fn signed(&self) -> Digest {
        let number = |number: i64| number.to_be_bytes();
        let successor = self.successor.as_ref().map_or(&[][..], |key| key.0.as_slice());
        Digest::over(
            b"cloister audit head 1",
            [
                self.vault.as_bytes().as_slice(),
                &number(self.number),
                &number(self.seq),
                self.head.as_bytes(),
                &number(self.records),
                &number(self.at.as_millis()),
                self.previous.as_bytes(),
                successor,
                &self.key.0,
            ],
        )
    }

    pub(crate) async fn insert(&self, tx: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit_checkpoint \
             (number, seq, head, records, at, previous, successor, public_key, signature) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(self.number)
        .bind(self.seq)
        .bind(self.head.as_bytes().as_slice())
        .bind(self.records)
        .bind(self.at.as_millis())
        .bind(self.previous.as_bytes().as_slice())
        .bind(self.successor.as_ref().map(|key| key.0.as_slice()))
        .bind(self.key.0.as_slice())
        .bind(self.signature.0.as_slice())
        .execute(tx)
        .await?;
        Ok(())
    }
}

/// The columns of [`StoredCheckpoint`].
macro_rules! columns {
    () => {
        "number, seq, head, records, at, previous, successor, public_key, signature"
    };
}

#[derive(sqlx::FromRow)]
struct StoredCheckpoint {
    number: i64,
    seq: i64,
    head: Vec<u8>,
    records: i64,
    at: i64,
    previous: Vec<u8>,
    successor: Option<Vec<u8>>,
    public_key: Vec<u8>,
    signature: Vec<u8>,
}

impl StoredCheckpoint {
    fn checkpoint(self, vault: VaultId) -> Option<Checkpoint> {
        let successor = match self.successor {
            Some(key) => Some(PublicKey::from_stored(&key)?),
            None => None,
        };
        Some(Checkpoint {
            vault,
            number: self.number,
            seq: self.seq,
            head: Digest::from_stored(&self.head)?,
            records: self.records,
            at: Timestamp::from_millis(self.at),
            previous: Digest::from_stored(&self.previous)?,
            successor,
            key: PublicKey::from_stored(&self.public_key)?,
            signature: Signature::from_stored(&self.signature)?,
        })
    }
}

/// The checkpoints after the one numbered `after`, in order.
pub(crate) async fn stored_after(
    connection: &mut SqliteConnection,
    vault: VaultId,
    after: i64,
) -> Result<Vec<Checkpoint>, StoreError> {
    let rows: Vec<StoredCheckpoint> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM audit_checkpoint WHERE number > ? ORDER BY number"
    ))
    .bind(after)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| row.checkpoint(vault))
        .collect::<Option<_>>()
        .ok_or(StoreError::MalformedRow { table: "audit_checkpoint" })
}

/// The last checkpoint, if any was signed.
pub(crate) async fn last_stored(
    connection: &mut SqliteConnection,
    vault: VaultId,
) -> Result<Option<Checkpoint>, StoreError> {
    let row: Option<StoredCheckpoint> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM audit_checkpoint ORDER BY number DESC LIMIT 1"
    ))
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        row.checkpoint(vault).ok_or(StoreError::MalformedRow { table: "audit_checkpoint" })
    })
    .transpose()
}
