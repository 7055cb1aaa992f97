//! What the parent sends, read by a thread of its own so that a cancellation is heard at once.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel},
    },
    thread,
    time::Instant,
};

use super::abort::Abort;
use crate::{
    ProtocolError,
    protocol::{ParentMessage, read_message},
};

/// Messages that may wait. The worker takes them between two steps.
const BACKLOG: usize = 64;

/// What came from the parent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Message(ParentMessage),
    /// Nothing yet.
    Nothing,
    /// There will be no more.
    End,
}

/// The messages of the parent in their order, and what interrupts the work on them.
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
            reader.end();
        });
        Self { messages, interrupts }
    }

    /// Waits for the next message, until a point in time if there is one.
    pub(super) fn wait(&self, until: Option<Instant>) -> Result<Heard, ProtocolError> {
        let received = match until {
            None => self.messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(until) => {
                self.messages.recv_timeout(until.saturating_duration_since(Instant::now()))
            }
        };
        match received {
            Ok(message) => message.map(Heard::Message),
            Err(RecvTimeoutError::Timeout) => Ok(Heard::Nothing),
            Err(RecvTimeoutError::Disconnected) => Ok(Heard::End),
        }
    }

    /// The next message if it is there.
    pub(super) fn poll(&self) -> Result<Heard, ProtocolError> {
        match self.messages.try_recv() {
            Ok(message) => message.map(Heard::Message),
            Err(TryRecvError::Empty) => Ok(Heard::Nothing),
            Err(TryRecvError::Disconnected) => Ok(Heard::End),
        }
    }

    pub(super) const fn interrupts(&self) -> &Arc<Interrupts> {
        &self.interrupts
    }
}

/// What interrupts the work.
#[derive(Default)]
pub(super) struct Interrupts {
    /// Asked for when a message came that should not wait for the end of a step.
    abort: Arc<Abort>,
    ended: AtomicBool,
}

impl Interrupts {
    /// Whether the parent is gone, or no longer makes sense.
    pub(super) fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// What ends a step early.
    pub(super) const fn abort(&self) -> &Arc<Abort> {
        &self.abort
    }

    /// The message that interrupted was taken: steps run to their end again.
    pub(super) fn heard(&self) {
        self.abort.ask(self.ended());
    }

    fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.abort.ask(true);
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
            Ok(Some(message)) => {
                // Before it is sent, so that whoever takes it can take it back.
                if matches!(message, ParentMessage::Cancel { .. }) {
                    interrupts.abort.ask(true);
                }
                if sender.send(Ok(message)).is_err() {
                    return;
                }
            }
            Err(error) => {
                interrupts.end();
                // Nobody to tell means that the main loop ended first.
                drop(sender.send(Err(error)));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::protocol::encode;

    #[test]
    fn a_cancellation_interrupts_until_it_is_taken() {
        let (input, mut parent) = std::io::pipe().expect("a pipe");
        let inbox = Inbox::listen(input);
        let cancel = ParentMessage::Cancel { id: 3 };
        parent.write_all(&encode(&cancel).expect("it fits")).expect("it is read");
        assert_eq!(inbox.wait(None).expect("a message"), Heard::Message(cancel));
        assert!(inbox.interrupts().abort().is_asked());
        inbox.interrupts().heard();
        assert!(!inbox.interrupts().abort().is_asked());
        assert_eq!(inbox.poll().expect("no message"), Heard::Nothing);
        drop(parent);
        assert_eq!(inbox.wait(None).expect("the end"), Heard::End);
        inbox.interrupts().heard();
        assert!(inbox.interrupts().abort().is_asked(), "for good");
    }

    #[test]
    fn rubbish_is_an_error_and_interrupts() {
        let inbox = Inbox::listen(&b"\x03\0\0\0{}}GET / HTTP/1.1"[..]);
        assert!(matches!(inbox.wait(None), Err(ProtocolError::Malformed)));
        assert!(inbox.interrupts().ended());
    }

    #[test]
    fn waiting_ends_in_time() {
        let (input, _parent) = std::io::pipe().expect("a pipe");
        let inbox = Inbox::listen(input);
        assert_eq!(inbox.wait(Some(Instant::now())).expect("no message"), Heard::Nothing);
    }
}
