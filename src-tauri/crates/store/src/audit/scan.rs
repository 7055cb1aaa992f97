//! Following the chain record by record: what both verifications share, and the fast reading of a
//! stretch of the table.

use std::ops::RangeInclusive;

use data_encoding::HEXUPPER;
use sqlx::SqliteConnection;

use super::{
    AuditEvent,
    chain::Encoded,
    digest::Digest,
    keys::RecordKey,
    retention::Summary,
    verify::{AuditFinding, FindingKind},
};
use crate::{StoreError, VaultId};

/// Follows the chain from one record to the next.
pub(super) struct Follower<'a> {
    vault: VaultId,
    next: i64,
    previous: Digest,
    /// The next record's key; nothing where codes cannot be checked.
    key: Option<RecordKey>,
    /// The heads that the chain has to pass through, by their record.
    heads: &'a [Head],
    /// The last summary of a purge that was met.
    pub(super) summary: Option<Summary>,
}

/// A hash that somebody vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) seq: i64,
    pub(super) hash: Digest,
    /// What it means when the chain has another hash there.
    pub(super) otherwise: FindingKind,
}

impl<'a> Follower<'a> {
    /// Begins at record `next`, which follows `previous`. `heads` are sorted by record.
    pub(super) fn new(
        vault: VaultId,
        next: i64,
        previous: Digest,
        key: Option<RecordKey>,
        heads: &'a [Head],
    ) -> Self {
        let passed = heads.partition_point(|head| head.seq < next);
        Self { vault, next, previous, key, heads: &heads[passed..], summary: None }
    }

    pub(super) const fn next(&self) -> i64 {
        self.next
    }

    pub(super) const fn previous(&self) -> Digest {
        self.previous
    }

    /// Takes one record with the hash and the code that are stored for it.
    pub(super) fn follow(
        &mut self,
        record: &Encoded<'_>,
        hash: &[u8],
        mac: &[u8],
    ) -> Result<(), AuditFinding> {
        let found = |kind| AuditFinding { seq: Some(self.next), kind };
        if record.seq != self.next {
            return Err(found(FindingKind::Missing));
        }
        let computed = record.hash(self.vault, &self.previous);
        if computed.as_bytes().as_slice() != hash {
            return Err(found(FindingKind::Changed));
        }
        if let Some(key) = &mut self.key {
            if key.mac(&computed).as_slice() != mac {
                return Err(found(FindingKind::NotOurs));
            }
            key.ratchet();
        }
        while let Some((head, rest)) = self.heads.split_first()
            && head.seq == self.next
        {
            if head.hash != computed {
                return Err(found(head.otherwise));
            }
            self.heads = rest;
        }
        if record.event == AuditEvent::Purged.as_str().as_bytes()
            && let Some(summary) = Summary::read(record.body)
        {
            self.summary = Some(summary);
        }
        self.next += 1;
        self.previous = computed;
        Ok(())
    }
}

/// Reads a stretch of the table as one text: a line a record, its values in hexadecimal digits.
///
/// One value instead of eight a record: SQLite allocates each value that it hands over in locked
/// memory, which costs more than all the hashing. Hexadecimal, so that no value, whatever somebody
/// put there, can look like two.
pub(super) async fn read_stretch(
    connection: &mut SqliteConnection,
    stretch: &RangeInclusive<i64>,
) -> Result<Vec<u8>, StoreError> {
    let text: Option<Vec<u8>> = sqlx::query_scalar(
        "SELECT CAST(group_concat( \
             seq || ' ' || at || ' ' || hex(event) \
             || CASE WHEN turn_id IS NULL THEN ' -' ELSE ' ' || hex(turn_id) END \
             || CASE WHEN pseudonym IS NULL THEN ' -' ELSE ' ' || hex(pseudonym) END \
             || ' ' || hex(body) || ' ' || hex(hash) || ' ' || hex(mac), char(10)) AS BLOB) \
         FROM (SELECT * FROM audit_record WHERE seq BETWEEN ? AND ? ORDER BY seq)",
    )
    .bind(stretch.start())
    .bind(stretch.end())
    .fetch_one(connection)
    .await?;
    Ok(text.unwrap_or_default())
}

/// Follows the chain through what [`read_stretch`] read.
pub(super) fn follow_stretch(
    follower: &mut Follower<'_>,
    stretch: &RangeInclusive<i64>,
    text: &[u8],
) -> Result<(), AuditFinding> {
    let mut buffers = Buffers::default();
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let unreadable = AuditFinding { seq: Some(follower.next()), kind: FindingKind::Changed };
        let (record, hash, mac) = buffers.decode(line).ok_or(unreadable)?;
        follower.follow(&record, hash, mac)?;
    }
    if follower.next() <= *stretch.end() {
        return Err(AuditFinding { seq: Some(follower.next()), kind: FindingKind::Missing });
    }
    Ok(())
}

/// Room for the values of one record, used again for the next.
#[derive(Default)]
struct Buffers {
    event: Vec<u8>,
    turn: Vec<u8>,
    pseudonym: Vec<u8>,
    body: Vec<u8>,
    hash: Vec<u8>,
    mac: Vec<u8>,
}

impl Buffers {
    fn decode(&mut self, line: &[u8]) -> Option<(Encoded<'_>, &[u8], &[u8])> {
        let mut words = line.split(|byte| *byte == b' ');
        let seq = number(words.next()?)?;
        let at = number(words.next()?)?;
        bytes(words.next()?, &mut self.event)?;
        let turn = optional(words.next()?, &mut self.turn)?;
        let pseudonym = optional(words.next()?, &mut self.pseudonym)?;
        bytes(words.next()?, &mut self.body)?;
        bytes(words.next()?, &mut self.hash)?;
        bytes(words.next()?, &mut self.mac)?;
        let record = Encoded {
            seq,
            at,
            event: &self.event,
            turn: turn.then_some(&self.turn),
            pseudonym: pseudonym.then_some(&self.pseudonym),
            body: &self.body,
        };
        Some((record, &self.hash, &self.mac))
    }
}

fn number(word: &[u8]) -> Option<i64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// Whether there is a value; it is then in `buffer`.
fn optional(word: &[u8], buffer: &mut Vec<u8>) -> Option<bool> {
    if word == b"-" {
        return Some(false);
    }
    bytes(word, buffer).map(|()| true)
}

fn bytes(word: &[u8], buffer: &mut Vec<u8>) -> Option<()> {
    buffer.resize(word.len() / 2, 0);
    if word.len() % 2 != 0 {
        return None;
    }
    HEXUPPER.decode_mut(word, buffer).ok().map(drop)
}
