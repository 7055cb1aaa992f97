//! What ends a step in its middle: a message that should not wait, or the step's own limit.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// No limit.
const NEVER: u64 = u64::MAX;

/// Asked by llama.cpp between the operations of a step.
pub(super) struct Abort {
    asked: AtomicBool,
    /// Nanoseconds after `start` from which the step has taken too long.
    limit: AtomicU64,
    start: Instant,
}

impl Default for Abort {
    fn default() -> Self {
        Self { asked: AtomicBool::new(false), limit: AtomicU64::new(NEVER), start: Instant::now() }
    }
}

impl Abort {
    /// Ends the step, and those that follow, until it is told otherwise.
    pub(super) fn ask(&self, wanted: bool) {
        self.asked.store(wanted, Ordering::Release);
    }

    /// Gives the next step this long.
    pub(super) fn limit(&self, time: Option<Duration>) {
        let limit = time.map_or(NEVER, |time| nanoseconds(self.start.elapsed() + time));
        self.limit.store(limit, Ordering::Release);
    }

    /// Whether somebody asked for the end.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    /// Whether the step ends now.
    pub(super) fn is_due(&self) -> bool {
        if self.is_asked() {
            return true;
        }
        let limit = self.limit.load(Ordering::Acquire);
        limit != NEVER && nanoseconds(self.start.elapsed()) >= limit
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(NEVER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_ends_when_asked_or_late_and_not_otherwise() {
        let abort = Abort::default();
        assert!(!abort.is_due());
        abort.limit(Some(Duration::ZERO));
        assert!(abort.is_due() && !abort.is_asked());
        abort.limit(Some(Duration::from_hours(1)));
        assert!(!abort.is_due());
        abort.ask(true);
        assert!(abort.is_due());
        abort.ask(false);
        abort.limit(None);
        assert!(!abort.is_due());
    }
}
