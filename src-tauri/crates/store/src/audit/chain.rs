//! The chain: each record's hash covers the hash before it, and its code the hash.

use cloister_types::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::{Sqlite, SqliteConnection, sqlite::SqliteArguments};

use super::{
    checkpoint::Checkpoint,
    digest::Digest,
    keys::{AuditKeys, RecordKey},
};
use crate::{AuditRecord, StoreError, VaultId};

/// What a record's hash begins with: the name and version of its encoding.
const ENCODING: &[u8] = b"cloister audit record 1";
/// Without `OR ROLLBACK`, a statement that fires triggers keeps a journal of its own, to undo itself
/// alone.
macro_rules! insert {
    () => {
        "INSERT OR ROLLBACK INTO audit_record \
         (seq, at, event, turn_id, pseudonym, body, hash, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    };
}
macro_rules! replace {
    () => {
        "INSERT OR REPLACE INTO audit_state \
         (id, seq, head, at, records, first_seq, anchor, checkpoints, checkpoint_seq, \
          checkpoint_digest, sealed) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    };
}

type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

/// Most records between two signed heads.
pub(crate) const CHECKPOINT_EVERY: i64 = 1_000;

/// A record as its hash sees it: the very bytes that are stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encoded<'a> {
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) event: &'a [u8],
    pub(crate) turn: Option<&'a [u8]>,
    pub(crate) pseudonym: Option<&'a [u8]>,
    pub(crate) body: &'a [u8],
}

impl Encoded<'_> {
    /// The hash of the record after `previous`. Numbers are eight bytes, most significant first;
    /// texts stand behind their length in eight bytes, those that may be missing behind a byte
    /// that says whether they are there.
    pub(crate) fn hash(&self, vault: VaultId, previous: &Digest) -> Digest {
        let mut hasher = Sha256::new_with_prefix(ENCODING);
        hasher.update(vault.as_bytes());
        hasher.update(previous.as_bytes());
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.at.to_be_bytes());
        let mut text = |text: &[u8]| {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text);
        };
        text(self.event);
        for optional in [self.turn, self.pseudonym] {
            text(if optional.is_some() { b"1" } else { b"0" });
            text(optional.unwrap_or_default());
        }
        text(self.body);
        Digest(hasher.finalize().into())
    }
}

/// A record as stored, before it has its place in the chain.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct UnchainedRow {
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) event: String,
    pub(crate) turn_id: Option<String>,
    pub(crate) pseudonym: Option<String>,
    pub(crate) body: String,
}

impl UnchainedRow {
    /// `record` in the place after `link`.
    pub(super) fn after(link: &Link, record: &AuditRecord) -> Self {
        Self {
            seq: link.seq + 1,
            at: record.at.as_millis(),
            event: record.event.as_str().to_owned(),
            turn_id: record.turn.map(|id| id.to_string()),
            pseudonym: record.pseudonym.map(|id| id.to_string()),
            body: record.body.to_json(),
        }
    }

    pub(crate) fn encoded(&self) -> Encoded<'_> {
        Encoded {
            seq: self.seq,
            at: self.at,
            event: self.event.as_bytes(),
            turn: self.turn_id.as_deref().map(str::as_bytes),
            pseudonym: self.pseudonym.as_deref().map(str::as_bytes),
            body: self.body.as_bytes(),
        }
    }
}

/// The end of the chain: what the next record needs.
pub(crate) struct Link {
    /// The last record.
    pub(crate) seq: i64,
    /// Its hash.
    pub(crate) head: Digest,
    /// Its time.
    pub(crate) at: Timestamp,
    /// How many records are kept.
    pub(crate) records: i64,
    /// The oldest record that is kept.
    pub(crate) first_seq: i64,
    /// The hash before it.
    pub(crate) anchor: Digest,
    /// How many heads were signed.
    pub(crate) checkpoints: i64,
    /// The record that the last signed head is of.
    pub(crate) checkpoint_seq: i64,
    /// The last checkpoint's digest.
    pub(crate) checkpoint_digest: Digest,
    /// The next record's key.
    key: RecordKey,
}

#[derive(sqlx::FromRow)]
struct StoredLink {
    seq: i64,
    head: Vec<u8>,
    at: i64,
    records: i64,
    first_seq: i64,
    anchor: Vec<u8>,
    checkpoints: i64,
    checkpoint_seq: i64,
    checkpoint_digest: Vec<u8>,
    sealed: Vec<u8>,
}

impl Link {
    /// The chain before its first record, which will be numbered `first_seq`.
    pub(crate) fn before(first_seq: i64, key: RecordKey) -> Self {
        Self {
            seq: first_seq - 1,
            head: Digest::NONE,
            at: Timestamp::from_millis(0),
            records: 0,
            first_seq,
            anchor: Digest::NONE,
            checkpoints: 0,
            checkpoint_seq: first_seq - 1,
            checkpoint_digest: Digest::NONE,
            key,
        }
    }

    /// Reads the row.
    ///
    /// # Errors
    /// [`StoreError::ChainBroken`] when it is missing or was changed by anyone but this program.
    pub(crate) async fn read(
        connection: &mut SqliteConnection,
        keys: &AuditKeys,
    ) -> Result<Self, StoreError> {
        let row: StoredLink = sqlx::query_as(
            "SELECT seq, head, at, records, first_seq, anchor, checkpoints, checkpoint_seq, \
                    checkpoint_digest, sealed FROM audit_state",
        )
        .fetch_optional(connection)
        .await?
        .ok_or(StoreError::ChainBroken)?;
        Self::open(&row, keys).ok_or(StoreError::ChainBroken)
    }

    fn open(row: &StoredLink, keys: &AuditKeys) -> Option<Self> {
        let mut link = Self {
            seq: row.seq,
            head: Digest::from_stored(&row.head)?,
            at: Timestamp::from_millis(row.at),
            records: row.records,
            first_seq: row.first_seq,
            anchor: Digest::from_stored(&row.anchor)?,
            checkpoints: row.checkpoints,
            checkpoint_seq: row.checkpoint_seq,
            checkpoint_digest: Digest::from_stored(&row.checkpoint_digest)?,
            // In the place of the one that the rest of the row opens.
            key: keys.first_key(0),
        };
        link.key = keys.open(&row.sealed, &link.bound(keys.vault()))?;
        Some(link)
    }

    /// Writes `row` at the end. Only then is the end moved, so that a row which could not be
    /// written leaves it where it was.
    pub(crate) async fn append(
        &mut self,
        connection: &mut SqliteConnection,
        keys: &AuditKeys,
        row: &UnchainedRow,
    ) -> Result<(), StoreError> {
        let (hash, mac) = self.next(keys.vault(), &row.encoded());
        bind_row(sqlx::query(insert!()), row, &hash, &mac).execute(connection).await?;
        self.advance(row, hash);
        Ok(())
    }

    /// Writes `record` at the end, then the row with the end, and commits: statements that go to
    /// SQLite together. After an error nobody knows where the chain ends but the database.
    pub(crate) async fn append_last(
        &mut self,
        connection: &mut SqliteConnection,
        keys: &AuditKeys,
        record: &AuditRecord,
    ) -> Result<(), StoreError> {
        let row = UnchainedRow::after(self, record);
        if row.seq - self.checkpoint_seq >= CHECKPOINT_EVERY {
            self.append(connection, keys, &row).await?;
            self.write(connection, keys).await?;
            sqlx::query("COMMIT").execute(connection).await?;
            return Ok(());
        }
        let (hash, mac) = self.next(keys.vault(), &row.encoded());
        self.advance(&row, hash);
        let sealed = keys.seal(&self.key, &self.bound(keys.vault()))?;
        let statements = concat!(insert!(), "; ", replace!(), "; COMMIT");
        let query = bind_row(sqlx::query(statements), &row, &hash, &mac);
        self.bind_state(query, &sealed).execute(connection).await?;
        Ok(())
    }

    /// The hash and the code of `record` after the last one.
    pub(crate) fn next(&self, vault: VaultId, record: &Encoded<'_>) -> (Digest, [u8; 32]) {
        let hash = record.hash(vault, &self.head);
        (hash, self.key.mac(&hash))
    }

    /// Moves the end to `row`, which was written with `hash`. The key of its code is gone.
    pub(crate) fn advance(&mut self, row: &UnchainedRow, hash: Digest) {
        self.key.ratchet();
        self.seq = row.seq;
        self.head = hash;
        self.at = Timestamp::from_millis(row.at);
        self.records += 1;
    }

    /// Goes to `first` past records that were purged, of which `anchor` is the last hash.
    #[cfg(test)]
    pub(crate) fn skip_to(&mut self, first: i64, anchor: Digest) {
        while self.seq < first - 1 {
            self.key.ratchet();
            self.seq += 1;
        }
        self.first_seq = first;
        self.head = anchor;
        self.anchor = anchor;
    }

    /// Begins a new stretch of the chain with a key of its own.
    pub(crate) fn begin_epoch(&mut self, key: RecordKey) {
        self.key = key;
    }

    /// Writes the row, signing the head first where enough has happened since the last time.
    pub(crate) async fn write(
        &mut self,
        tx: &mut SqliteConnection,
        keys: &AuditKeys,
    ) -> Result<(), StoreError> {
        if self.seq - self.checkpoint_seq >= CHECKPOINT_EVERY {
            self.sign(tx, keys, None).await?;
        }
        let sealed = keys.seal(&self.key, &self.bound(keys.vault()))?;
        self.bind_state(sqlx::query(replace!()), &sealed).execute(tx).await?;
        Ok(())
    }

    /// Signs the head; `successor` takes over from here.
    pub(crate) async fn sign(
        &mut self,
        tx: &mut SqliteConnection,
        keys: &AuditKeys,
        successor: Option<super::checkpoint::PublicKey>,
    ) -> Result<Checkpoint, StoreError> {
        let checkpoint = Checkpoint::sign(keys, self, successor);
        checkpoint.insert(tx).await?;
        self.checkpoints += 1;
        self.checkpoint_seq = self.seq;
        self.checkpoint_digest = checkpoint.digest();
        Ok(checkpoint)
    }

    /// Binds the row with the end of the chain.
    fn bind_state<'q>(&'q self, query: Query<'q>, sealed: &'q [u8]) -> Query<'q> {
        query
            .bind(self.seq)
            .bind(self.head.as_bytes().as_slice())
            .bind(self.at.as_millis())
            .bind(self.records)
            .bind(self.first_seq)
            .bind(self.anchor.as_bytes().as_slice())
            .bind(self.checkpoints)
            .bind(self.checkpoint_seq)
            .bind(self.checkpoint_digest.as_bytes().as_slice())
            .bind(sealed)
    }

    /// All of the row but the key that is sealed in it.
    fn bound(&self, vault: VaultId) -> Digest {
        let number = |number: i64| number.to_be_bytes();
        Digest::over(
            b"cloister audit state 1",
            [
                vault.as_bytes().as_slice(),
                &number(self.seq),
                self.head.as_bytes(),
                &number(self.at.as_millis()),
                &number(self.records),
                &number(self.first_seq),
                self.anchor.as_bytes(),
                &number(self.checkpoints),
                &number(self.checkpoint_seq),
                self.checkpoint_digest.as_bytes(),
            ],
        )
    }
}

fn bind_row<'q>(
    query: Query<'q>,
    row: &'q UnchainedRow,
    hash: &'q Digest,
    mac: &'q [u8; 32],
) -> Query<'q> {
    query
        .bind(row.seq)
        .bind(row.at)
        .bind(&row.event)
        .bind(&row.turn_id)
        .bind(&row.pseudonym)
        .bind(&row.body)
        .bind(hash.as_bytes().as_slice())
        .bind(mac.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: Encoded<'_> = Encoded {
        seq: 2,
        at: 1_800_000_000_000,
        event: b"model_loaded",
        turn: None,
        pseudonym: Some(b"00112233445566778899aabbccddeeff"),
        body: b"{}",
    };

    /// Computed by another implementation: Python's `hashlib`, from the description of `hash`.
    #[test]
    fn a_record_hashes_to_the_known_answer() {
        let vault: VaultId = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
        let hash = RECORD.hash(vault, &Digest([0xab; 32]));
        assert_eq!(hash.to_string(), KNOWN_ANSWER);
    }

    const KNOWN_ANSWER: &str = "9da1f974a8f0566e005b1f7ecd587cd6465df55c33c9fd92a8f4964a76fd28d5";

    #[test]
    fn a_missing_text_is_not_an_empty_one() {
        let vault: VaultId = "00".repeat(16).parse().unwrap();
        let with =
            |turn, pseudonym| Encoded { turn, pseudonym, ..RECORD }.hash(vault, &Digest::NONE);
        let hashes = [
            with(None, None),
            with(Some(b"".as_slice()), None),
            with(None, Some(b"".as_slice())),
            with(Some(b"a".as_slice()), None),
            with(None, Some(b"a".as_slice())),
        ];
        for (index, hash) in hashes.iter().enumerate() {
            assert!(!hashes[index + 1..].contains(hash), "{index}");
        }
    }
}
