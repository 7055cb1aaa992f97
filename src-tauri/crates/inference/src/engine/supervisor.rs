//! Keeps a worker running and hands it as many jobs as it can work on at the same time.
//!
//! One task, one loop: wait for a command, a message or a point in time; then change state without
//! waiting. What belongs to the process is in `link`, what waits is in `queue`.

use std::time::Duration;

use cloister_types::SessionId;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until, timeout},
};

use super::{
    EngineState,
    job::{Job, JobKind},
    link::{Incoming, Launch, Link},
    metrics::Metrics,
    queue::Queue,
};
use crate::{
    EngineError, GenerationEvent, Message, ProtocolError, RejectReason,
    protocol::{ParentMessage, RequestId, VERSION, WorkerMessage},
};

/// Time for a worker to say hello and load. A model of many gigabytes on a slow disk takes minutes.
const START_LIMIT: Duration = Duration::from_mins(5);

/// How long after its deadline a job may be silent before the worker counts as hung: a chunk of a
/// prompt on a large model and a slow machine.
const HANG_GRACE: Duration = Duration::from_secs(30);

/// Starts in a row without any work done, after which requests are refused until one succeeds.
const ATTEMPTS: u32 = 5;

/// The pause before the second restart; the first has none, and each later one twice as much.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The pause after [`ATTEMPTS`] starts.
const FAILED_PAUSE: Duration = Duration::from_mins(1);

/// Time for the worker to end by itself when its input is closed.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// What the handles ask for.
#[derive(Debug)]
pub(super) enum Command {
    Prepare(Vec<Message>),
    Submit(Job),
    Cancel(RequestId),
    Forget(Vec<SessionId>),
    ShutDown(oneshot::Sender<()>),
}

enum Phase {
    /// No worker runs; one is started then.
    Down { until: Instant },
    /// A worker loads the model, and must be done by then.
    Starting { link: Link, until: Instant },
    /// A worker waits or works.
    Ready { link: Link, running: Vec<Job>, sequences: usize },
}

enum Event {
    Command(Option<Command>),
    Worker(Incoming),
    Time,
}

/// The state of the one task.
pub(super) struct Supervisor {
    launch: Launch,
    commands: mpsc::UnboundedReceiver<Command>,
    state: watch::Sender<EngineState>,
    phase: Phase,
    queue: Queue,
    prefix: Prefix,
    metrics: Metrics,
    /// Starts since the worker last did any work.
    failures: u32,
}

/// The start of later prompts, and whether the running worker knows it.
#[derive(Default)]
struct Prefix {
    messages: Vec<Message>,
    sent: bool,
}

impl Supervisor {
    pub(super) fn new(
        launch: Launch,
        commands: mpsc::UnboundedReceiver<Command>,
        state: watch::Sender<EngineState>,
        metrics: Metrics,
    ) -> Self {
        Self {
            launch,
            commands,
            state,
            phase: Phase::Down { until: Instant::now() },
            queue: Queue::default(),
            prefix: Prefix::default(),
            metrics,
            failures: 0,
        }
    }

    pub(super) async fn run(mut self) {
        let done = loop {
            match self.next_event().await {
                Event::Command(Some(Command::ShutDown(done))) => break Some(done),
                Event::Command(None) => break None,
                Event::Command(Some(command)) => self.obey(command),
                Event::Worker(Incoming::Message(message)) => self.hear(message),
                Event::Worker(Incoming::Ended(how)) => self.restart(how, &EngineError::WorkerEnded),
                Event::Time => self.tick(),
            }
            self.count_jobs();
        };
        self.close().await;
        if let Some(done) = done {
            // Nobody waits when the caller gave up.
            done.send(()).ok();
        }
    }

    async fn next_event(&mut self) -> Event {
        let wake = self.next_wake();
        let worker = async {
            match &mut self.phase {
                Phase::Down { .. } => std::future::pending().await,
                Phase::Starting { link, .. } | Phase::Ready { link, .. } => link.next().await,
            }
        };
        let time = async {
            match wake {
                Some(wake) => sleep_until(wake).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            command = self.commands.recv() => Event::Command(command),
            incoming = worker => Event::Worker(incoming),
            () = time => Event::Time,
        }
    }

    /// When something is due without anybody's doing.
    fn next_wake(&self) -> Option<Instant> {
        let phase = match &self.phase {
            Phase::Down { until } | Phase::Starting { until, .. } => Some(*until),
            Phase::Ready { running, .. } => {
                running.iter().map(|job| job.deadline + HANG_GRACE).min()
            }
        };
        phase.into_iter().chain(self.queue.next_deadline()).min()
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if self.queue.expire(now) {
            self.announce();
        }
        match &self.phase {
            Phase::Down { until } if *until <= now => self.start(),
            Phase::Starting { until, .. } if *until <= now => {
                self.restart(String::from("it took too long to load"), &EngineError::WorkerHung);
            }
            Phase::Ready { running, .. }
                if running.iter().any(|job| job.deadline + HANG_GRACE <= now) =>
            {
                self.restart(String::from("it hung"), &EngineError::WorkerHung);
            }
            Phase::Down { .. } | Phase::Starting { .. } | Phase::Ready { .. } => {}
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Prepare(messages) => {
                if messages != self.prefix.messages {
                    self.prefix = Prefix { messages, sent: false };
                    self.dispatch();
                }
            }
            Command::Submit(job) => self.submit(job),
            Command::Cancel(id) => self.cancel(id),
            Command::Forget(owners) => self.forget(owners),
            Command::ShutDown(_) => {}
        }
    }

    fn submit(&mut self, job: Job) {
        if let EngineState::Failed { reason } = &*self.state.borrow() {
            return job.fail(EngineError::Unavailable { reason: reason.clone() });
        }
        match self.queue.push(job) {
            Ok(()) => {
                self.dispatch();
                self.announce();
            }
            Err(job) => job.fail(EngineError::Busy),
        }
    }

    fn cancel(&mut self, id: RequestId) {
        if self.queue.cancel(id) {
            self.announce();
        } else if let Phase::Ready { link, running, .. } = &self.phase
            && running.iter().any(|job| job.id == id)
        {
            // The frame is a few bytes; the answer is the job's own `Finished`.
            drop(link.send(&ParentMessage::Cancel { id }));
        }
    }

    /// Has the worker give up what it keeps for sessions that ended. A worker that is not there
    /// keeps nothing.
    fn forget(&self, owners: Vec<SessionId>) {
        if let Phase::Ready { link, .. } = &self.phase
            && link.send(&ParentMessage::Forget { owners }).is_err()
        {
            tracing::warn!("too many sessions ended at once to be forgotten at once");
        }
    }

    /// Tells those who wait their place in line.
    fn announce(&self) {
        match &self.phase {
            Phase::Ready { running, .. } => self.queue.announce(running, 1),
            Phase::Down { .. } | Phase::Starting { .. } => self.queue.announce(&[], 0),
        }
    }

    /// Gives the worker what is next, as long as it has room.
    fn dispatch(&mut self) {
        let Phase::Ready { link, running, sequences } = &mut self.phase else { return };
        if !self.prefix.sent {
            self.prefix.sent = true;
            let messages = self.prefix.messages.clone();
            if !messages.is_empty() && link.send(&ParentMessage::Prepare { messages }).is_err() {
                tracing::warn!("the prefix of prompts is too long to be prepared");
            }
        }
        while running.len() < *sequences {
            let Some(mut job) = self.queue.pop(running) else { return };
            match link.send(&request(&mut job)) {
                Ok(()) => running.push(job),
                Err(ProtocolError::FrameTooLarge { bytes }) => {
                    self.metrics.lock().failed += 1;
                    job.fail(EngineError::Rejected(RejectReason::PromptTooLarge { bytes }));
                }
                Err(_) => job.fail(EngineError::WorkerEnded),
            }
        }
    }

    /// Notes how many run and wait.
    fn count_jobs(&self) {
        let mut metrics = self.metrics.lock();
        metrics.waiting = self.queue.len();
        (metrics.running, metrics.sequences) = match &self.phase {
            Phase::Ready { running, sequences, .. } => {
                (running.len(), u32::try_from(*sequences).unwrap_or(u32::MAX))
            }
            Phase::Down { .. } | Phase::Starting { .. } => (0, 0),
        };
    }

    fn hear(&mut self, message: WorkerMessage) {
        match (&mut self.phase, message) {
            (Phase::Starting { .. }, WorkerMessage::Hello { version: VERSION }) => {}
            (Phase::Starting { .. }, WorkerMessage::Loading { progress }) => {
                self.state.send_if_modified(|state| match state {
                    EngineState::Loading { progress: shown } => {
                        *shown = progress.clamp(0.0, 1.0);
                        true
                    }
                    _ => false,
                });
            }
            (Phase::Starting { .. }, WorkerMessage::LoadFailed { reason }) => {
                self.restart(reason.to_string(), &EngineError::WorkerEnded);
            }
            (Phase::Starting { .. }, WorkerMessage::Ready { load_ms, sequences }) => {
                self.ready(load_ms, sequences);
            }
            (Phase::Ready { running, .. }, WorkerMessage::Benched { figures }) => {
                for job in running.drain(..) {
                    job.finish_bench(figures.clone(), self.prefix.messages.clone());
                }
                self.dispatch();
                self.announce();
            }
            (Phase::Ready { .. }, WorkerMessage::Stats { stats }) => {
                self.metrics.lock().worker = stats;
            }
            (Phase::Ready { running, .. }, message) => {
                match report(running, message, &self.metrics) {
                    Ok(Progress::Working) => self.failures = 0,
                    Ok(Progress::Done) => {
                        self.dispatch();
                        self.announce();
                    }
                    Err(error) => self.restart(error.to_string(), &EngineError::WorkerEnded),
                }
            }
            (Phase::Starting { .. }, WorkerMessage::Hello { version: found }) => {
                let error = ProtocolError::Version { expected: VERSION, found };
                self.restart(error.to_string(), &EngineError::WorkerEnded);
            }
            (Phase::Starting { .. } | Phase::Down { .. }, _) => {
                self.restart(ProtocolError::OutOfTurn.to_string(), &EngineError::WorkerEnded);
            }
        }
    }

    fn start(&mut self) {
        let started = self.launch.start().map_err(|error| error.to_string()).and_then(|link| {
            link.send(&self.launch.load_message()).map_err(|error| error.to_string())?;
            Ok(link)
        });
        match started {
            Ok(link) => {
                self.phase = Phase::Starting { link, until: Instant::now() + START_LIMIT };
            }
            Err(reason) => self.restart(reason, &EngineError::WorkerEnded),
        }
    }

    fn ready(&mut self, load_ms: u64, sequences: u32) {
        let down = Phase::Down { until: Instant::now() };
        if let Phase::Starting { link, .. } = std::mem::replace(&mut self.phase, down) {
            let sequences = usize::try_from(sequences).unwrap_or(1).max(1);
            self.phase = Phase::Ready { link, running: Vec::new(), sequences };
        }
        self.prefix.sent = false;
        let model = self.launch.model.id().to_owned();
        tracing::info!(model, load_ms, sequences, "the model is ready");
        self.state.send_replace(EngineState::Ready { model, load_ms });
        self.dispatch();
        self.announce();
    }

    /// Ends the worker if there is one, fails its jobs with `error`, and plans the next start. None
    /// of them is tried again: one of them may be what ended it.
    fn restart(&mut self, reason: String, error: &EngineError) {
        self.failures = self.failures.saturating_add(1);
        let down = Phase::Down { until: Instant::now() + pause(self.failures) };
        if let Phase::Ready { running, .. } = std::mem::replace(&mut self.phase, down) {
            self.metrics.lock().failed += u64::try_from(running.len()).unwrap_or(0);
            for job in running {
                job.fail(error.clone());
            }
        }
        self.metrics.lock().restarts += 1;
        tracing::warn!(reason, attempt = self.failures, "the model's worker is started again");
        if self.failures > ATTEMPTS {
            for job in self.queue.drain() {
                job.fail(EngineError::Unavailable { reason: reason.clone() });
            }
            self.state.send_replace(EngineState::Failed { reason });
        } else {
            self.state.send_replace(EngineState::Restarting { attempt: self.failures });
            self.announce();
        }
    }

    /// Fails everything and ends the worker.
    async fn close(mut self) {
        self.commands.close();
        while let Ok(command) = self.commands.try_recv() {
            if let Command::Submit(job) = command {
                job.fail(EngineError::ShutDown);
            }
        }
        for job in self.queue.drain() {
            job.fail(EngineError::ShutDown);
        }
        let link = match self.phase {
            Phase::Down { .. } => return,
            Phase::Starting { link, .. } => link,
            Phase::Ready { link, running, .. } => {
                for job in running {
                    job.fail(EngineError::ShutDown);
                }
                link
            }
        };
        // Past the limit it is killed by being dropped.
        drop(timeout(CLOSE_LIMIT, link.close()).await);
    }
}

/// Whether the worker has room for one more.
enum Progress {
    Working,
    Done,
}

/// Passes on what the worker says about a running job, and removes it when it is done.
fn report(
    running: &mut Vec<Job>,
    message: WorkerMessage,
    metrics: &Metrics,
) -> Result<Progress, ProtocolError> {
    let (id, event) = match message {
        WorkerMessage::Started { id, prompt_tokens, cached_tokens } => {
            (id, GenerationEvent::Started { prompt_tokens, cached_tokens })
        }
        WorkerMessage::Text { id, text } => (id, GenerationEvent::Text(text)),
        WorkerMessage::Finished { id, reason, completion_tokens } => {
            (id, GenerationEvent::Finished { reason, completion_tokens })
        }
        WorkerMessage::Rejected { id, reason } => {
            (id, GenerationEvent::Failed(EngineError::Rejected(reason)))
        }
        WorkerMessage::Hello { .. }
        | WorkerMessage::Loading { .. }
        | WorkerMessage::Ready { .. }
        | WorkerMessage::Stats { .. }
        | WorkerMessage::Benched { .. }
        | WorkerMessage::LoadFailed { .. } => return Err(ProtocolError::OutOfTurn),
    };
    let at = running.iter().position(|job| job.id == id).ok_or(ProtocolError::OutOfTurn)?;
    running[at].count(&event, &mut metrics.lock());
    if event.is_last() {
        let job = running.remove(at);
        // Before its reader is told, who may look.
        metrics.lock().running = running.len();
        job.tell(event);
        return Ok(Progress::Done);
    }
    running[at].tell(event);
    Ok(Progress::Working)
}

/// The message that asks the worker to do `job`. An answer's messages move into it.
fn request(job: &mut Job) -> ParentMessage {
    match &mut job.kind {
        JobKind::Answer { request, .. } => {
            let remaining = job.deadline.saturating_duration_since(Instant::now());
            ParentMessage::Generate {
                id: job.id,
                owner: request.owner,
                priority: request.priority,
                messages: std::mem::take(&mut request.messages),
                max_tokens: request.max_tokens,
                deadline_ms: u64::try_from(remaining.as_millis()).unwrap_or(u64::MAX),
            }
        }
        JobKind::Bench { plan, .. } => ParentMessage::Bench { plan: *plan },
    }
}

/// The pause before the next start, after `failures` of them.
fn pause(failures: u32) -> Duration {
    match failures {
        0 | 1 => Duration::ZERO,
        _ if failures > ATTEMPTS => FAILED_PAUSE,
        _ => FIRST_PAUSE * (1 << (failures - 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_restart_is_immediate_and_later_ones_wait_longer() {
        assert_eq!(pause(1), Duration::ZERO);
        let pauses: Vec<_> = (1..=ATTEMPTS + 1).map(pause).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&FAILED_PAUSE));
        assert_eq!(pause(u32::MAX), FAILED_PAUSE);
    }
}
