//! The engine as the rest of the program sees it: one supervised worker behind a queue.

mod bench;
mod job;
mod link;
mod memory;
mod metrics;
mod queue;
mod supervisor;
mod threads;

use std::{
    ffi::OsString,
    num::NonZeroU32,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use cloister_types::{SessionId, VerifiedModel};
use tokio::sync::{mpsc, oneshot, watch};

pub use self::{
    bench::BenchReport,
    memory::memory_budget,
    metrics::{BOUNDS, EngineMetrics, Histogram},
    threads::physical_cores,
};
use self::{
    job::{Job, JobKind},
    link::Launch,
    metrics::Metrics,
    supervisor::{Command, Supervisor},
};
use crate::{
    BenchPlan, ChatTemplate, EngineError, GenerateRequest, Generation, LanguageModel, Message,
    ModelRecord, protocol::RequestId,
};

/// How to start a worker: this program again, with the hidden subcommand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerCommand {
    /// The program, as an absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
}

/// How the worker computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineOptions {
    /// Tokens of one conversation's context at most. Memory grows with it: 23 kB a token with the
    /// default model.
    pub context_tokens: u32,
    /// Answers that are written at the same time, at most; fewer where memory is short.
    pub sequences: u32,
    /// Megabytes for the contexts of all conversations.
    pub memory_mb: u64,
    /// Threads to compute with, at most: as few as are fastest are used. More than there are cores
    /// makes it slower, not faster.
    pub threads: NonZeroU32,
    /// Where the chat template comes from.
    pub chat_template: ChatTemplate,
}

impl EngineOptions {
    /// The context that is used unless somebody asks for another, in tokens.
    pub const CONTEXT_TOKENS: u32 = 2048;

    /// Answers that are written at the same time unless somebody asks for another number.
    pub const SEQUENCES: u32 = 8;

    /// The options for the model of `record` on this machine.
    #[must_use]
    pub fn for_record(record: &ModelRecord) -> Self {
        Self { chat_template: record.chat_template().clone(), ..Self::default() }
    }
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            context_tokens: Self::CONTEXT_TOKENS,
            sequences: Self::SEQUENCES,
            memory_mb: memory_budget(),
            threads: physical_cores(),
            chat_template: ChatTemplate::Embedded,
        }
    }
}

/// Whether the engine can answer.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineState {
    /// The model is loaded for the first time; requests wait.
    Loading {
        /// The part done, from 0 to 1.
        progress: f32,
    },
    /// The model answers.
    Ready {
        /// The model's id.
        model: String,
        /// Milliseconds from the worker's start until it was ready, as the worker saw it.
        load_ms: u64,
    },
    /// The worker ended and is started again; requests wait.
    Restarting {
        /// The number of attempts since it last answered.
        attempt: u32,
    },
    /// The worker cannot be started; requests fail at once. It is tried again every minute.
    Failed {
        /// Why, for people.
        reason: String,
    },
}

/// A language model in a worker process. Clones share it; when the last clone and the last
/// [`Generation`] are gone, the worker ends.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    commands: mpsc::UnboundedSender<Command>,
    state: watch::Receiver<EngineState>,
    metrics: Metrics,
    next_id: AtomicU64,
}

impl Engine {
    /// Starts the worker and the task that supervises it. Returns at once; [`Engine::watch`] tells
    /// when the model is ready.
    ///
    /// # Panics
    /// Outside a tokio runtime with time and I/O enabled.
    #[must_use]
    pub fn start(command: WorkerCommand, model: VerifiedModel, options: EngineOptions) -> Self {
        let (commands, inbox) = mpsc::unbounded_channel();
        let (publish, state) = watch::channel(EngineState::Loading { progress: 0.0 });
        let metrics = Metrics::default();
        let launch = Launch { command, model, options };
        let supervisor = Supervisor::new(launch, inbox, publish, metrics.clone());
        tokio::spawn(supervisor.run());
        Self(Arc::new(Inner { commands, state, metrics, next_id: AtomicU64::new(1) }))
    }

    /// Whether it can answer now.
    #[must_use]
    pub fn state(&self) -> EngineState {
        self.0.state.borrow().clone()
    }

    /// Follows the state.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<EngineState> {
        self.0.state.clone()
    }

    /// Computes the start of later prompts ahead, now and after each restart. A later call replaces
    /// an earlier one. Prompts gain from it when their first messages are exactly these.
    pub fn prepare(&self, prefix: Vec<Message>) {
        // Fails only after the supervisor's end, when there is nothing to prepare.
        drop(self.0.commands.send(Command::Prepare(prefix)));
    }

    /// What it did since it was started.
    #[must_use]
    pub fn metrics(&self) -> EngineMetrics {
        self.0.metrics.read()
    }

    /// Gives up what is kept of the conversations of sessions that ended.
    pub fn forget(&self, ended: &[SessionId]) {
        if !ended.is_empty() {
            // Fails only after the supervisor's end, when nothing is kept.
            drop(self.0.commands.send(Command::Forget(ended.to_vec())));
        }
    }

    /// Starts to answer `request`, beside those that run or when its turn comes.
    #[must_use]
    pub fn generate(&self, request: GenerateRequest) -> Generation {
        let id = self.next_id();
        let commands = self.0.commands.clone();
        let (generation, events) =
            Generation::new(move || drop(commands.send(Command::Cancel(id))));
        let deadline = request.deadline;
        self.submit(Job::new(id, deadline, JobKind::Answer { request, events }));
        generation
    }

    /// Measures the model's speed, in the queue like a request; nobody else is served meanwhile.
    ///
    /// # Errors
    /// What a request can fail with.
    pub async fn bench(&self, plan: BenchPlan) -> Result<BenchReport, EngineError> {
        bench::run(self, plan).await
    }

    /// Ends the worker, failing what runs and waits with [`EngineError::ShutDown`]. Returns when
    /// the process is gone.
    pub async fn shut_down(self) {
        let (done, ended) = oneshot::channel();
        if self.0.commands.send(Command::ShutDown(done)).is_ok() {
            // An error means that the supervisor ended before it answered: the same outcome.
            drop(ended.await);
        }
    }

    fn next_id(&self) -> RequestId {
        self.0.next_id.fetch_add(1, Ordering::Relaxed)
    }

    fn submit(&self, job: Job) {
        if let Err(mpsc::error::SendError(Command::Submit(job))) =
            self.0.commands.send(Command::Submit(job))
        {
            job.fail(EngineError::ShutDown);
        }
    }
}

impl LanguageModel for Engine {
    fn state(&self) -> EngineState {
        Self::state(self)
    }

    fn generate(&self, request: GenerateRequest) -> Generation {
        Self::generate(self, request)
    }

    fn forget(&self, ended: &[SessionId]) {
        Self::forget(self, ended);
    }
}
