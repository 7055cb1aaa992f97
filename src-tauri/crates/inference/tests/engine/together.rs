//! Many conversations at once.

use cloister_inference::{FinishReason, GenerationEvent, Message};
use libtest_mimic::Trial;

use crate::support::{
    ask, endless, first_text, of, read, ready, ready_for, request, session, trial,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("answers_together_are_as_good_as_alone", answers_together_are_as_good_as_alone),
        trial("a_long_prompt_stops_nobodys_answer", a_long_prompt_stops_nobodys_answer),
        trial("a_short_prompt_does_not_wait_for_a_long_one", a_short_prompt_does_not_wait),
        trial("cancelling_one_leaves_the_others", cancelling_one_leaves_the_others),
        trial("a_conversation_is_kept_while_others_take_its_place", kept_while_others_answer),
        trial("what_one_session_said_speeds_up_no_other", what_one_said_speeds_up_no_other),
        trial("a_session_that_ended_is_forgotten", a_session_that_ended_is_forgotten),
        trial("the_metrics_tell_what_happened", the_metrics_tell_what_happened),
    ]
}

/// Tokens of a prompt that are always computed.
const LAST_PIECE: u32 = 8;

const CAPITALS: [(&str, &str); 4] =
    [("France", "Paris"), ("Italy", "Rome"), ("Spain", "Madrid"), ("Japan", "Tokyo")];

async fn answers_together_are_as_good_as_alone() {
    let engine = ready("together").await;
    let capital = |country: &str| ask(&format!("What is the capital of {country}?"), 48);
    let alone = read(engine.generate(capital("France"))).await;
    let again = read(engine.generate(of(9, capital("France")))).await;
    assert_eq!(again.text, alone.text, "alone, one prompt has one answer");

    let running: Vec<_> = (10..)
        .zip(CAPITALS)
        .map(|(number, (country, _))| engine.generate(of(number, capital(country))))
        .collect();
    for (generation, (_, city)) in running.into_iter().zip(CAPITALS) {
        let outcome = read(generation).await;
        assert!(outcome.text.contains(city), "{city}: {}", outcome.text);
        assert_eq!(outcome.finish().0, FinishReason::Stop);
    }
    engine.shut_down().await;
}

async fn a_long_prompt_stops_nobodys_answer() {
    let engine = ready("long").await;
    let mut story = engine.generate(endless());
    first_text(&mut story).await;
    let mut long = engine.generate(of(2, ask(&"All work and no play. ".repeat(250), 4)));
    let mut pieces = 0;
    loop {
        tokio::select! {
            biased;
            event = long.next() => match event {
                Some(GenerationEvent::Text(_)) => break,
                Some(_) => {}
                None => panic!("the long prompt was not answered"),
            },
            event = story.next() => {
                assert!(matches!(event, Some(GenerationEvent::Text(_))), "{event:?}");
                pieces += 1;
            }
        }
    }
    // 1,500 tokens in steps of at most 256.
    assert!(pieces >= 5, "the story had {pieces} pieces in the meantime");
    engine.shut_down().await;
}

async fn a_short_prompt_does_not_wait() {
    let engine = ready("short").await;
    let mut long = engine.generate(ask(&"All work and no play. ".repeat(250), 4));
    while !matches!(long.next().await, Some(GenerationEvent::Started { .. })) {}
    let short = engine.generate(of(2, ask("What is the capital of France?", 1)));
    tokio::select! {
        biased;
        event = long.next() => panic!("the long one was first: {event:?}"),
        outcome = read(short) => assert_eq!(outcome.finish(), (FinishReason::Length, 1)),
    }
    assert_eq!(read(long).await.finish().1, 4);
    engine.shut_down().await;
}

async fn cancelling_one_leaves_the_others() {
    let engine = ready("one-of-three").await;
    let mut stories: Vec<_> =
        (1..=3).map(|number| engine.generate(of(number, endless()))).collect();
    for story in &mut stories {
        first_text(story).await;
    }
    let first = stories.remove(0);
    first.canceller().cancel();
    assert_eq!(read(first).await.finish().0, FinishReason::Cancelled);
    // The others moved together and go on.
    for story in &mut stories {
        for _ in 0..20 {
            first_text(story).await;
        }
        story.canceller().cancel();
    }
    for story in stories {
        let outcome = read(story).await;
        let (reason, tokens) = outcome.finish();
        assert_eq!(reason, FinishReason::Cancelled);
        assert!(tokens > 20, "{tokens}");
        assert!(!outcome.text.contains('\u{fffd}'), "{}", outcome.text);
    }
    engine.shut_down().await;
}

async fn kept_while_others_answer() {
    let engine = ready_for("places", 1).await;
    let question = |country: &str| Message::user(format!("What is the capital of {country}?"));
    let mut firsts = Vec::new();
    for (number, (country, _)) in (1..).zip(CAPITALS) {
        firsts.push(read(engine.generate(of(number, request(vec![question(country)], 32)))).await);
    }
    for ((number, (country, city)), first) in (1..).zip(CAPITALS).zip(firsts) {
        assert!(first.text.contains(city), "{}", first.text);
        let turn = vec![
            question(country),
            Message::assistant(first.text),
            Message::user("And what is that city known for?"),
        ];
        let second = read(engine.generate(of(number, request(turn, 16)))).await;
        assert!(
            second.cached_tokens > first.prompt_tokens,
            "{country}: {} of {}",
            second.cached_tokens,
            second.prompt_tokens
        );
    }
    engine.shut_down().await;
}

async fn what_one_said_speeds_up_no_other() {
    let engine = ready("apart").await;
    let prefix = Message::system("You are the help desk of a shop. ".repeat(4));
    engine.prepare(vec![prefix.clone()]);
    let turn = || {
        let question = Message::user("Where did Mrs Example of 12 Sample Street leave her bag?");
        request(vec![prefix.clone(), question], 4)
    };
    let first = read(engine.generate(turn())).await;
    assert!(first.cached_tokens > 20, "the prepared start serves everybody");
    let same = read(engine.generate(turn())).await;
    assert_eq!(same.cached_tokens, same.prompt_tokens - LAST_PIECE);
    let other = read(engine.generate(of(2, turn()))).await;
    assert_eq!(other.cached_tokens, first.cached_tokens);
    engine.shut_down().await;
}

async fn a_session_that_ended_is_forgotten() {
    let engine = ready("forgotten").await;
    let question = || ask("What is the capital of France?", 8);
    read(engine.generate(question())).await;
    read(engine.generate(of(2, question()))).await;
    engine.forget(&[session(1)]);
    let again = read(engine.generate(question())).await;
    assert_eq!(again.cached_tokens, 0);
    let other = read(engine.generate(of(2, question()))).await;
    assert_eq!(other.cached_tokens, other.prompt_tokens - LAST_PIECE);

    // It ends in the middle of an answer.
    let mut story = engine.generate(endless());
    first_text(&mut story).await;
    drop(story);
    engine.forget(&[session(1)]);
    assert_eq!(read(engine.generate(endless_but(1))).await.cached_tokens, 0);
    engine.shut_down().await;
}

/// The endless request, cut after `tokens`.
fn endless_but(tokens: u32) -> cloister_inference::GenerateRequest {
    cloister_inference::GenerateRequest { max_tokens: tokens, ..endless() }
}

async fn the_metrics_tell_what_happened() {
    let engine = ready_for("metrics", 2).await;
    let question = || ask("What is the capital of France?", 48);
    read(engine.generate(question())).await;
    read(engine.generate(question())).await;
    let mut story = engine.generate(of(2, endless()));
    first_text(&mut story).await;
    assert_eq!(engine.metrics().running, 1);
    story.canceller().cancel();
    read(story).await;
    read(engine.generate(request(Vec::new(), 1))).await;

    let metrics = engine.metrics();
    assert_eq!((metrics.stopped, metrics.cancelled, metrics.failed), (2, 1, 1), "{metrics:?}");
    assert_eq!((metrics.running, metrics.waiting, metrics.sequences), (0, 0, 2));
    assert!(metrics.cached_tokens > 5 && metrics.cached_tokens < metrics.prompt_tokens);
    assert_eq!(metrics.first_text_seconds.count(), 3);
    assert_eq!(metrics.queue_seconds.count(), 3);
    assert!(metrics.tokens_per_second.quantile(0.5).is_some_and(|speed| speed > 1.0));
    assert!(metrics.worker.memory_mb > 90, "{metrics:?}");
    assert!(metrics.worker.kept_sequences >= 1, "{metrics:?}");
    engine.shut_down().await;
}
