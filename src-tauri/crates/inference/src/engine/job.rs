//! One piece of work for the worker, and who waits for it.

use std::time::Duration;

use cloister_types::SessionId;
use tokio::{
    sync::{mpsc::UnboundedSender, oneshot},
    time::Instant,
};

use super::metrics::EngineMetrics;
use crate::{
    BenchFigures, BenchPlan, EngineError, FinishReason, GenerateRequest, GenerationEvent, Message,
    Priority, protocol::RequestId,
};

/// The longest deadline that is granted.
pub(super) const LONGEST: Duration = Duration::from_hours(1);

/// One piece of work.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: RequestId,
    /// When it ends unfinished, whether it runs or waits.
    pub(super) deadline: Instant,
    pub(super) kind: JobKind,
    asked: Instant,
    first_text: Option<Instant>,
}

#[derive(Debug)]
pub(super) enum JobKind {
    Answer { request: GenerateRequest, events: UnboundedSender<GenerationEvent> },
    Bench { plan: BenchPlan, reply: oneshot::Sender<BenchReply> },
}

/// The worker's figures, with the prefix that was prepared, for what is measured from outside.
pub(super) type BenchReply = Result<(BenchFigures, Vec<Message>), EngineError>;

impl Job {
    pub(super) fn new(id: RequestId, deadline: Duration, kind: JobKind) -> Self {
        let asked = Instant::now();
        Self { id, deadline: asked + deadline.min(LONGEST), kind, asked, first_text: None }
    }

    /// Whose it is; a measurement is nobody's.
    pub(super) const fn owner(&self) -> Option<SessionId> {
        match &self.kind {
            JobKind::Answer { request, .. } => Some(request.owner),
            JobKind::Bench { .. } => None,
        }
    }

    pub(super) const fn priority(&self) -> Priority {
        match &self.kind {
            JobKind::Answer { request, .. } => request.priority,
            JobKind::Bench { .. } => Priority::Interactive,
        }
    }

    /// Whether nothing else may run beside it.
    pub(super) const fn is_exclusive(&self) -> bool {
        matches!(self.kind, JobKind::Bench { .. })
    }

    /// Counts what `event` says of the job.
    pub(super) fn count(&mut self, event: &GenerationEvent, metrics: &mut EngineMetrics) {
        let now = Instant::now();
        match event {
            GenerationEvent::Queued { .. } => {}
            GenerationEvent::Started { prompt_tokens, cached_tokens } => {
                metrics.note_queue(now - self.asked);
                metrics.prompt_tokens += u64::from(*prompt_tokens);
                metrics.cached_tokens += u64::from(*cached_tokens);
            }
            GenerationEvent::Text(_) => {
                if self.first_text.is_none() {
                    self.first_text = Some(now);
                    metrics.note_first_text(now - self.asked);
                }
            }
            GenerationEvent::Finished { reason, completion_tokens } => {
                metrics.count_finished(*reason);
                let time = self.first_text.map_or(Duration::ZERO, |first| now - first);
                metrics.note_answer(*completion_tokens, time);
            }
            GenerationEvent::Failed(_) => metrics.failed += 1,
        }
    }

    /// Passes on what happened. A reader who is gone is no concern: dropping its generation has
    /// cancelled the job.
    pub(super) fn tell(&self, event: GenerationEvent) {
        match &self.kind {
            JobKind::Answer { events, .. } => drop(events.send(event)),
            JobKind::Bench { .. } => {}
        }
    }

    /// Ends the job as failed.
    pub(super) fn fail(self, error: EngineError) {
        match self.kind {
            JobKind::Answer { events, .. } => drop(events.send(GenerationEvent::Failed(error))),
            JobKind::Bench { reply, .. } => drop(reply.send(Err(error))),
        }
    }

    /// Ends a measurement with what it found.
    pub(super) fn finish_bench(self, figures: BenchFigures, prefix: Vec<Message>) {
        match self.kind {
            JobKind::Bench { reply, .. } => drop(reply.send(Ok((figures, prefix)))),
            JobKind::Answer { .. } => self.fail(EngineError::WorkerEnded),
        }
    }

    /// Ends a job that has not begun.
    pub(super) fn end_unstarted(self, reason: FinishReason) {
        match self.kind {
            JobKind::Answer { events, .. } => {
                drop(events.send(GenerationEvent::Finished { reason, completion_tokens: 0 }));
            }
            JobKind::Bench { reply, .. } => drop(reply.send(Err(EngineError::Busy))),
        }
    }
}
