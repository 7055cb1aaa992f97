//! The worker: the main loop of the hidden `infer-worker` subcommand, the only code that runs
//! llama.cpp.
//!
//! It runs in a process of its own because ggml aborts on a bad file and when memory runs out.
//! It needs two pipes and the open model file, and after loading neither files nor sockets.

mod abort;
mod answer;
mod bench;
mod context;
mod inbox;
mod kept;
mod load;
mod memory;
mod outbox;
mod pace;
mod plan;
mod prompt;
mod repetition;
mod sampler;
mod session;
mod slots;
mod threads;
mod utf8;

use std::{
    io::{self, Read, Write},
    time::Instant,
};

use self::{
    inbox::{Heard, Inbox},
    load::LoadOrder,
    memory::MemoryGauge,
    outbox::Outbox,
    session::Session,
};
use crate::{
    ProtocolError, WorkerError,
    protocol::{ParentMessage, VERSION, WorkerMessage},
};

/// Serves requests from `input` until it ends; answers go to `output`.
///
/// `on_loaded` runs once, after the model is loaded and every thread that computes exists, before
/// any person's text comes in: there the caller installs the stricter system-call filter. From then
/// on nothing is opened, and nothing but `output` is written.
///
/// Call it first thing in a process of its own: it silences llama.cpp's logs (which could hold
/// text) and initialises its back-end, both for the whole process.
///
/// # Errors
/// [`WorkerError`] when the model cannot be loaded, the parent does not speak the protocol, the
/// pipe breaks, or llama.cpp fails while it evaluates. The end of `input` at any moment is no error.
pub fn run<R, W>(
    input: R,
    output: W,
    on_loaded: impl FnOnce() -> io::Result<()>,
) -> Result<(), WorkerError>
where
    R: Read + Send + 'static,
    W: Write + 'static,
{
    let outbox = Outbox::new(output);
    outbox.send(&WorkerMessage::Hello { version: VERSION })?;
    let inbox = Inbox::listen(input);

    let order = match inbox.wait(None)? {
        Heard::Message(message) => order(message)?,
        Heard::Nothing | Heard::End => return Ok(()),
    };
    let start = Instant::now();
    let loaded = match order.load(&inbox, &outbox) {
        Ok(loaded) => loaded,
        Err(_) if inbox.interrupts().ended() => return Ok(()),
        Err(reason) => return refuse(&outbox, reason),
    };
    let mut session = match Session::new(&loaded, &order, &inbox, &outbox, MemoryGauge::open()) {
        Ok(session) => session,
        Err(reason) => return refuse(&outbox, reason),
    };
    session.warm_up()?;
    on_loaded().map_err(WorkerError::Confine)?;
    let load_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    outbox.send(&WorkerMessage::Ready { load_ms, sequences: session.sequences() })?;
    session.serve()
}

/// What is to be loaded, which must be the first that is said.
fn order(message: ParentMessage) -> Result<LoadOrder, ProtocolError> {
    match message {
        ParentMessage::Load {
            fd,
            context_tokens,
            sequences,
            memory_mb,
            threads,
            chat_template,
        } => Ok(LoadOrder { fd, context_tokens, sequences, memory_mb, threads, chat_template }),
        ParentMessage::Prepare { .. }
        | ParentMessage::Generate { .. }
        | ParentMessage::Cancel { .. }
        | ParentMessage::Forget { .. }
        | ParentMessage::Bench { .. } => Err(ProtocolError::OutOfTurn),
    }
}

fn refuse<W: Write>(outbox: &Outbox<W>, reason: crate::LoadError) -> Result<(), WorkerError> {
    outbox.send(&WorkerMessage::LoadFailed { reason })?;
    Err(WorkerError::Load(reason))
}
