//! The events of one turn, kept so that a reader can follow from the start at any time.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{Stream, stream};
use tokio::sync::watch;

use crate::Event;

/// An append-only list of events with any number of followers.
///
/// A turn emits a bounded number of events (one a token at most), so the log needs no limit of
/// its own, and a slow follower holds up nobody.
#[derive(Debug)]
pub struct EventLog {
    events: Mutex<Vec<Event>>,
    progress: watch::Sender<Progress>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    length: usize,
    closed: bool,
}

impl Default for EventLog {
    fn default() -> Self {
        Self { events: Mutex::default(), progress: watch::Sender::new(Progress::default()) }
    }
}

impl EventLog {
    /// Appends `event` and wakes the followers. After [`EventLog::close`] it is dropped.
    pub fn push(&self, event: Event) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if self.progress.borrow().closed {
            return;
        }
        events.push(event);
        let length = events.len();
        drop(events);
        self.progress.send_modify(|progress| progress.length = length);
    }

    /// Ends the log: followers see what is left and then the end.
    pub fn close(&self) {
        self.progress.send_modify(|progress| progress.closed = true);
    }

    /// Whether the log has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.progress.borrow().closed
    }

    /// Waits until the log has ended.
    pub async fn closed(&self) {
        // Fails only when the sender is gone, which this log owns.
        drop(self.progress.subscribe().wait_for(|progress| progress.closed).await);
    }

    /// The events so far.
    #[must_use]
    pub fn so_far(&self) -> Vec<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every event from the first, then each new one, until the log is closed.
    pub fn follow(self: &Arc<Self>) -> impl Stream<Item = Event> + Send + use<> {
        let follower = (Arc::clone(self), self.progress.subscribe(), 0_usize);
        stream::unfold(follower, |(log, mut progress, next)| async move {
            loop {
                let seen = *progress.borrow_and_update();
                if next < seen.length {
                    let event = log.at(next)?;
                    return Some((event, (log, progress, next + 1)));
                }
                if seen.closed || progress.changed().await.is_err() {
                    return None;
                }
            }
        })
    }

    fn at(&self, index: usize) -> Option<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).get(index).cloned()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;
    use crate::Stage;

    #[tokio::test]
    async fn a_late_follower_sees_everything_from_the_start() {
        let log = Arc::new(EventLog::default());
        log.push(Event::Delta("a".into()));
        let early: Vec<Event> = {
            let follower = log.follow();
            log.push(Event::Stage(Stage::Check));
            log.close();
            follower.collect().await
        };
        let late: Vec<Event> = log.follow().collect().await;
        assert_eq!(early, [Event::Delta("a".into()), Event::Stage(Stage::Check)]);
        assert_eq!(early, late);
    }

    #[tokio::test]
    async fn nothing_is_added_after_the_end() {
        let log = Arc::new(EventLog::default());
        log.close();
        log.push(Event::Delta("late".into()));
        assert_eq!(log.follow().count().await, 0);
    }

    #[tokio::test]
    async fn a_follower_waits_for_what_is_still_to_come() {
        let log = Arc::new(EventLog::default());
        let follower = tokio::spawn(log.follow().collect::<Vec<_>>());
        tokio::task::yield_now().await;
        log.push(Event::Delta("b".into()));
        tokio::task::yield_now().await;
        log.close();
        assert_eq!(follower.await.expect("the task ends"), [Event::Delta("b".into())]);
    }
}
