//! Who waits for the worker, and whose turn is next.
//!
//! Those that somebody waits for come first. Among them owners take turns: next is whoever has the
//! fewest requests running or ahead in line, then whoever was served least lately, then who came
//! first. So one owner with many requests delays another by one at a time.

use std::collections::HashMap;

use cloister_types::SessionId;
use tokio::time::Instant;

use super::job::Job;
use crate::{FinishReason, GenerationEvent, protocol::RequestId};

/// Jobs that may wait. One more is told that the engine is busy.
const CAPACITY: usize = 64;

/// Jobs of one owner that may wait.
pub(super) const OWNER_CAPACITY: usize = 16;

/// The jobs that wait.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// In the order in which they came.
    jobs: Vec<Job>,
    /// When each owner was served last, in order. Emptied whenever nobody waits.
    served: HashMap<Option<SessionId>, u64>,
    serial: u64,
}

impl Queue {
    /// Adds a job, or gives it back when there is no room for it.
    pub(super) fn push(&mut self, job: Job) -> Result<(), Box<Job>> {
        let own = self.jobs.iter().filter(|waiting| waiting.owner() == job.owner()).count();
        if self.jobs.len() >= CAPACITY || own >= OWNER_CAPACITY {
            return Err(Box::new(job));
        }
        self.jobs.push(job);
        Ok(())
    }

    /// Takes the job whose turn it is while `running` run; `None` when it has to wait for them.
    pub(super) fn pop(&mut self, running: &[Job]) -> Option<Job> {
        let next = *self.line(running).first()?;
        let alone = self.jobs[next].is_exclusive();
        if running.iter().any(Job::is_exclusive) || alone && !running.is_empty() {
            return None;
        }
        let job = self.jobs.remove(next);
        self.serial += 1;
        self.served.insert(job.owner(), self.serial);
        if self.jobs.is_empty() {
            self.served.clear();
        }
        Some(job)
    }

    pub(super) const fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Ends the job called `id`, if it waits.
    pub(super) fn cancel(&mut self, id: RequestId) -> bool {
        let Some(at) = self.jobs.iter().position(|job| job.id == id) else { return false };
        self.jobs.remove(at).end_unstarted(FinishReason::Cancelled);
        true
    }

    /// Ends the jobs whose deadline has come; whether there were any.
    pub(super) fn expire(&mut self, now: Instant) -> bool {
        let due: Vec<_> = self.jobs.extract_if(.., |job| job.deadline <= now).collect();
        let any = !due.is_empty();
        for job in due {
            job.end_unstarted(FinishReason::Deadline);
        }
        any
    }

    /// The next deadline of a waiting job.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.jobs.iter().map(|job| job.deadline).min()
    }

    /// Tells each job its place in line: `first` for the one whose turn is next.
    pub(super) fn announce(&self, running: &[Job], first: usize) {
        for (place, at) in self.line(running).into_iter().enumerate() {
            self.jobs[at].tell(GenerationEvent::Queued { position: first + place });
        }
    }

    /// Takes every job out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Job> {
        std::mem::take(&mut self.jobs).into_iter()
    }

    /// Whose turn it is, one after the other, if nobody else comes.
    fn line(&self, running: &[Job]) -> Vec<usize> {
        let mut shares: HashMap<Option<SessionId>, usize> = HashMap::new();
        for job in running {
            *shares.entry(job.owner()).or_default() += 1;
        }
        let mut left: Vec<usize> = (0..self.jobs.len()).collect();
        let mut line = Vec::with_capacity(left.len());
        while let Some(place) = (0..left.len()).min_by_key(|place| {
            let job = &self.jobs[left[*place]];
            let share = shares.get(&job.owner()).copied().unwrap_or(0);
            let served = self.served.get(&job.owner()).copied().unwrap_or(0);
            (job.priority(), share, served, left[*place])
        }) {
            let at = left.remove(place);
            *shares.entry(self.jobs[at].owner()).or_default() += 1;
            line.push(at);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cloister_types::SeededEntropy;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;
    use crate::{GenerateRequest, Priority, engine::job::JobKind};

    const LATER: Duration = Duration::from_secs(9);

    fn owner(seed: u64) -> SessionId {
        SessionId::random(&SeededEntropy::new(seed))
    }

    fn job(
        id: RequestId,
        owner: SessionId,
        priority: Priority,
        deadline: Duration,
    ) -> (Job, UnboundedReceiver<GenerationEvent>) {
        let (events, receiver) = unbounded_channel();
        let request =
            GenerateRequest { owner, priority, messages: Vec::new(), max_tokens: 1, deadline };
        (Job::new(id, deadline, JobKind::Answer { request, events }), receiver)
    }

    /// A queue of jobs that are numbered from 1, each with its owner and priority.
    fn queue(jobs: &[(u64, Priority)]) -> Queue {
        let mut queue = Queue::default();
        for (id, (seed, priority)) in (1..).zip(jobs) {
            queue.push(job(id, owner(*seed), *priority, LATER).0).expect("there is room");
        }
        queue
    }

    fn served(mut queue: Queue, running: &[Job]) -> Vec<RequestId> {
        std::iter::from_fn(|| queue.pop(running)).map(|job| job.id).collect()
    }

    const fn ended(reason: FinishReason) -> GenerationEvent {
        GenerationEvent::Finished { reason, completion_tokens: 0 }
    }

    use Priority::{Background, Interactive};

    #[test]
    fn owners_take_turns() {
        let greedy = [(1, Interactive), (1, Interactive), (1, Interactive), (2, Interactive)];
        assert_eq!(served(queue(&greedy), &[]), [1, 4, 2, 3]);
        let (running, _events) = job(9, owner(1), Interactive, LATER);
        assert_eq!(served(queue(&greedy), &[running]), [4, 1, 2, 3], "who has one running waits");
    }

    #[test]
    fn nobody_waits_for_what_nobody_waits_for() {
        assert_eq!(
            served(queue(&[(1, Background), (2, Background), (3, Interactive)]), &[]),
            [3, 1, 2]
        );
    }

    #[test]
    fn positions_are_the_order_of_service_and_close_up() {
        let mut queue = Queue::default();
        let mut readers: Vec<_> = [(1, 1), (2, 1), (3, 2)]
            .into_iter()
            .map(|(id, seed)| {
                let (job, events) = job(id, owner(seed), Interactive, LATER);
                queue.push(job).expect("there is room");
                events
            })
            .collect();
        let mut told = |queue: &Queue| {
            queue.announce(&[], 1);
            let place = |events: &mut UnboundedReceiver<_>| match events.try_recv() {
                Ok(GenerationEvent::Queued { position }) => position,
                other => panic!("{other:?}"),
            };
            let places: Vec<_> = readers.iter_mut().map(place).collect();
            places
        };
        assert_eq!(told(&queue), [1, 3, 2]);
        assert!(queue.cancel(1));
        assert!(!queue.cancel(1), "it is gone");
        assert_eq!(readers[0].try_recv(), Ok(ended(FinishReason::Cancelled)));
        assert_eq!(queue.pop(&[]).map(|job| job.id), Some(2));
    }

    #[test]
    fn a_measurement_runs_alone_and_is_not_overtaken() {
        let mut queue = queue(&[(1, Interactive)]);
        let (reply, _figures) = tokio::sync::oneshot::channel();
        let bench = JobKind::Bench { plan: crate::BenchPlan::default(), reply };
        queue.push(Job::new(7, LATER, bench)).expect("there is room");
        let first = queue.pop(&[]).expect("it is the first's turn");
        assert!(queue.pop(std::slice::from_ref(&first)).is_none(), "it waits for the first");
        let bench = queue.pop(&[]).expect("it is its turn");
        queue.push(job(8, owner(3), Interactive, LATER).0).expect("there is room");
        assert!(queue.pop(&[bench]).is_none(), "nothing runs beside it");
    }

    #[test]
    fn a_deadline_ends_its_job_alone() {
        let mut queue = Queue::default();
        let (hasty, mut hasty_events) = job(1, owner(1), Interactive, Duration::from_secs(1));
        let (patient, mut patient_events) = job(2, owner(1), Interactive, LATER);
        let (soon, late) = (hasty.deadline, patient.deadline);
        queue.push(hasty).expect("there is room");
        queue.push(patient).expect("there is room");
        assert_eq!(queue.next_deadline(), Some(soon));
        assert!(!queue.expire(soon - Duration::from_millis(1)));
        assert!(queue.expire(soon));
        assert_eq!(hasty_events.try_recv(), Ok(ended(FinishReason::Deadline)));
        assert!(patient_events.try_recv().is_err(), "nothing happened to it");
        assert_eq!(queue.next_deadline(), Some(late));
    }

    #[test]
    fn a_full_queue_gives_the_job_back() {
        let mut queue = Queue::default();
        let mut push = |id, seed| queue.push(job(id, owner(seed), Interactive, LATER).0);
        for id in 0..OWNER_CAPACITY as u64 {
            push(id, 1).expect("there is room");
        }
        assert_eq!(push(99, 1).expect_err("that owner has enough").id, 99);
        for id in 0..(CAPACITY - OWNER_CAPACITY) as u64 {
            push(id, 100 + id).expect("there is room for others");
        }
        assert_eq!(push(99, 2).expect_err("it is full").id, 99);
    }
}
