//! What happens when something breaks.

use std::{
    fs,
    time::{Duration, Instant},
};

use cloister_inference::{
    Engine, EngineError, EngineOptions, EngineState, GenerationEvent, Message, ModelError,
    WorkerCommand, verify,
};
use libtest_mimic::Trial;

use crate::support::{
    ask, endless, first_text, kill_worker, model, models_folder, reach, read, ready, ready_for,
    record, request, trial, worker, workers,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a_killed_worker_fails_one_answer", a_killed_worker_fails_one_answer),
        trial("a_worker_killed_again_and_again_leaks_nothing", killed_again_and_again),
        trial("a_worker_killed_while_idle_is_replaced", a_worker_killed_while_idle_is_replaced),
        trial("a_program_that_is_missing_is_reported", a_program_that_is_missing_is_reported),
        trial("a_program_that_is_no_worker_is_reported", a_program_that_is_no_worker_is_reported),
        trial("shutting_down_leaves_no_process", shutting_down_leaves_no_process),
        trial("dropping_the_engine_leaves_no_process", dropping_the_engine_leaves_no_process),
        trial("an_altered_model_is_refused", an_altered_model_is_refused),
        trial("a_missing_model_is_named", a_missing_model_is_named),
    ]
}

const ENDED: GenerationEvent = GenerationEvent::Failed(EngineError::WorkerEnded);

async fn a_killed_worker_fails_one_answer() {
    let engine = ready_for("killed", 1).await;
    let prefix = Message::system("You are terse. ".repeat(20));
    engine.prepare(vec![prefix.clone()]);
    let mut generation = engine.generate(endless());
    first_text(&mut generation).await;
    let waiting =
        engine.generate(request(vec![prefix, Message::user("What is the capital of France?")], 64));
    kill_worker("killed");
    assert_eq!(read(generation).await.end, ENDED);

    // Whoever waited is served by the next worker, to which the prefix was given again.
    let next = read(waiting).await;
    assert!(next.text.contains("Paris"), "{}", next.text);
    assert!(next.cached_tokens > 60, "{}", next.cached_tokens);
    engine.shut_down().await;
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").expect("there is a /proc").count()
}

async fn killed_again_and_again() {
    const TAG: &str = "killed-often";
    let engine = ready(TAG).await;
    let mut files = 0;
    for round in 0..10 {
        let mut generation = engine.generate(endless());
        first_text(&mut generation).await;
        if round == 0 {
            files = open_files();
        }
        kill_worker(TAG);
        assert_eq!(read(generation).await.end, ENDED);
    }
    let start = Instant::now();
    let mut generation = engine.generate(endless());
    first_text(&mut generation).await;
    // Half a second on an idle machine; without the immediate restart it would wait for minutes.
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    // Other tests of this process open files too when they run beside this one.
    assert!(open_files() <= files + 8, "{} files, {files} before", open_files());
    assert_eq!(workers(TAG).len(), 1);
    engine.shut_down().await;
}

async fn a_worker_killed_while_idle_is_replaced() {
    let engine = ready("idle").await;
    let mut states = engine.watch();
    states.mark_unchanged();
    kill_worker("idle");
    states
        .wait_for(|state| *state == EngineState::Restarting { attempt: 1 })
        .await
        .expect("it runs");
    let next = read(engine.generate(ask("What is the capital of France?", 32))).await;
    assert!(next.text.contains("Paris"), "{}", next.text);
    engine.shut_down().await;
}

async fn failure_of(program: &str) -> (Engine, String) {
    let command = WorkerCommand { program: program.into(), args: Vec::new() };
    let engine = Engine::start(command, model(), EngineOptions::for_record(&record()));
    let waiting = engine.generate(ask("Hello!", 4));
    reach(&engine, |state| matches!(state, EngineState::Failed { .. })).await;
    let EngineState::Failed { reason } = engine.state() else { panic!("it recovered") };
    let unavailable = GenerationEvent::Failed(EngineError::Unavailable { reason: reason.clone() });
    assert_eq!(read(waiting).await.end, unavailable);
    assert_eq!(read(engine.generate(ask("Hello!", 4))).await.end, unavailable);
    (engine, reason)
}

async fn a_program_that_is_missing_is_reported() {
    let (engine, reason) = failure_of("/nonexistent/cloister").await;
    assert!(reason.contains("No such file"), "{reason}");
    engine.shut_down().await;
}

async fn a_program_that_is_no_worker_is_reported() {
    let (engine, reason) = failure_of("/bin/true").await;
    assert!(reason.contains("exit status: 0"), "{reason}");
    engine.shut_down().await;
    let (engine, reason) = failure_of("/usr/bin/yes").await;
    assert!(reason.contains("a frame of"), "{reason}");
    engine.shut_down().await;
}

async fn shutting_down_leaves_no_process() {
    let engine = ready("shut-down").await;
    let mut generation = engine.generate(endless());
    first_text(&mut generation).await;
    assert_eq!(workers("shut-down").len(), 1);
    engine.shut_down().await;
    assert!(workers("shut-down").is_empty());
    assert_eq!(read(generation).await.end, GenerationEvent::Failed(EngineError::ShutDown));
}

async fn dropping_the_engine_leaves_no_process() {
    let command = worker("engine-dropped");
    let engine = Engine::start(command, model(), EngineOptions::for_record(&record()));
    let mut states = engine.watch();
    states.wait_for(|state| matches!(state, EngineState::Ready { .. })).await.expect("it starts");
    drop(engine);
    // The supervisor ends after the worker did, and its state with it.
    while states.changed().await.is_ok() {}
    assert!(workers("engine-dropped").is_empty());
}

async fn an_altered_model_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let record = record();
    let path = folder.path().join(record.file());
    let mut bytes = fs::read(models_folder().join(record.file())).expect("the model is fetched");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).expect("there is room");
    assert_eq!(
        verify(folder.path(), &record).map(drop),
        Err(ModelError::WrongDigest { path: path.clone() })
    );
    fs::write(&path, &bytes[..middle]).expect("there is room");
    assert!(matches!(verify(folder.path(), &record), Err(ModelError::WrongSize { .. })));
}

async fn a_missing_model_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = verify(folder.path(), &record()).expect_err("nothing is there").to_string();
    assert!(error.contains("smollm2-135m-instruct-q4_1.gguf is missing"), "{error}");
    assert!(error.contains("make models"), "{error}");
}
