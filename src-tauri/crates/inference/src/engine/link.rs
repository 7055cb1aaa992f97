//! One worker process and the pipes to it.

use std::{io, process::Stdio, time::Duration};

use cloister_types::VerifiedModel;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};

use super::{EngineOptions, WorkerCommand};
use crate::{
    ChatTemplate, ProtocolError,
    protocol::{ParentMessage, WorkerMessage, decode, encode, frame_length},
};

/// The descriptor under which a worker finds the model: its standard error.
///
/// A child inherits three descriptors without a race against other children that are started at the
/// same time, and without unsafe code. Two are the pipes. The third would only carry llama.cpp's
/// words, which may hold text and are unwanted; here it is the model file, open for reading.
const MODEL_FD: u32 = 2;

/// Everything a worker finds in its environment.
///
/// libgomp reads these once, at its start. Threads that spin while they wait take the time of those
/// that they wait for, so the spin is short. Prompt tokens/s of the default model with two threads
/// on two cores, alone and beside nine other threads: 318 and 36 with a spin of 100,000, 358 and 95
/// with one or two thousand, 331 and 113 without; large models gain from a short spin in answers.
const ENVIRONMENT: [(&str, &str); 3] =
    [("GOMP_SPINCOUNT", "2000"), ("OMP_DYNAMIC", "false"), ("LC_ALL", "C")];

/// Messages from the worker that may wait, before it has to.
const BACKLOG: usize = 64;

/// How long a worker that has closed its output may take to end.
const EXIT_GRACE: Duration = Duration::from_secs(2);

/// What every worker is started with.
#[derive(Debug)]
pub(super) struct Launch {
    pub(super) command: WorkerCommand,
    pub(super) model: VerifiedModel,
    pub(super) options: EngineOptions,
}

/// What comes from a worker.
#[derive(Debug)]
pub(super) enum Incoming {
    Message(WorkerMessage),
    /// It is gone, and how it went. The last one.
    Ended(String),
}

/// A running worker. Dropping it kills the process.
#[derive(Debug)]
pub(super) struct Link {
    outgoing: mpsc::UnboundedSender<Vec<u8>>,
    incoming: mpsc::Receiver<Incoming>,
    pump: JoinHandle<()>,
}

impl Launch {
    /// Starts a worker.
    pub(super) fn start(&self) -> io::Result<Link> {
        let mut child = Command::new(&self.command.program)
            .args(&self.command.args)
            .env_clear()
            .envs(ENVIRONMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(self.model.file().try_clone()?))
            // Out of the terminal's group: Ctrl-C stops an answer, not the worker.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (outgoing, frames) = mpsc::unbounded_channel();
        let (sender, incoming) = mpsc::channel(BACKLOG);
        tokio::spawn(write_frames(stdin, frames));
        let pump = tokio::spawn(read_messages(child, stdout, sender));
        Ok(Link { outgoing, incoming, pump })
    }

    /// The first message to a worker.
    pub(super) fn load_message(&self) -> ParentMessage {
        ParentMessage::Load {
            fd: MODEL_FD,
            context_tokens: self.options.context_tokens.min(self.model.context_tokens()),
            sequences: self.options.sequences,
            memory_mb: self.options.memory_mb,
            threads: self.options.threads.get(),
            chat_template: match &self.options.chat_template {
                ChatTemplate::Embedded => None,
                ChatTemplate::Named(name) => Some(name.clone()),
            },
        }
    }
}

impl Link {
    /// Hands over a message. That the worker is gone is told by [`Link::next`], not here.
    pub(super) fn send(&self, message: &ParentMessage) -> Result<(), ProtocolError> {
        let frame = encode(message)?;
        drop(self.outgoing.send(frame));
        Ok(())
    }

    /// Waits for what comes next. Safe to drop and call again.
    pub(super) async fn next(&mut self) -> Incoming {
        match self.incoming.recv().await {
            Some(incoming) => incoming,
            None => Incoming::Ended(String::from("its process is gone")),
        }
    }

    /// Closes the worker's input, which ends it, and waits until it is gone.
    pub(super) async fn close(mut self) {
        self.outgoing = mpsc::unbounded_channel().0;
        while let Incoming::Message(_) = self.next().await {}
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

async fn write_frames(mut stdin: ChildStdin, mut frames: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        if stdin.write_all(&frame).await.is_err() {
            return;
        }
    }
}

/// Owns the child: reads until it ends or misbehaves, then sees to it that it is gone.
async fn read_messages(mut child: Child, stdout: ChildStdout, sender: mpsc::Sender<Incoming>) {
    let mut stdout = BufReader::new(stdout);
    let why = loop {
        match read_message(&mut stdout).await {
            Ok(message) => {
                if sender.send(Incoming::Message(message)).await.is_err() {
                    return;
                }
            }
            Err(ProtocolError::Io(_)) => break None,
            Err(error) => break Some(error),
        }
    };
    if why.is_some() || timeout(EXIT_GRACE, child.wait()).await.is_err() {
        // An error means that it is gone already.
        drop(child.start_kill());
    }
    let status = child.wait().await;
    let ended = match (why, status) {
        (Some(error), _) => error.to_string(),
        (None, Ok(status)) => format!("its process ended ({status})"),
        (None, Err(error)) => format!("its process is lost ({})", error.kind()),
    };
    drop(sender.send(Incoming::Ended(ended)).await);
}

async fn read_message(stdout: &mut BufReader<ChildStdout>) -> Result<WorkerMessage, ProtocolError> {
    let mut prefix = [0; 4];
    stdout.read_exact(&mut prefix).await?;
    let mut body = vec![0; frame_length(prefix)?];
    stdout.read_exact(&mut body).await?;
    decode(&body)
}
