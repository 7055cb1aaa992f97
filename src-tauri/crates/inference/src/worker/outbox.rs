//! The way back to the parent, shared with llama.cpp's progress callback.

use std::{cell::RefCell, io::Write, rc::Rc};

use crate::{
    ProtocolError,
    protocol::{WorkerMessage, write_message},
};

/// Writes messages to the parent.
pub(super) struct Outbox<W>(Rc<RefCell<W>>);

impl<W: Write> Outbox<W> {
    pub(super) fn new(output: W) -> Self {
        Self(Rc::new(RefCell::new(output)))
    }

    pub(super) fn send(&self, message: &WorkerMessage) -> Result<(), ProtocolError> {
        write_message(&mut *self.0.borrow_mut(), message)
    }
}

impl<W> Clone for Outbox<W> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}
