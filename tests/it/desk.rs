//! What an interface asks about the person in front of it: what to offer, what is held about them,
//! which of their conversations say something, and that they are still there.

use std::time::Duration;

use cloister_tests::{Appliance, Reader, employed, made, post, sign_in, staffed};
use serde_json::{Value, json};

const QUESTION: &str = "What is your return policy?";

fn permissions(session: &Value) -> Vec<&str> {
    let list = session["permissions"].as_array().expect("permissions");
    list.iter().map(|name| name.as_str().expect("text")).collect()
}

async fn held(reader: &mut Reader, class: &str) -> Value {
    let data = reader.get("/api/me/data").await;
    assert_eq!(data.status, 200, "{}", data.text);
    let items = data.body["items"].as_array().expect("classes").iter();
    items.clone().find(|item| item["class"] == class).expect("the class").clone()
}

async fn titles(reader: &mut Reader, query: &str) -> Vec<String> {
    let list = reader.get(&format!("/api/conversations{query}")).await;
    assert_eq!(list.status, 200, "{}", list.text);
    let items = list.body["items"].as_array().expect("conversations").iter();
    items.map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_says_what_its_reader_may_do_and_no_more() {
    let (appliance, mut admin) = staffed().await;
    let own = admin.get("/api/session").await;
    assert!(permissions(&own.body).contains(&"manage_people"), "{}", own.text);
    made(&mut admin, "olu.audit", &["auditor"]).await;
    let (_, first) = made(&mut admin, "ida.audit", &["auditor"]).await;
    let mut auditor = appliance.stranger();
    let session = sign_in(&mut auditor, "ida.audit", &first, None).await;
    let may = permissions(&session.body);
    assert!(may.contains(&"read_audit") && !may.contains(&"manage_people"), "{may:?}");
    let mut guest = appliance.guest().await;
    let session = guest.get("/api/session").await;
    assert!(!permissions(&session.body).contains(&"read_audit"), "{}", session.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_says_whether_somebody_looks_after_the_appliance() {
    let appliance = Appliance::open().await;
    let mut operator = appliance.stranger();
    assert_eq!(operator.get("/api/status").await.body["administered"], false);
    assert_eq!(operator.call("POST", "/api/session/operator", None).await.status, 201);
    let form = json!({ "name": "ada.admin", "roles": ["admin"],
        "password": "linden kettle oblique ferry" });
    assert_eq!(post(&mut operator, "/api/accounts", form).await.status, 201);
    assert_eq!(operator.get("/api/status").await.body["administered"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sees_what_is_held_about_them_and_when_it_ends() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    let (_, mut bea) = employed(&appliance, &mut admin, "bea.moor").await;
    let turn = ann.turn(QUESTION).await;
    let rated = format!("/api/turns/{}/feedback", turn["id"].as_str().expect("an id"));
    assert_eq!(post(&mut ann, &rated, json!({ "rating": "up" })).await.status, 204);

    let conversation = held(&mut ann, "conversation").await;
    assert_eq!((&conversation["count"], &conversation["period_hours"]), (&json!(1), &json!(24)));
    assert!(conversation["ends_first"].is_string(), "{conversation}");
    assert_eq!(held(&mut ann, "feedback").await["count"], 1);
    assert!(held(&mut ann, "audit_record").await["count"].as_u64() > Some(0));
    assert_eq!(held(&mut ann, "consent_record").await["ends_first"], Value::Null);
    for class in ["conversation", "feedback"] {
        assert_eq!(held(&mut bea, class).await["count"], 0, "{class}");
    }
    let data = ann.get("/api/me/data").await;
    assert!(!data.text.contains("error_log"), "nothing of it is about anybody");
    assert_eq!(data.body["log_readings"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_found_by_what_was_said_in_it_by_its_owner_alone() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    let (_, mut bea) = employed(&appliance, &mut admin, "bea.moor").await;
    ann.turn(QUESTION).await;
    assert_eq!(ann.call("POST", "/api/conversations", None).await.status, 201);
    ann.turn("Do you sell gift cards?").await;

    assert_eq!(titles(&mut ann, "").await, ["Do you sell gift cards?", QUESTION]);
    assert_eq!(titles(&mut ann, "?find=RETURN%20policy").await, [QUESTION]);
    assert_eq!(titles(&mut ann, "?find=%20").await.len(), 2, "nothing to find is no search");
    assert!(titles(&mut ann, "?find=submarine").await.is_empty());
    assert!(titles(&mut bea, "?find=return").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saying_that_one_is_there_extends_a_sign_in_and_no_guest() {
    let (appliance, mut admin) = staffed().await;
    let mut guest = appliance.guest().await;
    let end = async |reader: &mut Reader| {
        let stayed = reader.call("POST", "/api/session/stay", None).await;
        assert_eq!(stayed.status, 200, "{}", stayed.text);
        stayed.body["expires_at"].as_str().expect("a time").to_owned()
    };
    let (admin_before, guest_before) = (end(&mut admin).await, end(&mut guest).await);
    appliance.clock.advance(Duration::from_mins(5));
    assert!(end(&mut admin).await > admin_before);
    assert_eq!(end(&mut guest).await, guest_before);
}
