//! Measures what encryption, sealing and the audit log cost a turn: the two transactions of a turn
//! in a vault, against the same rows in a plain `SQLite` file with the same pragmas.
//!
//! `measure_turn FOLDER…` prints one JSON line a folder and figure: name a folder on a disk and one
//! on tmpfs. Both sides alternate in batches, so that a noisy machine is noisy for both.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use cloister_store::{
    AuditBody, DataKey, LogKey, NewSession, Place, SessionKind, Store, TurnAuthorisation,
    TurnCompletion, Vault, VaultPaths,
};
use cloister_types::{
    ConversationId, Entropy, OsEntropy, OwnerId, PassageId, Pseudonym, SessionId, Timestamp, TurnId,
};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// Turns in a batch, and batches of each side.
const BATCH: usize = 50;
const BATCHES: usize = 12;
/// A question and an answer of usual length, in bytes.
const QUESTION: usize = 120;
const ANSWER: usize = 1_600;
/// The pragmas of a vault, but for those of the cipher.
const PRAGMAS: &str = "\
    PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF; \
    PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; \
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;";
const SCHEMA: &str = "\
    CREATE TABLE conversation (id TEXT NOT NULL PRIMARY KEY, started_at INTEGER NOT NULL, \
        last_turn_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT; \
    CREATE INDEX conversation_expiry ON conversation (expires_at); \
    CREATE TABLE turn (id TEXT NOT NULL PRIMARY KEY, \
        conversation_id TEXT NOT NULL REFERENCES conversation (id), ordinal INTEGER NOT NULL, \
        asked_at INTEGER NOT NULL, completed_at INTEGER, outcome TEXT, content BLOB NOT NULL, \
        UNIQUE (conversation_id, ordinal)) STRICT;";

#[tokio::main]
async fn main() -> Outcome<()> {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if folders.is_empty() {
        return Err("usage: measure_turn FOLDER…".into());
    }
    for folder in folders {
        let place = tempfile::tempdir_in(&folder)?;
        let Times { vault, logged, plain } = measure(place.path()).await?;
        let shown = folder.display();
        let millis = |time: Duration| time.as_secs_f64() * 1e3;
        print_line(&format!("turn in a vault, {shown}"), millis(vault), "ms");
        print_line(&format!("turn in a vault that logs it, {shown}"), millis(logged), "ms");
        print_line(&format!("turn in plain SQLite, {shown}"), millis(plain), "ms");
        let ratio = vault.as_secs_f64() / plain.as_secs_f64();
        print_line(&format!("turn, vault against plain, {shown}"), ratio, "ratio");
    }
    Ok(())
}

/// The median times of a turn.
struct Times {
    /// In a vault.
    vault: Duration,
    /// In a vault that keeps it in the message log as well.
    logged: Duration,
    /// In a plain file.
    plain: Duration,
}

/// Measures turns below `place`.
async fn measure(place: &Path) -> Outcome<Times> {
    let mut vault = Sealed::open(place).await?;
    let mut plain = Plain::open(&place.join("plain.db")).await?;
    let log = vault.store.log_key(&OsEntropy, START).await?;
    let (mut in_vault, mut in_log, mut in_plain) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..BATCHES {
        in_vault.push(vault.batch(None).await?);
        in_log.push(vault.batch(Some(log)).await?);
        in_plain.push(plain.batch().await?);
    }
    vault.store.close().await;
    plain.connection.close().await?;
    fs::remove_file(place.join("plain.db"))?;
    Ok(Times { vault: median(in_vault), logged: median(in_log), plain: median(in_plain) })
}

struct Sealed {
    store: Store,
    key: DataKey,
    session: SessionId,
    pseudonym: Pseudonym,
    conversation: ConversationId,
    passages: [PassageId; 3],
}

impl Sealed {
    async fn open(place: &Path) -> Outcome<Self> {
        let paths = VaultPaths { data_dir: place.join("data"), config_dir: place.join("config") };
        let store = Vault::create(&paths, &OsEntropy, START).await?;
        let (session, pseudonym) = (SessionId::random(&OsEntropy), Pseudonym::random(&OsEntropy));
        store
            .start_session(&NewSession {
                id: session,
                kind: SessionKind::Guest,
                token_hash: (&OsEntropy as &dyn Entropy).bytes(),
                pseudonym,
                account: None,
                place: Place::terminal(),
                started_at: START,
                expires_at: START + Duration::from_hours(1),
                elevated_until: None,
            })
            .await?;
        let passages = ["returns/window".parse()?, "gift-cards/expiry".parse()?, "a/b".parse()?];
        let conversation = ConversationId::random(&OsEntropy);
        let key = DataKey::random(&OsEntropy);
        Ok(Self { store, key, session, pseudonym, conversation, passages })
    }

    async fn batch(&mut self, log: Option<LogKey>) -> Outcome<Duration> {
        let started = Instant::now();
        for _ in 0..BATCH {
            let turn = TurnId::random(&OsEntropy);
            let owner = OwnerId::Guest(self.session);
            let seal = |text: &[u8]| self.key.seal_turn(&OsEntropy, owner, turn, text);
            let expires_at = START + Duration::from_hours(24);
            let audit = AuditBody::new().passages("passages", &self.passages).count("hidden", 0);
            self.store
                .authorise_turn(&TurnAuthorisation {
                    turn,
                    conversation: self.conversation,
                    session: self.session,
                    owner,
                    asked_at: START,
                    expires_at,
                    sealed: seal(&[b'q'; QUESTION])?,
                    audit,
                })
                .await?;
            let answer = [b'a'; QUESTION + ANSWER];
            let logged =
                log.map(|key| key.seal(&OsEntropy, turn, self.pseudonym, &answer)).transpose()?;
            let audit = AuditBody::new().passages("cited", &self.passages).measure("total_ms", 9.5);
            self.store
                .complete_turn(&TurnCompletion {
                    turn,
                    completed_at: START,
                    outcome: "answered",
                    sealed: seal(&answer)?,
                    logged,
                    audit,
                })
                .await?;
        }
        Ok(each(started))
    }
}

struct Plain {
    connection: SqliteConnection,
    conversation: String,
    ordinal: i64,
}

impl Plain {
    async fn open(path: &Path) -> Outcome<Self> {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let mut connection = options.disable_statement_logging().connect().await?;
        sqlx::raw_sql(PRAGMAS).execute(&mut connection).await?;
        sqlx::raw_sql(SCHEMA).execute(&mut connection).await?;
        let conversation = ConversationId::random(&OsEntropy).to_string();
        Ok(Self { connection, conversation, ordinal: 0 })
    }

    async fn batch(&mut self) -> Outcome<Duration> {
        let started = Instant::now();
        for _ in 0..BATCH {
            self.ordinal += 1;
            let turn = TurnId::random(&OsEntropy).to_string();
            let mut tx = self.connection.begin_with("BEGIN IMMEDIATE").await?;
            sqlx::query(
                "INSERT INTO conversation VALUES (?1, ?2, ?2, ?2) \
                 ON CONFLICT (id) DO UPDATE SET last_turn_at = ?2, expires_at = ?2",
            )
            .bind(&self.conversation)
            .bind(self.ordinal)
            .execute(&mut *tx)
            .await?;
            sqlx::query(
                "INSERT INTO turn (id, conversation_id, ordinal, asked_at, content) \
                 VALUES (?, ?, ?, ?, ?)",
            )
            .bind(&turn)
            .bind(&self.conversation)
            .bind(self.ordinal)
            .bind(self.ordinal)
            .bind(&[b'q'; QUESTION][..])
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;

            let mut tx = self.connection.begin_with("BEGIN IMMEDIATE").await?;
            sqlx::query(
                "UPDATE turn SET completed_at = ?, outcome = 'answered', content = ? WHERE id = ?",
            )
            .bind(self.ordinal)
            .bind(&[b'a'; QUESTION + ANSWER][..])
            .bind(&turn)
            .execute(&mut *tx)
            .await?;
            sqlx::query("UPDATE conversation SET last_turn_at = ?1, expires_at = ?1 WHERE id = ?2")
                .bind(self.ordinal)
                .bind(&self.conversation)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
        }
        Ok(each(started))
    }
}

fn each(started: Instant) -> Duration {
    started.elapsed() / u32::try_from(BATCH).unwrap_or(u32::MAX)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[expect(clippy::print_stdout, reason = "figures are this program's output")]
fn print_line(what: &str, value: f64, unit: &str) {
    println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit }));
}
