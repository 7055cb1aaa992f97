//! The audit table refuses everything but appending, and the purge only by its rules; the chain
//! follows what is committed.

use super::support::{DAY, START, Site, count};
use crate::{AuditBody, AuditEvent, AuditRecord, ClockState, RetentionClass, Store, audit};

async fn store_with_records(site: &Site) -> Store {
    let store = site.create().await;
    for day in 0..3 {
        let record = AuditRecord::new(AuditEvent::ModelLoaded, START + day * DAY, AuditBody::new());
        store.record(&record).await.unwrap();
    }
    store
}

async fn attempt(store: &Store, script: &'static str) -> Result<(), String> {
    let mut tx = store.begin().await.unwrap();
    sqlx::raw_sql(script).execute(&mut *tx).await.map_err(|error| error.to_string())?;
    tx.commit().await.map_err(|error| format!("{error:?}"))
}

#[tokio::test]
async fn records_can_only_be_appended() {
    let site = Site::new();
    let store = store_with_records(&site).await;
    let before = store.audit_records(0, 100).await.unwrap();
    assert_eq!(before.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let attempts = [
        ("UPDATE audit_record SET at = 0", "never changed"),
        ("UPDATE OR REPLACE audit_record SET seq = 1 WHERE seq = 2", "never changed"),
        ("DELETE FROM audit_record", "guarded purge"),
        ("DELETE FROM audit_record WHERE seq = 4", "guarded purge"),
        (
            "INSERT OR REPLACE INTO audit_record (seq, at, event, body, hash, mac) \
             VALUES (2, 0, 'model_loaded', '{}', zeroblob(32), zeroblob(32))",
            "never replaced",
        ),
        (
            "REPLACE INTO audit_record (seq, at, event, body, hash, mac) \
             VALUES (4, 0, 'purged', '{}', zeroblob(32), zeroblob(32))",
            "never replaced",
        ),
        (
            "INSERT INTO audit_record (seq, at, event, body, hash, mac) \
             VALUES (2, 0, 'purged', '{}', zeroblob(32), zeroblob(32)) ON CONFLICT (seq) DO UPDATE SET body = '{\"a\":1}'",
            "never",
        ),
        (
            "INSERT INTO audit_record (seq, at, event, body, hash, mac) \
             VALUES (-7, 0, 'purged', '{}', zeroblob(32), zeroblob(32))",
            "only appended",
        ),
        ("INSERT INTO audit_record (at, event, body) VALUES (0, 'purged', '{}')", "NOT NULL"),
    ];
    for (script, reason) in attempts {
        let refusal = attempt(&store, script).await.expect_err(script);
        assert!(refusal.contains(reason), "{script}: {refusal}");
        assert_eq!(store.audit_records(0, 100).await.unwrap(), before, "{script}");
    }
    store.close().await;
}

#[tokio::test]
async fn the_guard_opens_only_for_a_purge_that_leaves_its_summary() {
    let site = Site::new();
    let store = store_with_records(&site).await;
    let before = store.audit_records(0, 100).await.unwrap();
    let attempts = [
        (
            "a guard that stays is not committed",
            "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq)
             VALUES (1, 9e15, 1, 4)",
            "FOREIGN KEY",
        ),
        (
            "nor with a deletion and a summary",
            "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq)
             VALUES (1, 9e15, 1, 4);
             DELETE FROM audit_record WHERE seq = 1;
             INSERT INTO audit_record (at, event, body, hash, mac)
             VALUES (1, 'purged', '{}', zeroblob(32), zeroblob(32))",
            "FOREIGN KEY",
        ),
        (
            "no summary, no closing",
            "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq)
             VALUES (1, 9e15, 1, 4);
             DELETE FROM audit_record WHERE seq = 1;
             DELETE FROM audit_purge_guard",
            "after its summary",
        ),
        (
            "another record is no summary",
            "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq)
             VALUES (1, 9e15, 1, 4);
             DELETE FROM audit_record WHERE seq = 1;
             INSERT INTO audit_record (at, event, body, hash, mac)
             VALUES (1, 'model_loaded', '{}', zeroblob(32), zeroblob(32));
             DELETE FROM audit_purge_guard",
            "after its summary",
        ),
        (
            "an older summary does not count",
            "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq)
             VALUES (1, 9e15, 1, 0)",
            "head of the log",
        ),
        (
            "a guard is not moved",
            "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq)
             VALUES (1, 0, 1, 4);
             UPDATE audit_purge_guard SET before = 9e15",
            "never changed",
        ),
        (
            "younger records stay under an open guard",
            "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq)
             VALUES (1, 1, 4, 4);
             DELETE FROM audit_record WHERE seq = 4",
            "guarded purge",
        ),
        (
            "nor do those go that were not announced",
            "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq)
             VALUES (1, 9e15, 1, 4);
             DELETE FROM audit_record WHERE seq = 2",
            "guarded purge",
        ),
        (
            "and none of those stays that were",
            "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq)
             VALUES (1, 9e15, 2, 4);
             DELETE FROM audit_record WHERE seq = 2;
             INSERT INTO audit_record (at, event, body, hash, mac)
             VALUES (1, 'purged', '{}', zeroblob(32), zeroblob(32));
             DELETE FROM audit_purge_guard",
            "without a gap",
        ),
        (
            "and nothing is changed under one",
            "INSERT INTO audit_purge_guard (id, before, last_purged, last_seq)
             VALUES (1, 9e15, 1, 4);
             UPDATE audit_record SET at = 0",
            "never changed",
        ),
    ];
    for (what, script, reason) in attempts {
        let refusal = attempt(&store, script).await.expect_err(what);
        assert!(refusal.contains(reason), "{what}: {refusal}");
        assert_eq!(store.audit_records(0, 100).await.unwrap(), before, "{what}");
    }
    store.close().await;
}

#[tokio::test]
async fn old_records_go_and_leave_a_summary() {
    let site = Site::new();
    let store = store_with_records(&site).await;
    let kept_to_the_day = START + RetentionClass::AuditRecord.default_period();
    assert_eq!(store.purge(kept_to_the_day, ClockState::Trusted).await.unwrap().audit_records, 0);
    assert_eq!(count(&store, "audit_record").await, 4);

    // A day and a moment later: the vault's making and the first two of its three days.
    let now = kept_to_the_day + DAY + std::time::Duration::from_millis(1);
    assert_eq!(store.purge(now, ClockState::Trusted).await.unwrap().audit_records, 3);
    let records = store.audit_records(0, 100).await.unwrap();
    let seen: Vec<_> = records.iter().map(|row| (row.seq, row.event, row.at)).collect();
    assert_eq!(seen, [(4, AuditEvent::ModelLoaded, START + 2 * DAY), (5, AuditEvent::Purged, now)]);
    assert_eq!(records[1].body["audit_records"], 3);

    assert_eq!(records[1].body["audit_first"], 1);
    assert_eq!(records[1].body["audit_last"], 3);
    let seen = store.verify_audit(&[]).await.unwrap();
    assert_eq!((seen.finding, seen.first_seq, seen.records), (None, 4, 2));

    // Numbers are never used again, even when all but the summary went.
    let much_later = now + RetentionClass::AuditRecord.default_period() + DAY;
    assert_eq!(store.purge(much_later, ClockState::Trusted).await.unwrap().audit_records, 2);
    let records = store.audit_records(0, 100).await.unwrap();
    assert_eq!(records.iter().map(|row| row.seq).collect::<Vec<_>>(), [6]);
    let seen = store.verify_audit(&[]).await.unwrap();
    assert_eq!((seen.finding, seen.first_seq, seen.records), (None, 6, 1));
    assert!(store.check().await.unwrap().is_sound());
    store.close().await;
}

#[tokio::test]
async fn a_log_is_read_in_pieces() {
    let site = Site::new();
    let store = store_with_records(&site).await;
    let seqs = async |after, limit| {
        let rows = store.audit_records(after, limit).await.unwrap();
        rows.into_iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(0, 2).await, [1, 2]);
    assert_eq!(seqs(2, 100).await, [3, 4]);
    assert_eq!(seqs(4, 100).await, [] as [i64; 0]);
    assert_eq!(store.audit_count().await.unwrap(), 4);
    store.close().await;
}

#[tokio::test]
async fn the_chain_follows_what_is_committed_and_nothing_else() {
    let site = Site::new();
    let store = store_with_records(&site).await;
    let record = AuditRecord::new(AuditEvent::ModelLoaded, START, AuditBody::new());

    let mut dropped = store.begin().await.unwrap();
    audit::append(&mut dropped, &record).await.unwrap();
    drop(dropped);
    store.record(&record).await.unwrap();

    let mut empty = store.begin().await.unwrap();
    sqlx::query("DELETE FROM passage").execute(&mut *empty).await.unwrap();
    empty.commit().await.unwrap();

    let mut several = store.begin().await.unwrap();
    for _ in 0..3 {
        audit::append(&mut several, &record).await.unwrap();
    }
    several.commit().await.unwrap();
    let store = site.reopen(store).await;
    store.record(&record).await.unwrap();

    let seen = store.verify_audit(&[]).await.unwrap();
    assert_eq!((seen.finding, seen.records, seen.last_seq), (None, 9, 9));
    assert!(seen.codes);
    store.close().await;
}

#[tokio::test]
async fn a_record_that_cannot_be_written_leaves_the_chain_where_it_was() {
    let site = Site::new();
    let store = store_with_records(&site).await;
    sqlx::raw_sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON audit_record WHEN NEW.event = 'backup_made' \
         BEGIN SELECT RAISE(ABORT, 'refused'); END",
    )
    .execute(&mut *store.writer().await.unwrap())
    .await
    .unwrap();
    let record = |event| AuditRecord::new(event, START, AuditBody::new());
    let mut tx = store.begin().await.unwrap();
    audit::append(&mut tx, &record(AuditEvent::ModelLoaded)).await.unwrap();
    audit::append(&mut tx, &record(AuditEvent::BackupMade)).await.unwrap_err();
    audit::append(&mut tx, &record(AuditEvent::ModelLoaded)).await.unwrap();
    tx.commit().await.unwrap();
    let seen = store.verify_audit(&[]).await.unwrap();
    assert_eq!((seen.finding, seen.records), (None, 6));
    store.close().await;
}

#[tokio::test]
async fn heads_are_signed_every_thousand_records_and_at_the_end() {
    let site = Site::new();
    let store = site.create().await;
    let record = AuditRecord::new(AuditEvent::ModelLoaded, START, AuditBody::new());
    for _ in 0..3 {
        store.record_all(&vec![record.clone(); 700]).await.unwrap();
    }
    let store = site.reopen(store).await;
    let seen = store.verify_audit(&[]).await.unwrap();
    assert_eq!((seen.finding, seen.records, seen.checkpoints), (None, 2_101, 2));
    let store = site.reopen(store).await;
    let seen = store.verify_audit(&[]).await.unwrap();
    assert_eq!(seen.checkpoints, 2, "nothing new, nothing to sign");
    store.close().await;
}

#[tokio::test]
async fn records_from_before_the_chain_are_chained_when_the_vault_is_opened() {
    let site = Site::new();
    let store = store_with_records(&site).await;
    let before = store.audit_records(0, 100).await.unwrap();
    // As migration 5 leaves a vault of schema 4.
    sqlx::raw_sql(
        "CREATE TABLE audit_record_unchained (seq INTEGER PRIMARY KEY AUTOINCREMENT, at, event, \
         turn_id, pseudonym, body);
         INSERT INTO audit_record_unchained \
         SELECT seq, at, event, turn_id, pseudonym, body FROM audit_record;
         DROP TRIGGER audit_record_refuses_delete;
         DELETE FROM audit_record; DELETE FROM audit_state; DELETE FROM audit_epoch;
         DELETE FROM sqlite_sequence WHERE name = 'audit_record'",
    )
    .execute(&mut *store.writer().await.unwrap())
    .await
    .unwrap();
    store.writer().await.unwrap().forget_link();
    let store = site.reopen(store).await;
    assert_eq!(store.audit_records(0, 100).await.unwrap(), before);
    let seen = store.verify_audit(&[]).await.unwrap();
    assert_eq!((seen.finding, seen.records), (None, 4));
    store.close().await;
}
