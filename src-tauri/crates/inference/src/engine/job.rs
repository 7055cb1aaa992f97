//! One piece of work for the worker, and who waits for it.

use std::time::Duration;

use tokio::{
    sync::{mpsc::UnboundedSender, oneshot},
    time::Instant,
};

use crate::{
    BenchFigures, BenchPlan, EngineError, FinishReason, GenerateRequest, GenerationEvent, Message,
    protocol::RequestId,
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
}

#[derive(Debug)]
pub(super) enum JobKind {
    Answer { request: GenerateRequest, events: UnboundedSender<GenerationEvent> },
    Bench { plan: BenchPlan, reply: oneshot::Sender<BenchReply> },
}

/// The worker's figures, with the prefix that was prepared, for what is measured from outside.
pub(super) type BenchReply = Result<(BenchFigures, Vec<Message>), EngineError>;

impl Job {
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
