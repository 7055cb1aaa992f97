//! Documents brought in and out through the API, and who may do it.

use cloister_app::Pack;
use cloister_tests::{Appliance, Reader, Setting, employed, staffed};
use serde_json::{Value, json};

const FAQ: &str = r#"{"id":"tram","question":"Which tram goes to the harbour?","answer":"Line 4 goes to the harbour every ten minutes."}
{"id":"lost","question":"Where is the lost property office?","answer":"It is in the main station, by platform 1."}"#;

const ADDRESS: &str = "/api/knowledge/documents?collection=city&name=city.jsonl";

async fn empty() -> Appliance {
    Appliance::with(Setting { pack: Pack::None, ..Setting::default() }).await
}

async fn operator(appliance: &Appliance) -> Reader {
    let mut reader = appliance.stranger();
    let started = reader.call("POST", "/api/session/operator", Some(json!({}))).await;
    assert!(started.status < 300, "{}", started.text);
    reader
}

/// Waits until the index has seen every change: a search waits for it.
async fn settle(editor: &mut Reader) {
    let nothing = json!({ "queries": [], "top": 1 });
    assert_eq!(editor.call("POST", "/api/knowledge/search", Some(nothing)).await.status, 200);
}

fn search(text: &str) -> Value {
    json!({ "queries": [{ "id": "q", "text": text }], "top": 5 })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guests_bring_nothing_in_and_search_nothing_in_bulk() {
    let appliance = empty().await;
    let mut guest = appliance.guest().await;
    assert_eq!(guest.upload(ADDRESS, FAQ.as_bytes()).await.code(), Some("denied"));
    for (method, path, body) in [
        ("GET", "/api/knowledge/documents", None),
        ("DELETE", ADDRESS, None),
        ("GET", "/api/knowledge/index", None),
        ("POST", "/api/knowledge/search", Some(search("tram"))),
    ] {
        let answer = guest.call(method, path, body).await;
        assert_eq!((answer.status, answer.code()), (403, Some("denied")), "{method} {path}");
    }
    let mut stranger = appliance.stranger();
    assert_eq!(stranger.upload(ADDRESS, FAQ.as_bytes()).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_editor_brings_in_answers_and_what_is_removed_does_not() {
    let appliance = empty().await;
    let mut editor = operator(&appliance).await;
    let imported = editor.upload(ADDRESS, FAQ.as_bytes()).await;
    assert_eq!(
        (imported.status, &imported.body["inserted"]),
        (200, &json!(2)),
        "{}",
        imported.text
    );
    settle(&mut editor).await;
    let turn = appliance.guest().await.turn("Which tram goes to the harbour?").await;
    assert_eq!(turn["outcome"], "answered");
    assert_eq!(turn["citations"][0]["id"], "tram");

    let again = editor.upload(ADDRESS, FAQ.replace("ten", "twenty").as_bytes()).await.body;
    assert_eq!((&again["unchanged"], &again["updated"]), (&json!(1), &json!(1)));
    settle(&mut editor).await;
    let found =
        editor.call("POST", "/api/knowledge/search", Some(search("harbour tram"))).await.body;
    assert_eq!(found["items"][0]["hits"][0]["id"], "tram");
    let listed = editor.get("/api/knowledge/documents").await.body;
    assert_eq!(listed["items"][0]["entries"], 2);

    assert_eq!(editor.call("DELETE", ADDRESS, None).await.body["deleted"], 2);
    assert_eq!(editor.call("DELETE", ADDRESS, None).await.status, 404);
    settle(&mut editor).await;
    let turn = appliance.guest().await.turn("Which tram goes to the harbour?").await;
    assert_eq!(turn["outcome"], "out_of_scope");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_cannot_be_read_is_named_with_the_reason() {
    let appliance = empty().await;
    let mut editor = operator(&appliance).await;
    let address = |name: &str| format!("/api/knowledge/documents?collection=city&name={name}");
    for (name, bytes, reason) in [
        ("a.pdf", &b"%PDF-1.7"[..], "format"),
        ("a.txt", b"caf\xe9", "UTF-8"),
        ("a.jsonl", b"{\"id\":\"a\"}", "Line 1"),
        ("a.csv", b"question,answer\nQ,\n", "Row 2"),
    ] {
        let answer = editor.upload(&address(name), bytes).await;
        assert_eq!((answer.status, answer.code()), (422, Some("document_unreadable")), "{name}");
        assert!(answer.text.contains(reason), "{}", answer.text);
    }
    editor.upload(ADDRESS, FAQ.as_bytes()).await;
    let taken = editor.upload(&address("other.jsonl"), FAQ.as_bytes()).await;
    assert_eq!((taken.status, taken.code()), (409, Some("document_conflict")));
    let listed = editor.get("/api/knowledge/documents").await.body;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
}

/// Somebody of `team`, signed in.
async fn colleague(appliance: &Appliance, admin: &mut Reader, name: &str, team: &str) -> Reader {
    let (id, reader) = employed(appliance, admin, name).await;
    let change = json!({ "attributes": { "team": team } });
    let changed = admin.call("PATCH", &format!("/api/accounts/{id}"), Some(change)).await;
    assert!(changed.status < 300, "{}", changed.text);
    reader
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_open_to_whom_it_is_confined_to_and_leaves_no_trace_for_others() {
    let (appliance, mut admin) = staffed().await;
    let mut ann = colleague(&appliance, &mut admin, "ann", "north").await;
    let mut bob = colleague(&appliance, &mut admin, "bob", "south").await;
    let (address, question) =
        (format!("{ADDRESS}&label=internal"), "Which tram goes to the harbour?");
    let before = bob.turn(question).await;
    let imported = admin.upload(&format!("{address}&team=north"), FAQ.as_bytes()).await;
    assert_eq!(imported.status, 200, "{}", imported.text);
    settle(&mut admin).await;
    assert_eq!(ann.turn(question).await["citations"][0]["id"], "tram");
    let after = bob.turn(question).await;
    for part in ["outcome", "citations", "suggestions", "text"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    assert_eq!(bob.get("/api/passages/tram").await.status, 404);
    let told = admin.get("/api/knowledge/documents").await.body["items"][0].clone();
    assert_eq!(
        (&told["placement"]["team"], &told["labels"]),
        (&json!("north"), &json!(["internal"]))
    );

    // Brought in again without a word about readers and labels, it stays what it was.
    let changed = FAQ.replace("ten", "twenty");
    let again = admin.upload(ADDRESS, changed.as_bytes()).await.body;
    assert_eq!((&again["updated"], &again["label"]), (&json!(1), &json!("internal")));
    settle(&mut admin).await;
    assert_eq!(bob.get("/api/passages/tram").await.status, 404);

    let place = "/api/knowledge/documents/placement?collection=city&name=city.jsonl";
    let placed = admin.call("PUT", place, Some(json!({ "team": "south" }))).await;
    assert_eq!((placed.status, &placed.body["entries"]), (200, &json!(2)), "{}", placed.text);
    assert_eq!(ann.get("/api/passages/tram").await.status, 404);
    assert_eq!(bob.get("/api/passages/tram").await.status, 200);
    let later = json!({ "roles": ["employee"], "valid_from": "2099-01-01T00:00:00Z" });
    assert_eq!(admin.call("PUT", place, Some(later)).await.status, 200);
    assert_eq!(bob.get("/api/passages/tram").await.status, 404);
    assert_eq!(ann.call("PUT", place, Some(json!({}))).await.code(), Some("denied"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_there_are_not_are_refused_with_what_to_say_instead() {
    let appliance = empty().await;
    let mut editor = operator(&appliance).await;
    for (readers, told) in [
        ("roles=employee,plumber", "There is no such role"),
        ("owner=nobody", "no account"),
        ("team=%20", "1 to 100 characters"),
        ("valid_from=tomorrow", "RFC 3339"),
        ("valid_from=2027-01-01T00:00:00Z&valid_until=2026-01-01T00:00:00Z", "earlier time"),
    ] {
        let answer = editor.upload(&format!("{ADDRESS}&{readers}"), FAQ.as_bytes()).await;
        assert_eq!((answer.status, answer.code()), (400, Some("invalid_request")), "{readers}");
        assert!(answer.text.contains(told), "{readers}: {}", answer.text);
    }
    let listed = editor.get("/api/knowledge/documents").await.body;
    assert_eq!(listed["items"], json!([]));
    let place = "/api/knowledge/documents/placement?collection=city&name=city.jsonl";
    assert_eq!(editor.call("PUT", place, Some(json!({}))).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn internal_documents_stay_closed_to_guests() {
    let appliance = empty().await;
    let mut editor = operator(&appliance).await;
    let page = "# Tram depot\n\nThe depot key hangs behind the clock.";
    let address = "/api/knowledge/documents?collection=city&name=depot.md";
    assert_eq!(editor.upload(address, page.as_bytes()).await.body["label"], "internal");
    settle(&mut editor).await;
    let found = editor.call("POST", "/api/knowledge/search", Some(search("depot key"))).await.body;
    assert_eq!(found["items"][0]["hits"][0]["id"], "depot.md#tram-depot");
    let mut guest = appliance.guest().await;
    assert_eq!(guest.turn("Where is the depot key?").await["outcome"], "out_of_scope");
    assert_eq!(guest.get("/api/passages/depot.md%23tram-depot").await.status, 404);
}
