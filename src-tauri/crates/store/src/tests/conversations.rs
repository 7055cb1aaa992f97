//! Sessions, turns and their two audit records.

use cloister_types::{ConversationId, SessionId, TurnId};
use serde_json::json;

use super::support::{DAY, MINUTE, START, Site, count};
use crate::{AuditEvent, Ended, SessionKind, StoreError};

#[tokio::test]
async fn a_session_is_found_by_its_token_and_moves_its_end() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    let found = store.session_by_token_hash(&guest.token_hash()).await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.kind, found.pseudonym),
        (guest.session, SessionKind::Guest, guest.pseudonym)
    );
    assert_eq!((found.last_seen_at, found.expires_at), (START, START + 20 * MINUTE));
    assert_eq!(store.session_by_token_hash(&[0; 32]).await.unwrap(), None);

    store.touch_session(guest.session, START + MINUTE, START + 21 * MINUTE).await.unwrap();
    let found = store.session_by_token_hash(&guest.token_hash()).await.unwrap().unwrap();
    assert_eq!((found.started_at, found.last_seen_at), (START, START + MINUTE));
    assert_eq!(found.expires_at, START + 21 * MINUTE);
    assert_eq!(store.session(guest.session).await.unwrap(), Some(found));

    let stranger = SessionId::random(&site.entropy);
    assert_eq!(store.session(stranger).await.unwrap(), None);
    let touched = store.touch_session(stranger, START, START).await;
    assert!(matches!(touched, Err(StoreError::UnknownSession)));
    store.close().await;
}

#[tokio::test]
async fn a_token_hash_belongs_to_one_session() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    let mut twin = guest.new_session();
    twin.id = SessionId::random(&site.entropy);
    assert!(matches!(store.start_session(&twin).await, Err(StoreError::Database(_))));
    assert_eq!(count(&store, "session").await, 1);
    assert_eq!(count(&store, "audit_record").await, 2, "the refused start left no record");
    store.close().await;
}

#[tokio::test]
async fn a_turn_is_authorised_then_completed_and_each_leaves_its_record() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    assert_eq!(store.conversation_of(guest.owner()).await.unwrap(), None);

    let question = guest.question(&site, START + MINUTE, "where is my order?");
    assert_eq!(store.authorise_turn(&question).await.unwrap(), 1);
    let rows = store.turns(guest.owner(), guest.conversation).await.unwrap();
    assert_eq!((rows.len(), rows[0].ordinal, rows[0].completed_at), (1, 1, None));
    assert_eq!(rows[0].outcome, None);
    let opened = guest.key.open_turn(guest.owner(), rows[0].id, &rows[0].sealed).unwrap();
    assert_eq!(opened.expose(), b"where is my order?");

    let done = START + 2 * MINUTE;
    let answer = guest.answer(&site, question.turn, done, "it is on its way");
    store.complete_turn(&answer).await.unwrap();
    let rows = store.turns(guest.owner(), guest.conversation).await.unwrap();
    assert_eq!(rows[0].completed_at, Some(done));
    assert_eq!(rows[0].outcome.as_deref(), Some("answered"));
    let opened = guest.key.open_turn(guest.owner(), question.turn, &rows[0].sealed).unwrap();
    assert_eq!(opened.expose(), b"it is on its way");

    let records = store.audit_records(0, 100).await.unwrap();
    let about_turn: Vec<_> = records
        .iter()
        .filter(|record| record.turn == Some(question.turn))
        .map(|record| (record.event, record.at, record.pseudonym, record.body.clone()))
        .collect();
    let person = Some(guest.pseudonym);
    assert_eq!(
        about_turn,
        [
            (AuditEvent::TurnAuthorised, START + MINUTE, person, json!({"passages": 2})),
            (AuditEvent::TurnCompleted, done, person, json!({"tokens": 90})),
        ]
    );
    store.close().await;
}

#[tokio::test]
async fn turns_keep_their_order_and_move_the_end_of_their_conversation() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    for (minute, expected) in (1_u32..).zip([1, 2, 3]) {
        let question = guest.question(&site, START + minute * MINUTE, "?");
        assert_eq!(store.authorise_turn(&question).await.unwrap(), expected);
        let conversation = store.conversation_of(guest.owner()).await.unwrap().unwrap();
        assert_eq!(conversation.started_at, START + MINUTE);
        assert_eq!(conversation.last_turn_at, START + minute * MINUTE);
        assert_eq!(conversation.expires_at, START + minute * MINUTE + DAY);
    }
    let mut early = guest.question(&site, START, "a clock that went back");
    early.expires_at = START;
    store.authorise_turn(&early).await.unwrap();
    let conversation = store.conversation_of(guest.owner()).await.unwrap().unwrap();
    assert_eq!(conversation.last_turn_at, START + 3 * MINUTE);
    assert_eq!(conversation.expires_at, START + 3 * MINUTE + DAY, "an end never moves back");
    store.close().await;
}

#[tokio::test]
async fn nobody_reads_or_continues_the_conversation_of_another_session() {
    let site = Site::new();
    let store = site.create().await;
    let (owner, other) = (site.guest(&store).await, site.guest(&store).await);
    store.authorise_turn(&owner.question(&site, START, "mine")).await.unwrap();
    assert_eq!(store.turns(other.owner(), owner.conversation).await.unwrap(), []);

    let mut intrusion = other.question(&site, START, "also mine");
    intrusion.conversation = owner.conversation;
    let before = store.audit_records(0, 100).await.unwrap();
    let refused = store.authorise_turn(&intrusion).await;
    assert!(matches!(refused, Err(StoreError::UnknownConversation)), "{refused:?}");
    assert_eq!(store.turns(owner.owner(), owner.conversation).await.unwrap().len(), 1);
    assert_eq!(store.audit_records(0, 100).await.unwrap(), before, "no act, no record");
    store.close().await;
}

#[tokio::test]
async fn a_turn_needs_a_living_session_and_completes_once() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    let mut orphan = guest.question(&site, START, "?");
    orphan.session = SessionId::random(&site.entropy);
    orphan.conversation = ConversationId::random(&site.entropy);
    assert!(matches!(store.authorise_turn(&orphan).await, Err(StoreError::UnknownSession)));

    let question = guest.question(&site, START, "?");
    store.authorise_turn(&question).await.unwrap();
    let answer = guest.answer(&site, question.turn, START, "!");
    store.complete_turn(&answer).await.unwrap();
    assert!(matches!(store.complete_turn(&answer).await, Err(StoreError::UnknownTurn)));
    let unknown = guest.answer(&site, TurnId::random(&site.entropy), START, "!");
    assert!(matches!(store.complete_turn(&unknown).await, Err(StoreError::UnknownTurn)));

    let late = guest.question(&site, START, "?");
    store.authorise_turn(&late).await.unwrap();
    store.end_session(guest.session, START).await.unwrap();
    let answer = guest.answer(&site, late.turn, START, "!");
    assert!(matches!(store.complete_turn(&answer).await, Err(StoreError::UnknownTurn)));
    assert_eq!(count(&store, "turn").await, 0);
    store.close().await;
}

#[tokio::test]
async fn ending_a_session_takes_all_that_is_its_own_and_nothing_else() {
    let site = Site::new();
    let store = site.create().await;
    let (leaving, staying) = (site.guest(&store).await, site.guest(&store).await);
    for guest in [&leaving, &staying] {
        for text in ["one", "two"] {
            store.authorise_turn(&guest.question(&site, START, text)).await.unwrap();
        }
    }
    let ended = store.end_session(leaving.session, START + MINUTE).await.unwrap();
    assert_eq!(ended, Ended { sessions: 1, conversations: 1, turns: 2 });
    assert_eq!(store.session_by_token_hash(&leaving.token_hash()).await.unwrap(), None);
    assert_eq!(store.turns(staying.owner(), staying.conversation).await.unwrap().len(), 2);

    let last = store.audit_records(0, 100).await.unwrap().pop().unwrap();
    assert_eq!((last.event, last.pseudonym), (AuditEvent::SessionEnded, Some(leaving.pseudonym)));
    assert_eq!(
        last.body,
        json!({
            "sessions": 1, "conversations": 1, "turns": 2, "session": leaving.session.to_string()
        })
    );
    let again = store.end_session(leaving.session, START + MINUTE).await;
    assert!(matches!(again, Err(StoreError::UnknownSession)));
    store.close().await;
}

#[tokio::test]
async fn guests_of_an_earlier_process_are_ended_at_start() {
    let site = Site::new();
    let store = site.create().await;
    for _ in 0..2 {
        let guest = site.guest(&store).await;
        store.authorise_turn(&guest.question(&site, START, "?")).await.unwrap();
    }
    let store = site.reopen(store).await;
    let ended = store.end_orphaned_guests(START + MINUTE).await.unwrap();
    assert_eq!(ended, Ended { sessions: 2, conversations: 2, turns: 2 });
    for table in ["session", "conversation", "turn"] {
        assert_eq!(count(&store, table).await, 0, "{table}");
    }
    let last = store.audit_records(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(last.event, AuditEvent::SessionsOrphaned);
    assert_eq!(last.body, json!({"sessions": 2, "conversations": 2, "turns": 2}));

    let records = count(&store, "audit_record").await;
    assert_eq!(store.end_orphaned_guests(START + MINUTE).await.unwrap(), Ended::default());
    assert_eq!(count(&store, "audit_record").await, records, "nothing ended, nothing recorded");
    store.close().await;
}
