//! Taking messages: limits, order of events, stopping, following again.

use std::{sync::Arc, time::Duration};

use cloister_app::ModelSource;
use cloister_inference::scripted::{Script, ScriptedModel};
use cloister_tests::{Appliance, Setting};
use serde_json::json;

/// A question that several entries of the sample pack bear on, so that the model composes.
pub(crate) const COMPOSED: &str = include_str!("../cases/pack/composed.txt");

pub(crate) async fn with_model(scripts: Vec<Script>) -> (Appliance, ScriptedModel) {
    let model = ScriptedModel::new(scripts);
    let given = ModelSource::Given(Arc::new(model.clone()));
    (Appliance::with(Setting { model: given, ..Setting::default() }).await, model)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_direct_answer_comes_in_order_with_its_source() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    let events = guest.ask("What is your return policy?").await;
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..3], ["stage", "question", "stage"]);
    assert_eq!(names.iter().filter(|name| **name == "done").count(), 1);
    let sources = names.iter().position(|name| *name == "sources").expect("sources");
    let text = names.iter().position(|name| *name == "delta").expect("text");
    assert!(sources < text, "sources come before the text that names them");

    let turn = &events.last().unwrap().1["turn"];
    assert_eq!(turn["outcome"], "answered");
    let citation = &turn["citations"][0];
    assert!(turn["answer"].as_str().unwrap().contains("[1]"));
    let id = citation["id"].as_str().unwrap().replace('/', "%2F");
    let passage = guest.get(&format!("/api/passages/{id}")).await;
    assert_eq!(passage.status, 200, "{}", passage.text);
    assert_eq!(passage.body["title"], citation["title"]);
    assert_eq!(passage.body["label"], "public");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_cannot_be_taken_say_why() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    assert_eq!(guest.say("  \n ").await.code(), Some("message_empty"));
    let long = guest.say(&"é".repeat(8_001)).await;
    assert_eq!((long.status, long.code()), (413, Some("message_too_long")));
    assert_eq!(guest.say(&"x".repeat(500_000)).await.status, 413);
    let odd = guest.call("POST", "/api/turns", Some(json!({ "message": 1 }))).await;
    assert_eq!((odd.status, odd.code()), (400, Some("invalid_request")));
    assert_eq!(guest.get("/api/nothing").await.status, 404);
    assert_eq!(guest.call("PUT", "/api/turns", None).await.status, 404);
    assert_eq!(guest.get("/api/turns/not-an-id/events").await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_thousand_characters_are_taken() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    let turn = guest.turn(&"é".repeat(8_000)).await;
    assert_eq!(turn["outcome"], "out_of_scope");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_eleventh_message_in_a_minute_waits_whatever_the_session() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    for _ in 0..10 {
        guest.turn("What is your return policy?").await;
    }
    let mut renewed = appliance.guest().await;
    let refused = renewed.say("What is your return policy?").await;
    assert_eq!((refused.status, refused.code()), (429, Some("rate_limited")));
    let wait = refused.body["error"]["retry_after_s"].as_u64().expect("a wait");
    appliance.clock.advance(Duration::from_secs(wait));
    assert_eq!(renewed.turn("What is your return policy?").await["outcome"], "answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stop_ends_a_running_answer_and_keeps_what_was_shown() {
    let sentence = "Unread volumes can be returned. ".to_owned();
    let (appliance, _) = with_model(vec![Script::Hang(vec![sentence])]).await;
    let mut guest = appliance.guest().await;
    let id = guest.say(COMPOSED.trim()).await.body["id"].as_str().unwrap().to_owned();
    let busy = guest.say("Another?").await;
    assert_eq!((busy.status, busy.code()), (409, Some("turn_running")));
    let stop = guest.call("POST", &format!("/api/turns/{id}/cancel"), None).await;
    assert_eq!(stop.status, 204);
    let events = guest.events(&id).await;
    assert_eq!(events.last().unwrap().1["turn"]["outcome"], "cancelled");
    assert_eq!(guest.turn("What is your return policy?").await["outcome"], "answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_can_be_followed_again_from_its_start() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    let id = guest.say("What is your return policy?").await.body["id"].as_str().unwrap().to_owned();
    let first = guest.events(&id).await;
    assert_eq!(guest.events(&id).await, first);
    let kept = guest.get("/api/conversation").await.body["turns"][0].clone();
    assert_eq!(kept["answer"], first.last().unwrap().1["turn"]["answer"]);
    assert_eq!(kept["question"]["text"], "What is your return policy?");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_in_mid_answer_stops_it_and_leaves_nothing() {
    let (appliance, _) = with_model(vec![Script::Hang(vec![])]).await;
    let mut guest = appliance.guest().await;
    guest.say(COMPOSED.trim()).await;
    assert_eq!(guest.call("DELETE", "/api/session", None).await.status, 204);
    assert_eq!(guest.get("/api/conversation").await.status, 401);
}
