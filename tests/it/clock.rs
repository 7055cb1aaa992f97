//! A clock that jumps: nothing is deleted until somebody confirms the time.

use std::time::Duration;

use cloister_tests::{Appliance, Reader, post};
use cloister_types::Clock;
use serde_json::{Value, json};

async fn operator(appliance: &Appliance) -> Reader {
    let mut reader = appliance.stranger();
    let entered = reader.call("POST", "/api/session/operator", None).await;
    assert_eq!(entered.status, 201, "{}", entered.text);
    reader
}

async fn purge(reader: &mut Reader) -> cloister_tests::Answer {
    reader.call("POST", "/api/retention/purge", Some(json!({ "dry_run": false }))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_deleted_after_a_jump_until_somebody_confirms_the_time() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    guest.turn("What is your return policy?").await;
    appliance.clock.set(appliance.clock.now() + Duration::from_hours(24 * 365));

    let mut reader = operator(&appliance).await;
    let refused = purge(&mut reader).await;
    assert_eq!((refused.status, refused.code()), (409, Some("conflict")), "{}", refused.text);
    assert!(refused.text.contains("--confirm-clock"), "{}", refused.text);
    let dry = json!({ "dry_run": true });
    let due = reader.call("POST", "/api/retention/purge", Some(dry)).await;
    assert_eq!(due.body["items"][0], json!({ "what": "session", "rows": 1 }), "nothing went");
    let alerts = reader.get("/api/alerts").await.body;
    assert_eq!(alerts["items"][0]["kind"], "clock_jumped", "{alerts}");
    let promises = appliance.app.doctor().await.expect("the promises can be tried");
    assert!(promises[4].limit.as_deref().is_some_and(|limit| limit.contains("--confirm-clock")));

    let denied = appliance.guest().await.call("POST", "/api/clock/confirm", None).await;
    assert_eq!(denied.code(), Some("denied"), "{}", denied.text);
    let confirmed = post(&mut reader, "/api/clock/confirm", json!({})).await;
    assert_eq!(confirmed.body["was_in_doubt"], true, "{}", confirmed.text);
    let purged = purge(&mut reader).await;
    assert_eq!(purged.status, 200, "{}", purged.text);
    let sessions = purged.body["items"].as_array().into_iter().flatten();
    let session = |item: &&Value| item["what"] == "session";
    assert_eq!(sessions.clone().find(session).map(|item| &item["rows"]), Some(&json!(1)));
    let again = post(&mut reader, "/api/clock/confirm", json!({})).await;
    assert_eq!(again.body["was_in_doubt"], false);
}
