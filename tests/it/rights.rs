//! What a person with an account may ask about their data, and what the site may not do meanwhile.

use cloister_app::open_archive;
use cloister_tests::{
    Answer, PASSWORD, Reader, employed, files_that_hold, open_vault, post, sign_in, staffed,
};
use cloister_types::Secret;
use serde_json::{Value, json};

const PASSPHRASE: &str = "marble ostrich vinegar lantern";
const QUESTION: &str = "What is your return policy?";

fn code(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.code())
}

/// What `reader` takes along.
async fn export_of(reader: &mut Reader) -> Value {
    let sealed = post(reader, "/user_data/export", json!({ "passphrase": PASSPHRASE })).await;
    assert_eq!(sealed.status, 200, "{}", sealed.text);
    let opened = open_archive(sealed.bytes.as_slice(), &Secret::new(PASSPHRASE.to_owned()));
    serde_json::from_str(opened.expect("it opens").data.expose()).expect("JSON")
}

/// The token that an administrator hands to somebody who wants to be erased.
async fn token_for(admin: &mut Reader, id: &str) -> String {
    let told = admin.call("POST", &format!("/user_data/{id}/erase-request"), None).await;
    assert_eq!(told.status, 200, "{}", told.text);
    told.body["token"].as_str().expect("a token").to_owned()
}

async fn erase(reader: &mut Reader, id: &str, token: &str, rest: bool) -> Answer {
    let body = json!({ "token": token, "what_is_not_held": rest });
    reader.call("DELETE", &format!("/user_data/{id}"), Some(body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_takes_along_their_own_and_nothing_of_a_colleague() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    let (_, mut bea) = employed(&appliance, &mut admin, "bea.moor").await;
    let turn = ann.turn(QUESTION).await;
    let rated = format!("/api/turns/{}/feedback", turn["id"].as_str().expect("an id"));
    let rating = json!({ "rating": "up" });
    assert_eq!(post(&mut ann, &rated, rating).await.status, 204);
    bea.turn("Do you sell gift cards?").await;

    let data = export_of(&mut ann).await;
    assert_eq!(data["profile"]["account"]["name"], "ann.hall");
    assert_eq!(data["conversations"][0]["turns"][0]["question"]["text"], QUESTION);
    assert_eq!(data["feedback"].as_array().map(Vec::len), Some(1), "{data}");
    let text = data.to_string();
    for foreign in ["bea.moor", "Do you sell gift cards?", PASSWORD] {
        assert!(!text.contains(foreign), "{foreign}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_erased_by_a_token_is_gone_with_everything() {
    let (appliance, mut admin) = staffed().await;
    let (id, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    ann.turn(QUESTION).await;
    let nothing = ann.call("DELETE", &format!("/user_data/{id}"), None).await;
    assert_eq!(code(&nothing), (403, Some("mfa_required")));
    let guessed = erase(&mut ann, &id, &"0".repeat(64), false).await;
    assert_eq!(code(&guessed), (403, Some("denied")));
    let token = token_for(&mut admin, &id).await;

    let receipt = erase(&mut ann, &id, &token, false).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text);
    let counted =
        (&receipt.body["conversations"], &receipt.body["turns"], &receipt.body["complete"]);
    assert_eq!(counted, (&json!(1), &json!(1), &json!(true)));
    assert_eq!(ann.get("/api/me").await.status, 401, "the session is gone");
    let mut again = appliance.stranger();
    let refused = sign_in(&mut again, "ann.hall", PASSWORD, None).await;
    assert_eq!(code(&refused), (401, Some("sign_in_refused")));
    let accounts = admin.get("/api/accounts").await;
    assert!(!accounts.text.contains("ann.hall"));

    appliance.app.close().await;
    let store = open_vault(&appliance.paths()).await.expect("the vault opens again");
    assert_eq!(store.tombstones().await.expect("readable").len(), 1);
    store.close().await;
    for marker in ["ann.hall", QUESTION, token.as_str()] {
        let (found, _) = files_that_hold(&appliance.folder(), marker);
        assert!(found.is_empty(), "{marker} lies in {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_legal_hold_keeps_what_it_names_and_the_rest_may_go() {
    let (appliance, mut admin) = staffed().await;
    let (id, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    ann.turn(QUESTION).await;
    let hold =
        json!({ "class": "conversation", "reason": "case-7", "until": "2100-01-01T00:00:00Z" });
    let placed = post(&mut admin, "/api/retention/holds", hold).await;
    assert!(placed.status < 300, "{}", placed.text);
    let token = token_for(&mut admin, &id).await;
    let refused = erase(&mut ann, &id, &token, false).await;
    assert_eq!(code(&refused), (409, Some("under_hold")));
    assert!(refused.text.contains("2100-01-01"), "{}", refused.text);
    assert_eq!(ann.get("/api/me").await.status, 200, "nothing has gone");

    let rest = erase(&mut ann, &id, &token, true).await;
    assert_eq!(rest.status, 200, "{}", rest.text);
    assert_eq!((&rest.body["complete"], &rest.body["turns"]), (&json!(false), &json!(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restricted_data_are_held_and_not_processed() {
    let (appliance, mut admin) = staffed().await;
    let (id, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    ann.turn(QUESTION).await;
    let restriction = format!("/user_data/{id}/restriction");
    assert_eq!(ann.call("PUT", &restriction, None).await.status, 204);
    let refused = ann.say(QUESTION).await;
    assert_eq!(code(&refused), (403, Some("processing_restricted")));
    let data = export_of(&mut ann).await;
    assert_eq!(data["conversations"][0]["turns"].as_array().map(Vec::len), Some(1));
    assert_eq!(ann.call("DELETE", &restriction, None).await.status, 204);
    ann.turn(QUESTION).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_period_stays_between_its_floor_and_its_ceiling() {
    let (_appliance, mut admin) = staffed().await;
    let change = async |admin: &mut Reader, class: &str, hours: u64| {
        let path = format!("/api/retention/{class}");
        admin.call("PATCH", &path, Some(json!({ "period_hours": hours }))).await
    };
    for (class, hours) in [("conversation", 0), ("conversation", 721), ("audit_record", 24)] {
        let refused = change(&mut admin, class, hours).await;
        assert_eq!(code(&refused), (400, Some("invalid_request")), "{class} {hours}");
    }
    assert_eq!(change(&mut admin, "conversation", 48).await.status, 200);
    let list = admin.get("/api/retention").await;
    let items = list.body["items"].as_array().expect("classes").clone();
    let class = items.into_iter().find(|item| item["class"] == "conversation").expect("the class");
    assert_eq!(class["period_hours"], 48);
    assert_eq!(change(&mut admin, "nonsense", 48).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_oversees_and_reads_no_conversation() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    ann.turn(QUESTION).await;
    for path in ["/api/alerts", "/api/model", "/api/overview", "/api/compliance/processing-record"]
    {
        let seen = admin.get(path).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.text);
        assert!(!seen.text.contains("return policy"), "{path}");
    }
    for path in ["/api/alerts", "/api/model", "/api/overview", "/api/audit"] {
        assert_eq!(code(&ann.get(path).await), (403, Some("denied")), "{path}");
    }
}
