//! The language model, verified, run in a worker process and asked many questions at a time; and the
//! tagger of names and places and the encoder of sentences, verified and run in this process.
//!
//! **Guarantees.**
//! - Only a [`VerifiedModel`](cloister_types::VerifiedModel) is loaded: a file whose size and digest
//!   are in a trusted manifest, and that very file, not whatever lies at its path later.
//! - llama.cpp runs in a worker process only. When it aborts, one answer fails with a clear error
//!   and the worker is started again; the program goes on. When the program ends, so does the worker.
//! - Only the chat template can place a control token in a prompt; what a person or a passage says
//!   is plain text to the tokeniser.
//! - Decoding is greedy: one prompt, alone, has one answer. Beside others rounding may differ, and
//!   with it now and then a word. Cancelling is heard in the middle of a step.
//! - What a session's prompts left in memory serves that session alone, and goes when it ends.
//! - No prompt and no answer reaches a log, an error or a `Debug`.
//!
//! **Not here.** What to ask (`chat` assembles prompts), whether an answer may be shown (`guard`),
//! and the confinement of the worker: the binary does it, around [`worker::run`].
//!
//! **Terms.** The *worker* is the process, the [`Engine`] its supervisor; a *generation* is one
//! answer under way; *prefill* computes a prompt, *decode* an answer; a *step* computes tokens of
//! many at once; a *slot* is the place of one sequence in the context, and a *kept* sequence a copy of
//! one between turns; a *prefix* is the start that prompts share; a *token* is the model's unit of
//! text; a *finish reason* says why an answer ended.
#![deny(unsafe_code)]

mod encoder;
mod engine;
mod error;
mod generation;
mod manifest;
mod message;
pub mod protocol;
pub mod scripted;
mod tagger;
mod verify;
mod wordpiece;
pub mod worker;

pub use encoder::{EncoderError, MiniLm, load_encoder};
pub use engine::{
    BOUNDS, BenchReport, Engine, EngineMetrics, EngineOptions, EngineState, Histogram,
    WorkerCommand, memory_budget, physical_cores,
};
pub use error::{EngineError, LoadError, ModelError, ProtocolError, WorkerError};
pub use generation::{
    Canceller, GenerateRequest, Generation, GenerationEvent, LanguageModel, Priority,
};
pub use manifest::{ChatTemplate, EncoderRecord, EncoderTask, FileRecord, Manifest, ModelRecord};
pub use message::{Message, Role};
pub use protocol::{BenchFigures, BenchPlan, FinishReason, RejectReason, WorkerStats};
pub use tagger::{MAX_PIECES, RampartTagger, TaggerError, load_tagger};
pub use verify::{read_verified, verify};
