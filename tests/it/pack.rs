//! The sample pack, asked in words that its author did not see.

use cloister_app::Pack;
use cloister_tests::Appliance;
use serde_json::Value;

fn cases(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a case is JSON")).collect()
}

/// Asks through the API, a fresh minute for each question.
async fn ask(appliance: &Appliance, text: &str) -> Value {
    appliance.clock.advance(std::time::Duration::from_mins(1));
    appliance.guest().await.turn(text).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn differently_worded_questions_find_their_entry() {
    let appliance = Appliance::open().await;
    let cases = cases(include_str!("../cases/pack/questions.jsonl"));
    let mut missed = Vec::new();
    for case in &cases {
        let turn = ask(&appliance, case["text"].as_str().unwrap()).await;
        let cited = turn["citations"].as_array().unwrap().iter().map(|citation| &citation["id"]);
        let accepted = case["entries"].as_array().expect("entries");
        if !cited.into_iter().any(|id| accepted.contains(id)) {
            missed.push((case["text"].clone(), turn["outcome"].clone(), turn["citations"].clone()));
        }
    }
    let allowed = cases.len() / 10;
    assert!(missed.len() <= allowed, "{} of {} missed: {missed:#?}", missed.len(), cases.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_about_other_things_are_declined() {
    let appliance = Appliance::open().await;
    for case in cases(include_str!("../cases/pack/off-topic.jsonl")) {
        let turn = ask(&appliance, case["text"].as_str().unwrap()).await;
        assert_eq!(turn["outcome"], "out_of_scope", "{}", case["text"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_two_questions_of_the_first_page_are_answered() {
    let appliance = Appliance::open().await;
    for text in ["What is your return policy?", "How long do I have to return a volume?"] {
        let turn = ask(&appliance, text).await;
        assert_eq!(turn["outcome"], "answered", "{text}");
        let id = turn["citations"][0]["id"].as_str().unwrap();
        assert!(id.starts_with("returns/"), "{text}: {id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_suggestion_is_answered() {
    let appliance = Appliance::open().await;
    let suggestions = appliance.guest().await.get("/api/suggestions").await.body;
    let suggestions = suggestions["suggestions"].as_array().unwrap().clone();
    assert_eq!(suggestions.len(), 6);
    for suggestion in suggestions {
        let turn = ask(&appliance, suggestion["question"].as_str().unwrap()).await;
        assert_eq!(turn["citations"][0]["id"], suggestion["id"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_knowledge_base_declines_everything() {
    let setting = cloister_tests::Setting { pack: Pack::None, ..Default::default() };
    let appliance = Appliance::with(setting).await;
    let turn = ask(&appliance, "What is your return policy?").await;
    assert_eq!(turn["outcome"], "out_of_scope");
    assert!(turn["topics"].as_array().unwrap().is_empty());
}
