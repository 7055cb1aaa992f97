//! What can go wrong with a session.

/// Why access was not given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The token names no session that is alive: never issued, ended, expired, or its key is gone.
    #[error("no live session")]
    NoSession,
    /// There is an administrator, so nobody stands in for one.
    #[error("there is an administrator")]
    NoOperator,
    /// The store could not answer; the act is refused.
    #[error(transparent)]
    Store(#[from] cloister_store::StoreError),
}
