//! A vault that is locked says so, and the router that says it unlocks it.

use std::sync::Arc;

use cloister_app::{App, FirstKey, Origin, Pack, Unlock};
use cloister_server::Entrance;
use cloister_tests::{Reader, START, Setting, paths, post};
use cloister_types::{FixedClock, Secret};
use serde_json::json;

const PASSPHRASE: &str = "nine tall herons stand";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_vault_is_unlocked_by_the_router_that_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Arc::new(FixedClock::new(START));
    let setting = Setting { pack: Pack::None, ..Setting::default() };
    let options = setting.options(paths(&folder), clock);
    let first = FirstKey::Passphrase(Secret::new(PASSPHRASE.to_owned()));
    App::init(&options, first).await.expect("a vault is made");

    let entrance = Entrance::open(options, Unlock::Automatic).await;
    let mut reader = Reader::new(entrance.router(Origin::window()));
    for (method, path) in [("GET", "/api/status"), ("POST", "/api/session"), ("GET", "/nowhere")] {
        let refused = reader.call(method, path, None).await;
        assert_eq!((refused.status, refused.code()), (423, Some("vault_locked")), "{path}");
    }
    let state = reader.get("/api/unlock").await.body;
    assert_eq!(state, json!({ "locked": true, "kinds": ["passphrase"] }));

    for (typed, status, code) in [
        (json!({ "passphrase": "nine short herons" }), 403, "unlock_failed"),
        (json!({ "recovery_code": "0000" }), 403, "unlock_failed"),
        (json!({}), 423, "vault_locked"),
        (json!({ "passphrase": "a", "recovery_code": "b" }), 400, "invalid_request"),
        (json!({ "password": "a" }), 400, "invalid_request"),
    ] {
        let refused = post(&mut reader, "/api/unlock", typed).await;
        assert_eq!((refused.status, refused.code()), (status, Some(code)), "{}", refused.text);
        assert!(entrance.app().is_none());
    }
    let unlocked = post(&mut reader, "/api/unlock", json!({ "passphrase": PASSPHRASE })).await;
    assert_eq!(unlocked.status, 204, "{}", unlocked.text);

    let app = entrance.opened().await;
    assert_eq!(reader.get("/api/status").await.status, 200);
    assert_eq!(reader.call("POST", "/api/session", None).await.status, 201);
    assert_eq!(reader.get("/nowhere").await.status, 404);
    let again = post(&mut reader, "/api/unlock", json!({ "passphrase": PASSPHRASE })).await;
    assert_eq!((again.status, again.code()), (409, Some("conflict")));
    assert_eq!(reader.get("/api/unlock").await.body["locked"], false);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_file_that_is_put_back_opens_the_vault_without_a_word() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Arc::new(FixedClock::new(START));
    let setting = Setting { pack: Pack::None, ..Setting::default() };
    let options = setting.options(paths(&folder), clock);
    App::init(&options, FirstKey::KeyFile).await.expect("a vault is made");
    let keys = options.paths.config_dir.join("keys");
    let away = folder.path().join("away");
    std::fs::rename(&keys, &away).expect("the key is taken away");

    let entrance = Entrance::open(options, Unlock::Automatic).await;
    let mut reader = Reader::new(entrance.router(Origin::window()));
    let refused = reader.get("/api/status").await;
    assert_eq!((refused.status, refused.code()), (503, Some("vault_unusable")));
    std::fs::rename(&away, &keys).expect("the key is put back");
    assert_eq!(post(&mut reader, "/api/unlock", json!({})).await.status, 204);
    assert_eq!(reader.get("/api/status").await.status, 200);
    entrance.opened().await.close().await;
}
