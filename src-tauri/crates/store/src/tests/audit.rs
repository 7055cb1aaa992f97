//! The audit table refuses everything but appending, and the purge only by its rules.

use super::support::{DAY, START, Site, count};
use crate::{AUDIT_KEPT, AuditBody, AuditEvent, AuditRecord, Store};

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
            "INSERT OR REPLACE INTO audit_record (seq, at, event, body) \
             VALUES (2, 0, 'model_loaded', '{}')",
            "never replaced",
        ),
        (
            "REPLACE INTO audit_record (seq, at, event, body) VALUES (4, 0, 'purged', '{}')",
            "never replaced",
        ),
        (
            "INSERT INTO audit_record (seq, at, event, body) VALUES (2, 0, 'purged', '{}') \
             ON CONFLICT (seq) DO UPDATE SET body = '{\"a\":1}'",
            "never",
        ),
        (
            "INSERT INTO audit_record (seq, at, event, body) VALUES (-7, 0, 'purged', '{}')",
            "only appended",
        ),
        ("INSERT INTO audit_record (at, event, body) VALUES (0, 'purged', 'not json')", "CHECK"),
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
            "INSERT INTO audit_purge_guard (id, before, last_seq) VALUES (1, 9e15, 4)",
            "FOREIGN KEY",
        ),
        (
            "nor with a deletion and a summary",
            "INSERT INTO audit_purge_guard (id, before, last_seq) VALUES (1, 9e15, 4);
             DELETE FROM audit_record WHERE seq = 1;
             INSERT INTO audit_record (at, event, body) VALUES (1, 'purged', '{}')",
            "FOREIGN KEY",
        ),
        (
            "no summary, no closing",
            "INSERT INTO audit_purge_guard (id, before, last_seq) VALUES (1, 9e15, 4);
             DELETE FROM audit_record WHERE seq = 1;
             DELETE FROM audit_purge_guard",
            "after its summary",
        ),
        (
            "another record is no summary",
            "INSERT INTO audit_purge_guard (id, before, last_seq) VALUES (1, 9e15, 4);
             DELETE FROM audit_record WHERE seq = 1;
             INSERT INTO audit_record (at, event, body) VALUES (1, 'model_loaded', '{}');
             DELETE FROM audit_purge_guard",
            "after its summary",
        ),
        (
            "an older summary does not count",
            "INSERT INTO audit_purge_guard (id, before, last_seq) VALUES (1, 9e15, 0)",
            "head of the log",
        ),
        (
            "a guard is not moved",
            "INSERT INTO audit_purge_guard (id, before, last_seq) VALUES (1, 0, 4);
             UPDATE audit_purge_guard SET before = 9e15",
            "never changed",
        ),
        (
            "younger records stay under an open guard",
            "INSERT INTO audit_purge_guard (id, before, last_seq) VALUES (1, 1, 4);
             DELETE FROM audit_record WHERE seq = 4",
            "guarded purge",
        ),
        (
            "and nothing is changed under one",
            "INSERT INTO audit_purge_guard (id, before, last_seq) VALUES (1, 9e15, 4);
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
    let kept_to_the_day = START + AUDIT_KEPT;
    assert_eq!(store.purge(kept_to_the_day).await.unwrap().audit_records, 0);
    assert_eq!(count(&store, "audit_record").await, 4);

    // A day and a moment later: the vault's making and the first two of its three days.
    let now = kept_to_the_day + DAY + std::time::Duration::from_millis(1);
    assert_eq!(store.purge(now).await.unwrap().audit_records, 3);
    let records = store.audit_records(0, 100).await.unwrap();
    let seen: Vec<_> = records.iter().map(|row| (row.seq, row.event, row.at)).collect();
    assert_eq!(seen, [(4, AuditEvent::ModelLoaded, START + 2 * DAY), (5, AuditEvent::Purged, now)]);
    assert_eq!(records[1].body["audit_records"], 3);

    // Numbers are never used again, even when all but the summary went.
    let much_later = now + AUDIT_KEPT + DAY;
    assert_eq!(store.purge(much_later).await.unwrap().audit_records, 2);
    let records = store.audit_records(0, 100).await.unwrap();
    assert_eq!(records.iter().map(|row| row.seq).collect::<Vec<_>>(), [6]);
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
