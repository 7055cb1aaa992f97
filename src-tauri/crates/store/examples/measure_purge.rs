//! Measures the purge of many expired turns while others read and write: how long it takes, and how
//! long they wait.
//!
//! `measure_purge FOLDER [TURNS]` prints one JSON line a figure. Eight readers each look up a
//! session and read a conversation, and one writer asks and answers, with pauses between as people
//! make them: a reader 20 ms, the writer 50 ms. Before the purge the same is measured without it.

use std::{
    env,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use cloister_store::{
    AuditBody, ClockState, DataKey, NewAccount, NewSession, PasswordRecord, Place, SessionKind,
    Store, TurnAuthorisation, TurnCompletion, Vault, VaultPaths,
};
use cloister_types::{
    AccountId, ConversationId, Entropy, OsEntropy, OwnerId, Pseudonym, Secret, SessionId,
    Timestamp, TurnId,
};
use tokio::task::JoinSet;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const READERS: usize = 8;
const READER_PAUSE: Duration = Duration::from_millis(20);
const WRITER_PAUSE: Duration = Duration::from_millis(50);
/// How long the others are measured by themselves.
const QUIET: Duration = Duration::from_secs(10);
/// A question with its answer, sealed, and how many of them a conversation has.
const TURN_BYTES: u32 = 1_800;
const TURNS_A_CONVERSATION: u32 = 5;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Outcome<()> {
    let mut arguments = env::args_os().skip(1);
    let folder =
        arguments.next().map(PathBuf::from).ok_or("usage: measure_purge FOLDER [TURNS]")?;
    let turns: u32 = match arguments.next() {
        Some(turns) => turns.to_string_lossy().parse()?,
        None => 1_000_000,
    };
    let place = tempfile::tempdir_in(&folder)?;
    let (store, desk) = furnish(place.path(), turns).await?;

    let quiet = Others::start(&store, &desk);
    tokio::time::sleep(QUIET).await;
    let (reads, writes) = quiet.stop().await?;
    print_percentiles("read without a purge", reads);
    print_percentiles("turn without a purge", writes);

    let busy = Others::start(&store, &desk);
    let started = Instant::now();
    let report = store.purge(START, ClockState::Trusted).await?;
    let took = started.elapsed();
    let (reads, writes) = busy.stop().await?;
    print_percentiles("read during the purge", reads);
    print_percentiles("turn during the purge", writes);
    print_line("turns purged", precise(report.turns), "turns");
    print_line("purge", took.as_secs_f64(), "s");
    print_line("purged a second", precise(report.turns) / took.as_secs_f64(), "turns/s");
    store.close().await;
    Ok(())
}

/// Who reads and writes meanwhile.
struct Desk {
    session: SessionId,
    owner: OwnerId,
    conversation: ConversationId,
    token_hash: [u8; 32],
    key: DataKey,
}

/// A vault with `turns` that are due and somebody whose session is alive.
async fn furnish(place: &Path, turns: u32) -> Outcome<(Store, Arc<Desk>)> {
    let paths = VaultPaths { data_dir: place.join("data"), config_dir: place.join("config") };
    let store = Vault::create(&paths, &OsEntropy, START).await?;
    let (id, key) = (AccountId::random(&OsEntropy), DataKey::random(&OsEntropy));
    let wrapping = Secret::new((&OsEntropy as &dyn Entropy).bytes());
    let wrapped_key = key.wrap(&OsEntropy, OwnerId::Account(id), &wrapping)?;
    store
        .create_account(&NewAccount {
            id,
            name: "measured".to_owned(),
            pseudonym: Pseudonym::random(&OsEntropy),
            roles: <_>::default(),
            attributes: <_>::default(),
            password: PasswordRecord { hash: String::new(), wrapped_key, must_change: false },
            created_at: START,
            created_by: None,
        })
        .await?;
    let started = Instant::now();
    let conversations = turns / TURNS_A_CONVERSATION;
    let expired = START - Duration::from_hours(1);
    store
        .fill_with_expired_turns(
            &id.to_string(),
            conversations,
            TURNS_A_CONVERSATION,
            TURN_BYTES,
            expired,
        )
        .await?;
    print_line("filling", started.elapsed().as_secs_f64(), "s");
    let session = SessionId::random(&OsEntropy);
    let token_hash = (&OsEntropy as &dyn Entropy).bytes();
    store
        .start_session(&NewSession {
            id: session,
            kind: SessionKind::Guest,
            token_hash,
            pseudonym: Pseudonym::random(&OsEntropy),
            account: None,
            place: Place::terminal(),
            started_at: START,
            expires_at: START + Duration::from_hours(10),
            elevated_until: None,
        })
        .await?;
    let conversation = ConversationId::random(&OsEntropy);
    let owner = OwnerId::Guest(session);
    Ok((store, Arc::new(Desk { session, owner, conversation, token_hash, key })))
}

/// The readers and the writer.
struct Others {
    over: Arc<AtomicBool>,
    readers: JoinSet<Result<Vec<Duration>, String>>,
    writer: JoinSet<Result<Vec<Duration>, String>>,
}

impl Others {
    fn start(store: &Store, desk: &Arc<Desk>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let mut readers = JoinSet::new();
        for _ in 0..READERS {
            readers.spawn(read(store.clone(), Arc::clone(desk), Arc::clone(&over)));
        }
        let mut writer = JoinSet::new();
        writer.spawn(write(store.clone(), Arc::clone(desk), Arc::clone(&over)));
        Self { over, readers, writer }
    }

    /// How long each read and each turn's writing took.
    async fn stop(mut self) -> Outcome<(Vec<Duration>, Vec<Duration>)> {
        self.over.store(true, Ordering::SeqCst);
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        while let Some(times) = self.readers.join_next().await {
            reads.extend(times??);
        }
        while let Some(times) = self.writer.join_next().await {
            writes.extend(times??);
        }
        Ok((reads, writes))
    }
}

async fn read(
    store: Store,
    desk: Arc<Desk>,
    over: Arc<AtomicBool>,
) -> Result<Vec<Duration>, String> {
    let mut times = Vec::new();
    while !over.load(Ordering::SeqCst) {
        let started = Instant::now();
        store.session_by_token_hash(&desk.token_hash).await.map_err(|error| error.to_string())?;
        store.turns(desk.owner, desk.conversation).await.map_err(|error| error.to_string())?;
        times.push(started.elapsed());
        tokio::time::sleep(READER_PAUSE).await;
    }
    Ok(times)
}

/// Times each transaction of a turn by itself: a reader waits for the one before the first word, and
/// for the other before the end. A conversation is cut off after some turns, as they are in life.
async fn write(
    store: Store,
    desk: Arc<Desk>,
    over: Arc<AtomicBool>,
) -> Result<Vec<Duration>, String> {
    let mut times = Vec::new();
    while !over.load(Ordering::SeqCst) {
        let turn = TurnId::random(&OsEntropy);
        let seal = |bytes: usize| {
            desk.key
                .seal_turn(&OsEntropy, desk.owner, turn, &vec![b'x'; bytes])
                .map_err(|error| error.to_string())
        };
        let conversation = if times.len().is_multiple_of(20) {
            desk.conversation
        } else {
            ConversationId::random(&OsEntropy)
        };
        let expires_at = START + Duration::from_hours(24);
        let question = TurnAuthorisation {
            turn,
            conversation,
            session: desk.session,
            owner: desk.owner,
            asked_at: START,
            expires_at,
            sealed: seal(120)?,
            audit: AuditBody::new(),
        };
        let answer = TurnCompletion {
            turn,
            completed_at: START,
            outcome: "answered",
            sealed: seal(1_700)?,
            logged: None,
            audit: AuditBody::new(),
        };
        let started = Instant::now();
        store.authorise_turn(&question).await.map_err(|error| error.to_string())?;
        times.push(started.elapsed());
        let started = Instant::now();
        store.complete_turn(&answer).await.map_err(|error| error.to_string())?;
        times.push(started.elapsed());
        tokio::time::sleep(WRITER_PAUSE).await;
    }
    Ok(times)
}

fn print_percentiles(what: &str, mut times: Vec<Duration>) {
    times.sort();
    for (name, percent) in [("p50", 50), ("p99", 99), ("max", 100)] {
        let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
        let millis = times.get(place).copied().unwrap_or_default().as_secs_f64() * 1e3;
        print_line(&format!("{what}, {name}"), millis, "ms");
    }
}

fn precise(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[expect(clippy::print_stdout, reason = "figures are this program's output")]
fn print_line(what: &str, value: f64, unit: &str) {
    println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit }));
}
