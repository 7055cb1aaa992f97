//! Engines, requests and answers for the tests.

use std::{fs, future::Future, path::PathBuf, process::Command, time::Duration};

use cloister_inference::{
    Engine, EngineOptions, EngineState, FinishReason, GenerateRequest, Generation, GenerationEvent,
    Manifest, Message, ModelRecord, Priority, WorkerCommand, verify,
};
use cloister_types::{SeededEntropy, SessionId, VerifiedModel};
use libtest_mimic::Trial;

/// A test that runs `body` on a runtime of its own.
pub(crate) fn trial<F: Future<Output = ()>>(
    name: &'static str,
    body: impl FnOnce() -> F + Send + 'static,
) -> Trial {
    Trial::test(name, move || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?
            .block_on(body());
        Ok(())
    })
}

pub(crate) fn models_folder() -> PathBuf {
    std::env::var_os("CLOISTER_MODELS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../models")),
        PathBuf::from,
    )
}

pub(crate) fn record() -> ModelRecord {
    Manifest::built_in().expect("the manifest is valid").default_record().clone()
}

pub(crate) fn model() -> VerifiedModel {
    verify(&models_folder(), &record()).unwrap_or_else(|error| panic!("{error}"))
}

/// A worker that can be told apart from those of other tests by `tag`.
pub(crate) fn worker(tag: &str) -> WorkerCommand {
    WorkerCommand {
        program: std::env::current_exe().expect("the test knows itself"),
        args: vec!["infer-worker".into(), tag.into()],
    }
}

/// An engine that answers four at a time.
pub(crate) fn start(tag: &str) -> Engine {
    Engine::start(worker(tag), model(), options(4))
}

/// Options of an engine that answers `sequences` at a time.
pub(crate) fn options(sequences: u32) -> EngineOptions {
    // One thread, since tests run beside each other and threads that wait for each other do badly.
    let threads = std::num::NonZeroU32::MIN;
    EngineOptions { threads, sequences, memory_mb: 500, ..EngineOptions::for_record(&record()) }
}

/// An engine whose model is loaded.
pub(crate) async fn ready(tag: &str) -> Engine {
    ready_for(tag, 4).await
}

/// As [`ready`], answering `sequences` at a time.
pub(crate) async fn ready_for(tag: &str, sequences: u32) -> Engine {
    let engine = Engine::start(worker(tag), model(), options(sequences));
    reach(&engine, |state| matches!(state, EngineState::Ready { .. })).await;
    engine
}

/// Waits for a state.
pub(crate) async fn reach(engine: &Engine, wanted: impl FnMut(&EngineState) -> bool) {
    engine.watch().wait_for(wanted).await.expect("the engine runs");
}

/// The session numbered `number`.
pub(crate) fn session(number: u64) -> SessionId {
    SessionId::random(&SeededEntropy::new(number))
}

/// A request of the first session.
pub(crate) fn request(messages: Vec<Message>, max_tokens: u32) -> GenerateRequest {
    GenerateRequest {
        owner: session(1),
        priority: Priority::Interactive,
        messages,
        max_tokens,
        deadline: Duration::from_mins(2),
    }
}

/// The same of another session.
pub(crate) fn of(number: u64, request: GenerateRequest) -> GenerateRequest {
    GenerateRequest { owner: session(number), ..request }
}

pub(crate) fn ask(question: &str, max_tokens: u32) -> GenerateRequest {
    request(vec![Message::user(question)], max_tokens)
}

/// A request that would be answered for a long time.
pub(crate) fn endless() -> GenerateRequest {
    ask("Write a very long story about a lighthouse, chapter by chapter.", 1500)
}

/// All that came of an answer.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) text: String,
    pub(crate) pieces: usize,
    pub(crate) prompt_tokens: u32,
    pub(crate) cached_tokens: u32,
    pub(crate) end: GenerationEvent,
}

impl Outcome {
    pub(crate) fn finish(&self) -> (FinishReason, u32) {
        match &self.end {
            GenerationEvent::Finished { reason, completion_tokens } => {
                (*reason, *completion_tokens)
            }
            other => panic!("the answer ended with {other:?}"),
        }
    }
}

/// Reads an answer to its end.
pub(crate) async fn read(mut generation: Generation) -> Outcome {
    let mut outcome = Outcome {
        text: String::new(),
        pieces: 0,
        prompt_tokens: 0,
        cached_tokens: 0,
        end: GenerationEvent::Queued { position: 0 },
    };
    while let Some(event) = generation.next().await {
        match event {
            GenerationEvent::Text(text) => {
                outcome.text.push_str(&text);
                outcome.pieces += 1;
            }
            GenerationEvent::Started { prompt_tokens, cached_tokens } => {
                (outcome.prompt_tokens, outcome.cached_tokens) = (prompt_tokens, cached_tokens);
            }
            GenerationEvent::Queued { .. } => {}
            end => outcome.end = end,
        }
    }
    outcome
}

/// Reads until the first piece of text.
pub(crate) async fn first_text(generation: &mut Generation) {
    loop {
        match generation.next().await {
            Some(GenerationEvent::Text(_)) => return,
            Some(event) if !event.is_last() => {}
            other => panic!("no text came: {other:?}"),
        }
    }
}

/// The process ids of the running workers with `tag`.
pub(crate) fn workers(tag: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("there is a /proc");
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| {
            let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let mut arguments = command.split(|byte| *byte == 0).skip(1);
            arguments.next() == Some(b"infer-worker") && arguments.next() == Some(tag.as_bytes())
        })
        .collect()
}

/// Kills the one worker with `tag`, as the kernel does when memory runs out.
pub(crate) fn kill_worker(tag: &str) {
    let pids = workers(tag);
    let [pid] = pids.as_slice() else { panic!("one worker expected, not {}", pids.len()) };
    let status = Command::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(status.expect("kill runs").success());
}
