//! Turns as they are sealed in the store and opened again for their own session.

use cloister_access::Session;
use cloister_store::{LogKey, LogSealed, Sealed};
use cloister_types::{Entropy, Secret, TurnId};

use crate::{ChatError, TurnView};

/// One earlier question and its answer, both sanitised, as context for the next.
#[derive(Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The sanitised question.
    pub question: String,
    /// The answer as shown.
    pub answer: String,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exchange({} + {} bytes)", self.question.len(), self.answer.len())
    }
}

/// Seals `turn` with its session's key, bound to its row and owner.
///
/// # Errors
/// [`ChatError::Encoding`] when it cannot be encoded, [`ChatError::Store`] when it cannot be sealed.
pub fn seal_turn(
    session: &Session,
    turn: &TurnView,
    entropy: &dyn Entropy,
) -> Result<Sealed, ChatError> {
    let plain = encode(turn)?;
    Ok(session.key().seal_turn(entropy, session.owner(), turn.id, plain.expose())?)
}

/// Opens a turn that [`seal_turn`] sealed for the same session and row.
///
/// # Errors
/// [`ChatError::Store`] when it was altered, moved, or belongs to somebody else;
/// [`ChatError::Encoding`] when another version wrote it.
pub fn open_turn(session: &Session, id: TurnId, sealed: &Sealed) -> Result<TurnView, ChatError> {
    let plain = session.key().open_turn(session.owner(), id, sealed)?;
    read_logged(&plain)
}

/// Seals `turn` for the message log, bound to its row and to the name of its reader in records.
///
/// # Errors
/// Those of [`seal_turn`].
pub(crate) fn log_turn(
    key: &LogKey,
    session: &Session,
    turn: &TurnView,
    entropy: &dyn Entropy,
) -> Result<LogSealed, ChatError> {
    Ok(key.seal(entropy, turn.id, session.pseudonym, encode(turn)?.expose())?)
}

/// Reads a turn that a grant opened.
///
/// # Errors
/// [`ChatError::Encoding`] when another version wrote it.
pub fn read_logged(plain: &Secret<Vec<u8>>) -> Result<TurnView, ChatError> {
    serde_json::from_slice(plain.expose()).map_err(|_| ChatError::Encoding)
}

fn encode(turn: &TurnView) -> Result<Secret<Vec<u8>>, ChatError> {
    serde_json::to_vec(turn).map(Secret::new).map_err(|_| ChatError::Encoding)
}
