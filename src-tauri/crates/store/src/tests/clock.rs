//! A clock that jumps pauses the purge until somebody confirms it.

use std::time::Duration;

use cloister_types::{Pseudonym, Timestamp};

use super::support::{DAY, MINUTE, START, Site, allowed};
use crate::{AlertKind, AuditEvent, ClockState, Moment, Store};

const HOUR: Duration = Duration::from_hours(1);

fn moment(at: Timestamp, running: Duration) -> Moment {
    Moment { at, running }
}

async fn watch(store: &Store, site: &Site, at: Timestamp, running: Duration) -> ClockState {
    store.watch_clock(&site.entropy, moment(at, running)).await.unwrap()
}

async fn jumps(store: &Store) -> usize {
    let records = store.audit_records(0, 1_000).await.unwrap();
    records.iter().filter(|record| record.event == AuditEvent::ClockJumped).count()
}

#[tokio::test]
async fn a_jump_while_the_vault_is_open_is_told_from_time_that_went_by() {
    for (shown, state) in [
        (START + DAY, ClockState::Trusted),
        (START + MINUTE + DAY + MINUTE, ClockState::Jumped),
        (START + MINUTE - DAY, ClockState::Trusted),
        (START - DAY, ClockState::Jumped),
    ] {
        let site = Site::new();
        let store = site.create().await;
        assert_eq!(watch(&store, &site, START, HOUR).await, ClockState::Trusted);
        assert_eq!(watch(&store, &site, shown, HOUR + MINUTE).await, state, "{shown}");
        store.close().await;
    }
    let site = Site::new();
    let store = site.create().await;
    watch(&store, &site, START, HOUR).await;
    let later = watch(&store, &site, START + 40 * DAY, HOUR + 40 * DAY).await;
    assert_eq!(later, ClockState::Trusted, "forty days went by");
    store.close().await;
}

#[tokio::test]
async fn a_jump_is_recorded_once_and_lasts_until_it_is_confirmed() {
    let site = Site::new();
    let store = site.create().await;
    watch(&store, &site, START, HOUR).await;
    let wrong = START + 400 * DAY;
    for minutes in 1..4 {
        let state = watch(&store, &site, wrong, HOUR + minutes * MINUTE).await;
        assert_eq!(state, ClockState::Jumped);
    }
    assert_eq!(jumps(&store).await, 1);
    let alerts = store.alerts(10).await.unwrap();
    assert_eq!(alerts.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [AlertKind::ClockJumped]);

    // Also in another process, and when the clock is right again.
    let store = site.reopen(store).await;
    assert_eq!(watch(&store, &site, START + HOUR, HOUR).await, ClockState::Jumped);
    let by = Pseudonym::random(&site.entropy);
    let confirm =
        async |at| store.confirm_clock(&allowed(), by, moment(at, HOUR + MINUTE)).await.unwrap();
    assert!(confirm(START + HOUR).await);
    assert!(!confirm(START + HOUR).await, "there is nothing to confirm any more");
    let state = watch(&store, &site, START + HOUR + MINUTE, HOUR + 2 * MINUTE).await;
    assert_eq!(state, ClockState::Trusted);
    let last = store.audit_records(0, 1_000).await.unwrap().pop().unwrap();
    assert_eq!((last.event, last.pseudonym), (AuditEvent::ClockConfirmed, Some(by)));
    store.close().await;
}

#[tokio::test]
async fn at_the_start_the_clock_is_held_against_the_latest_time_seen() {
    for (shown, state) in [
        (START + 2 * HOUR, ClockState::Trusted),
        (START - 22 * HOUR, ClockState::Trusted),
        (START - DAY, ClockState::Jumped),
        (START + 2 * DAY, ClockState::Jumped),
    ] {
        let site = Site::new();
        let store = site.create().await;
        watch(&store, &site, START, HOUR).await;
        watch(&store, &site, START + HOUR, 2 * HOUR).await;
        // A step back within a day is no jump, and does not move what was seen.
        watch(&store, &site, START, 2 * HOUR + MINUTE).await;
        let store = site.reopen(store).await;
        assert_eq!(watch(&store, &site, shown, Duration::ZERO).await, state, "{shown}");
        store.close().await;
    }
}

#[tokio::test]
async fn a_vault_whose_clock_was_never_watched_goes_by_its_newest_record() {
    let site = Site::new();
    let store = site.create().await;
    let state = watch(&store, &site, START - 3_000 * DAY, HOUR).await;
    assert_eq!(state, ClockState::Jumped);
    store.close().await;
}
