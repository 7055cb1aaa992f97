//! Gives damaged model files to the worker: `trial_model PROGRAM MODEL COUNT [SEED]`. Each must be
//! refused, end the worker, or load and then answer or end; never may this process fail or wait for
//! long. Prints one JSON line with what happened.
//!
//! Damage goes where parsers fail: counts, lengths, offsets and names in the GGUF header (bits
//! flipped, bytes and words set to extremes), and files that are cut.
#![expect(clippy::print_stdout, reason = "what happened is its output")]

use std::{
    env,
    fs::{self, File, OpenOptions},
    io::{self, Read},
    os::unix::fs::FileExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use cloister_inference::{
    Message, Priority,
    protocol::{ParentMessage, WorkerMessage, read_message, write_message},
};
use cloister_types::{Entropy, SeededEntropy, SessionId};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Bytes at the start of the file that are damaged: the header of the default model has 1.8 MB, most
/// of it vocabulary; its counts and the tensors' descriptions are what matters.
const HEADER: u64 = 2_000_000;
/// Damages in one file at most.
const MOST_DAMAGES: u64 = 8;
/// A worker that takes longer counts as hung.
const PATIENCE: Duration = Duration::from_mins(1);
/// Values that break arithmetic on counts and offsets.
const EXTREMES: [u64; 6] = [0, 1, u64::MAX, 1 << 63, i64::MAX.cast_unsigned(), u32::MAX as u64 + 1];

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (program, model, count, seed) = match arguments.as_slice() {
        [program, model, count] => (program, model, count, 1),
        [program, model, count, seed] => (program, model, count, seed.parse()?),
        _ => return Err("usage: trial_model PROGRAM MODEL COUNT [SEED]".into()),
    };
    let random = SeededEntropy::new(seed);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("m.gguf");
    fs::copy(model, &path)?;
    let whole = OpenOptions::new().read(true).write(true).open(&path)?;
    let length = whole.metadata()?.len();
    let mut tally = Tally::default();
    for _ in 0..count.parse::<u64>()? {
        let undo = damage(&whole, length, &random)?;
        tally.note(offer(Path::new(program), &File::open(&path)?)?);
        for (offset, bytes) in undo.into_iter().rev() {
            whole.write_all_at(&bytes, offset)?;
        }
    }
    println!("{}", tally.report());
    if tally.hung > 0 { Err("a worker hung".into()) } else { Ok(()) }
}

/// What became of a damaged file.
#[derive(Clone, Copy)]
enum End {
    /// The worker said that it cannot be loaded.
    Refused,
    /// The worker ended while loading.
    EndedLoading,
    /// It was loaded and answered.
    Answered,
    /// It was loaded, and the worker ended at the first question.
    EndedAnswering,
    /// Nothing happened for long.
    Hung,
}

#[derive(Default)]
struct Tally {
    refused: u32,
    ended_loading: u32,
    answered: u32,
    ended_answering: u32,
    hung: u32,
}

impl Tally {
    fn note(&mut self, end: End) {
        match end {
            End::Refused => self.refused += 1,
            End::EndedLoading => self.ended_loading += 1,
            End::Answered => self.answered += 1,
            End::EndedAnswering => self.ended_answering += 1,
            End::Hung => self.hung += 1,
        }
    }

    fn report(&self) -> serde_json::Value {
        json!({
            "refused": self.refused,
            "ended_loading": self.ended_loading,
            "answered": self.answered,
            "ended_answering": self.ended_answering,
            "hung": self.hung,
        })
    }
}

fn draw(random: &SeededEntropy, below: u64) -> u64 {
    u64::from_le_bytes((random as &dyn Entropy).bytes()) % below.max(1)
}

/// Damages the file and returns what stood there, to be put back in reverse order.
fn damage(file: &File, length: u64, random: &SeededEntropy) -> io::Result<Vec<(u64, Vec<u8>)>> {
    let mut undo = Vec::new();
    for _ in 0..=draw(random, MOST_DAMAGES) {
        // Half of the damages near the start, where the counts are.
        let range = if draw(random, 2) == 0 { 4_096 } else { HEADER.min(length - 8) };
        let offset = draw(random, range);
        let mut before = [0; 8];
        file.read_exact_at(&mut before, offset)?;
        let mut after = before;
        match draw(random, 3) {
            0 => after[0] ^= 1 << draw(random, 8),
            1 => after[0] = if draw(random, 2) == 0 { 0 } else { 0xff },
            _ => {
                let extreme = draw(random, EXTREMES.len() as u64);
                after = EXTREMES[usize::try_from(extreme).unwrap_or(0)].to_le_bytes();
            }
        }
        file.write_all_at(&after, offset)?;
        undo.push((offset, before.to_vec()));
    }
    Ok(undo)
}

/// Has a worker load the file and answer one question.
fn offer(program: &Path, model: &File) -> Outcome<End> {
    let mut child = Command::new(program)
        .arg("infer-worker")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(model.try_clone()?)
        .spawn()?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("the worker has no pipes".into());
    };
    let heard = listen(output);
    let load = ParentMessage::Load {
        fd: 2,
        context_tokens: 256,
        sequences: 1,
        memory_mb: 100,
        threads: 1,
        chat_template: None,
    };
    // A worker that ended already is seen by its silence.
    drop(write_message(&mut input, &load));
    let mut loaded = false;
    let end = loop {
        match heard.recv_timeout(PATIENCE) {
            Ok(WorkerMessage::LoadFailed { .. }) => break End::Refused,
            Ok(WorkerMessage::Ready { .. }) => {
                loaded = true;
                drop(write_message(&mut input, &question()));
            }
            Ok(WorkerMessage::Finished { .. } | WorkerMessage::Rejected { .. }) => {
                break End::Answered;
            }
            Ok(_) => {}
            Err(mpsc::RecvTimeoutError::Timeout) => break End::Hung,
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                break if loaded { End::EndedAnswering } else { End::EndedLoading };
            }
        }
    };
    drop(input);
    reap(&mut child)?;
    Ok(end)
}

fn question() -> ParentMessage {
    ParentMessage::Generate {
        id: 1,
        owner: SessionId::random(&SeededEntropy::new(1)),
        priority: Priority::Interactive,
        messages: vec![Message::user("What is the capital of France?")],
        max_tokens: 4,
        deadline_ms: 10_000,
    }
}

/// What the worker says, read by a thread so that silence can be told from patience.
fn listen(mut output: impl Read + Send + 'static) -> mpsc::Receiver<WorkerMessage> {
    let (sender, heard) = mpsc::channel();
    thread::spawn(move || {
        while let Ok(Some(message)) = read_message(&mut output) {
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    heard
}

fn reap(child: &mut Child) -> io::Result<()> {
    // It may have ended by itself; then there is nothing to kill.
    drop(child.kill());
    child.wait().map(drop)
}
