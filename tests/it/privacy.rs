//! What a person may ask about their data.

use cloister_app::open_archive;
use cloister_store::AuditEvent;
use cloister_tests::{Appliance, Reader, files_that_hold, open_vault};
use cloister_types::Secret;
use serde_json::{Value, json};

const PASSPHRASE: &str = "marble ostrich vinegar lantern";
const QUESTION: &str = "What is your return policy?";

/// Where the guest stands with `purpose`.
async fn standing(guest: &mut Reader, purpose: &str) -> Value {
    let list = guest.get("/api/privacy/consents").await.body;
    let items = list["items"].as_array().expect("purposes").clone();
    let item = items.into_iter().find(|item| item["purpose"] == purpose).expect("the purpose");
    item["standing"].clone()
}

fn opened(sealed: &[u8], passphrase: &str) -> Result<(Value, String), String> {
    let opened = open_archive(sealed, &Secret::new(passphrase.to_owned()))
        .map_err(|error| error.message.clone())?;
    let data = serde_json::from_str(opened.data.expose()).expect("JSON");
    Ok((data, opened.page.expose().clone()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_notice_is_there_for_everybody_and_consents_for_each() {
    let appliance = Appliance::open().await;
    let notice = appliance.stranger().get("/api/privacy/notice").await;
    assert_eq!((notice.status, &notice.body["version"]), (200, &json!(1)));

    let mut guest = appliance.guest().await;
    assert_eq!(standing(&mut guest, "answering").await, "allowed");
    assert_eq!(standing(&mut guest, "quality_review").await, "consent_required");
    assert_eq!(standing(&mut guest, "analytics").await, "allowed");

    let give = |wording: u32| json!({ "purpose": "quality_review", "wording": wording });
    let outdated = guest.call("POST", "/api/privacy/consents", Some(give(2))).await;
    assert_eq!(outdated.code(), Some("consent_required"));
    let given = guest.call("POST", "/api/privacy/consents", Some(give(1))).await;
    assert_eq!(given.status, 200, "{}", given.text);
    assert_eq!(standing(&mut guest, "quality_review").await, "allowed");
    guest.call("DELETE", "/api/privacy/consents/quality_review", None).await;
    guest.call("DELETE", "/api/privacy/consents/analytics", None).await;
    assert_eq!(standing(&mut guest, "quality_review").await, "objected");
    assert_eq!(standing(&mut guest, "analytics").await, "objected");

    let mut other = appliance.guest().await;
    assert_eq!(standing(&mut other, "analytics").await, "allowed", "each for themselves");
    let unknown = guest.call("DELETE", "/api/privacy/consents/marketing", None).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_question_is_taken_without_a_ground_and_the_ground_is_on_record() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    guest.turn(QUESTION).await;
    guest.call("DELETE", "/api/privacy/consents/answering", None).await;
    let refused = guest.say(QUESTION).await;
    assert_eq!((refused.status, refused.code()), (403, Some("consent_required")));
    let message = refused.body["error"]["message"].as_str().expect("a message");
    assert!(message.contains("answering"), "{message}");
    let give = json!({ "purpose": "answering", "wording": 1 });
    guest.call("POST", "/api/privacy/consents", Some(give)).await;
    guest.turn(QUESTION).await;

    appliance.app.close().await;
    let store = open_vault(&appliance.paths()).await.expect("the vault opens again");
    let records = store.audit_records(0, 1_000).await.expect("readable");
    let changes: Vec<_> = records
        .iter()
        .filter(|record| record.event == AuditEvent::ConsentChanged)
        .filter(|record| record.body["purpose"] == "answering")
        .map(|record| (record.body["purpose"].clone(), record.body["change"].clone()))
        .collect();
    store.close().await;
    let expected =
        ["relied_on", "withdrawn", "given"].map(|change| (json!("answering"), json!(change)));
    assert_eq!(changes, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_takes_the_conversation_along_sealed_and_nothing_stays() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    guest.turn(QUESTION).await;
    for weak in ["", "password1234", "aaaaaaaaaaaaaaaaaaaa"] {
        let body = json!({ "passphrase": weak });
        let refused = guest.call("POST", "/user_data/export", Some(body)).await;
        assert_eq!(refused.code(), Some("invalid_request"), "{weak}");
    }
    let body = json!({ "passphrase": PASSPHRASE });
    let sealed = guest.call("POST", "/user_data/export", Some(body)).await;
    assert_eq!(sealed.status, 200, "{}", sealed.text);
    assert!(sealed.bytes.starts_with(b"age-encryption.org/v1\n-> scrypt "));

    let (data, page) = opened(&sealed.bytes, PASSPHRASE).expect("it opens");
    assert_eq!(data["profile"]["kind"], "guest");
    assert_eq!(data["conversations"][0]["turns"][0]["question"]["text"], QUESTION);
    assert_eq!(data["consents"][0]["purpose"], "answering");
    assert!(data["decisions"].as_array().is_some_and(|decisions| !decisions.is_empty()));
    assert!(page.contains(QUESTION));
    assert!(!page.contains("http://") && !page.contains("<script"), "the page loads nothing");

    let wrong = opened(&sealed.bytes, "another passphrase altogether");
    assert!(wrong.is_err_and(|message| message.contains("passphrase")));
    let cut = &sealed.bytes[..sealed.bytes.len() - 20];
    assert!(opened(cut, PASSPHRASE).is_err());
    let mut changed = sealed.bytes.clone();
    *changed.last_mut().expect("not empty") ^= 1;
    assert!(opened(&changed, PASSPHRASE).is_err());
    for marker in ["age-encryption.org", QUESTION] {
        let (found, _) = files_that_hold(&appliance.folder(), marker);
        assert!(found.is_empty(), "{marker} lies in {found:?}");
    }
    let mut other = appliance.guest().await;
    let body = json!({ "passphrase": PASSPHRASE });
    let sealed = other.call("POST", "/user_data/export", Some(body)).await;
    let (data, _) = opened(&sealed.bytes, PASSPHRASE).expect("it opens");
    assert_eq!(data["conversations"], json!([]), "each takes their own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_deletes_a_turn_of_their_own_and_nobody_elses() {
    let appliance = Appliance::open().await;
    let (mut guest, mut other) = (appliance.guest().await, appliance.guest().await);
    let turn = guest.turn(QUESTION).await;
    let path = format!("/api/turns/{}", turn["id"].as_str().expect("an id"));
    assert_eq!(other.call("DELETE", &path, None).await.status, 404);
    assert_eq!(guest.call("DELETE", &path, None).await.status, 204);
    assert_eq!(guest.get("/api/conversation").await.body["turns"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_decides_nothing_for_the_site_or_for_others() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    let id = "0".repeat(32);
    let hold = json!({ "class": "feedback", "reason": "x", "until": "2100-01-01T00:00:00Z" });
    for (method, path, body) in [
        ("POST", "/api/privacy/notice".to_owned(), Some(json!({ "text": "x" }))),
        ("PUT", "/api/privacy/purposes/answering".to_owned(), Some(json!({ "basis": "consent" }))),
        ("GET", "/api/corrections".to_owned(), None),
        ("POST", "/api/corrections/1".to_owned(), Some(json!({ "decision": "done" }))),
        ("POST", format!("/user_data/{id}/erase-request"), None),
        ("PUT", format!("/user_data/{id}/restriction"), None),
        ("GET", "/api/compliance/processing-record".to_owned(), None),
        ("GET", "/api/retention".to_owned(), None),
        ("PATCH", "/api/retention/feedback".to_owned(), Some(json!({ "period_hours": 48 }))),
        ("POST", "/api/retention/purge".to_owned(), Some(json!({}))),
        ("GET", "/api/retention/holds".to_owned(), None),
        ("POST", "/api/retention/holds".to_owned(), Some(hold)),
        ("DELETE", format!("/api/retention/holds/{id}"), None),
    ] {
        let answer = guest.call(method, &path, body).await;
        assert_eq!((answer.status, answer.code()), (403, Some("denied")), "{method} {path}");
    }
    for (method, path) in [("DELETE", "/user_data/me"), ("GET", "/api/privacy/corrections")] {
        assert_eq!(guest.call(method, path, None).await.code(), Some("sign_in_required"), "{path}");
    }
    let other = guest.call("DELETE", &format!("/user_data/{id}"), None).await;
    assert_eq!(other.code(), Some("not_found"), "whether there is such an account is not told");
}
