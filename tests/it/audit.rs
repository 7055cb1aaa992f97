//! The audit log through the API: who may read it, that reading is itself on record, and evidence
//! that is kept elsewhere.

use std::fs;

use cloister_app::verify_audit_export;
use cloister_tests::{Answer, Appliance, Reader, employed, hired, post, staffed};
use serde_json::{Value, json};

const QUESTION: &str = "What is your return policy?";

fn told(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.code())
}

/// A site where somebody has asked a question, and its auditor.
async fn audited() -> (Appliance, Reader, Reader) {
    let (appliance, mut admin) = staffed().await;
    let (_, otto) = hired(&appliance, &mut admin, "otto.audit", &["auditor"]).await;
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    ann.turn(QUESTION).await;
    (appliance, admin, otto)
}

async fn listed(reader: &mut Reader, query: &str) -> Vec<Value> {
    let page = reader.get(&format!("/api/audit?{query}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.body["items"].as_array().expect("records").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_auditor_reads_the_log_and_no_conversation_and_that_is_on_record() {
    let (_appliance, _admin, mut otto) = audited().await;
    let turns = listed(&mut otto, "event=turn_completed").await;
    assert_eq!(turns.len(), 1);
    assert_eq!(turns[0]["body"]["outcome"], "answered");
    let turn = turns[0]["turn"].as_str().expect("an id").to_owned();
    let about: Vec<Value> = listed(&mut otto, &format!("turn={turn}")).await;
    let events: Vec<&str> = about.iter().filter_map(|row| row["event"].as_str()).collect();
    assert_eq!(events, ["turn_completed", "turn_authorised"]);

    let readings = listed(&mut otto, "event=audit_read").await;
    assert_eq!(readings.len(), 2, "the two before this one");
    let reader = readings[0]["pseudonym"].clone();
    let signed_in = listed(&mut otto, "event=signed_in").await;
    assert!(signed_in.iter().any(|row| row["pseudonym"] == reader), "it was the auditor");
    assert_eq!(otto.get("/api/conversation").await.body["turns"], json!([]), "nobody else's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_follow_each_other_without_a_gap() {
    let (_appliance, _admin, mut otto) = audited().await;
    let mut before = String::new();
    let mut seen = Vec::new();
    loop {
        let page = otto.get(&format!("/api/audit?limit=5{before}")).await;
        let rows = page.body["items"].as_array().expect("records").clone();
        seen.extend(rows.iter().filter_map(|row| row["seq"].as_i64()));
        let Some(next) = page.body["next"].as_i64() else { break };
        before = format!("&before={next}");
    }
    let last = seen[0];
    assert!(last > 5, "more than one page");
    assert_eq!(seen, (1..=last).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_reads_signs_or_exports_and_the_refusal_is_on_record() {
    let (appliance, mut admin, mut otto) = audited().await;
    let (_, mut bea) = employed(&appliance, &mut admin, "bea.moor").await;
    let mut guest = appliance.guest().await;
    for (who, reader) in [("guest", &mut guest), ("employee", &mut bea), ("admin", &mut admin)] {
        for (method, path) in [
            ("GET", "/api/audit"),
            ("GET", "/api/audit/export"),
            ("GET", "/api/audit/checkpoints"),
            ("POST", "/api/audit/checkpoints"),
        ] {
            let refused = reader.call(method, path, None).await;
            assert_eq!(told(&refused), (403, Some("denied")), "{who} {method} {path}");
        }
    }
    let denied = listed(&mut otto, "event=authorisation_denied").await;
    assert_eq!(denied.len(), 12);
    assert!(denied.iter().all(|row| row["pseudonym"].is_string()));
    let stranger = appliance.stranger().get("/api/audit").await;
    assert_eq!(told(&stranger), (401, Some("session_required")));
    for bad in ["event=nothing", "since=yesterday", "turn=1", "colour=red"] {
        let refused = otto.get(&format!("/api/audit?{bad}")).await;
        assert_eq!(told(&refused), (400, Some("invalid_request")), "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_passes_through_a_head_that_was_kept_and_not_through_a_strangers() {
    let (_appliance, _admin, mut otto) = audited().await;
    let signed = post(&mut otto, "/api/audit/checkpoints", json!({})).await;
    assert_eq!(signed.status, 201, "{}", signed.text);
    let kept = otto.get("/api/audit/checkpoints").await;
    let numbers: Vec<&Value> =
        kept.body["items"].as_array().expect("heads").iter().map(|item| &item["number"]).collect();
    assert!(numbers.contains(&&signed.body["number"]), "{}", kept.text);
    otto.turn(QUESTION).await;
    for form in ["line", "paper"] {
        let evidence = json!({ "checkpoints": signed.body[form] });
        let seen = post(&mut otto, "/api/audit/verify", evidence).await;
        let found = (&seen.body["holds"], &seen.body["matched"]);
        assert_eq!(found, (&json!(true), &json!(1)), "{form}: {}", seen.text);
    }
    let (_other, _, mut foreign) = audited().await;
    let theirs = post(&mut foreign, "/api/audit/checkpoints", json!({})).await;
    let evidence = json!({ "checkpoints": theirs.body["line"] });
    let seen = post(&mut otto, "/api/audit/verify", evidence).await;
    assert_eq!(seen.body["holds"], false, "{}", seen.text);
    let refused = post(&mut otto, "/api/audit/verify", json!({ "checkpoints": "no head" })).await;
    assert_eq!(told(&refused), (400, Some("invalid_request")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_verifies_without_the_vault_and_shows_what_was_changed_in_it() {
    let (_appliance, _admin, mut otto) = audited().await;
    let export = otto.get("/api/audit/export").await;
    assert_eq!(export.status, 200, "{}", export.text);
    let signed = post(&mut otto, "/api/audit/checkpoints", json!({})).await;
    assert_eq!(listed(&mut otto, "event=audit_exported").await.len(), 1);
    assert!(!export.text.contains("return policy") && !export.text.contains("ann.hall"));
    let verify = |text: &str| verify_audit_export(text.as_bytes(), "").expect("readable");
    let whole = verify(&export.text);
    assert!(whole.holds && whole.records > 5, "{whole:?}");
    let changed = export.text.replace("answered", "answerec");
    assert!(!verify(&changed).holds);
    let mut lines: Vec<&str> = export.text.lines().collect();
    lines.remove(lines.len() / 2);
    assert!(!verify(&format!("{}\n", lines.join("\n"))).holds, "a record is missing");
    assert_eq!(signed.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destinations_are_folders_elsewhere_that_only_who_configures_names() {
    let (appliance, mut admin, mut otto) = audited().await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    let folder = elsewhere.path().display().to_string();
    let at = |folder: &str| json!({ "name": "usb", "folder": folder });
    assert_eq!(otto.get("/api/destinations").await.code(), Some("denied"));
    assert_eq!(post(&mut otto, "/api/destinations", at(&folder)).await.code(), Some("denied"));
    let own = appliance.paths().data_dir.display().to_string();
    for bad in [own.as_str(), "usb", "/nowhere/at/all"] {
        let refused = post(&mut admin, "/api/destinations", at(bad)).await;
        assert_eq!(told(&refused), (400, Some("invalid_request")), "{bad}");
    }
    let added = post(&mut admin, "/api/destinations", at(&folder)).await;
    assert_eq!(added.status, 200, "{}", added.text);
    let real = fs::canonicalize(&folder).expect("it is there").display().to_string();
    assert_eq!(added.body["items"], json!([{ "name": "usb", "folder": real }]));
    assert_eq!(added.body["restart_needed"], true);
    assert_eq!(admin.get("/api/destinations").await.body, added.body);
    let removed = admin.call("DELETE", "/api/destinations/usb", None).await;
    assert_eq!((removed.status, &removed.body["items"]), (200, &json!([])));
    let again = admin.call("DELETE", "/api/destinations/usb", None).await;
    assert_eq!(told(&again), (404, Some("not_found")));
    let changes = listed(&mut otto, "event=setting_changed").await;
    let changes: Vec<&Value> = changes.iter().map(|row| &row["body"]["change"]).collect();
    assert_eq!(changes, ["removed", "added"]);
}
