//! What can go wrong around a turn, outside of how the turn itself ends.

/// Why a turn could not be started or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChatError {
    /// Another turn of the same session still runs.
    #[error("a turn of this session is still running")]
    TurnRunning,
    /// A turn could not be turned into bytes or back.
    #[error("a stored turn has a form that this program does not know")]
    Encoding,
    /// A part asked beyond what it may do.
    #[error(transparent)]
    Capability(#[from] crate::capability::Exceeded),
    /// The session could not be extended.
    #[error(transparent)]
    Access(#[from] cloister_access::AccessError),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] cloister_store::StoreError),
}
