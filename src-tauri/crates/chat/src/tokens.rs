//! The reversible placeholders of every live session: in memory, wiped when the session ends.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use cloister_guard::{Redaction, SessionTokens};
use cloister_types::SessionId;

/// Whether what was hidden can be shown again in the reply to the same session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Placeholders {
    /// `[PERSON]`: what was hidden stays hidden.
    #[default]
    Plain,
    /// `[PERSON_1]`: the reply shows the name again, to the same session only.
    Reversible,
}

/// The mappings of the live sessions.
#[derive(Default)]
pub(crate) struct TokenBook(Mutex<HashMap<SessionId, SessionMapping>>);

/// The mapping of one session, shared by its turns.
#[derive(Clone, Default)]
pub(crate) struct SessionMapping(Arc<Mutex<SessionTokens>>);

impl TokenBook {
    /// The mapping of `session`, new if it has none.
    pub(crate) fn of(&self, session: SessionId) -> SessionMapping {
        lock(&self.0).entry(session).or_default().clone()
    }

    /// Wipes the mapping of `session`, as soon as no turn of it runs.
    pub(crate) fn forget(&self, session: SessionId) {
        lock(&self.0).remove(&session);
    }
}

impl SessionMapping {
    pub(crate) fn number(&self, original: &str, redaction: Redaction) -> Redaction {
        lock(&self.0).number(original, redaction)
    }

    pub(crate) fn restore(&self, text: String) -> String {
        match lock(&self.0).restore(&text) {
            Cow::Owned(restored) => restored,
            Cow::Borrowed(_) => text,
        }
    }
}

/// A panic elsewhere cannot leave these maps half-changed, so a poisoned lock is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
