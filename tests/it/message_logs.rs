//! The message log through the API: asked for, approved by somebody else, read on record, ended.

use std::time::Duration;

use cloister_app::open_archive;
use cloister_store::AuditEvent;
use cloister_tests::{
    ADMIN, ADMIN_PASSWORD, Answer, Appliance, PASSWORD, Reader, employed, hired, open_vault, post,
    sign_in, staffed,
};
use cloister_types::Secret;
use serde_json::{Value, json};

const QUESTION: &str = "What is your return policy? Write to ann@example.org.";
const SINCE: &str = "2026-03-01T00:00:00Z";
const PASSPHRASE: &str = "marble ostrich vinegar lantern";
const REQUESTS: &str = "/api/message-logs/requests";
/// An account that one person made approves nothing before this.
const WEEK: Duration = Duration::from_hours(7 * 24);

fn told(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.code())
}

fn form(reason: &str) -> Value {
    json!({ "reason": reason, "since": SINCE, "hours": 4 })
}

/// Asks to read; the request.
async fn asked(reader: &mut Reader, form: Value) -> String {
    let made = post(reader, REQUESTS, form).await;
    assert_eq!((made.status, &made.body["state"]), (201, &json!("pending")), "{}", made.text);
    made.body["id"].as_str().expect("an id").to_owned()
}

async fn act(reader: &mut Reader, id: &str, verb: &str) -> Answer {
    reader.call("POST", &format!("{REQUESTS}/{id}/{verb}"), None).await
}

async fn read(reader: &mut Reader, grant: &str) -> Answer {
    reader.get(&format!("/api/message-logs?grant={grant}")).await
}

async fn again(appliance: &Appliance, name: &str, password: &str) -> Reader {
    let mut reader = appliance.stranger();
    assert_eq!(sign_in(&mut reader, name, password, None).await.status, 201);
    reader
}

async fn consent(reader: &mut Reader) {
    let given = json!({ "purpose": "quality_review", "wording": 1 });
    assert_eq!(post(reader, "/api/privacy/consents", given).await.status, 200);
}

/// How many entries the log holds about `reader`, as they see it themselves.
async fn kept(reader: &mut Reader) -> Value {
    let data = reader.get("/api/me/data").await;
    let items = data.body["items"].as_array().expect("classes").clone();
    let class = items.into_iter().find(|item| item["class"] == "message_log");
    class.expect("the class")["count"].clone()
}

async fn is_told(reader: &mut Reader) -> Value {
    reader.get("/api/session").await.body["kept_for_review"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reviewer_reads_what_was_kept_once_somebody_else_approved_it() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    let (_, mut rex) = hired(&appliance, &mut admin, "rex.moor", &["security_reviewer"]).await;
    consent(&mut ann).await;
    let turn = ann.turn(QUESTION).await;
    let id = asked(&mut rex, form("Ask bea@example.org about it.")).await;
    let early = act(&mut admin, &id, "approve").await;
    assert_eq!(told(&early), (403, Some("denied")));
    assert!(early.text.contains("seven days"), "{}", early.text);
    assert_eq!(told(&act(&mut rex, &id, "approve").await), (403, Some("denied")));
    assert_eq!(told(&read(&mut rex, &id).await), (403, Some("denied")), "not approved yet");

    appliance.clock.advance(WEEK);
    let mut admin = again(&appliance, ADMIN, ADMIN_PASSWORD).await;
    let mut rex = again(&appliance, "rex.moor", PASSWORD).await;
    let mut ann = again(&appliance, "ann.hall", PASSWORD).await;
    let approved = act(&mut admin, &id, "approve").await;
    assert_eq!((approved.status, &approved.body["state"]), (200, &json!("active")));
    assert_eq!(approved.body["reason"], "Ask [EMAIL] about it.");
    assert_eq!(told(&read(&mut admin, &id).await), (403, Some("denied")), "who approves reads not");
    let log = read(&mut rex, &id).await;
    assert_eq!(log.status, 200, "{}", log.text);
    let items = log.body["items"].as_array().expect("turns");
    assert_eq!((items.len(), &items[0]["turn"]["id"]), (1, &turn["id"]));
    let text = items[0]["turn"]["question"]["text"].as_str().expect("text");
    assert!(text.contains("[EMAIL]") && !log.text.contains("ann@example.org"), "{text}");

    let data = ann.get("/api/me/data").await;
    assert_eq!(data.body["log_readings"].as_array().map(Vec::len), Some(1), "{}", data.text);
    let reading = data.body["readings"][0].clone();
    assert_eq!((&reading["grant"], &reading["count"]), (&json!(id), &json!(1)));
    assert_eq!(ann.get("/api/me/access-log").await.body["readings"], json!([reading]));
    let sealed = post(&mut ann, "/user_data/export", json!({ "passphrase": PASSPHRASE })).await;
    let opened = open_archive(sealed.bytes.as_slice(), &Secret::new(PASSPHRASE.to_owned()));
    let data: Value = serde_json::from_str(opened.expect("it opens").data.expose()).expect("JSON");
    assert_eq!(data["message_log_readings"], json!([reading]));
    assert_eq!(data["message_logs"].as_array().map(Vec::len), Some(1));

    let ended = act(&mut admin, &id, "end").await;
    assert_eq!((ended.status, &ended.body["state"]), (200, &json!("ended")), "{}", ended.text);
    assert_eq!(told(&read(&mut rex, &id).await), (403, Some("denied")), "ended");
    appliance.app.close().await;
    let store = open_vault(&appliance.paths()).await.expect("the vault opens again");
    let records = store.audit_records(0, 1_000).await.expect("readable");
    store.close().await;
    for (event, times) in [
        (AuditEvent::LogAccessRequested, 1),
        (AuditEvent::LogAccessDecided, 1),
        (AuditEvent::LogAccessUsed, 1),
        (AuditEvent::LogAccessEnded, 1),
    ] {
        let found = records.iter().filter(|record| record.event == event).count();
        assert_eq!(found, times, "{event}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_guests_say_is_kept_only_where_the_site_chose_it_and_then_they_are_told() {
    let (appliance, mut admin) = staffed().await;
    let basis = json!({ "basis": "legitimate_interests" });
    let path = "/api/privacy/purposes/quality_review";
    assert_eq!(admin.call("PUT", path, Some(basis)).await.status, 200);
    let mut guest = appliance.guest().await;
    assert_eq!(is_told(&mut guest).await, false);
    guest.turn(QUESTION).await;
    assert_eq!(kept(&mut guest).await, 0, "off for guests");

    let switches = json!({ "accounts": false, "guests": true });
    let chosen = admin.call("PUT", "/api/message-logs/switches", Some(switches.clone())).await;
    assert_eq!((chosen.status, &chosen.body), (200, &switches), "{}", chosen.text);
    assert_eq!(is_told(&mut guest).await, true);
    guest.turn(QUESTION).await;
    assert_eq!(kept(&mut guest).await, 1);
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    ann.turn(QUESTION).await;
    assert_eq!((kept(&mut ann).await, is_told(&mut ann).await), (json!(0), json!(false)));

    guest.call("DELETE", "/api/privacy/consents/quality_review", None).await;
    assert_eq!((kept(&mut guest).await, is_told(&mut guest).await), (json!(0), json!(false)));
    guest.turn(QUESTION).await;
    assert_eq!(kept(&mut guest).await, 0, "after an objection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_without_a_ground_is_not_kept() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    ann.turn(QUESTION).await;
    assert_eq!((kept(&mut ann).await, is_told(&mut ann).await), (json!(0), json!(false)));
    consent(&mut ann).await;
    ann.turn(QUESTION).await;
    assert_eq!((kept(&mut ann).await, is_told(&mut ann).await), (json!(1), json!(true)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_does_its_part_and_no_other() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    let (_, mut otto) = hired(&appliance, &mut admin, "otto.audit", &["auditor"]).await;
    let (_, mut rex) = hired(&appliance, &mut admin, "rex.moor", &["security_reviewer"]).await;
    let (_, mut kim) = hired(&appliance, &mut admin, "kim.moor", &["security_reviewer"]).await;
    let mut guest = appliance.guest().await;
    let id = asked(&mut rex, form("A complaint about wrong answers.")).await;
    for (who, reader, listed, switched) in [
        ("guest", &mut guest, 403, 403),
        ("employee", &mut ann, 403, 403),
        ("auditor", &mut otto, 200, 200),
        ("reviewer", &mut kim, 200, 403),
        ("admin", &mut admin, 200, 200),
    ] {
        assert_eq!(read(reader, &id).await.code(), Some("denied"), "{who} reads");
        let list = reader.get(REQUESTS).await;
        assert_eq!(list.status, listed, "{who} lists");
        if who == "reviewer" {
            assert_eq!(list.body["items"], json!([]), "each sees their own");
        }
        assert_eq!(reader.get("/api/message-logs/switches").await.status, switched, "{who}");
    }
    for (who, reader) in [("guest", &mut guest), ("employee", &mut ann), ("auditor", &mut otto)] {
        for verb in ["approve", "reject", "end"] {
            assert_eq!(act(reader, &id, verb).await.code(), Some("denied"), "{who} {verb}");
        }
        let asks = post(reader, REQUESTS, form("x")).await;
        assert_eq!(asks.code(), Some("denied"), "{who} asks");
    }
    assert_eq!(post(&mut admin, REQUESTS, form("x")).await.code(), Some("denied"), "admin asks");
    assert_eq!(act(&mut kim, &id, "end").await.code(), Some("not_found"), "somebody else's");
    let rejected = act(&mut admin, &id, "reject").await;
    assert_eq!((rejected.status, &rejected.body["state"]), (200, &json!("rejected")));
    assert_eq!(act(&mut admin, &id, "reject").await.code(), Some("not_found"), "decided once");
    let own = asked(&mut rex, form("Again.")).await;
    assert_eq!(act(&mut rex, &own, "end").await.body["state"], "rejected", "withdrawn");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_has_bounds_and_never_covers_what_is_to_come() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut rex) = hired(&appliance, &mut admin, "rex.moor", &["security_reviewer"]).await;
    let with = |name: &str, value: Value| {
        let mut form = form("A complaint.");
        form[name] = value;
        form
    };
    for bad in [
        with("hours", json!(0)),
        with("hours", json!(25)),
        with("since", json!("yesterday")),
        with("since", json!("2026-03-02T09:00:00Z")),
        with("until", json!("2026-03-02T09:00:01Z")),
        with("until", json!("2026-02-01T00:00:00Z")),
        with("person", json!("ann.hall")),
        with("outcome", json!("anything")),
    ] {
        let refused = post(&mut rex, REQUESTS, bad.clone()).await;
        assert_eq!(told(&refused), (400, Some("invalid_request")), "{bad}");
    }
    let empty = post(&mut rex, REQUESTS, form("  ")).await;
    assert_eq!(told(&empty), (422, Some("message_empty")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reviews_and_approves_alone_waits_a_day_with_an_alert() {
    let appliance = Appliance::open().await;
    let mut operator = appliance.stranger();
    operator.call("POST", "/api/session/operator", None).await;
    let roles = ["admin", "security_reviewer"];
    let made = json!({ "name": ADMIN, "roles": roles, "password": ADMIN_PASSWORD });
    assert_eq!(post(&mut operator, "/api/accounts", made).await.status, 201);
    let mut ada = again(&appliance, ADMIN, ADMIN_PASSWORD).await;
    let made = post(&mut ada, REQUESTS, form("A complaint.")).await;
    assert_eq!(made.body["alone_from"], "2026-03-03T09:00:00Z", "{}", made.text);
    let id = made.body["id"].as_str().expect("an id").to_owned();
    let early = act(&mut ada, &id, "approve").await;
    assert_eq!(told(&early), (403, Some("denied")));
    assert!(early.text.contains("24 hours"), "{}", early.text);
    assert!(ada.get("/api/alerts").await.text.contains("log_access_waits"));

    appliance.clock.advance(Duration::from_hours(24));
    let mut ada = again(&appliance, ADMIN, ADMIN_PASSWORD).await;
    assert_eq!(act(&mut ada, &id, "approve").await.body["state"], "active");
    let log = read(&mut ada, &id).await;
    assert_eq!((log.status, &log.body["items"]), (200, &json!([])), "{}", log.text);
    appliance.clock.advance(Duration::from_hours(4));
    let mut ada = again(&appliance, ADMIN, ADMIN_PASSWORD).await;
    assert_eq!(told(&read(&mut ada, &id).await), (403, Some("denied")), "its hours are over");
}
