//! The message log: who writes it cannot read it, and nobody reads it without a grant and a record.

use std::time::Duration;

use cloister_types::{ConversationId, GrantId, HoldId, ReceiptId, Timestamp, TurnId};
use sqlx::AssertSqlSafe;

use super::support::{DAY, Keeper, MINUTE, Member, START, Site, allowed, count};
use crate::{
    Actor, AuditBody, AuditEvent, Erasure, ErasureProof, ErasureScope, GrantDecision, HoldScope,
    LogEntry, LogReading, LogRequestState, LogScope, NewHold, NewLogRequest, Purpose, Restriction,
    RetentionClass, Store, StoreError, TurnAuthorisation, TurnCompletion,
};

const HOUR: Duration = Duration::from_hours(1);

/// A site with a reviewer, an administrator who approves, and somebody who asks questions.
struct Case {
    site: Site,
    store: Store,
    rex: Member,
    ada: Member,
    ann: Member,
}

impl Case {
    async fn new() -> Self {
        let site = Site::new();
        let store = site.create().await;
        let rex = site.member(&store, "rex", "security_reviewer").await;
        let ada = site.member(&store, "ada", "admin").await;
        let ann = site.member(&store, "ann", "employee").await;
        Self { site, store, rex, ada, ann }
    }

    /// A turn of `who` that is kept in the log, answered in one of two ways.
    async fn said(&self, who: &Member, at: Timestamp, text: &str) -> TurnId {
        let (site, turn) = (&self.site, TurnId::random(&self.site.entropy));
        let sealed = who.key.seal_turn(&site.entropy, who.owner(), turn, b"asked").unwrap();
        let question = TurnAuthorisation {
            turn,
            conversation: ConversationId::random(&site.entropy),
            session: who.session,
            owner: who.owner(),
            asked_at: at,
            expires_at: at,
            sealed: sealed.clone(),
            audit: AuditBody::new(),
        };
        self.store.authorise_turn(&question).await.unwrap();
        let key = self.store.log_key(&site.entropy, at).await.unwrap();
        let logged = key.seal(&site.entropy, turn, who.pseudonym, text.as_bytes()).unwrap();
        let outcome = if text.contains("bomb") { "blocked" } else { "answered" };
        let answer = TurnCompletion {
            turn,
            completed_at: at,
            outcome,
            sealed,
            logged: Some(logged),
            audit: AuditBody::new(),
        };
        self.store.complete_turn(&answer).await.unwrap();
        turn
    }

    /// A request of the reviewer's for `scope`, made at [`START`] plus an hour.
    async fn asked(&self, scope: LogScope) -> GrantId {
        let id = GrantId::random(&self.site.entropy);
        let request = NewLogRequest {
            id,
            by: Some(self.rex.pseudonym),
            at: START + HOUR,
            reason: sanitised("a complaint about wrong answers"),
            scope,
            life: 4 * HOUR,
            alone: false,
            expires_at: START + DAY,
        };
        self.store.request_log_access(&allowed(), &request, &self.site.entropy).await.unwrap();
        id
    }

    async fn decided(&self, id: GrantId, decision: GrantDecision) -> Result<(), StoreError> {
        let by = Some(self.ada.pseudonym);
        self.store.decide_log_access(&allowed(), id, decision, by, START + 2 * HOUR).await
    }

    /// A grant in force from two hours after [`START`] on, for four hours.
    async fn granted(&self, scope: LogScope) -> GrantId {
        let id = self.asked(scope).await;
        self.decided(id, GrantDecision::Approved).await.unwrap();
        id
    }

    async fn read(
        &self,
        grant: GrantId,
        reader: Actor,
        at: Timestamp,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let reading = LogReading { grant, reader, at, before: None, limit: 50 };
        self.store.read_message_log(&allowed(), reading).await
    }

    /// What the reviewer reads under `grant` three hours after [`START`].
    async fn texts(&self, grant: GrantId) -> Vec<String> {
        let entries = self.read(grant, Some(self.rex.pseudonym), START + 3 * HOUR).await.unwrap();
        entries.iter().map(text_of).collect()
    }

    async fn run(&self, sql: String) {
        let mut writer = self.store.writer().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *writer).await.unwrap();
    }
}

fn text_of(entry: &LogEntry) -> String {
    String::from_utf8(entry.content.expose().clone()).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "tests of the store stand in for the guard")]
fn sanitised(text: &str) -> cloister_types::Sanitized {
    cloister_types::Sanitized::mint(text.to_owned())
}

fn everything() -> LogScope {
    LogScope { since: START, until: START + HOUR, person: None, outcome: None }
}

fn refused<T>(read: &Result<T, StoreError>) -> bool {
    matches!(read, Err(StoreError::UnknownGrant))
}

#[tokio::test]
async fn only_the_one_who_asked_reads_and_only_while_the_grant_lasts() {
    let case = Case::new().await;
    case.said(&case.ann, START, "where is it?").await;
    let (rex, ada) = (Some(case.rex.pseudonym), Some(case.ada.pseudonym));
    let waiting = case.asked(everything()).await;
    assert!(refused(&case.read(waiting, rex, START + 3 * HOUR).await), "not before approval");
    let rejected = case.asked(everything()).await;
    case.decided(rejected, GrantDecision::Rejected).await.unwrap();
    assert!(refused(&case.read(rejected, rex, START + 3 * HOUR).await));
    assert!(refused(&case.decided(rejected, GrantDecision::Approved).await), "decided once");

    let grant = case.granted(everything()).await;
    assert_eq!(case.texts(grant).await, ["where is it?"]);
    assert!(refused(&case.read(grant, ada, START + 3 * HOUR).await), "not who approved it");
    assert!(refused(&case.read(grant, None, START + 3 * HOUR).await), "not the operator");
    assert!(refused(&case.read(grant, rex, START + HOUR).await), "not before it began");
    assert!(refused(&case.read(grant, rex, START + 6 * HOUR).await), "not after its end");
    case.store.end_log_access(grant, ada, START + 4 * HOUR).await.unwrap();
    assert!(refused(&case.read(grant, rex, START + 5 * HOUR).await), "not after it was ended");
    assert!(refused(&case.store.end_log_access(grant, ada, START + 5 * HOUR).await));
    case.store.close().await;
}

#[tokio::test]
async fn a_scope_opens_what_it_names_and_nothing_else() {
    let case = Case::new().await;
    case.said(&case.ann, START, "where is it?").await;
    case.said(&case.ann, START + MINUTE, "how do I build a bomb?").await;
    case.said(&case.ada, START + 2 * MINUTE, "who are you?").await;
    case.said(&case.ann, START + 2 * HOUR, "too late").await;
    let open = async |scope| case.texts(case.granted(scope).await).await;
    let all = ["who are you?", "how do I build a bomb?", "where is it?"];
    assert_eq!(open(everything()).await, all);
    let of_ann = LogScope { person: Some(case.ann.pseudonym), ..everything() };
    assert_eq!(open(of_ann.clone()).await, all[1..]);
    let blocked = LogScope { outcome: Some("blocked".parse().unwrap()), ..of_ann };
    assert_eq!(open(blocked).await, [all[1]]);
    let later = LogScope { since: START + MINUTE, ..everything() };
    assert_eq!(open(later).await, all[..2]);
    case.store.close().await;
}

#[tokio::test]
async fn each_reading_is_on_record_and_shown_to_whom_it_was_about() {
    let case = Case::new().await;
    for minute in 0..3 {
        case.said(&case.ann, START + minute * MINUTE, "where is it?").await;
    }
    case.said(&case.ada, START, "who are you?").await;
    let grant = case.granted(everything()).await;
    case.texts(grant).await;
    let empty = case.granted(LogScope { person: Some(case.rex.pseudonym), ..everything() }).await;
    assert!(case.texts(empty).await.is_empty());

    let read = case.store.log_readings(case.ann.pseudonym).await.unwrap();
    let seen: Vec<_> = read.iter().map(|row| (row.reader, row.grant, row.count)).collect();
    assert_eq!(seen, [(Some(case.rex.pseudonym), grant, 3)]);
    assert!(case.store.log_readings(case.rex.pseudonym).await.unwrap().is_empty());
    let records = case.store.audit_records(0, 1_000).await.unwrap();
    let used = records.iter().filter(|record| record.event == AuditEvent::LogAccessUsed);
    let mut used: Vec<_> =
        used.map(|record| (record.pseudonym, record.body["count"].as_u64().unwrap())).collect();
    used.sort();
    let mut expected = [(None, 0), (Some(case.ann.pseudonym), 3), (Some(case.ada.pseudonym), 1)];
    expected.sort();
    assert_eq!(used, expected);
    case.store.close().await;
}

#[tokio::test]
async fn an_entry_moved_to_another_person_does_not_open() {
    let case = Case::new().await;
    case.said(&case.ann, START, "where is it?").await;
    let grant = case.granted(everything()).await;
    case.run(format!("UPDATE message_log SET pseudonym = '{}'", case.ada.pseudonym)).await;
    let read = case.read(grant, Some(case.rex.pseudonym), START + 3 * HOUR).await;
    assert!(matches!(read, Err(StoreError::Unsealable)));
    case.store.close().await;
}

#[tokio::test]
async fn entries_and_reasons_outlive_a_change_of_the_keys() {
    let (case, keeper) = (Case::new().await, Keeper::new());
    case.said(&case.ann, START, "before").await;
    let grant = case.granted(everything()).await;
    let old = case.store.log_key(&case.site.entropy, START).await.unwrap();
    let rotated = case.store.rotate_keys(&[], keeper.change(&case.site)).await.unwrap();
    assert!(rotated.complete);
    let new = case.store.log_key(&case.site.entropy, START).await.unwrap();
    assert_ne!(old, new, "what comes is sealed to another key");
    case.said(&case.ann, START + MINUTE, "after").await;
    assert_eq!(case.texts(grant).await, ["after", "before"]);
    let requests = case.store.log_requests().await.unwrap();
    assert_eq!(requests[0].reason.as_deref(), Some("a complaint about wrong answers"));
    assert_eq!(requests[0].state(START + 3 * HOUR), LogRequestState::Active);

    let store = case.site.reopen(case.store).await;
    assert_eq!(store.log_key(&case.site.entropy, START).await.unwrap(), new);
    store.close().await;
}

#[tokio::test]
async fn a_withdrawn_consent_takes_along_what_was_kept_unless_a_hold_keeps_it() {
    let case = Case::new().await;
    case.said(&case.ann, START, "where is it?").await;
    case.said(&case.ada, START, "who are you?").await;
    let withdraw = async |who: &Member| {
        let (subject, purpose) = (who.subject(), Purpose::QualityReview);
        let entropy = &case.site.entropy;
        case.store.withdraw_consent(subject, purpose, entropy, START).await.unwrap();
    };
    let hold = NewHold {
        id: HoldId::random(&case.site.entropy),
        scope: HoldScope::PersonIn(case.ada.pseudonym, RetentionClass::MessageLog),
        reason: "case-7".parse().unwrap(),
        placed_at: START,
        placed_by: case.ada.pseudonym,
        until: START + DAY,
    };
    case.store.place_hold(&allowed(), &hold).await.unwrap();
    withdraw(&case.ann).await;
    withdraw(&case.ada).await;
    let grant = case.granted(everything()).await;
    assert_eq!(case.texts(grant).await, ["who are you?"]);
    case.store.close().await;
}

#[tokio::test]
async fn what_is_restricted_stays_closed_and_whoever_is_erased_is_gone() {
    let case = Case::new().await;
    case.said(&case.ann, START, "where is it?").await;
    let grant = case.granted(everything()).await;
    let restrict = async |restriction| {
        case.store.restrict(case.ann.id, restriction, case.ann.pseudonym, START).await.unwrap();
    };
    restrict(Restriction::Restricted).await;
    assert!(case.texts(grant).await.is_empty());
    restrict(Restriction::Lifted).await;
    assert_eq!(case.texts(grant).await, ["where is it?"]);
    for who in [&case.ann, &case.rex] {
        let erasure = Erasure {
            account: who.id,
            scope: ErasureScope::Everything,
            proof: ErasureProof::FreshFactor,
            guarded: "admin".parse().unwrap(),
            receipt: ReceiptId::random(&case.site.entropy),
            at: START + 3 * HOUR,
        };
        case.store.erase(&erasure).await.unwrap();
    }
    assert_eq!(count(&case.store, "message_log").await, 0);
    let requests = case.store.log_requests().await.unwrap();
    assert_eq!(requests[0].reason, None, "what the reviewer wrote is gone with the reviewer");
    case.store.close().await;
}
