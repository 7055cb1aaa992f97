//! Measures the engine as its readers feel it: `measure_engine PROGRAM MODELS` prints one JSON line a
//! figure. `PROGRAM` is the built `cloister`, whose hidden worker runs the model.
//!
//! Everything but the first line goes through queue, pipes and scheduler, as the product does.
#![expect(clippy::print_stdout, reason = "its figures are its output")]

use std::{
    env,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use cloister_inference::{
    BenchPlan, Engine, EngineOptions, EngineState, GenerateRequest, Generation, GenerationEvent,
    Manifest, Message, Priority, WorkerCommand, verify,
};
use cloister_types::{OsEntropy, SessionId};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const DEADLINE: Duration = Duration::from_mins(10);
/// Room for a prompt of 3,000 tokens and its answer.
const CONTEXT_TOKENS: u32 = 4096;
/// Tokens of an answer.
const ANSWER: u32 = 64;
/// Conversations at the same time.
const CROWDS: [usize; 5] = [1, 2, 4, 8, 16];
/// Words of a sentence that fills prompts.
const WORDS_A_SENTENCE: usize = 11;
/// What it is about.
const WORDS: [&str; 16] = [
    "paper", "street", "letter", "river", "market", "winter", "garden", "number", "window",
    "doctor", "ticket", "friend", "summer", "island", "record", "bridge",
];

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [program, models] = arguments.as_slice() else {
        return Err("usage: measure_engine PROGRAM MODELS".into());
    };
    let start = Instant::now();
    let engine = start_engine(program, models)?;
    engine.watch().wait_for(|state| matches!(state, EngineState::Ready { .. })).await?;
    print("ready", &json!({ "seconds": start.elapsed().as_secs_f64() }));

    for depth in [0, 1024] {
        let report = engine.bench(BenchPlan { depth, ..BenchPlan::default() }).await?;
        print("bench", &serde_json::to_value(&report)?);
    }
    for crowd in CROWDS {
        print("together", &together(&engine, crowd, 500).await?);
    }
    print("turns", &turns(&engine).await?);
    print("gap", &gap(&engine).await?);
    print("cancel", &cancel(&engine).await?);
    print("same", &same(&engine).await?);
    engine.shut_down().await;
    Ok(())
}

fn start_engine(program: &Path, models: &Path) -> Outcome<Engine> {
    let record = Manifest::built_in()?.default_record().clone();
    let model = verify(models, &record)?;
    let command = WorkerCommand { program: program.to_owned(), args: vec!["infer-worker".into()] };
    let options = EngineOptions {
        context_tokens: CONTEXT_TOKENS,
        memory_mb: 2_000,
        ..EngineOptions::for_record(&record)
    };
    Ok(Engine::start(command, model, options))
}

fn print(name: &str, figures: &Value) {
    println!("{}", json!({ "figure": name, "figures": figures }));
}

/// A question after about `words` words that differ by `seed`: sentences, since a model that is given
/// loose words soon stops or circles.
fn prompt(seed: usize, words: usize) -> String {
    let word = |at: usize| {
        // Knuth's multiplicative hash (TAOCP 3, 6.4) scatters the choice.
        let hash = (seed * 1_000_003 + at + 1).wrapping_mul(2_654_435_761) >> 16;
        WORDS[hash % WORDS.len()]
    };
    let sentences = (0..words / WORDS_A_SENTENCE).map(|at| {
        let [one, two, three] = [0, 1, 2].map(|place| word(3 * at + place));
        format!("The {one} was near the {two}, and a {three} stood by. ")
    });
    let sentences: String = sentences.collect();
    format!("{sentences}Write a long story about lighthouse number {seed}.")
}

fn ask(engine: &Engine, owner: SessionId, messages: Vec<Message>, max_tokens: u32) -> Generation {
    engine.generate(GenerateRequest {
        owner,
        priority: Priority::Interactive,
        messages,
        max_tokens,
        deadline: DEADLINE,
    })
}

fn somebody() -> SessionId {
    SessionId::random(&OsEntropy)
}

/// What became of one answer.
#[derive(Default)]
struct Answer {
    text: String,
    first: Duration,
    gaps: Vec<Duration>,
    prompt_tokens: u32,
    cached_tokens: u32,
    tokens: u32,
}

async fn read(mut generation: Generation, start: Instant) -> Outcome<Answer> {
    let mut answer = Answer::default();
    let mut last = None;
    while let Some(event) = generation.next().await {
        match event {
            GenerationEvent::Queued { .. } => {}
            GenerationEvent::Started { prompt_tokens, cached_tokens } => {
                (answer.prompt_tokens, answer.cached_tokens) = (prompt_tokens, cached_tokens);
            }
            GenerationEvent::Text(text) => {
                let now = start.elapsed();
                match last {
                    None => answer.first = now,
                    Some(last) => answer.gaps.push(now.saturating_sub(last)),
                }
                last = Some(now);
                answer.text.push_str(&text);
            }
            GenerationEvent::Finished { completion_tokens, .. } => {
                answer.tokens = completion_tokens;
            }
            GenerationEvent::Failed(error) => return Err(error.into()),
        }
    }
    Ok(answer)
}

/// `crowd` conversations that begin at once, with prompts of their own.
async fn together(engine: &Engine, crowd: usize, words: usize) -> Outcome<Value> {
    let start = Instant::now();
    let tasks: Vec<_> = (0..crowd)
        .map(|seed| {
            let messages = vec![Message::user(prompt(seed + 100 * crowd, words))];
            let generation = ask(engine, somebody(), messages, ANSWER);
            tokio::spawn(async move { read(generation, start).await.map_err(|e| e.to_string()) })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await??);
    }
    let seconds = start.elapsed().as_secs_f64();
    let mut firsts: Vec<f64> = answers.iter().map(|answer| answer.first.as_secs_f64()).collect();
    firsts.sort_by(f64::total_cmp);
    let tokens: u32 = answers.iter().map(|answer| answer.tokens).sum();
    let gap = answers.iter().flat_map(|answer| &answer.gaps).max().copied().unwrap_or_default();
    Ok(json!({
        "conversations": crowd,
        "prompt_tokens": answers.first().map(|answer| answer.prompt_tokens),
        "tokens_per_second": f64::from(tokens) / seconds,
        "first_text_seconds": firsts,
        "longest_gap_seconds": gap.as_secs_f64(),
    }))
}

/// A first turn with 1,000 tokens and a second one after it.
async fn turns(engine: &Engine) -> Outcome<Value> {
    let owner = somebody();
    let question = Message::user(prompt(7, 1_000));
    let first = read(ask(engine, owner, vec![question.clone()], ANSWER), Instant::now()).await?;
    let history =
        vec![question, Message::assistant(first.text), Message::user("And what came after that?")];
    // Somebody else takes the place in between.
    read(ask(engine, somebody(), vec![Message::user("Hello!")], 4), Instant::now()).await?;
    let second = read(ask(engine, owner, history, ANSWER), Instant::now()).await?;
    Ok(json!({
        "cold_seconds": first.first.as_secs_f64(),
        "second_seconds": second.first.as_secs_f64(),
        "computed_tokens": second.prompt_tokens - second.cached_tokens,
    }))
}

/// The longest pause in an answer while a prompt of 3,000 tokens is read.
async fn gap(engine: &Engine) -> Outcome<Value> {
    let story = ask(engine, somebody(), vec![Message::user(prompt(1, 20))], 400);
    let long = ask(engine, somebody(), vec![Message::user(prompt(2, 3_000))], 4);
    let start = Instant::now();
    let (story, long) = tokio::try_join!(read(story, start), read(long, start))?;
    let gap = story.gaps.iter().max().copied().unwrap_or_default();
    Ok(json!({
        "longest_gap_seconds": gap.as_secs_f64(),
        "prompt_tokens": long.prompt_tokens,
        "prompt_seconds": long.first.as_secs_f64(),
    }))
}

/// From a cancellation in the middle of a long prompt to its end.
async fn cancel(engine: &Engine) -> Outcome<Value> {
    let mut times = Vec::new();
    for seed in 0..10 {
        let question = vec![Message::user(prompt(900 + seed, 2_000))];
        let mut generation = ask(engine, somebody(), question, ANSWER);
        while !matches!(generation.next().await, Some(GenerationEvent::Started { .. }) | None) {}
        let start = Instant::now();
        generation.canceller().cancel();
        read(generation, start).await?;
        times.push(start.elapsed().as_secs_f64());
    }
    Ok(json!({ "seconds": times }))
}

/// How many of eight answers are the same, to the byte, beside each other and alone.
async fn same(engine: &Engine) -> Outcome<Value> {
    let questions = (0..8).map(|seed| vec![Message::user(prompt(300 + seed, 60))]);
    let mut alone = Vec::new();
    for question in questions.clone() {
        alone.push(read(ask(engine, somebody(), question, ANSWER), Instant::now()).await?.text);
    }
    let running: Vec<_> =
        questions.map(|question| ask(engine, somebody(), question, ANSWER)).collect();
    let tasks: Vec<_> = running
        .into_iter()
        .map(|generation| {
            let start = Instant::now();
            tokio::spawn(async move { read(generation, start).await.map_err(|e| e.to_string()) })
        })
        .collect();
    let mut same = 0;
    for (task, alone) in tasks.into_iter().zip(&alone) {
        same += usize::from(task.await??.text == *alone);
    }
    Ok(json!({ "same": same, "of": alone.len() }))
}
