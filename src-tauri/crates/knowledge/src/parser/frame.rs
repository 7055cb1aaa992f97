//! What parent and process say to each other: a `u32` length in little-endian order and as many bytes.
//!
//! The parent sends a [`Job`] in JSON and the document as it is; the process answers with one
//! [`Reply`] in JSON, or with one for each file of an archive, the file behind it as it is.

use serde::{Deserialize, Serialize};

use crate::{
    ReadFault,
    ingest::{Extract, Foreign},
};

/// Longest frame: a document of the largest size, or the text of one.
pub(super) const MAX_FRAME_BYTES: usize = 96 << 20;

/// What is to be done with the bytes that follow.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Job {
    /// Read a document.
    Read {
        /// What it is.
        format: Foreign,
    },
    /// Unpack an archive.
    Unpack,
}

/// What came of it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    /// The document's text.
    Extract(Extract),
    /// A file of the archive, which follows where there is no fault.
    Member {
        /// Its path.
        name: String,
        /// Why it cannot be unpacked.
        fault: Option<ReadFault>,
    },
    /// The archive has no more files.
    Done,
    /// Nothing came of it.
    Failed(ReadFault),
}

/// A message as a frame; nothing where it is too long.
pub(super) fn encode(message: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let body = serde_json::to_vec(message)?;
    let mut frame = Vec::with_capacity(body.len() + 4);
    frame.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    frame.extend_from_slice(&body);
    Ok(frame)
}

/// The length that a frame begins with, if it may be so long.
pub(super) fn length(prefix: [u8; 4]) -> Option<usize> {
    let length = usize::try_from(u32::from_le_bytes(prefix)).ok()?;
    (length <= MAX_FRAME_BYTES).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_say_their_length_and_none_is_longer_than_allowed() {
        let frame = encode(&Job::Unpack).expect("JSON");
        let (prefix, body) = frame.split_first_chunk::<4>().expect("a prefix");
        assert_eq!(length(*prefix), Some(body.len()));
        assert_eq!(length(u32::MAX.to_le_bytes()), None);
    }
}
