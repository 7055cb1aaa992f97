//! A process that writes to a vault without a pause, and says what was acknowledged.

use std::{
    collections::BTreeSet,
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use cloister_store::{
    AuditBody, AuditEvent, AuditRecord, ClockState, DataKey, KeySources, NewSession, Place,
    SessionKind, Store, StoreError, TurnAuthorisation, TurnCompletion, Unlock, Vault, VaultPaths,
};
use cloister_types::{
    ConversationId, Entropy, OsEntropy, OwnerId, Pseudonym, SessionId, Timestamp, TurnId,
};

use super::Outcome;

/// What the child prints before a turn that was acknowledged: conversation and turn follow.
pub(crate) const TURN: &str = "turn ";
/// An act was refused for want of room.
pub(crate) const FULL: &str = "full";
/// While there was no room, a record was written and a purge made.
pub(crate) const ESSENTIAL: &str = "essential";

/// A guest asks so many questions; then the next sits down.
const TURNS: u32 = 40;
/// Bytes of an answer: large enough that pages and the write-ahead log grow.
const ANSWER: usize = 3_000;
/// Between two tries while there is no room.
const PAUSE: Duration = Duration::from_millis(2);

/// The folders of the vault below `folder`.
pub(crate) fn paths(folder: &Path) -> VaultPaths {
    VaultPaths { data_dir: folder.join("data"), config_dir: folder.join("config") }
}

/// Opens the vault below `folder`, or makes it.
pub(crate) async fn open(folder: &Path) -> Result<Store, StoreError> {
    let paths = paths(folder);
    if !Vault::exists(&paths) {
        return Vault::create(&paths, &OsEntropy, now()).await;
    }
    let drawn = (&OsEntropy as &dyn Entropy, now());
    Vault::open(&paths, &Unlock::Automatic, KeySources::default(), drawn).await
}

/// What was found in a vault that its process left without a word.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) lost: u64,
    pub(crate) sound: bool,
}

/// Looks for `acknowledged`, by session, conversation and turn, and at integrity and chain.
pub(crate) async fn judge(
    folder: &Path,
    acknowledged: &BTreeSet<(String, String, String)>,
) -> Outcome<Verdict> {
    let store = open(folder).await?;
    let sound = store.check().await?.is_sound() && store.verify_audit(&[]).await?.finding.is_none();
    let mut kept = BTreeSet::new();
    let conversations: BTreeSet<_> =
        acknowledged.iter().map(|(session, conversation, _)| (session, conversation)).collect();
    for (session, conversation) in conversations {
        let owner = OwnerId::Guest(session.parse()?);
        for turn in store.turns(owner, conversation.parse()?).await? {
            if turn.completed_at.is_some() {
                kept.insert((session.clone(), conversation.clone(), turn.id.to_string()));
            }
        }
    }
    // Work resumes.
    store.start_session(&Desk::new().session_from(now())).await?;
    store.close().await;
    let lost = acknowledged.difference(&kept).count();
    Ok(Verdict { lost: u64::try_from(lost)?, sound })
}

/// The child: writes until its process is killed.
pub(crate) fn run(folder: &Path) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(write(folder))
}

async fn write(folder: &Path) -> Outcome<()> {
    let store = open(folder).await?;
    let starved = Arc::new(AtomicBool::new(false));
    tokio::spawn(keep_house(store.clone(), Arc::clone(&starved)));
    loop {
        let desk = Desk::new();
        let session = desk.session_from(now());
        insist(&starved, async || store.start_session(&session).await).await?;
        for _ in 0..TURNS {
            let (question, answer) = desk.turn()?;
            insist(&starved, async || store.authorise_turn(&question).await.map(drop)).await?;
            insist(&starved, async || store.complete_turn(&answer).await).await?;
            let turn = question.turn;
            say(&format!("{TURN}{} {} {turn}", desk.session, desk.conversation))?;
        }
    }
}

/// Purges and signs beside the turns, as the appliance does, only more often.
async fn keep_house(store: Store, starved: Arc<AtomicBool>) {
    loop {
        // Fails while there is no room, and then there is enough to purge from before.
        drop(leave_something_due(&store).await);
        let purged = store.purge(now(), ClockState::Trusted).await;
        let record = AuditRecord::new(AuditEvent::ModelLoaded, now(), AuditBody::new());
        let recorded = store.record(&record).await;
        if purged.is_ok() && recorded.is_ok() && starved.load(Ordering::SeqCst) {
            drop(say(ESSENTIAL));
        }
        drop(store.keep_checkpoints(&[], now()).await);
        tokio::time::sleep(10 * PAUSE).await;
    }
}

/// Somebody who left long ago.
async fn leave_something_due(store: &Store) -> Result<(), StoreError> {
    let desk = Desk::new();
    store.start_session(&desk.session_from(now() - Duration::from_hours(2))).await?;
    store.authorise_turn(&desk.turn()?.0).await.map(drop)
}

/// A guest and a conversation.
struct Desk {
    key: DataKey,
    session: SessionId,
    conversation: ConversationId,
}

impl Desk {
    fn new() -> Self {
        Self {
            key: DataKey::random(&OsEntropy),
            session: SessionId::random(&OsEntropy),
            conversation: ConversationId::random(&OsEntropy),
        }
    }

    /// An hour from `started_at`.
    fn session_from(&self, started_at: Timestamp) -> NewSession {
        NewSession {
            id: self.session,
            kind: SessionKind::Guest,
            token_hash: (&OsEntropy as &dyn Entropy).bytes(),
            pseudonym: Pseudonym::random(&OsEntropy),
            account: None,
            place: Place::terminal(),
            started_at,
            expires_at: started_at + Duration::from_hours(1),
            elevated_until: None,
        }
    }

    /// A question and its answer.
    fn turn(&self) -> Result<(TurnAuthorisation, TurnCompletion), StoreError> {
        let (turn, owner) = (TurnId::random(&OsEntropy), OwnerId::Guest(self.session));
        let seal = |text: &[u8]| self.key.seal_turn(&OsEntropy, owner, turn, text);
        let question = TurnAuthorisation {
            turn,
            conversation: self.conversation,
            session: self.session,
            owner,
            asked_at: now(),
            expires_at: now() + Duration::from_hours(1),
            sealed: seal(b"where is my order?")?,
            audit: AuditBody::new().count("passages", 2),
        };
        let answer = TurnCompletion {
            turn,
            completed_at: now(),
            outcome: "answered",
            sealed: seal(&[b'a'; ANSWER])?,
            logged: None,
            audit: AuditBody::new().count("tokens", 90),
        };
        Ok((question, answer))
    }
}

/// Does `act` until there is room for it; any other failure ends the process.
async fn insist(
    starved: &AtomicBool,
    act: impl AsyncFn() -> Result<(), StoreError>,
) -> Outcome<()> {
    loop {
        match act().await {
            Ok(()) => {
                starved.store(false, Ordering::SeqCst);
                return Ok(());
            }
            Err(StoreError::DiskFull) => {
                starved.store(true, Ordering::SeqCst);
                say(FULL)?;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn say(line: &str) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
