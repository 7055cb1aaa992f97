//! A marker for values that may stand in a log line.

/// A value that carries no person's text and no secret, so that it may be logged.
///
/// Implemented for ids, labels and codes; never for `String`.
pub trait LogSafe: std::fmt::Display {}
