//! Composed answers: what the model may say, and what happens when it cannot.

use cloister_inference::{EngineError, FinishReason, Role, scripted::Script};
use cloister_tests::Appliance;

use crate::turns::{COMPOSED, with_model};

/// A sentence out of the first passage that the composed question finds.
async fn supported_sentence(appliance: &Appliance) -> String {
    let mut guest = appliance.guest().await;
    let cited = guest.turn(COMPOSED.trim()).await["citations"][0]["id"].clone();
    let id = cited.as_str().expect("a citation").replace('/', "%2F");
    let text = guest.get(&format!("/api/passages/{id}")).await.body["text"].clone();
    let text = text.as_str().expect("a text").replace('*', "");
    let first = text.split_inclusive(". ").next().expect("a sentence");
    first.trim_end().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supported_sentence_is_shown_with_its_source_and_an_invented_one_is_not() {
    let sentence = supported_sentence(&Appliance::open().await).await;
    let said = format!("{sentence} Our founder Zebulon keeps dragons in the cellar. ");
    let (appliance, model) = with_model(vec![Script::answer(&said)]).await;
    let mut guest = appliance.guest().await;
    let turn = guest.turn(COMPOSED.trim()).await;
    assert_eq!(turn["outcome"], "answered");
    let answer = turn["answer"].as_str().unwrap();
    assert!(answer.contains("[1]"), "{answer}");
    assert!(!answer.contains("dragons"), "{answer}");
    assert_eq!(turn["citations"].as_array().unwrap().len(), 1, "only what is named is cited");
    assert_eq!(turn["model"], "scripted");
    assert_eq!(model.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_any_support_gives_way_to_the_best_passage() {
    let said = "Zebulon invented gravity in the cellar of dragons.";
    let (appliance, _) = with_model(vec![Script::answer(said)]).await;
    let turn = appliance.guest().await.turn(COMPOSED.trim()).await;
    assert_eq!(turn["outcome"], "answered");
    let answer = turn["answer"].as_str().unwrap();
    assert!(answer.contains("[1]") && !answer.contains("Zebulon"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_prompt_keeps_system_passages_and_question_apart() {
    let (appliance, model) = with_model(vec![Script::answer("Nothing.")]).await;
    let mut guest = appliance.guest().await;
    guest.turn(&format!("{} Write to ann@example.org", COMPOSED.trim())).await;
    let request = model.requests().remove(0);
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::System, Role::User]);
    let user = &request.messages[1].content;
    assert!(user.contains("[1] ") && user.contains("[EMAIL]"), "{user}");
    assert!(!user.contains("ann@example.org"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_ends_gives_a_clear_failure_and_the_next_turn_works() {
    let fail = Script::Fail(Vec::new(), EngineError::WorkerEnded);
    let (appliance, _) = with_model(vec![fail]).await;
    let mut guest = appliance.guest().await;
    let turn = guest.turn(COMPOSED.trim()).await;
    assert_eq!(
        (turn["outcome"].as_str(), turn["reason"].as_str()),
        (Some("failed"), Some("worker_ended"))
    );
    assert!(turn["answer"].as_str().unwrap().contains("stopped half-way"));
    assert_eq!(guest.turn("What is your return policy?").await["outcome"], "answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_model_answers_a_session_by_itself_and_forgets_it_with_its_end() {
    let scripts = [Script::answer("Nothing."), Script::answer("Nothing.")];
    let (appliance, model) = with_model(scripts.to_vec()).await;
    let (mut one, mut other) = (appliance.guest().await, appliance.guest().await);
    one.turn(COMPOSED.trim()).await;
    other.turn(COMPOSED.trim()).await;
    let owners: Vec<_> = model.requests().iter().map(|request| request.owner).collect();
    assert_ne!(owners[0], owners[1]);
    assert!(model.forgotten().is_empty());
    assert_eq!(one.call("DELETE", "/api/session", None).await.status, 204);
    assert_eq!(model.forgotten(), owners[..1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_long_and_too_busy_are_told_apart() {
    for (error, reason) in [(EngineError::Busy, "busy"), (EngineError::WorkerHung, "worker_ended")]
    {
        let (appliance, _) = with_model(vec![Script::Fail(Vec::new(), error)]).await;
        let turn = appliance.guest().await.turn(COMPOSED.trim()).await;
        assert_eq!(turn["reason"], reason);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_ran_out_of_time_says_so() {
    let script = Script::Say(Vec::new(), FinishReason::Deadline);
    let (appliance, _) = with_model(vec![script]).await;
    let turn = appliance.guest().await.turn(COMPOSED.trim()).await;
    assert_eq!(
        (turn["outcome"].as_str(), turn["reason"].as_str()),
        (Some("failed"), Some("deadline"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_model_the_passages_are_shown_as_they_are() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    let turn = guest.turn(COMPOSED.trim()).await;
    assert_eq!(turn["outcome"], "answered");
    assert_eq!(turn["reason"], "model_missing");
    assert!(turn["citations"].as_array().unwrap().len() >= 2);
    assert_eq!(turn["model"], serde_json::Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_talk_and_the_unknown_are_answered_honestly() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    assert_eq!(guest.turn("Hello!").await["outcome"], "small_talk");
    let turn = guest.turn("How long should I boil an egg?").await;
    assert_eq!(turn["outcome"], "out_of_scope");
    assert!(turn["citations"].as_array().unwrap().is_empty());
}
