//! What parent and worker say to each other: JSON messages in length-prefixed frames over pipes.
//!
//! A frame is a `u32` length in little-endian order and as many bytes of JSON, at most
//! [`MAX_FRAME_BYTES`]. The worker speaks first ([`WorkerMessage::Hello`]); the parent answers with
//! [`ParentMessage::Load`] and then sends what it likes: at most as many requests at a time as
//! [`WorkerMessage::Ready`] says. A [`ParentMessage::Cancel`] is heard while they run. The end of the
//! worker's input ends the worker.

use std::{
    fmt,
    io::{self, Read, Write},
};

use cloister_types::SessionId;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{LoadError, Message, Priority, ProtocolError};

/// The version in [`WorkerMessage::Hello`]. Both sides are one binary, so it differs only when the
/// binary was replaced under a running program.
pub const VERSION: u32 = 2;

/// The longest frame in bytes. A full 8,192-token prompt is about 40 kB.
pub const MAX_FRAME_BYTES: usize = 1 << 20;

/// The number of a request, unique within one engine.
pub type RequestId = u64;

/// What the parent says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParentMessage {
    /// Load the model. Once, first.
    Load {
        /// The number of the inherited file descriptor.
        fd: u32,
        /// Tokens that one sequence holds, at most what the model was trained for.
        context_tokens: u32,
        /// Sequences to answer at the same time, at most; fewer where memory is short.
        sequences: u32,
        /// Megabytes for the keys and values of all sequences, those that are kept between turns
        /// included.
        memory_mb: u64,
        /// Threads to compute with, at most; as few as are fastest are used.
        threads: u32,
        /// A template known to llama.cpp; without it, the one in the file.
        chat_template: Option<String>,
    },
    /// Compute the start of later prompts ahead.
    Prepare {
        /// The messages that later prompts start with.
        messages: Vec<Message>,
    },
    /// Answer a prompt.
    Generate {
        /// The request's number.
        id: RequestId,
        /// Whose it is: its sequence is kept for later prompts of the same owner, and of no other.
        owner: SessionId,
        /// Whether somebody waits for it.
        priority: Priority,
        /// The prompt.
        messages: Vec<Message>,
        /// Tokens of answer at most.
        max_tokens: u32,
        /// Milliseconds until the answer ends unfinished.
        deadline_ms: u64,
    },
    /// End that request if it runs.
    Cancel {
        /// The request's number.
        id: RequestId,
    },
    /// Give up the sequences that are kept for these.
    Forget {
        /// The owners.
        owners: Vec<SessionId>,
    },
    /// Measure the model's speed. Only while no request runs.
    Bench {
        /// What to measure.
        plan: BenchPlan,
    },
}

/// What the worker says.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerMessage {
    /// The first message.
    Hello {
        /// The worker's [`VERSION`].
        version: u32,
    },
    /// How far loading is, from 0 to 1.
    Loading {
        /// The part done.
        progress: f32,
    },
    /// The model is loaded.
    Ready {
        /// Milliseconds that it took.
        load_ms: u64,
        /// Requests that may run at the same time.
        sequences: u32,
    },
    /// The model cannot be loaded; the worker ends.
    LoadFailed {
        /// The step that failed.
        reason: LoadError,
    },
    /// The request is being worked on: first its prompt is computed, then the answer.
    Started {
        /// The request's number.
        id: RequestId,
        /// Tokens of the prompt.
        prompt_tokens: u32,
        /// How many of them are there from an earlier prompt.
        cached_tokens: u32,
    },
    /// A piece of the answer.
    Text {
        /// The request's number.
        id: RequestId,
        /// At least one character, whole characters only.
        text: String,
    },
    /// The answer ended.
    Finished {
        /// The request's number.
        id: RequestId,
        /// Why.
        reason: FinishReason,
        /// Tokens of the answer.
        completion_tokens: u32,
    },
    /// The request was refused.
    Rejected {
        /// The request's number.
        id: RequestId,
        /// Why.
        reason: RejectReason,
    },
    /// How the worker does, after each request.
    Stats {
        /// Its figures.
        stats: WorkerStats,
    },
    /// What was measured.
    Benched {
        /// The figures.
        figures: BenchFigures,
    },
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model ended it.
    Stop,
    /// It reached the token limit, perhaps in mid-sentence.
    Length,
    /// Somebody cancelled it.
    Cancelled,
    /// It ran out of time.
    Deadline,
    /// It went round in circles and was ended.
    Repetition,
}

/// Why the worker refused a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectReason {
    /// Prompt and answer do not fit into the context together.
    #[error("the prompt has {prompt_tokens} tokens, and {limit} fit")]
    PromptTooLong {
        /// Tokens of the prompt.
        prompt_tokens: u32,
        /// Tokens that fit beside the answer that was asked for.
        limit: u32,
    },
    /// The messages are more than one frame holds.
    #[error("the prompt has {bytes} bytes, too many to hand over")]
    PromptTooLarge {
        /// Length of the encoded request in bytes.
        bytes: usize,
    },
    /// There is nothing to answer, or no token to answer with.
    #[error("the request asks for nothing")]
    Empty,
    /// The model's template cannot express these messages in this order.
    #[error("the model's chat template cannot express these messages")]
    Template,
    /// A message would have become a control token, which the tokeniser should have prevented.
    #[error("a message would have become a control token")]
    ControlToken,
}

/// What a measurement does. The defaults are those of `llama-bench`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenchPlan {
    /// Tokens of the prompt whose computation is timed.
    pub prompt_tokens: u32,
    /// Tokens of the answer whose generation is timed.
    pub decode_tokens: u32,
    /// Tokens that stand in the context before either.
    pub depth: u32,
    /// How often each is done; the best counts, as the least disturbed by other programs.
    pub repetitions: u32,
}

impl Default for BenchPlan {
    fn default() -> Self {
        Self { prompt_tokens: 512, decode_tokens: 128, depth: 0, repetitions: 3 }
    }
}

/// What a measurement found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchFigures {
    /// Tokens of a prompt computed in a second.
    pub prefill_tokens_per_second: f64,
    /// Tokens of an answer generated in a second, choosing each included.
    pub decode_tokens_per_second: f64,
    /// Threads that computed the prompt.
    pub prefill_threads: u32,
    /// Threads that generated. A small model needs only one.
    pub decode_threads: u32,
    /// The format of the weights, as llama.cpp calls it: `Q4_1`.
    pub format: String,
    /// Most memory that the worker ever held, in megabytes, the mapped weights included.
    pub memory_mb: u64,
}

/// How a worker does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerStats {
    /// Most memory that it ever held, in megabytes, the mapped weights included.
    pub memory_mb: u64,
    /// Sequences that are kept between turns.
    pub kept_sequences: u32,
    /// Megabytes that they take.
    pub kept_mb: u64,
    /// Sequences that had to go for others since the worker's start.
    pub evicted: u64,
    /// Threads that generate one answer at the moment.
    pub decode_threads: u32,
    /// Threads that compute a prompt at the moment.
    pub prefill_threads: u32,
}

/// Turns a message into a frame.
///
/// # Errors
/// [`ProtocolError::FrameTooLarge`].
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>, ProtocolError> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, message).map_err(|_| ProtocolError::Malformed)?;
    let bytes = frame.len() - 4;
    match u32::try_from(bytes) {
        Ok(length) if bytes <= MAX_FRAME_BYTES => {
            frame[..4].copy_from_slice(&length.to_le_bytes());
            Ok(frame)
        }
        _ => Err(ProtocolError::FrameTooLarge { bytes }),
    }
}

/// Reads the length that a frame's first four bytes announce.
///
/// # Errors
/// [`ProtocolError::FrameTooLarge`].
pub fn frame_length(prefix: [u8; 4]) -> Result<usize, ProtocolError> {
    let bytes = usize::try_from(u32::from_le_bytes(prefix)).unwrap_or(usize::MAX);
    if bytes > MAX_FRAME_BYTES { Err(ProtocolError::FrameTooLarge { bytes }) } else { Ok(bytes) }
}

/// Reads the message in the body of a frame.
///
/// # Errors
/// [`ProtocolError::Malformed`].
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, ProtocolError> {
    serde_json::from_slice(body).map_err(|_| ProtocolError::Malformed)
}

/// Writes one message and flushes.
///
/// # Errors
/// [`ProtocolError::FrameTooLarge`] or [`ProtocolError::Io`].
pub fn write_message(
    output: &mut impl Write,
    message: &impl Serialize,
) -> Result<(), ProtocolError> {
    output.write_all(&encode(message)?)?;
    Ok(output.flush()?)
}

/// Reads one message; `None` at the end of the input.
///
/// # Errors
/// [`ProtocolError::FrameTooLarge`], [`ProtocolError::Malformed`], or [`ProtocolError::Io`], which
/// includes an end in the middle of a frame.
pub fn read_message<T: DeserializeOwned>(
    input: &mut impl Read,
) -> Result<Option<T>, ProtocolError> {
    let mut prefix = [0; 4];
    let first = loop {
        match input.read(&mut prefix) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => break result?,
        }
    };
    if first == 0 {
        return Ok(None);
    }
    input.read_exact(&mut prefix[first..])?;
    let mut body = vec![0; frame_length(prefix)?];
    input.read_exact(&mut body)?;
    decode(&body).map(Some)
}

impl fmt::Debug for ParentMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load { fd, context_tokens, sequences, threads, .. } => write!(
                f,
                "Load(fd {fd}, {sequences} sequences of {context_tokens} tokens, {threads} threads)"
            ),
            Self::Prepare { messages } => write!(f, "Prepare({messages:?})"),
            Self::Generate { id, priority, messages, max_tokens, .. } => {
                write!(f, "Generate({id}, {priority:?}, {messages:?}, {max_tokens} tokens)")
            }
            Self::Cancel { id } => write!(f, "Cancel({id})"),
            Self::Forget { owners } => write!(f, "Forget({} owners)", owners.len()),
            Self::Bench { plan } => write!(f, "Bench({plan:?})"),
        }
    }
}

impl fmt::Debug for WorkerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hello { version } => write!(f, "Hello({version})"),
            Self::Loading { progress } => write!(f, "Loading({progress})"),
            Self::Ready { load_ms, sequences } => {
                write!(f, "Ready({load_ms} ms, {sequences} sequences)")
            }
            Self::LoadFailed { reason } => write!(f, "LoadFailed({reason:?})"),
            Self::Started { id, prompt_tokens, cached_tokens } => {
                write!(f, "Started({id}, {prompt_tokens} tokens, {cached_tokens} cached)")
            }
            Self::Text { id, text } => write!(f, "Text({id}, {} bytes)", text.len()),
            Self::Finished { id, reason, completion_tokens } => {
                write!(f, "Finished({id}, {reason:?}, {completion_tokens} tokens)")
            }
            Self::Rejected { id, reason } => write!(f, "Rejected({id}, {reason:?})"),
            Self::Stats { stats } => write!(f, "Stats({stats:?})"),
            Self::Benched { figures } => write!(f, "Benched({figures:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn generate(content: &str) -> ParentMessage {
        ParentMessage::Generate {
            id: 7,
            owner: SessionId::random(&cloister_types::SeededEntropy::new(7)),
            priority: Priority::Interactive,
            messages: vec![Message::user(content)],
            max_tokens: 5,
            deadline_ms: 1_000,
        }
    }

    #[test]
    fn messages_survive_the_pipe() {
        let sent = [generate("naïve <|im_end|>\n"), ParentMessage::Cancel { id: u64::MAX }];
        let mut pipe = Vec::new();
        for message in &sent {
            write_message(&mut pipe, message).expect("it fits");
        }
        let mut input = pipe.as_slice();
        for message in sent {
            assert_eq!(read_message(&mut input).expect("a whole frame"), Some(message));
        }
        assert!(read_message::<ParentMessage>(&mut input).expect("a clean end").is_none());
    }

    #[test]
    fn a_frame_over_the_limit_is_refused_on_both_sides() {
        let long = generate(&"x".repeat(MAX_FRAME_BYTES));
        assert!(matches!(encode(&long), Err(ProtocolError::FrameTooLarge { .. })));
        let mut input: &[u8] = &[0xff; 64];
        assert!(matches!(
            read_message::<ParentMessage>(&mut input),
            Err(ProtocolError::FrameTooLarge { bytes: 0xffff_ffff })
        ));
    }

    #[test]
    fn a_cut_frame_is_an_error_and_not_an_end() {
        let frame = encode(&generate("hello")).expect("it fits");
        for length in 1..frame.len() {
            let mut input = &frame[..length];
            assert!(
                matches!(read_message::<ParentMessage>(&mut input), Err(ProtocolError::Io(_))),
                "cut at {length}"
            );
        }
    }

    #[test]
    fn debug_and_errors_show_no_text() {
        let secret = "hunter2";
        let text = WorkerMessage::Text { id: 1, text: secret.into() };
        assert_eq!(format!("{text:?}"), "Text(1, 7 bytes)");
        assert!(!format!("{:?}", generate(secret)).contains(secret));
        let body = format!("{{\"{secret}\":1}}");
        let error = decode::<ParentMessage>(body.as_bytes()).expect_err("no such message");
        assert!(!format!("{error:?} {error}").contains(secret));
    }

    proptest! {
        #[test]
        fn rubbish_never_panics(bytes: Vec<u8>) {
            let mut input = bytes.as_slice();
            while let Ok(Some(_)) = read_message::<ParentMessage>(&mut input) {}
        }
    }
}
