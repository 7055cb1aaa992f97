//! Who is served when.

use cloister_inference::{EngineError, EngineState, FinishReason, GenerationEvent};
use libtest_mimic::Trial;

use crate::support::{ask, endless, first_text, reach, read, ready_for, start, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("requests_wait_while_the_model_loads", requests_wait_while_the_model_loads),
        trial("positions_are_honest", positions_are_honest),
        trial("the_queue_is_bounded", the_queue_is_bounded),
    ]
}

async fn requests_wait_while_the_model_loads() {
    let engine = start("loading");
    assert_eq!(engine.state(), EngineState::Loading { progress: 0.0 });
    let mut states = engine.watch();
    let mut generation = engine.generate(ask("What is the capital of France?", 32));
    assert_eq!(generation.next().await, Some(GenerationEvent::Queued { position: 0 }));
    let outcome = read(generation).await;
    assert!(outcome.text.contains("Paris"), "{}", outcome.text);
    let state = states.borrow_and_update().clone();
    let EngineState::Ready { model, load_ms } = state else { panic!("{state:?}") };
    assert_eq!(model, "smollm2-135m-instruct-q4_1");
    assert!(load_ms > 0);
    engine.shut_down().await;
}

async fn positions_are_honest() {
    let engine = ready_for("positions", 1).await;
    let mut running = engine.generate(endless());
    first_text(&mut running).await;
    let mut second = engine.generate(ask("What is the capital of France?", 16));
    let mut third = engine.generate(ask("What is the capital of Italy?", 16));
    assert_eq!(second.next().await, Some(GenerationEvent::Queued { position: 1 }));
    assert_eq!(third.next().await, Some(GenerationEvent::Queued { position: 2 }));

    second.canceller().cancel();
    let reason = FinishReason::Cancelled;
    let cancelled = GenerationEvent::Finished { reason, completion_tokens: 0 };
    assert_eq!(read(second).await.end, cancelled);
    assert_eq!(third.next().await, Some(GenerationEvent::Queued { position: 1 }));
    running.canceller().cancel();
    let outcome = read(third).await;
    assert!(outcome.text.contains("Rome"), "{}", outcome.text);
    engine.shut_down().await;
}

async fn the_queue_is_bounded() {
    let engine = ready_for("bounded", 1).await;
    let mut running = engine.generate(endless());
    first_text(&mut running).await;
    let waiting: Vec<_> = (0..16).map(|_| engine.generate(ask("Hello!", 4))).collect();
    let refused = read(engine.generate(ask("Hello!", 4))).await;
    assert_eq!(refused.end, GenerationEvent::Failed(EngineError::Busy));

    let handle = engine.clone();
    handle.shut_down().await;
    for generation in waiting.into_iter().chain([running]) {
        assert_eq!(read(generation).await.end, GenerationEvent::Failed(EngineError::ShutDown));
    }
    let late = read(engine.generate(ask("Hello!", 4))).await;
    assert_eq!(late.end, GenerationEvent::Failed(EngineError::ShutDown));
    reach(&engine, |state| matches!(state, EngineState::Ready { .. })).await;
}
