//! What the parent sends, read by a thread of its own so that a cancellation is heard at once.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use crate::{
    ProtocolError,
    protocol::{ParentMessage, RequestId, read_message},
};

/// Messages that may wait. The parent sends one request at a time, so a few are plenty.
const BACKLOG: usize = 16;

/// The messages of the parent in their order, and what interrupts the work on one.
pub(super) struct Inbox {
    messages: Receiver<Result<ParentMessage, ProtocolError>>,
    interrupts: Arc<Interrupts>,
}

impl Inbox {
    /// Starts to read `input`.
    pub(super) fn listen(input: impl Read + Send + 'static) -> Self {
        let (sender, messages) = sync_channel(BACKLOG);
        let interrupts = Arc::new(Interrupts::default());
        let reader = Arc::clone(&interrupts);
        thread::spawn(move || {
            read_all(input, &sender, &reader);
            reader.ended.store(true, Ordering::Release);
        });
        Self { messages, interrupts }
    }

    /// Waits for the next message; `None` when there will be no more.
    pub(super) fn next(&self) -> Result<Option<ParentMessage>, ProtocolError> {
        self.messages.recv().ok().transpose()
    }

    pub(super) const fn interrupts(&self) -> &Arc<Interrupts> {
        &self.interrupts
    }
}

/// What interrupts the work on a request.
#[derive(Default)]
pub(super) struct Interrupts {
    /// The request that was cancelled last. One runs at a time, so one place is enough.
    cancelled: AtomicU64,
    ended: AtomicBool,
}

impl Interrupts {
    /// Whether the parent is gone, or no longer makes sense.
    pub(super) fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Whether nobody waits for the answer to `id` any more. Ids start at 1.
    pub(super) fn abandoned(&self, id: RequestId) -> bool {
        self.cancelled.load(Ordering::Acquire) == id || self.ended()
    }
}

fn read_all(
    mut input: impl Read,
    sender: &SyncSender<Result<ParentMessage, ProtocolError>>,
    interrupts: &Interrupts,
) {
    loop {
        match read_message(&mut input) {
            Ok(None) => return,
            Ok(Some(ParentMessage::Cancel { id })) => {
                interrupts.cancelled.store(id, Ordering::Release);
            }
            Ok(Some(message)) => {
                if sender.send(Ok(message)).is_err() {
                    return;
                }
            }
            Err(error) => {
                interrupts.ended.store(true, Ordering::Release);
                // Nobody to tell means that the main loop ended first.
                drop(sender.send(Err(error)));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{BenchPlan, encode};

    #[test]
    fn a_cancellation_overtakes_what_waits() {
        let bench = ParentMessage::Bench { plan: BenchPlan::default() };
        let mut input = encode(&bench).expect("it fits");
        input.extend(encode(&ParentMessage::Cancel { id: 3 }).expect("it fits"));
        let inbox = Inbox::listen(std::io::Cursor::new(input));
        assert_eq!(inbox.next().expect("a message"), Some(bench));
        assert_eq!(inbox.next().expect("the end"), None);
        assert!(inbox.interrupts().abandoned(3), "by its cancellation");
    }

    #[test]
    fn rubbish_is_an_error_and_interrupts() {
        let inbox = Inbox::listen(&b"\x03\0\0\0{}}GET / HTTP/1.1"[..]);
        assert!(matches!(inbox.next(), Err(ProtocolError::Malformed)));
        assert!(inbox.interrupts().ended());
    }
}
