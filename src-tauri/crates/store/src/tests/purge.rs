//! What expires goes at its time, not before, and is counted.

use std::time::Duration;

use super::support::{DAY, MINUTE, START, Site, count};
use crate::{AuditEvent, ClockState, PurgeReport};
use cloister_types::{Clock, ConversationId, FixedClock};

#[tokio::test]
async fn a_session_goes_at_its_end_with_all_that_is_its_own() {
    let site = Site::new();
    let store = site.create().await;
    let (idle, busy) = (site.guest(&store).await, site.guest(&store).await);
    for guest in [&idle, &busy] {
        store.authorise_turn(&guest.question(&site, START, "?")).await.unwrap();
    }
    store.touch_session(busy.session, START + MINUTE, START + 21 * MINUTE).await.unwrap();

    let clock = FixedClock::new(START + 20 * MINUTE - Duration::from_millis(1));
    assert_eq!(
        store.purge(clock.now(), ClockState::Trusted).await.unwrap(),
        PurgeReport::default()
    );
    clock.advance(Duration::from_millis(1));
    let report = store.purge(clock.now(), ClockState::Trusted).await.unwrap();
    let expected = PurgeReport {
        sessions: 1,
        conversations: 1,
        turns: 1,
        audit_records: 0,
        rows: <_>::default(),
        ended: vec![idle.session],
    };
    assert_eq!(report, expected);
    assert_eq!(store.turns(busy.owner(), busy.conversation).await.unwrap().len(), 1);

    let records = store.audit_records(0, 100).await.unwrap();
    let purged: Vec<_> = records.iter().filter(|row| row.event == AuditEvent::Purged).collect();
    assert!(purged.iter().all(|row| row.at == clock.now()));
    for (what, rows) in [("sessions", 1), ("conversations", 1), ("turns", 1), ("audit_records", 0)]
    {
        let counted: u64 = purged.iter().map(|row| row.body[what].as_u64().unwrap()).sum();
        assert_eq!(counted, rows, "{what}");
    }
    let records = count(&store, "audit_record").await;
    assert_eq!(
        store.purge(clock.now(), ClockState::Trusted).await.unwrap(),
        PurgeReport::default()
    );
    assert_eq!(count(&store, "audit_record").await, records, "nothing went, nothing recorded");
    store.close().await;
}

#[tokio::test]
async fn a_conversation_goes_a_day_after_its_last_turn() {
    let site = Site::new();
    let store = site.create().await;
    let mut guest = site.guest(&store).await;
    store.touch_session(guest.session, START, START + 30 * DAY).await.unwrap();
    let first = guest.question(&site, START, "?");
    store.authorise_turn(&first).await.unwrap();
    guest.conversation = ConversationId::random(&site.entropy);
    let second = guest.question(&site, START + MINUTE, "?");
    store.authorise_turn(&second).await.unwrap();

    let clock = FixedClock::new(START + DAY);
    let report = store.purge(clock.now(), ClockState::Trusted).await.unwrap();
    assert_eq!((report.sessions, report.conversations, report.turns), (0, 1, 1));
    assert_eq!(store.turns(guest.owner(), first.conversation).await.unwrap(), []);
    assert_eq!(store.turns(guest.owner(), second.conversation).await.unwrap().len(), 1);
    clock.advance(MINUTE);
    assert_eq!(store.purge(clock.now(), ClockState::Trusted).await.unwrap().turns, 1);
    assert!(store.session_by_token_hash(&guest.token_hash()).await.unwrap().is_some());
    store.close().await;
}

#[tokio::test]
async fn more_than_a_batch_goes_in_several_transactions() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    store.authorise_turn(&guest.question(&site, START, "?")).await.unwrap();
    // 1,200 turns in one conversation, and 700 sessions with two conversations each.
    let fill = [
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
         INSERT INTO turn (id, conversation_id, ordinal, asked_at, sealed)
         SELECT printf('%032x', i), conversation.id, i, 0, x'00' FROM n, conversation",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
         INSERT INTO session
         (id, kind, token_hash, pseudonym, place, started_at, last_seen_at, expires_at)
         SELECT printf('%032x', i), 'guest', randomblob(32), printf('%032x', i), 'window', 0, 0, 1
         FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1400)
         INSERT INTO conversation (id, session_id, started_at, last_turn_at, expires_at)
         SELECT printf('%032x', i), printf('%032x', 1 + i % 700), 0, 0,
                CASE i % 3 WHEN 0 THEN 1 ELSE 9e15 END FROM n",
        "INSERT INTO turn (id, conversation_id, ordinal, asked_at, sealed)
         SELECT 'f' || substr(id, 2), id, 1, 0, x'00' FROM conversation WHERE expires_at IN (1, 9e15)",
    ];
    for sql in fill {
        sqlx::query(sql).execute(&mut *store.writer().await.unwrap()).await.unwrap();
    }
    let report = store.purge(START + 2 * DAY, ClockState::Trusted).await.unwrap();
    assert_eq!((report.turns, report.conversations, report.sessions), (2_600, 1_401, 701));
    assert_eq!(report.ended.len(), 701);
    for table in ["session", "conversation", "turn"] {
        assert_eq!(count(&store, table).await, 0, "{table}");
    }
    let summaries = store.audit_records(0, 100).await.unwrap();
    let batches: Vec<u64> = summaries
        .iter()
        .filter(|row| row.event == AuditEvent::Purged)
        .map(|row| row.body["turns"].as_u64().unwrap())
        .collect();
    // A batch ends with the step that takes it to 500 rows: up to 31 turns, and then 32 more.
    assert!(batches.len() >= 5 && batches.iter().all(|turns| *turns < 500 + 63), "{batches:?}");
    assert_eq!(batches.iter().sum::<u64>(), 2_600);
    assert!(store.check().await.unwrap().is_sound());
    store.close().await;
}

#[tokio::test]
async fn the_write_ahead_log_is_cut_to_nothing() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    store.authorise_turn(&guest.question(&site, START, "?")).await.unwrap();
    let log = site.paths.data_dir.join("vault.db-wal");
    assert_ne!(std::fs::metadata(&log).unwrap().len(), 0);
    store.purge(START, ClockState::Trusted).await.unwrap();
    assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
    store.close().await;
}
