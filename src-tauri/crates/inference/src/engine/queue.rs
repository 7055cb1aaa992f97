//! Who waits for the worker, first come first served.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::job::Job;
use crate::{FinishReason, GenerationEvent, protocol::RequestId};

/// Jobs that may wait. One more is told that the engine is busy.
pub(super) const CAPACITY: usize = 16;

/// The jobs that wait.
#[derive(Debug, Default)]
pub(super) struct Queue(VecDeque<Job>);

impl Queue {
    /// Adds a job at the end, or gives it back when the queue is full.
    pub(super) fn push(&mut self, job: Job) -> Result<(), Job> {
        if self.0.len() >= CAPACITY {
            return Err(job);
        }
        self.0.push_back(job);
        Ok(())
    }

    /// Takes the job whose turn it is.
    pub(super) fn pop(&mut self) -> Option<Job> {
        self.0.pop_front()
    }

    /// Ends the job called `id`, if it waits.
    pub(super) fn cancel(&mut self, id: RequestId) -> bool {
        let Some(at) = self.0.iter().position(|job| job.id == id) else { return false };
        if let Some(job) = self.0.remove(at) {
            job.end_unstarted(FinishReason::Cancelled);
        }
        true
    }

    /// Ends the jobs whose deadline has come; whether there were any.
    pub(super) fn expire(&mut self, now: Instant) -> bool {
        let before = self.0.len();
        for job in std::mem::take(&mut self.0) {
            if job.deadline <= now {
                job.end_unstarted(FinishReason::Deadline);
            } else {
                self.0.push_back(job);
            }
        }
        self.0.len() < before
    }

    /// The next deadline of a waiting job.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.0.iter().map(|job| job.deadline).min()
    }

    /// Tells each job how many come before it: `running`, and those ahead in the queue.
    pub(super) fn announce(&self, running: usize) {
        for (at, job) in self.0.iter().enumerate() {
            job.tell(GenerationEvent::Queued { position: running + at });
        }
    }

    /// Takes every job out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Job> {
        std::mem::take(&mut self.0).into_iter()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;
    use crate::{GenerateRequest, engine::job::JobKind};

    fn job(id: RequestId, deadline: Instant) -> (Job, UnboundedReceiver<GenerationEvent>) {
        let (events, receiver) = unbounded_channel();
        let request =
            GenerateRequest { messages: Vec::new(), max_tokens: 1, deadline: Duration::ZERO };
        (Job { id, deadline, kind: JobKind::Answer { request, events } }, receiver)
    }

    const fn ended(reason: FinishReason) -> GenerationEvent {
        GenerationEvent::Finished { reason, completion_tokens: 0 }
    }

    #[test]
    fn positions_close_up_when_somebody_leaves() {
        let later = Instant::now() + Duration::from_secs(1);
        let mut queue = Queue::default();
        let (first, mut first_events) = job(1, later);
        let (second, mut second_events) = job(2, later);
        queue.push(first).expect("there is room");
        queue.push(second).expect("there is room");
        queue.announce(1);
        assert_eq!(first_events.try_recv(), Ok(GenerationEvent::Queued { position: 1 }));
        assert_eq!(second_events.try_recv(), Ok(GenerationEvent::Queued { position: 2 }));

        assert!(queue.cancel(1));
        assert!(!queue.cancel(1), "it is gone");
        queue.announce(1);
        assert_eq!(first_events.try_recv(), Ok(ended(FinishReason::Cancelled)));
        assert_eq!(second_events.try_recv(), Ok(GenerationEvent::Queued { position: 1 }));
        assert_eq!(queue.pop().map(|job| job.id), Some(2));
    }

    #[test]
    fn a_deadline_ends_its_job_alone() {
        let now = Instant::now();
        let (soon, late) = (now + Duration::from_secs(1), now + Duration::from_secs(2));
        let mut queue = Queue::default();
        let (hasty, mut hasty_events) = job(1, soon);
        let (patient, mut patient_events) = job(2, late);
        queue.push(hasty).expect("there is room");
        queue.push(patient).expect("there is room");
        assert_eq!(queue.next_deadline(), Some(soon));
        assert!(!queue.expire(now));
        assert!(queue.expire(soon));
        assert_eq!(hasty_events.try_recv(), Ok(ended(FinishReason::Deadline)));
        assert!(patient_events.try_recv().is_err(), "nothing happened to it");
        assert_eq!(queue.next_deadline(), Some(late));
    }

    #[test]
    fn a_full_queue_gives_the_job_back() {
        let later = Instant::now() + Duration::from_secs(1);
        let mut queue = Queue::default();
        for id in 0..CAPACITY as u64 {
            queue.push(job(id, later).0).expect("there is room");
        }
        let refused = queue.push(job(99, later).0).expect_err("it is full");
        assert_eq!(refused.id, 99);
    }
}
