//! Signed tombstones: what keeps an erased person from coming back out of an older backup.
//!
//! A tombstone names the person by a keyed hash of the account's id, so that whoever finds the file
//! learns how many were erased and when, and nothing about whom.

use std::{fmt, fs, io, path::Path, str::FromStr};

use cloister_types::{AccountId, ReceiptId, Secret, Timestamp};
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use sqlx::SqliteConnection;

use crate::{Store, StoreError, VaultId, files};

/// The file beside backups.
pub const TOMBSTONES: &str = "tombstones.jsonl";

/// The signed word that a person was erased from a vault. Its text form is one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The vault.
    pub vault: VaultId,
    /// The receipt that the person has.
    pub receipt: ReceiptId,
    /// When.
    pub erased_at: Timestamp,
    subject: [u8; 32],
    signature: [u8; 64],
}

/// What [`Store::apply_tombstones`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TombstonesApplied {
    /// People who were erased again.
    pub erased: u64,
    /// Tombstones of people who are not here, as it should be.
    pub absent: u64,
    /// Tombstones of other vaults.
    pub foreign: u64,
}

impl Store {
    /// Every tombstone of this vault, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn tombstones(&self) -> Result<Vec<Tombstone>, StoreError> {
        let rows: Vec<(String, Vec<u8>, i64, Vec<u8>)> = sqlx::query_as(
            "SELECT receipt, subject, erased_at, signature FROM tombstone \
             ORDER BY erased_at, receipt",
        )
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(|(receipt, subject, erased_at, signature)| {
                Some(Tombstone {
                    vault: self.id(),
                    receipt: receipt.parse().ok()?,
                    erased_at: Timestamp::from_millis(erased_at),
                    subject: subject.try_into().ok()?,
                    signature: signature.try_into().ok()?,
                })
            })
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "tombstone" })
    }

    /// Writes [`TOMBSTONES`] in `folder`, beside the backups there: this vault's tombstones, and
    /// what the file had before. Also when there are none, since a restore demands the file.
    ///
    /// # Errors
    /// What files may refuse.
    pub async fn copy_tombstones(&self, folder: &Path) -> Result<(), StoreError> {
        let file = folder.join(TOMBSTONES);
        let mut lines: Vec<String> = match fs::read_to_string(&file) {
            Ok(text) => text.lines().map(str::to_owned).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(StoreError::file(&file, source)),
        };
        let before = lines.len();
        for stone in self.tombstones().await? {
            let line = stone.to_string();
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        if lines.len() == before && file.exists() {
            return Ok(());
        }
        let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        files::write_whole(&file, text.as_bytes())
    }

    /// Erases again whoever `tombstones` name, as after a restore from an older backup. Legal holds
    /// and the last administrator are no reason against it: the erasure was made and promised.
    ///
    /// # Errors
    /// [`StoreError::ForeignTombstone`] when one says that it is this vault's and is not; nothing
    /// was changed then.
    pub async fn apply_tombstones(
        &self,
        tombstones: &[Tombstone],
        at: Timestamp,
    ) -> Result<TombstonesApplied, StoreError> {
        let mut applied = TombstonesApplied::default();
        let accounts = self.accounts().await?;
        let mut tx = self.begin_essential().await?;
        let key = Key::read(&mut tx).await?;
        for stone in tombstones {
            if !key.signed(stone) {
                if stone.vault == self.id() {
                    return Err(StoreError::ForeignTombstone);
                }
                applied.foreign += 1;
                continue;
            }
            insert(&mut tx, stone).await?;
            match accounts.iter().find(|account| key.subject(account.id) == stone.subject) {
                None => applied.absent += 1,
                Some(account) => {
                    let (id, person) = (account.id, account.pseudonym);
                    let erased = super::delete(&mut tx, id, person, Vec::new(), at).await?;
                    super::append(&mut tx, &erased, stone.receipt, at).await?;
                    applied.erased += 1;
                }
            }
        }
        tx.commit().await?;
        self.truncate_log().await?;
        Ok(applied)
    }
}

/// Reads the file beside backups; nothing where there is none, which is not the same as an empty
/// one.
///
/// # Errors
/// [`StoreError::ForeignTombstone`] when a line is none.
pub fn read_tombstones(file: &Path) -> Result<Option<Vec<Tombstone>>, StoreError> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::file(file, source)),
    };
    let lines = text.lines().map(|line| line.parse().map_err(|_| StoreError::ForeignTombstone));
    lines.collect::<Result<_, _>>().map(Some)
}

/// Leaves the tombstone of an account that somebody else deleted, with a receipt that follows from
/// the account.
pub(crate) async fn leave(
    connection: &mut SqliteConnection,
    vault: VaultId,
    account: AccountId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let key = Key::read(connection).await?;
    let receipt = key.receipt(account)?;
    insert(connection, &key.sign(vault, account, receipt, at)).await
}

/// Keeps a tombstone; one that is there stays.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    stone: &Tombstone,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO tombstone (receipt, subject, erased_at, signature) VALUES (?, ?, ?, ?) \
         ON CONFLICT (receipt) DO NOTHING",
    )
    .bind(stone.receipt.to_string())
    .bind(stone.subject.as_slice())
    .bind(stone.erased_at.as_millis())
    .bind(stone.signature.as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// What hashes and signs; made with the vault's schema and the same in every backup of it.
pub(super) struct Key(Secret<[u8; 32]>);

impl Key {
    pub(super) async fn read(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let bytes: Vec<u8> =
            sqlx::query_scalar("SELECT key FROM tombstone_key").fetch_one(connection).await?;
        let bytes = zeroize::Zeroizing::new(bytes);
        let key = bytes.as_slice().try_into();
        key.map(|key| Self(Secret::new(key)))
            .map_err(|_| StoreError::MalformedRow { table: "tombstone_key" })
    }

    pub(super) fn sign(
        &self,
        vault: VaultId,
        account: AccountId,
        receipt: ReceiptId,
        erased_at: Timestamp,
    ) -> Tombstone {
        let subject = self.subject(account);
        let mut stone = Tombstone { vault, receipt, erased_at, subject, signature: [0; 64] };
        stone.signature = self.signing().sign(&stone.signed_bytes()).to_bytes();
        stone
    }

    fn signed(&self, stone: &Tombstone) -> bool {
        let signature = Signature::from_bytes(&stone.signature);
        let key = self.signing().verifying_key();
        key.verify_strict(&stone.signed_bytes(), &signature).is_ok()
    }

    fn subject(&self, account: AccountId) -> [u8; 32] {
        self.mac(b"cloister 1 tombstone subject", account)
    }

    fn receipt(&self, account: AccountId) -> Result<ReceiptId, StoreError> {
        let mac = self.mac(b"cloister 1 tombstone receipt", account);
        let digits = HEXLOWER.encode(mac[..16].as_ref());
        digits.parse().map_err(|_| StoreError::MalformedRow { table: "tombstone" })
    }

    fn mac(&self, info: &[u8], account: AccountId) -> [u8; 32] {
        let key = self.derive(info);
        let mut mac =
            Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes keys of any length");
        mac.update(account.as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn signing(&self) -> SigningKey {
        SigningKey::from_bytes(self.derive(b"cloister 1 tombstone signing").expose())
    }

    fn derive(&self, info: &[u8]) -> Secret<[u8; 32]> {
        let mut key = Secret::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.0.expose())
            .expand(info, key.expose_mut())
            .expect("HKDF-SHA256 expands to up to 8,160 bytes, and 32 are asked for");
        key
    }
}

impl Tombstone {
    /// Unambiguous because every part has a fixed length.
    fn signed_bytes(&self) -> Vec<u8> {
        let parts: [&[u8]; 5] = [
            b"cloister tombstone 1",
            self.vault.as_bytes(),
            self.receipt.as_bytes(),
            &self.erased_at.as_millis().to_be_bytes(),
            &self.subject,
        ];
        parts.concat()
    }
}

impl fmt::Display for Tombstone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = json!({
            "vault": self.vault.to_string(),
            "receipt": self.receipt.to_string(),
            "erased_at": self.erased_at.as_millis(),
            "subject": HEXLOWER.encode(&self.subject),
            "signature": HEXLOWER.encode(&self.signature),
        });
        line.fmt(f)
    }
}

impl FromStr for Tombstone {
    type Err = cloister_types::IdError;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        read(line).ok_or(cloister_types::IdError)
    }
}

fn read(line: &str) -> Option<Tombstone> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = |name: &str| value.get(name)?.as_str();
    let bytes = |name: &str| HEXLOWER.decode(text(name)?.as_bytes()).ok();
    Some(Tombstone {
        vault: text("vault")?.parse().ok()?,
        receipt: text("receipt")?.parse().ok()?,
        erased_at: Timestamp::from_millis(value.get("erased_at")?.as_i64()?),
        subject: bytes("subject")?.try_into().ok()?,
        signature: bytes("signature")?.try_into().ok()?,
    })
}
