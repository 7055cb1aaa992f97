//! The key is in no log, and nothing readable lies on the disk.

use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use cloister_types::Label;
use data_encoding::{HEXLOWER, HEXUPPER};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tracing::level_filters::LevelFilter;

use super::support::{MINUTE, START, Site, files_with};
use crate::{
    AuditBody, AuditEvent, AuditRecord, ClockState, Passage,
    key_file::{self, KeyFile},
};

/// Everything that was logged.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<u8>>>);

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Capture {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Every form in which a key could be printed.
fn forms(key: &[u8; 32]) -> [String; 4] {
    let list = format!("{key:?}");
    [
        HEXLOWER.encode(key),
        HEXUPPER.encode(key),
        list.trim_matches(['[', ']']).to_owned(),
        key.escape_ascii().to_string(),
    ]
}

/// One test, since what is logged can be captured once a process.
#[tokio::test]
async fn the_key_is_in_no_log_at_any_level_however_slow_a_statement() {
    let capture = Capture::default();
    let writer = capture.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    // The trap is real: with the key among the options and logging on, as is the driver's default
    // for a slow statement, the key is logged, and `Debug` prints it.
    let trap = Site::new();
    std::fs::create_dir(&trap.paths.data_dir).unwrap();
    let bait = HEXLOWER.encode(&[0xb7; 32]);
    let careless = SqliteConnectOptions::new()
        .filename(trap.paths.database())
        .create_if_missing(true)
        .pragma("key", format!("\"x'{bait}'\""))
        .log_slow_statements(log_level_of_the_driver(), Duration::ZERO);
    assert!(format!("{careless:?}").contains(&bait));
    careless.connect().await.unwrap().close().await.unwrap();
    assert!(capture.text().contains(&bait), "the capture would see a key");

    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    // A statement slow enough for the driver's default threshold of one second.
    let slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000000) \
                SELECT count(*) FROM n";
    let rows: i64 =
        sqlx::query_scalar(AssertSqlSafe(slow)).fetch_one(store.readers()).await.unwrap();
    assert_eq!(rows, 12_000_000);
    let store = site.reopen(store).await;
    let debug = format!("{store:?} {:?} {:?}", store.readers(), guest.key);
    store.close().await;
    let key_line = std::fs::read_to_string(site.key_file()).unwrap();
    std::fs::write(site.key_file(), key_line.replace(' ', " 0")).unwrap();
    let malformed = site.open().await.map(drop).unwrap_err();
    let mut wrong = key_line.clone().into_bytes();
    let digit = &mut wrong[20];
    *digit = if *digit == b'0' { b'1' } else { b'0' };
    std::fs::write(site.key_file(), &wrong).unwrap();
    let refused = site.open().await.map(drop).unwrap_err();

    std::fs::write(site.key_file(), &key_line).unwrap();
    let KeyFile::Wrapping(wrapping) = key_file::read(&site.key_file()).unwrap() else {
        panic!("a new vault's key file holds the key of a slot");
    };
    let root = store.chest().await.root.copy();
    let vault = site.key_file().file_stem().unwrap().to_str().unwrap().parse().unwrap();
    let log = capture.text();
    assert!(log.contains("vault opened"), "the log was captured");
    let places = [
        ("log", log),
        ("Debug", debug),
        ("malformed", format!("{malformed} {malformed:?}")),
        ("refused", format!("{refused} {refused:?}")),
    ];
    for key in [wrapping.expose(), root.expose(), root.database_key(vault).expose()] {
        for form in forms(key) {
            for (place, text) in &places {
                assert!(!text.contains(&form), "the key is in the {place}");
            }
        }
    }
    store.close().await;
}

/// The level type belongs to the `log` crate, which only the driver names.
fn log_level_of_the_driver<T: std::str::FromStr>() -> T {
    "trace".parse().unwrap_or_else(|_| panic!("trace is a level"))
}

#[tokio::test]
async fn nothing_readable_lies_in_any_file() {
    const MARKER: &str = "zanzibar-quokka-7731";
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    let question = guest.question(&site, START, &format!("question {MARKER}"));
    store.authorise_turn(&question).await.unwrap();
    let answer = guest.answer(&site, question.turn, START + MINUTE, &format!("answer {MARKER}"));
    store.complete_turn(&answer).await.unwrap();
    let passage = Passage {
        id: MARKER.parse().unwrap(),
        topic: MARKER.into(),
        label: Label::Public,
        question: MARKER.into(),
        answer: MARKER.into(),
        alternatives: vec![MARKER.into()],
    };
    let collection = MARKER.parse().unwrap();
    store.replace_collection(&collection, &[passage], START).await.unwrap();
    let body = AuditBody::new().with("rule", &collection);
    store.record(&AuditRecord::new(AuditEvent::TurnRefused, START, body)).await.unwrap();

    let everywhere = site.folder.path();
    let readable = |when: &str| {
        for marker in [MARKER, "audit_record", "SQLite format", "sealed"] {
            assert_eq!(files_with(everywhere, marker.as_bytes()).len(), 0, "{marker} {when}");
        }
    };
    let id = store.id().to_string();
    assert_eq!(files_with(everywhere, id.as_bytes()).len(), 2, "the search finds what is there");
    readable("while open");
    store.purge(START, ClockState::Trusted).await.unwrap();
    readable("after the log was folded in");
    store.purge(START + MINUTE * 20, ClockState::Trusted).await.unwrap();
    readable("after the purge");
    store.close().await;
    readable("when closed");

    // Under the key, the passage is there and the turn, which was sealed besides, never was.
    let store = site.open().await.unwrap();
    assert_eq!(store.passages().await.unwrap()[0].passage.answer, MARKER);
    store.close().await;
}

#[tokio::test]
async fn the_database_key_alone_does_not_open_what_a_guest_said() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    let question = guest.question(&site, START, "my name is [PERSON]");
    store.authorise_turn(&question).await.unwrap();
    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT sealed FROM turn").fetch_one(store.readers()).await.unwrap();
    assert!(!stored.windows(7).any(|window| window == b"my name"));
    assert!(guest.key.open_turn(guest.owner(), question.turn, &question.sealed).is_ok());

    // A turn moved into another guest's conversation does not open there.
    let thief = site.guest(&store).await;
    let bait = thief.question(&site, START, "bait");
    store.authorise_turn(&bait).await.unwrap();
    sqlx::query("UPDATE turn SET sealed = ? WHERE id = ?")
        .bind(&stored)
        .bind(bait.turn.to_string())
        .execute(&mut *store.writer().await.unwrap())
        .await
        .unwrap();
    let moved = store.turns(thief.owner(), thief.conversation).await.unwrap();
    for key in [&thief.key, &guest.key] {
        assert!(key.open_turn(thief.owner(), bait.turn, &moved[0].sealed).is_err());
    }
    store.close().await;
}
