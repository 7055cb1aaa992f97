//! Measures the engine from the outside.

use cloister_types::{OsEntropy, SessionId};
use serde::Serialize;
use tokio::{
    sync::oneshot,
    time::{Duration, Instant},
};

use super::{
    Engine,
    job::{Job, JobKind},
};
use crate::{BenchPlan, EngineError, GenerateRequest, GenerationEvent, Message, Priority};

/// Time for the whole measurement, waiting included.
const DEADLINE: Duration = Duration::from_mins(10);

/// How often [`QUESTION`] is said to make a prompt of about 300 tokens.
const QUESTIONS: usize = 12;

const QUESTION: &str = "A customer bought the second volume of a series last week, found two pages \
                        torn, and asks how to send it back. ";

/// What a measurement found, with the fields of `cloister model bench --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BenchReport {
    /// Tokens of an answer generated in a second, choosing each included.
    pub decode_tokens_per_second: f64,
    /// Tokens of a prompt computed in a second.
    pub prefill_tokens_per_second: f64,
    /// Milliseconds from a request to its first text, through queue and pipes, when the prepared
    /// start of the prompt is in the context and `first_token_prompt_tokens` are not.
    pub time_to_first_token_ms: f64,
    /// Tokens of prompt that were computed before that first text.
    pub first_token_prompt_tokens: u32,
    /// Tokens in the context before the other two measurements began.
    pub depth: u32,
    /// Threads that computed prompts.
    pub threads: u32,
    /// Threads that generated answers: one for a small model.
    pub decode_threads: u32,
    /// The format of the weights, as llama.cpp calls it: `Q4_1`.
    pub format: String,
    /// Most memory that the worker ever held, in megabytes, the mapped weights included.
    pub memory_mb: u64,
}

pub(super) async fn run(engine: &Engine, plan: BenchPlan) -> Result<BenchReport, EngineError> {
    let (reply, figures) = oneshot::channel();
    engine.submit(Job::new(engine.next_id(), DEADLINE, JobKind::Bench { plan, reply }));
    let (figures, prefix) = figures.await.map_err(|_| EngineError::ShutDown)??;

    // The first request finds the context empty, and waits for the prefix to be computed.
    first_text(engine, &prefix, "?").await?;
    let (time, prompt_tokens) = first_text(engine, &prefix, &QUESTION.repeat(QUESTIONS)).await?;
    Ok(BenchReport {
        decode_tokens_per_second: figures.decode_tokens_per_second,
        prefill_tokens_per_second: figures.prefill_tokens_per_second,
        time_to_first_token_ms: time.as_secs_f64() * 1e3,
        first_token_prompt_tokens: prompt_tokens,
        depth: plan.depth,
        threads: figures.prefill_threads,
        decode_threads: figures.decode_threads,
        format: figures.format,
        memory_mb: figures.memory_mb,
    })
}

/// Time until the first text of an answer, and the tokens of prompt that were computed for it.
async fn first_text(
    engine: &Engine,
    prefix: &[Message],
    question: &str,
) -> Result<(Duration, u32), EngineError> {
    let messages = prefix.iter().cloned().chain([Message::user(question)]).collect();
    let start = Instant::now();
    let mut generation = engine.generate(GenerateRequest {
        owner: SessionId::random(&OsEntropy),
        priority: Priority::Interactive,
        messages,
        max_tokens: 8,
        deadline: DEADLINE,
    });
    let mut computed = 0;
    while let Some(event) = generation.next().await {
        match event {
            GenerationEvent::Started { prompt_tokens, cached_tokens } => {
                computed = prompt_tokens - cached_tokens;
            }
            GenerationEvent::Failed(error) => return Err(error),
            GenerationEvent::Text(_) | GenerationEvent::Finished { .. } => break,
            GenerationEvent::Queued { .. } => {}
        }
    }
    Ok((start.elapsed(), computed))
}
