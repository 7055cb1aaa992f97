//! Everything that can go wrong here. No message holds text of a prompt or an answer.

use std::{io, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::protocol::RejectReason;

/// Why a model cannot be vouched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The manifest itself is invalid.
    #[error("the model manifest is invalid: {reason}")]
    Manifest {
        /// What is wrong, naming the entry.
        reason: String,
    },
    /// The manifest has no model of that id.
    #[error("no model of that id is in the manifest; `cloister model list` shows them")]
    Unknown,
    /// There is no file.
    #[error(
        "the model file {} is missing; run `make models`, or copy the file there",
        path.display()
    )]
    Missing {
        /// Where the file was looked for.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("the model file {} cannot be read ({kind}); check what it is and who may read it", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        kind: io::ErrorKind,
    },
    /// The file has another size than the manifest says, as after a broken copy.
    #[error(
        "the model file {} has {found} bytes instead of {expected}; delete it and run `make models`, \
         or copy it there again",
        path.display()
    )]
    WrongSize {
        /// Which file.
        path: PathBuf,
        /// Bytes that the manifest says.
        expected: u64,
        /// Bytes that the file has.
        found: u64,
    },
    /// The file's digest is not the manifest's: it was altered or damaged.
    #[error(
        "the model file {} is not the one in the manifest (its SHA-256 digest differs); delete it \
         and run `make models`, or copy it there again",
        path.display()
    )]
    WrongDigest {
        /// Which file.
        path: PathBuf,
    },
}

/// Why a frame could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The pipe failed.
    #[error("the pipe failed")]
    Io(#[from] io::Error),
    /// A frame is longer than [`crate::protocol::MAX_FRAME_BYTES`].
    #[error("a frame of {bytes} bytes is over the limit")]
    FrameTooLarge {
        /// Its length in bytes.
        bytes: usize,
    },
    /// A frame is no message of this protocol. The parser's own words are dropped, since they can
    /// quote the frame.
    #[error("a frame holds no message of this protocol")]
    Malformed,
    /// The other side speaks another version of the protocol.
    #[error("the other side speaks protocol version {found} instead of {expected}")]
    Version {
        /// Our version.
        expected: u32,
        /// Theirs.
        found: u32,
    },
    /// A message came that makes no sense at this point.
    #[error("a message came out of turn")]
    OutOfTurn,
}

/// Why the worker's main loop ended other than by the end of its input.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The parent sent something that is not the protocol, or the pipe broke.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// llama.cpp could not load the model or set up its context.
    #[error("the model could not be loaded: {0}")]
    Load(LoadError),
    /// The hook that runs after loading failed, so nothing may be generated.
    #[error("the worker could not be confined after loading")]
    Confine(#[source] io::Error),
    /// llama.cpp failed to evaluate tokens, and its state is unknown.
    #[error("the model failed while evaluating tokens")]
    Evaluate,
}

/// The step of loading that failed. llama.cpp gives no reasons, only logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LoadError {
    /// The back-end did not start.
    #[error("llama.cpp did not start")]
    Backend,
    /// The file is not a model that llama.cpp can read, or memory ran out.
    #[error("llama.cpp refused the file")]
    File,
    /// There was no room for the context.
    #[error("the context does not fit into memory")]
    Context,
    /// The chat template is missing or of a kind that llama.cpp does not know.
    #[error("the model has no chat template that can be used")]
    Template,
}

/// Why an answer failed, or the engine did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The worker ended during the answer. It is started again; the request is not retried.
    #[error("the model's process ended during the answer and is being started again; ask again")]
    WorkerEnded,
    /// The worker did not answer long after the deadline and was ended.
    #[error("the model's process hung and is being started again; ask again")]
    WorkerHung,
    /// Too many requests wait already.
    #[error("too many questions are waiting; try again shortly")]
    Busy,
    /// The worker cannot be started at the moment.
    #[error("the model cannot be started: {reason}")]
    Unavailable {
        /// Why, for people.
        reason: String,
    },
    /// The engine was shut down.
    #[error("the engine was shut down")]
    ShutDown,
    /// The worker refused the request.
    #[error("the request was refused: {0}")]
    Rejected(RejectReason),
}
