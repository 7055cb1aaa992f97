//! A database that does not verify is told, and raises an alert.

use std::{fs::File, os::unix::fs::FileExt};

use cloister_tests::{Appliance, Reader, post};
use serde_json::json;

/// SQLCipher's pages.
const PAGE_BYTES: u64 = 4_096;

/// Folds the write-ahead log in; how many pages the database then has.
async fn pages(appliance: &Appliance, operator: &mut Reader) -> u64 {
    let purged = post(operator, "/api/retention/purge", json!({ "dry_run": false })).await;
    assert_eq!(purged.status, 200, "{}", purged.text);
    database(appliance).metadata().expect("its size").len() / PAGE_BYTES
}

fn database(appliance: &Appliance) -> File {
    let path = appliance.paths().data_dir.join("vault.db");
    File::options().write(true).open(path).expect("the database's file")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_page_breaks_the_promise_and_raises_an_alert() {
    let appliance = Appliance::open().await;
    let mut operator = appliance.stranger();
    assert_eq!(operator.call("POST", "/api/session/operator", None).await.status, 201);
    let before = pages(&appliance, &mut operator).await;
    // Passages of several pages each, which are in memory once the search knows them.
    let rows = (0..8).map(|at| format!("Question {at}?,{}\n", "An answer. ".repeat(2_000)));
    let table = format!("question,answer\n{}", rows.collect::<String>());
    let address = "/api/knowledge/documents?collection=city&name=city.csv";
    assert_eq!(operator.upload(address, table.as_bytes()).await.status, 200);
    let nothing = json!({ "queries": [], "top": 1 });
    let settled = post(&mut operator, "/api/knowledge/search", nothing).await;
    assert_eq!(settled.status, 200, "{}", settled.text);
    let after = pages(&appliance, &mut operator).await;
    assert!(after > before + 20, "{before} {after}");
    let sound = post(&mut operator, "/api/doctor", json!({})).await;
    assert_ne!(sound.body["promises"][3]["state"], "broken", "{}", sound.text);

    let within = u64::midpoint(before, after);
    database(&appliance).write_all_at(&[0x5a; 64], within * PAGE_BYTES + 1_000).expect("damage");
    let broken = post(&mut operator, "/api/doctor", json!({})).await;
    assert_eq!(broken.status, 200, "{}", broken.text);
    let promise = &broken.body["promises"][3];
    assert_eq!((promise["id"].as_str(), promise["state"].as_str()), (Some("P4"), Some("broken")));
    let alerts = operator.get("/api/alerts").await.body;
    let kinds = alerts["items"].as_array().expect("a list").iter().map(|alert| &alert["kind"]);
    assert_eq!(kinds.filter(|kind| **kind == "integrity_failed").count(), 1, "{alerts}");
}
