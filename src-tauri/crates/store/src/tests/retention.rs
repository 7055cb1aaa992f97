//! Periods have bounds, and what is over them goes unless a hold keeps it.

use cloister_types::{HoldId, Pseudonym, Timestamp};
use sqlx::AssertSqlSafe;

use super::support::{DAY, MINUTE, START, Site, allowed, count};
use crate::{
    AuditEvent, ClockState, DueRows, HoldScope, NewHold, RetentionClass, RetentionPeriod, Store,
    StoreError,
};

/// The tables of the classes.
const TABLES: [(&str, RetentionClass); 10] = [
    ("message_log", RetentionClass::MessageLog),
    ("analytics_event", RetentionClass::AnalyticsEvent),
    ("access_log", RetentionClass::AccessLog),
    ("message_log_read", RetentionClass::AccessLog),
    ("error_log", RetentionClass::ErrorLog),
    ("feedback", RetentionClass::Feedback),
    ("security_event", RetentionClass::SecurityEvent),
    ("alert", RetentionClass::SecurityEvent),
    ("log_access", RetentionClass::SecurityEvent),
    ("consent", RetentionClass::ConsentRecord),
];

/// The column from which the period of `table` runs, and the one that names the person.
fn columns_of(table: &str) -> (&'static str, Option<&'static str>) {
    match table {
        "consent" => ("ended_at", None),
        "log_access" => ("asked_at", Some("asked_by")),
        _ => ("at", Some("pseudonym")),
    }
}

async fn run(store: &Store, sql: String) -> Result<(), sqlx::Error> {
    let mut writer = store.writer().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *writer).await.map(drop)
}

/// Writes a row of `person` at `at` into `table`, whatever else the table wants to know.
async fn write_row(store: &Store, table: &str, person: Option<Pseudonym>, at: Timestamp) {
    let columns: Vec<(String, String)> =
        sqlx::query_as("SELECT name, type FROM pragma_table_info(?) WHERE \"notnull\"")
            .bind(table)
            .fetch_all(store.readers())
            .await
            .unwrap();
    let (time, whose) = columns_of(table);
    let mut names = vec![time.to_owned()];
    let mut values = vec![at.as_millis().to_string()];
    if let (Some(whose), Some(person)) = (whose, person) {
        names.push(whose.to_owned());
        values.push(format!("'{person}'"));
    }
    for (name, kind) in columns {
        if names.contains(&name) {
            continue;
        }
        values.push(match (kind.as_str(), name.as_str()) {
            (_, "id") if kind == "INTEGER" => "NULL".to_owned(),
            ("TEXT", "id" | "turn_id") => "hex(randomblob(16))".to_owned(),
            // Unsettled alerts are unique.
            ("TEXT", "state") => "'closed'".to_owned(),
            ("TEXT", _) => "'{}'".to_owned(),
            ("INTEGER", _) => "1".to_owned(),
            _ => "randomblob(32)".to_owned(),
        });
        names.push(name);
    }
    let (names, values) = (names.join(", "), values.join(", "));
    let sql = format!(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; \
         INSERT INTO {table} ({names}) VALUES ({values}); \
         PRAGMA ignore_check_constraints = OFF; PRAGMA foreign_keys = ON"
    );
    run(store, sql).await.unwrap();
}

#[tokio::test]
async fn the_schema_and_the_program_agree_on_defaults_and_bounds() {
    let site = Site::new();
    let store = site.create().await;
    for RetentionPeriod { class, period } in store.retention().await.unwrap() {
        assert_eq!(period, class.default_period(), "{class}");
        let (floor, ceiling) = class.bounds();
        assert!((floor..=ceiling).contains(&period), "{class}");
        let set = |millis: u128| {
            run(
                &store,
                format!("UPDATE retention SET period_ms = {millis} WHERE class = '{class}'"),
            )
        };
        assert!(set(floor.as_millis() - 1).await.is_err(), "{class}");
        assert!(set(ceiling.as_millis() + 1).await.is_err(), "{class}");
        set(floor.as_millis()).await.unwrap();
        set(ceiling.as_millis()).await.unwrap();
    }
    assert!(run(&store, "INSERT INTO retention VALUES ('dossier', 1)".to_owned()).await.is_err());
    store.close().await;
}

#[tokio::test]
async fn a_changed_period_is_recorded_and_moves_the_end_of_conversations() {
    let site = Site::new();
    let store = site.create().await;
    let ann = site.member(&store, "ann", "employee").await;
    ann.ask(&site, &store, START).await;
    let ends_at = async || store.conversation_of(ann.owner()).await.unwrap().unwrap().expires_at;
    assert_eq!(ends_at().await, START + DAY, "a day after the last turn, whatever the caller says");
    let allowed = allowed();
    let change = |period| RetentionPeriod { class: RetentionClass::Conversation, period };
    store.change_period(&allowed, ann.pseudonym, change(2 * DAY), START).await.unwrap();
    assert_eq!(ends_at().await, START + 2 * DAY);
    let last = store.audit_records(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(last.event, AuditEvent::SettingChanged);
    assert_eq!(last.body["old_ms"], 86_400_000);
    assert_eq!(last.body["new_ms"], 172_800_000);
    let refused = store.change_period(&allowed, ann.pseudonym, change(MINUTE), START).await;
    assert!(matches!(refused, Err(StoreError::OutOfBounds)));
    store.close().await;
}

#[tokio::test]
async fn every_table_of_a_class_is_emptied_after_its_period_and_not_before() {
    let site = Site::new();
    let store = site.create().await;
    for (table, class) in TABLES {
        write_row(&store, table, None, START).await;
        let over = START + class.default_period();
        let due = store.due(over).await.unwrap();
        assert!(due.iter().all(|due| due.rows == 0), "{table} {due:?}");
        store.purge(over, ClockState::Trusted).await.unwrap();
        assert_eq!(count(&store, table).await, 1, "{table} on its last day");

        let over = over + std::time::Duration::from_millis(1);
        store.purge(over, ClockState::Jumped).await.unwrap();
        assert_eq!(count(&store, table).await, 1, "{table} while the clock is in doubt");
        let due = store.due(over).await.unwrap();
        let due = due.iter().find(|due| due.what == DueRows::Class(class)).unwrap();
        assert_eq!(due.rows, 1, "{table}");
        let report = store.purge(over, ClockState::Trusted).await.unwrap();
        assert_eq!(report.rows, [(class, 1)].into(), "{table}");
        assert_eq!(count(&store, table).await, 0, "{table}");
        let records = store.audit_records(0, 1_000).await.unwrap();
        assert!(records.iter().any(|row| row.body[class.as_str()] == 1), "{table}");
    }
    store.close().await;
}

#[tokio::test]
async fn a_hold_keeps_what_it_names_until_it_ends() {
    let site = Site::new();
    let store = site.create().await;
    let ann = site.member(&store, "ann", "employee").await;
    let bea = site.member(&store, "bea", "employee").await;
    let far = START + 3_000 * DAY;
    for member in [&ann, &bea] {
        member.ask(&site, &store, START).await;
        for (table, _) in TABLES {
            write_row(&store, table, Some(member.pseudonym), START).await;
        }
    }
    let hold = |scope| NewHold {
        id: HoldId::random(&site.entropy),
        scope,
        reason: "case-7".parse().unwrap(),
        placed_at: START,
        placed_by: bea.pseudonym,
        until: far + DAY,
    };
    let (everything, class) =
        (hold(HoldScope::Person(ann.pseudonym)), hold(HoldScope::Class(RetentionClass::Feedback)));
    for hold in [&everything, &class] {
        store.place_hold(&allowed(), hold).await.unwrap();
    }
    store.purge(far, ClockState::Trusted).await.unwrap();
    assert_eq!(count(&store, "conversation").await, 1);
    assert!(store.conversation_of(ann.owner()).await.unwrap().is_some());
    for (table, class) in TABLES {
        let expected = match class {
            RetentionClass::Feedback => 2,
            RetentionClass::ConsentRecord => 0,
            _ => 1,
        };
        assert_eq!(count(&store, table).await, expected, "{table}");
    }
    // The log keeps everything from the first record that is held on.
    let records = store.audit_records(0, 1_000).await.unwrap();
    assert!(records.iter().any(|row| row.pseudonym == Some(ann.pseudonym) && row.at == START));

    store.release_hold(&allowed(), everything.id, bea.pseudonym, far).await.unwrap();
    let again = store.release_hold(&allowed(), everything.id, bea.pseudonym, far).await;
    assert!(matches!(again, Err(StoreError::UnknownHold)));
    store.purge(far, ClockState::Trusted).await.unwrap();
    assert_eq!(count(&store, "conversation").await, 0);
    assert_eq!(count(&store, "feedback").await, 2);
    store.purge(far + DAY, ClockState::Trusted).await.unwrap();
    assert_eq!(count(&store, "feedback").await, 0, "the hold ended by itself");
    store.close().await;
}
