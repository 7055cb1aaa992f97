//! A site's own roles and policies: checked, compared, approved by somebody else, explained.

use std::{sync::Arc, time::Duration};

use cloister_tests::{Answer, Appliance, Reader, made, open_vault, post, sign_in, staffed};
use cloister_types::Clock;
use serde_json::{Value, json};

const PASSWORD: &str = "another granite violin harbour";
/// Takes something away from everybody.
const NARROWER: &str = "@id(\"no_finance\")@sentence(\"Finance is closed.\")\n\
    forbid (principal, action == Action::\"read_financial\", resource);";
/// Gives something to everybody who works here.
const WIDER: &str = "@id(\"open_sales\")@sentence(\"Everybody sees sales.\")\n\
    permit (principal in Role::\"employee\", action == Action::\"read_sales_aggregate\", resource);";

fn told(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.code())
}

async fn put(reader: &mut Reader, policies: &str) -> Answer {
    reader.call("PUT", "/api/policies", Some(json!({ "policies": policies }))).await
}

async fn explained(reader: &mut Reader, user: &str, action: &str, resource: &str) -> Value {
    let question = json!({ "user": user, "action": action, "resource": resource });
    let answer = post(reader, "/api/policies/explain", question).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

/// A second administrator, whom the first one made, signed in with a password of her own.
async fn second(appliance: &Appliance, admin: &mut Reader) -> Reader {
    let (_, first) = made(admin, "bea.admin", &["admin"]).await;
    let mut reader = appliance.stranger();
    assert_eq!(sign_in(&mut reader, "bea.admin", &first, None).await.status, 201);
    let change = json!({ "old": first, "new": PASSWORD });
    assert_eq!(post(&mut reader, "/api/me/password", change).await.status, 204);
    reader
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_takes_applies_at_once_and_stays_after_a_restart() {
    let (appliance, mut admin) = staffed().await;
    let before = explained(&mut admin, "role:finance", "read_financial", "appliance").await;
    assert_eq!(before["decision"], "allowed");
    let changed = put(&mut admin, NARROWER).await;
    assert_eq!(
        (changed.status, &changed.body["state"]),
        (200, &json!("applied")),
        "{}",
        changed.text
    );
    let roles: Vec<&str> = changed.body["shifts"]
        .as_array()
        .expect("shifts")
        .iter()
        .map(|shift| shift["role"].as_str().expect("a role"))
        .collect();
    assert_eq!(roles, ["admin", "finance", "operator"]);
    let after = explained(&mut admin, "role:finance", "read_financial", "appliance").await;
    assert_eq!(after["decision"], "forbidden");
    assert_eq!(after["policies"][0]["id"], "no_finance");
    assert_eq!(after["version"], 1);

    let versions = admin.get("/api/policies/versions").await;
    assert_eq!(versions.body["items"].as_array().map(Vec::len), Some(1));
    appliance.app.close().await;
    let store = open_vault(&appliance.paths()).await.expect("the vault opens again");
    let kept = store.policy().await.expect("readable").expect("a version");
    assert!(kept.version == 1 && kept.source.contains("no_finance"));
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_widens_waits_for_somebody_whom_the_requester_did_not_make() {
    let (appliance, mut admin) = staffed().await;
    let mut bea = second(&appliance, &mut admin).await;
    let asked = put(&mut admin, WIDER).await;
    assert_eq!((asked.status, &asked.body["state"]), (200, &json!("pending")), "{}", asked.text);
    assert!(asked.body["alone_from"].is_null(), "there is somebody else");
    let id = asked.body["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/policies/changes/{id}");
    let approve = json!({ "approve": true });
    assert_eq!(told(&post(&mut admin, &path, approve.clone()).await), (403, Some("denied")));
    let accomplice = post(&mut bea, &path, approve.clone()).await;
    assert_eq!(told(&accomplice), (403, Some("denied")), "the requester made her account");
    let meanwhile =
        explained(&mut admin, "role:employee", "read_sales_aggregate", "appliance").await;
    assert_eq!(meanwhile["decision"], "missing");
    assert_eq!(
        post(&mut admin, &path, json!({ "approve": false })).await.body["state"],
        "rejected"
    );

    // The other way round, the rule asks how old the approver's account is.
    let asked = put(&mut bea, WIDER).await;
    let path = format!("/api/policies/changes/{}", asked.body["id"].as_str().expect("an id"));
    let early = post(&mut admin, &path, approve.clone()).await;
    assert_eq!(told(&early), (403, Some("denied")));
    appliance.clock.advance(Duration::from_hours(8 * 24));
    let mut admin = appliance.stranger();
    let back =
        sign_in(&mut admin, cloister_tests::ADMIN, cloister_tests::ADMIN_PASSWORD, None).await;
    assert_eq!(back.status, 201, "{}", back.text);
    let approved = post(&mut admin, &path, approve.clone()).await;
    assert_eq!(approved.body["state"], "applied", "{}", approved.text);
    let after = explained(&mut admin, "role:employee", "read_sales_aggregate", "appliance").await;
    assert_eq!(after["decision"], "allowed");
    assert_eq!(told(&post(&mut admin, &path, approve).await), (404, Some("not_found")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lone_administrator_waits_a_day_under_an_alert() {
    let (appliance, mut admin) = staffed().await;
    let role = json!({ "title": "Clerk", "permissions": ["read_sales_aggregate"] });
    let asked = admin.call("PUT", "/api/roles/clerk", Some(role)).await;
    assert_eq!(asked.body["state"], "pending", "{}", asked.text);
    assert!(asked.body["alone_from"].is_string());
    let alerts = admin.get("/api/alerts").await;
    assert!(alerts.text.contains("policy_waits"), "{}", alerts.text);
    let path = format!("/api/policies/changes/{}", asked.body["id"].as_str().expect("an id"));
    let approve = json!({ "approve": true });
    assert_eq!(told(&post(&mut admin, &path, approve.clone()).await), (403, Some("denied")));
    appliance.clock.advance(Duration::from_hours(25));
    let mut admin = appliance.stranger();
    sign_in(&mut admin, cloister_tests::ADMIN, cloister_tests::ADMIN_PASSWORD, None).await;
    assert_eq!(post(&mut admin, &path, approve).await.body["state"], "applied");
    let (id, _) = made(&mut admin, "carl.clerk", &["clerk"]).await;
    let may = explained(&mut admin, "carl.clerk", "read_sales_aggregate", "appliance").await;
    assert_eq!(
        (&may["decision"], &may["policies"][0]["id"]),
        (&json!("allowed"), &json!("role/clerk"))
    );
    let held = admin.call("DELETE", "/api/roles/clerk", None).await;
    assert_eq!(told(&held), (409, Some("conflict")), "somebody has it");
    assert_eq!(admin.call("DELETE", &format!("/api/accounts/{id}"), None).await.status, 204);
    let removed = admin.call("DELETE", "/api/roles/clerk", None).await;
    assert_eq!(removed.body["state"], "applied", "{}", removed.text);
    let shipped = json!({ "title": "Mine", "permissions": [] });
    let taken = admin.call("PUT", "/api/roles/employee", Some(shipped)).await;
    assert_eq!(told(&taken), (400, Some("invalid_request")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_is_told_by_its_place_and_changes_nothing() {
    let (_appliance, mut admin) = staffed().await;
    let faulty =
        "@id(\"x\")@sentence(\"X.\")\npermit (principal, action == Action::\"fly\", resource);";
    let check = post(&mut admin, "/api/policies/check", json!({ "policies": faulty })).await;
    let fault = &check.body["faults"][0];
    assert_eq!((check.status, fault["line"].as_u64()), (200, Some(2)), "{}", check.text);
    assert!(fault["message"].as_str().is_some_and(|message| message.contains("fly")), "{fault}");
    assert_eq!(told(&put(&mut admin, faulty).await), (400, Some("invalid_request")));
    let sound = post(&mut admin, "/api/policies/check", json!({ "policies": WIDER })).await;
    assert_eq!(sound.body["widens"], true);
    assert!(sound.body["shifts"].as_array().is_some_and(|shifts| !shifts.is_empty()));
    let list = admin.get("/api/policies").await;
    assert_eq!(list.body["version"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_names_its_policies_and_a_guest_learns_nothing() {
    let (appliance, mut admin) = staffed().await;
    let noon = Arc::clone(&appliance.clock).now();
    assert!(noon.as_millis() > 0);
    let salary =
        explained(&mut admin, "role:hr_specialist", "read_employee_salary", "record:team=north")
            .await;
    assert_eq!(salary["decision"], "second_factor");
    let denied = explained(&mut admin, "guest", "read_internal_docs", "class:label=internal").await;
    assert_eq!(denied["decision"], "missing");
    assert!(
        denied["roles_with"].as_array().is_some_and(|roles| roles.contains(&json!("employee")))
    );
    let public = explained(&mut admin, "guest", "read_public_docs", "class:label=public").await;
    assert_eq!(
        (&public["decision"], &public["policies"][0]["id"]),
        (&json!("allowed"), &json!("public_knowledge"))
    );
    for (user, action, resource, status) in [
        ("nobody.here", "read_audit", "appliance", 404),
        ("guest", "fly", "appliance", 400),
        ("guest", "read_public_docs", "class:colour=red", 400),
        ("guest", "read_audit", "class:label=public", 400),
        ("guest", "read_public_docs", "no/such/passage", 404),
    ] {
        let question = json!({ "user": user, "action": action, "resource": resource });
        let answer = post(&mut admin, "/api/policies/explain", question).await;
        assert_eq!(answer.status, status, "{user} {action} {resource}: {}", answer.text);
    }
    let matrix = admin.get("/api/policies/matrix").await;
    let cells = matrix.body["items"].as_array().expect("cells");
    let cell = cells.iter().find(|cell| {
        cell["role"] == "hr_specialist" && cell["permission"] == "read_employee_salary"
    });
    assert_eq!(cell.expect("a cell")["reach"], "sometimes");

    let mut guest = appliance.guest().await;
    for path in ["/api/roles", "/api/policies", "/api/policies/matrix", "/api/policies/changes"] {
        assert_eq!(told(&guest.get(path).await), (403, Some("denied")), "{path}");
    }
    assert_eq!(told(&put(&mut guest, WIDER).await), (403, Some("denied")));
}
