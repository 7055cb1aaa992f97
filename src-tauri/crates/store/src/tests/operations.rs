//! Alerts, operational records and limits.

use std::time::Duration;

use cloister_types::{Authorized, Pseudonym, Sanitized, SeededEntropy, TurnId, act};

use super::support::{MINUTE, START, Site};
use crate::{
    AccessRecord, AlertChange, AlertKind, AlertState, AnalyticsEvent, AuditBody, AuditEvent,
    Feedback, Intent, Rating, RuleError, SecurityEvent, SecurityKind,
};

const SECOND: Duration = Duration::from_secs(1);

#[expect(clippy::disallowed_methods, reason = "a test stands in for the policy")]
fn allowed() -> Authorized<act::Configure> {
    Authorized::mint(["test".to_owned()].into())
}

#[expect(clippy::disallowed_methods, reason = "a test stands in for the guard")]
fn sanitized(text: &str) -> Sanitized {
    Sanitized::mint(text.to_owned())
}

fn person(seed: u64) -> Pseudonym {
    Pseudonym::random(&SeededEntropy::new(seed))
}

#[tokio::test]
async fn every_rule_of_the_schema_is_known_and_within_its_bounds() {
    let site = Site::new();
    let store = site.create().await;
    let rules = store.alert_rules().await.unwrap();
    assert_eq!(rules.len(), AlertKind::ALL.len());
    for rule in rules {
        let (threshold, window) = (rule.threshold, rule.window);
        assert_eq!(rule.clone().changed(Some(threshold), Some(window)), Ok(rule));
    }
    store.close().await;
}

#[tokio::test]
async fn the_fourth_denial_within_five_minutes_raises_and_the_fifth_is_counted() {
    let site = Site::new();
    let store = site.create().await;
    let who = person(1);
    let denied = |seconds: u32| {
        SecurityEvent::new(SecurityKind::Denied, START + SECOND * seconds).about(Some(who))
    };
    // two that age out, then four within five minutes
    for seconds in [0, 1, 400, 500, 600] {
        let raised = store.note_security(&site.entropy, &denied(seconds)).await.unwrap();
        assert!(raised.is_empty(), "at {seconds}");
    }
    let other =
        SecurityEvent::new(SecurityKind::Denied, START + SECOND * 610).about(Some(person(2)));
    assert!(store.note_security(&site.entropy, &other).await.unwrap().is_empty());
    let raised = store.note_security(&site.entropy, &denied(620)).await.unwrap();
    assert_eq!(raised.len(), 1);
    assert!(store.note_security(&site.entropy, &denied(630)).await.unwrap().is_empty());
    let alerts = store.alerts(10).await.unwrap();
    assert_eq!(alerts.len(), 1);
    assert_eq!((alerts[0].kind, alerts[0].count), (AlertKind::Denials, 2));
    assert_eq!(alerts[0].pseudonym, Some(who));
    assert_eq!(alerts[0].first_at, START + SECOND * 620);
    store.close().await;
}

#[tokio::test]
async fn the_eleventh_denial_in_an_hour_is_a_possible_escalation() {
    let site = Site::new();
    let store = site.create().await;
    for minute in 0..12 {
        let at = START + MINUTE * 5 * minute;
        let event = SecurityEvent::new(SecurityKind::Denied, at).about(Some(person(1)));
        store.note_security(&site.entropy, &event).await.unwrap();
    }
    let kinds: Vec<_> =
        store.alerts(10).await.unwrap().into_iter().map(|alert| alert.kind).collect();
    assert_eq!(kinds, [AlertKind::Escalation], "one each five minutes never makes four in five");
    store.close().await;
}

#[tokio::test]
async fn a_measure_is_compared_and_kept_only_when_it_matters() {
    let site = Site::new();
    let store = site.create().await;
    let disk = |free| SecurityEvent::new(SecurityKind::DiskMeasured, START).measuring(free);
    assert!(store.note_security(&site.entropy, &disk(512)).await.unwrap().is_empty());
    assert_eq!(store.note_security(&site.entropy, &disk(511)).await.unwrap().len(), 1);
    let queries = |n| SecurityEvent::new(SecurityKind::QueriesCounted, START).measuring(n);
    assert!(store.note_security(&site.entropy, &queries(1000)).await.unwrap().is_empty());
    assert_eq!(store.note_security(&site.entropy, &queries(1001)).await.unwrap().len(), 1);
    let counts = store.security_counts(START).await.unwrap();
    assert_eq!(counts, [("disk_measured".to_owned(), 1), ("queries_counted".to_owned(), 1)]);
    store.close().await;
}

#[tokio::test]
async fn a_closed_alert_stays_closed_and_the_next_event_opens_another() {
    let site = Site::new();
    let store = site.create().await;
    let raise = async || {
        let body = AuditBody::new().count("record", 7);
        store.raise_alert(&site.entropy, AlertKind::AuditFailed, None, body, START).await.unwrap()
    };
    let id = raise().await.expect("a new alert");
    let by = person(3);
    let change = async |change| {
        store.change_alert(&allowed(), id, &change, START + MINUTE, by).await.unwrap()
    };
    let alert = change(AlertChange::Acknowledge).await.expect("the alert");
    assert_eq!(
        (alert.state, alert.changed),
        (AlertState::Acknowledged, Some((START + MINUTE, by)))
    );
    assert_eq!(raise().await, None, "it is counted where somebody looks already");
    let alert = change(AlertChange::Close(sanitized("disk replaced"))).await.expect("the alert");
    assert_eq!((alert.count, alert.note.as_deref()), (2, Some("disk replaced")));
    assert_eq!(change(AlertChange::Acknowledge).await, None);
    assert!(raise().await.is_some());
    assert_eq!(store.unsettled_alerts().await.unwrap(), 1);
    let events: Vec<_> = store.audit_records(0, 100).await.unwrap();
    let raised = events.iter().filter(|row| row.event == AuditEvent::AlertRaised).count();
    let changed = events.iter().filter(|row| row.event == AuditEvent::AlertChanged).count();
    assert_eq!((raised, changed), (2, 2));
    assert!(events.iter().all(|row| !row.body.to_string().contains("disk replaced")));
    store.close().await;
}

#[tokio::test]
async fn a_rule_moves_within_its_bounds_and_the_change_is_recorded() {
    let site = Site::new();
    let store = site.create().await;
    let rules = store.alert_rules().await.unwrap();
    let denials = rules.iter().find(|rule| rule.kind == AlertKind::Denials).unwrap();
    assert_eq!(denials.clone().changed(Some(51), None), Err(RuleError::Threshold(1, 50)));
    let fixed = rules.iter().find(|rule| rule.kind == AlertKind::AuditFailed).unwrap();
    assert_eq!(fixed.clone().changed(Some(1), None), Err(RuleError::Threshold(0, 0)));
    let changed = denials.clone().changed(Some(1), Some(MINUTE)).unwrap();
    store.set_alert_rule(&allowed(), &changed, START, person(1)).await.unwrap();
    let rules = store.alert_rules().await.unwrap();
    assert!(rules.contains(&changed));
    let last = store.audit_records(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(last.event, AuditEvent::SettingChanged);
    assert_eq!((&last.body["old_threshold"], &last.body["new_threshold"]), (&3.into(), &1.into()));
    store.close().await;
}

#[tokio::test]
async fn a_person_reads_their_own_requests_page_by_page() {
    let site = Site::new();
    let store = site.create().await;
    let record = |who: Option<Pseudonym>, route: &str| AccessRecord {
        at: START,
        pseudonym: who,
        method: "GET".to_owned(),
        route: route.to_owned(),
        status: 200,
        took: Duration::from_millis(3),
    };
    let me = person(1);
    let records = [
        record(Some(me), "/api/session"),
        record(Some(person(2)), "/api/audit"),
        record(None, "/api/status"),
        record(Some(me), "/api/turns/{id}/events"),
    ];
    store.log_accesses(&records).await.unwrap();
    let page = store.accesses_of(me, i64::MAX, 1).await.unwrap();
    assert_eq!(page[0].record, records[3]);
    let rest = store.accesses_of(me, page[0].id, 10).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].record, records[0]);
    store.close().await;
}

#[tokio::test]
async fn turns_are_counted_by_day_and_timed_by_nearest_rank() {
    let site = Site::new();
    let store = site.create().await;
    let event = |millis: u64| AnalyticsEvent {
        at: START,
        pseudonym: person(1),
        intent: Intent::Faq,
        outcome: "answered",
        hidden: 0,
        cited: 1,
        first_text: None,
        total: Duration::from_millis(millis),
    };
    assert_eq!(store.turn_timing(START).await.unwrap(), crate::Timing::default());
    store.keep_analytics(&(1..=20).map(event).collect::<Vec<_>>()).await.unwrap();
    let timing = store.turn_timing(START).await.unwrap();
    assert_eq!(timing.count, 20);
    assert_eq!((timing.p50, timing.p95), (Duration::from_millis(10), Duration::from_millis(19)));
    let days = store.turns_by_day(START).await.unwrap();
    assert_eq!((days.len(), days[0].count), (1, 20));
    assert!(store.size().await.unwrap() > 100_000);
    store.close().await;
}

#[tokio::test]
async fn a_second_rating_takes_the_place_of_the_first() {
    let site = Site::new();
    let store = site.create().await;
    let turn = TurnId::random(&site.entropy);
    let say = async |rating, comment: Option<&str>| {
        let comment = comment.map(sanitized);
        let feedback = Feedback { turn, at: START, pseudonym: person(1), rating, comment };
        store.keep_feedback(&feedback).await.unwrap();
    };
    say(Rating::Up, None).await;
    say(Rating::Down, Some("too short")).await;
    let rows = store.feedback(10).await.unwrap();
    assert_eq!((rows.len(), rows[0].rating), (1, Rating::Down));
    assert_eq!(rows[0].comment.as_deref(), Some("too short"));
    store.close().await;
}
