//! Following the chain record by record: what both verifications share, and the fast reading of a
//! stretch of the table.

use std::ops::RangeInclusive;

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

/// Reads a stretch of the table as one value, record after record: the lengths of its values in
/// digits, -1 where there is none, and then the values.
///
/// One value instead of eight a record, because SQLite keeps each value that it hands over in
/// locked memory of its own, and locking costs ten times as much as all the hashing. With lengths,
/// so that no value, whatever somebody put there, can look like two.
pub(super) async fn read_stretch(
    connection: &mut SqliteConnection,
    stretch: &RangeInclusive<i64>,
) -> Result<Vec<u8>, StoreError> {
    let records: Option<Vec<u8>> = sqlx::query_scalar(
        "SELECT CAST(group_concat( \
             seq || ' ' || at || ' ' || octet_length(event) || ' ' \
             || ifnull(octet_length(turn_id), -1) || ' ' \
             || ifnull(octet_length(pseudonym), -1) || ' ' || octet_length(body) || ' ' \
             || octet_length(hash) || ' ' || octet_length(mac) || ' ' \
             || event || ifnull(turn_id, '') || ifnull(pseudonym, '') || body || hash || mac, \
             '') AS BLOB) \
         FROM (SELECT * FROM audit_record WHERE seq BETWEEN ? AND ? ORDER BY seq)",
    )
    .bind(stretch.start())
    .bind(stretch.end())
    .fetch_one(connection)
    .await?;
    Ok(records.unwrap_or_default())
}

/// Follows the chain through what [`read_stretch`] read.
pub(super) fn follow_stretch(
    follower: &mut Follower<'_>,
    stretch: &RangeInclusive<i64>,
    records: &[u8],
) -> Result<(), AuditFinding> {
    let mut rest = Rest(records);
    while !rest.0.is_empty() {
        let unreadable = AuditFinding { seq: Some(follower.next()), kind: FindingKind::Changed };
        let (record, hash, mac) = rest.record().ok_or(unreadable)?;
        follower.follow(&record, hash, mac)?;
    }
    if follower.next() <= *stretch.end() {
        return Err(AuditFinding { seq: Some(follower.next()), kind: FindingKind::Missing });
    }
    Ok(())
}

/// What is yet to be read of a stretch.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn record(&mut self) -> Option<(Encoded<'a>, &'a [u8], &'a [u8])> {
        let (seq, at) = (self.number()?, self.number()?);
        let lengths = [(); 6].map(|()| self.number());
        let [event, turn, pseudonym, body, hash, mac] = lengths;
        let record = Encoded {
            seq,
            at,
            event: self.value(event?)??,
            turn: self.value(turn?)?,
            pseudonym: self.value(pseudonym?)?,
            body: self.value(body?)??,
        };
        Some((record, self.value(hash?)??, self.value(mac?)??))
    }

    /// A number and the space behind it.
    fn number(&mut self) -> Option<i64> {
        let end = self.0.iter().position(|byte| *byte == b' ')?;
        let (digits, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.get(1..)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    /// A value of `length` bytes; the inner nothing where there is none.
    #[expect(clippy::option_option, reason = "a missing value is not a missing piece")]
    fn value(&mut self, length: i64) -> Option<Option<&'a [u8]>> {
        if length == -1 {
            return Some(None);
        }
        let (value, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(Some(value))
    }
}
