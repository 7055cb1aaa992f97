//! `kill -9` at random moments under load.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use cloister_types::{Entropy, OsEntropy};

use super::{Outcome, load};

/// The moment lies within so many milliseconds after the first acknowledged turn, or, every third
/// time, after the start: then the vault may be about to be made, opened or tidied up.
const WITHIN_MILLIS: u64 = 250;
/// Longest that a child may take to open the vault and have its first turn acknowledged.
const PATIENCE: Duration = Duration::from_mins(1);
/// A vault is used for so many kills; then the next is a new one, so that each grows and is purged.
const KILLS_A_VAULT: u32 = 25;

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) kills: u64,
    pub(crate) acknowledged: u64,
    pub(crate) lost: u64,
    pub(crate) unsound: u64,
}

/// Makes vaults in `folder` and kills `child`, which writes to them, `kills` times.
pub(crate) fn trial(folder: &Path, kills: u32, child: &dyn Fn(&Path) -> Command) -> Outcome<Seen> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut seen = Seen::default();
    let mut done = 0;
    while done < kills {
        let vault = tempfile::tempdir_in(folder)?;
        let mut acknowledged = BTreeSet::new();
        for _ in 0..KILLS_A_VAULT.min(kills - done) {
            let from_start = done % 3 == 2;
            acknowledged.extend(write_and_kill(&mut child(vault.path()), from_start)?);
            let verdict = runtime.block_on(load::judge(vault.path(), &acknowledged))?;
            seen.kills += 1;
            seen.lost += verdict.lost;
            seen.unsound += u64::from(!verdict.sound);
            done += 1;
        }
        seen.acknowledged += u64::try_from(acknowledged.len())?;
    }
    Ok(seen)
}

/// Starts a child and kills it at a random moment; what it had acknowledged by then.
fn write_and_kill(
    command: &mut Command,
    from_start: bool,
) -> Outcome<Vec<(String, String, String)>> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let lines = lines_of(&mut child)?;
    let mut heard = Vec::new();
    while !from_start && heard.is_empty() {
        heard.extend(turn(&lines.recv_timeout(PATIENCE)?));
    }
    // The trial is about a moment in time, not about anything that could be waited for.
    std::thread::sleep(Duration::from_millis(random_millis(WITHIN_MILLIS)));
    child.kill()?;
    child.wait()?;
    // What lies in the pipe was acknowledged too.
    heard.extend(lines.iter().filter_map(|line| turn(&line)));
    Ok(heard)
}

/// The lines that `child` prints, until it ends; a half line of its last moment is none.
pub(crate) fn lines_of(child: &mut Child) -> Outcome<mpsc::Receiver<String>> {
    let output = child.stdout.take().ok_or("the child has no output")?;
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(output);
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
            if !line.ends_with('\n') || sender.send(line.trim_end().to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    Ok(lines)
}

/// Session, conversation and turn of a line that acknowledges one.
pub(crate) fn turn(line: &str) -> Option<(String, String, String)> {
    let mut words = line.strip_prefix(load::TURN)?.split(' ').map(str::to_owned);
    Some((words.next()?, words.next()?, words.next()?))
}

/// A random number of milliseconds below `most`.
pub(crate) fn random_millis(most: u64) -> u64 {
    u64::from_le_bytes((&OsEntropy as &dyn Entropy).bytes()) % most
}
