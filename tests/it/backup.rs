//! Backups through the API, and what a restore brings back: never whoever was erased.

use std::{fs, path::Path, sync::Arc, time::Duration};

use cloister_app::{
    App, ErrorCode, Origin, Peer, Place, RestoreRequest, Unlock, VaultPaths, restore_backup,
};
use cloister_store::Store;
use cloister_tests::{
    ADMIN, ADMIN_PASSWORD, Appliance, PASSWORD, Reader, Setting, employed, files_that_hold, made,
    open_vault, post, sign_in, staffed,
};
use serde_json::{Value, json};

const QUESTION: &str = "What is your return policy?";
const WEEK: Duration = Duration::from_hours(7 * 24);

/// Makes a backup where the vault is alone, and says where it lies.
async fn backed_up(admin: &mut Reader) -> String {
    let made = admin.call("POST", "/api/backups", None).await;
    assert_eq!(made.status, 200, "{}", made.text);
    assert_eq!(made.body["items"].as_array().map(Vec::len), Some(1), "{}", made.text);
    assert_eq!(made.body["beside_vault"], true);
    made.body["items"][0]["file"].as_str().expect("a file").to_owned()
}

async fn erase(appliance: &Appliance, admin: &mut Reader, id: &str, person: &mut Reader) {
    let told = admin.call("POST", &format!("/user_data/{id}/erase-request"), None).await;
    let token = json!({ "token": told.body["token"], "what_is_not_held": false });
    let erased = person.call("DELETE", &format!("/user_data/{id}"), Some(token)).await;
    assert_eq!(erased.status, 200, "{}", erased.text);
    appliance.clock.advance(WEEK);
}

fn request<'a>(file: &'a str, to: &'a Path, unlock: &'a Unlock) -> RestoreRequest<'a> {
    RestoreRequest { file: Path::new(file), to, unlock, without_tombstones: false }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_erased_stays_erased_after_restoring_last_weeks_backup() {
    let (appliance, mut admin) = staffed().await;
    let (id, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    let (_, mut bea) = employed(&appliance, &mut admin, "bea.moor").await;
    ann.turn(QUESTION).await;
    bea.turn(QUESTION).await;
    let file = backed_up(&mut admin).await;
    erase(&appliance, &mut admin, &id, &mut ann).await;
    appliance.app.close().await;

    // The disk is lost, but for the backups.
    let lost = appliance.folder().join("lost");
    fs::rename(&appliance.paths().data_dir, &lost).expect("moved away");
    let name = Path::new(&file).file_name().and_then(|name| name.to_str()).expect("a name");
    let file = lost.join("backups").join(name).display().to_string();
    let to = appliance.paths().data_dir;
    let options = Setting::default().options(appliance.paths(), Arc::clone(&appliance.clock));
    let restored = restore_backup(&options, request(&file, &to, &Unlock::Automatic)).await;
    let restored = restored.expect("the backup is whole");
    assert_eq!(
        (restored.erased, restored.key_file, restored.live_in_place),
        (Some(1), true, false)
    );

    let app = App::open(options).await.expect("the restored vault opens");
    let router = cloister_server::router(Arc::clone(&app), Origin::terminal());
    let mut again = Reader::new(router.clone());
    let refused = sign_in(&mut again, "ann.hall", PASSWORD, None).await;
    assert_eq!((refused.status, refused.code()), (401, Some("sign_in_refused")));
    let mut bea = Reader::new(router.clone());
    assert_eq!(sign_in(&mut bea, "bea.moor", PASSWORD, None).await.status, 201);
    let mut admin = Reader::new(router);
    assert_eq!(sign_in(&mut admin, ADMIN, ADMIN_PASSWORD, None).await.status, 201);
    let accounts = admin.get("/api/accounts").await;
    assert!(accounts.text.contains("bea.moor") && !accounts.text.contains("ann.hall"));
    let verified = post(&mut admin, "/api/audit/verify", json!({})).await;
    assert_eq!(verified.body["holds"], true, "{}", verified.text);
    app.close().await;
    let (found, _) = files_that_hold(&appliance.folder(), "ann.hall");
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_made_listed_verified_and_tried_while_others_chat() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    let (_, file) = tokio::join!(ann.turn(QUESTION), backed_up(&mut admin));
    let listed = admin.get("/api/backups").await;
    assert_eq!(listed.body["items"][0]["file"], file.as_str(), "{}", listed.text);
    assert_eq!(listed.body["drilled_at"], Value::Null);
    let name = Path::new(&file).file_name().and_then(|name| name.to_str()).expect("a name");
    for named in [name, &file] {
        let seen = post(&mut admin, "/api/backups/verify", json!({ "file": named })).await;
        assert_eq!((seen.status, &seen.body), (200, &listed.body["items"][0]), "{}", seen.text);
    }
    let tried = post(&mut admin, "/api/backups/drill", json!({ "file": name })).await;
    assert_eq!((tried.status, &tried.body["accounts"]), (200, &json!(2)), "{}", tried.text);
    assert_eq!(tried.body["erased"], 0);
    let code = json!({ "recovery_code": "0000" });
    let wrong = json!({ "file": name, "unlock": code });
    let refused = post(&mut admin, "/api/backups/drill", wrong).await;
    assert_eq!((refused.status, refused.code()), (403, Some("unlock_failed")));
    let listed = admin.get("/api/backups").await;
    assert_ne!(listed.body["drilled_at"], Value::Null);
    let (_, first) = made(&mut admin, "otto.audit", &["auditor"]).await;
    let mut auditor = appliance.stranger();
    assert_eq!(sign_in(&mut auditor, "otto.audit", &first, None).await.status, 201);
    let change = json!({ "old": first, "new": PASSWORD });
    assert_eq!(post(&mut auditor, "/api/me/password", change).await.status, 204);
    for event in ["backup_made", "backup_drilled"] {
        let records = auditor.get(&format!("/api/audit?event={event}")).await;
        assert_eq!(records.body["items"].as_array().map(Vec::len), Some(1), "{event}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_backup_is_refused_with_words() {
    let (appliance, mut admin) = staffed().await;
    let file = backed_up(&mut admin).await;
    let mut bytes = fs::read(&file).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).expect("writable");
    for path in ["/api/backups/verify", "/api/backups/drill"] {
        let refused = post(&mut admin, path, json!({ "file": file })).await;
        assert_eq!((refused.status, refused.code()), (422, Some("backup_unusable")), "{path}");
        assert!(refused.text.contains("is damaged"), "{}", refused.text);
    }
    appliance.app.close().await;
    let options = Setting::default().options(appliance.paths(), Arc::clone(&appliance.clock));
    let to = appliance.folder().join("restored");
    let refused = restore_backup(&options, request(&file, &to, &Unlock::Automatic)).await;
    assert_eq!(refused.expect_err("damaged").code, ErrorCode::BackupUnusable);
    assert_eq!(fs::read_dir(&to).expect("a folder").count(), 0, "nothing is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_makes_backups_and_a_path_counts_on_the_machine_alone() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ann) = employed(&appliance, &mut admin, "ann.hall").await;
    let mut guest = appliance.guest().await;
    let schedule = json!({ "every_hours": 1, "daily": 1, "weekly": 1 });
    for reader in [&mut ann, &mut guest] {
        for (method, path, body) in [
            ("GET", "/api/backups", None),
            ("POST", "/api/backups", None),
            ("POST", "/api/backups/verify", Some(json!({ "file": "a" }))),
            ("POST", "/api/backups/drill", Some(json!({ "file": "a" }))),
            ("POST", "/api/backups/accept", None),
            ("PUT", "/api/backups/schedule", Some(schedule.clone())),
        ] {
            let refused = reader.call(method, path, body).await;
            assert!([401, 403].contains(&refused.status), "{method} {path}: {}", refused.text);
        }
    }
    let missing = post(&mut admin, "/api/backups", json!({ "destination": "nowhere" })).await;
    assert_eq!((missing.status, missing.code()), (404, Some("not_found")));
    let set = admin.call("PUT", "/api/backups/schedule", Some(schedule.clone())).await;
    assert_eq!((set.status, &set.body), (200, &schedule), "{}", set.text);
    assert_eq!(admin.get("/api/backups").await.body["schedule"], schedule);

    let address = "192.0.2.7".parse().expect("an address");
    let far = Origin { peer: Peer::Address(address), place: Place::address(address) };
    let mut afar = Reader::new(cloister_server::router(Arc::clone(&appliance.app), far));
    assert_eq!(sign_in(&mut afar, ADMIN, ADMIN_PASSWORD, None).await.status, 201);
    let folder = appliance.folder().display().to_string();
    let refused = post(&mut afar, "/api/backups", json!({ "folder": folder })).await;
    assert_eq!((refused.status, refused.code()), (400, Some("invalid_request")));
    let refused = post(&mut afar, "/api/backups/verify", json!({ "file": "/etc/passwd" })).await;
    assert_eq!((refused.status, refused.code()), (400, Some("invalid_request")));
    let made = post(&mut admin, "/api/backups", json!({ "folder": folder })).await;
    assert_eq!(made.status, 200, "{}", made.text);
}

/// Beside the vault that it is a copy of, a restored one leaves that one's audit head alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_beside_the_vault_in_use_leaves_it_sound() {
    let (appliance, mut admin) = staffed().await;
    let file = backed_up(&mut admin).await;
    let options = Setting::default().options(appliance.paths(), Arc::clone(&appliance.clock));
    let to = appliance.folder().join("copy");
    let restored = restore_backup(&options, request(&file, &to, &Unlock::Automatic)).await;
    assert!(restored.expect("restored").live_in_place);
    let again = restore_backup(&options, request(&file, &to, &Unlock::Automatic)).await;
    assert_eq!(again.expect_err("the folder is in use").code, ErrorCode::BackupUnusable);
    let verified = post(&mut admin, "/api/audit/verify", json!({})).await;
    assert_eq!(verified.body["holds"], true, "{}", verified.text);
    let copy = VaultPaths { data_dir: to, ..appliance.paths() };
    let store: Store = open_vault(&copy).await.expect("the copy opens");
    assert_eq!(store.accounts().await.expect("readable").len(), 1);
    store.close().await;

    // The vault is gone, and the copy takes its place.
    appliance.app.close().await;
    let options = Setting::default().options(copy, Arc::clone(&appliance.clock));
    let app = App::open(options).await.expect("the copy opens");
    let mut admin = Reader::new(cloister_server::router(Arc::clone(&app), Origin::terminal()));
    assert_eq!(sign_in(&mut admin, ADMIN, ADMIN_PASSWORD, None).await.status, 201);
    let verified = post(&mut admin, "/api/audit/verify", json!({})).await;
    assert_eq!(verified.body["finding"]["kind"], "rolled_back", "{}", verified.text);
    assert_eq!(admin.call("POST", "/api/backups/accept", None).await.status, 204);
    let verified = post(&mut admin, "/api/audit/verify", json!({})).await;
    assert_eq!(verified.body["holds"], true, "{}", verified.text);
    app.close().await;
}
