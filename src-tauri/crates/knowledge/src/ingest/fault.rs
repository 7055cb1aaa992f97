//! Why a document of a foreign format cannot be read.

use serde::{Deserialize, Serialize};

/// What is wrong with a document. Repeats nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReadFault {
    /// Its structure is broken, or it is of another kind.
    #[error("the file is damaged, or not of the kind that its name says")]
    Damaged,
    /// A password is needed.
    #[error("the file is protected by a password")]
    Encrypted,
    /// It unpacks to more than any document may hold.
    #[error("the file unpacks to more than a document may hold")]
    Expands,
    /// Its elements are nested deeper than any program nests them.
    #[error("the file is nested too deeply")]
    TooDeep,
    /// It has more pages, cells or files than are read.
    #[error("the file has too many parts")]
    TooManyParts,
    /// No text is in it; a scanned page is a picture.
    #[error("there is no text in the file; it may hold pictures of text")]
    NoText,
    /// An archive lies in an archive.
    #[error("an archive within an archive is not unpacked")]
    Nested,
}
