//! Keys, locks, schema and damage: what opens and what is refused.

use std::{os::unix::fs::PermissionsExt, path::Path};

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::support::{START, Site, count};
use crate::{Store, StoreError, SubKey, Vault, VaultPaths};

fn refusal(result: Result<Store, StoreError>) -> StoreError {
    result.map(drop).expect_err("the vault must not open")
}

#[tokio::test]
async fn a_vault_is_made_once_and_opens_again_with_the_same_keys() {
    let site = Site::new();
    assert!(!Vault::exists(&site.paths));
    assert!(matches!(refusal(site.open().await), StoreError::NoVault { .. }));

    let store = site.create().await;
    assert!(Vault::exists(&site.paths));
    let (id, index_key) = (store.id(), store.sub_key(SubKey::Index));
    let store = site.reopen(store).await;
    assert_eq!(store.id(), id);
    assert_eq!(store.sub_key(SubKey::Index).expose(), index_key.expose());
    assert_ne!(store.sub_key(SubKey::Blob).expose(), index_key.expose());
    assert_eq!(format!("{store:?}"), format!("Store({id})"));

    store.close().await;
    let again = Vault::create(&site.paths, &site.entropy, START).await;
    assert!(matches!(refusal(again), StoreError::AlreadyExists { .. }));
    site.open().await.expect("the refusal left the vault as it was").close().await;
    store.close().await;
}

#[tokio::test]
async fn one_store_at_a_time_owns_the_vault() {
    let site = Site::new();
    let store = site.create().await;
    assert!(matches!(refusal(site.open().await), StoreError::InUse { .. }));
    let clone = store.clone();
    store.close().await;
    assert!(matches!(count_result(&clone).await, Err(StoreError::Closed)));
    site.open().await.expect("closing gives the lock back while a clone lives").close().await;
    store.close().await;
}

async fn count_result(store: &Store) -> Result<(), StoreError> {
    store.passages().await.map(drop)
}

#[tokio::test]
async fn every_connection_is_hardened() {
    let site = Site::new();
    let store = site.create().await;
    let mut reader = store.readers().acquire().await.unwrap();
    for connection in [&mut *store.writer().await.unwrap(), &mut *reader] {
        let settings: [(&str, i64); 7] = [
            ("PRAGMA foreign_keys", 1),
            ("PRAGMA recursive_triggers", 1),
            ("PRAGMA trusted_schema", 0),
            ("PRAGMA secure_delete", 1),
            ("PRAGMA temp_store", 2),
            ("PRAGMA synchronous", 2),
            ("PRAGMA wal_autocheckpoint", 1_000),
        ];
        for (pragma, expected) in settings {
            let value: i64 = sqlx::query_scalar(pragma).fetch_one(&mut *connection).await.unwrap();
            assert_eq!(value, expected, "{pragma}");
        }
        for (pragma, expected) in
            [("PRAGMA journal_mode", "wal"), ("PRAGMA cipher_memory_security", "1")]
        {
            let value: String =
                sqlx::query_scalar(pragma).fetch_one(&mut *connection).await.unwrap();
            assert_eq!(value, expected, "{pragma}");
        }
    }
    drop(reader);
    let written = sqlx::query("DELETE FROM passage").execute(store.readers()).await;
    let refused = StoreError::from(written.map(drop).unwrap_err());
    assert!(matches!(refused, StoreError::ReadOnly), "a reader cannot write: {refused}");
    store.close().await;
}

#[tokio::test]
async fn a_wrong_key_is_noticed_at_once() {
    let site = Site::new();
    site.create().await.close().await;
    let key_file = site.key_file();
    let line = std::fs::read_to_string(&key_file).unwrap();
    let (head, digit) = line.trim_end().split_at(line.trim_end().len() - 1);
    let other = if digit == "0" { "1" } else { "0" };
    std::fs::write(&key_file, format!("{head}{other}\n")).unwrap();

    let error = refusal(site.open().await);
    assert!(matches!(error, StoreError::WrongKey { .. }), "{error}");
    assert!(error.to_string().contains("belongs to another vault"), "{error}");

    std::fs::write(&key_file, &line).unwrap();
    site.open().await.expect("the attempt left the database as it was").close().await;
}

#[tokio::test]
async fn a_key_file_that_is_missing_exposed_or_damaged_is_refused() {
    let site = Site::new();
    site.create().await.close().await;
    let key_file = site.key_file();
    let set_mode = |mode| {
        std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    for mode in [0o640, 0o604, 0o620, 0o660, 0o644] {
        set_mode(mode);
        let error = refusal(site.open().await);
        assert!(error.to_string().contains(&format!("mode {mode:04o}")), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    set_mode(0o400);
    site.open().await.unwrap().close().await;
    set_mode(0o600);

    let line = std::fs::read(&key_file).unwrap();
    std::fs::write(&key_file, &line[..line.len() - 5]).unwrap();
    assert!(matches!(refusal(site.open().await), StoreError::KeyFileMalformed { .. }));

    std::fs::remove_file(&key_file).unwrap();
    let error = refusal(site.open().await);
    assert!(matches!(&error, StoreError::KeyFileMissing { file } if *file == key_file), "{error}");
}

#[tokio::test]
async fn a_plain_database_is_refused() {
    let site = Site::new();
    site.create().await.close().await;
    let database = site.paths.database();
    std::fs::remove_file(&database).unwrap();
    let mut plain = SqliteConnectOptions::new()
        .filename(&database)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql("CREATE TABLE session (id TEXT)").execute(&mut plain).await.unwrap();
    plain.close().await.unwrap();
    let error = refusal(site.open().await);
    assert!(matches!(error, StoreError::NotEncrypted { .. }), "{error}");
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_words_and_left_alone() {
    let site = Site::new();
    let store = site.create().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9000, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&mut *store.writer().await.unwrap())
    .await
    .unwrap();
    store.close().await;
    let before = std::fs::read(site.paths.database()).unwrap();
    let error = refusal(site.open().await);
    assert!(
        matches!(error, StoreError::NewerSchema { found: 9_000, known } if known < 9_000),
        "{error}"
    );
    assert!(error.to_string().contains("update the program"), "{error}");
    assert_eq!(std::fs::read(site.paths.database()).unwrap(), before);
    store.close().await;
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let site = Site::new();
    let store = site.create().await;
    sqlx::query("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2")
        .execute(&mut *store.writer().await.unwrap())
        .await
        .unwrap();
    store.close().await;
    assert!(matches!(refusal(site.open().await), StoreError::ForeignSchema { version: 2 }));
    store.close().await;
}

#[tokio::test]
async fn damage_is_reported_and_never_a_panic() {
    let site = Site::new();
    let store = site.create().await;
    assert!(store.check().await.unwrap().is_sound());
    store.close().await;
    let database = site.paths.database();
    let whole = std::fs::read(&database).unwrap();
    let pages = whole.len() / 4_096;
    assert!(pages > 4, "{pages} pages");

    for page in 0..pages {
        let mut damaged = whole.clone();
        damaged[page * 4_096 + 100] ^= 1;
        std::fs::write(&database, &damaged).unwrap();
        match site.open().await {
            Err(StoreError::WrongKey { .. }) => assert_eq!(page, 0),
            Err(StoreError::Damaged { .. }) => assert_ne!(page, 0),
            Err(other) => panic!("page {page}: {other:?}"),
            Ok(store) => {
                // A page that the quick check does not read, which the full check does.
                let findings = store.check().await.unwrap().findings;
                assert!(!findings.is_empty(), "page {page}");
                store.close().await;
            }
        }
    }
    for length in [0, 1, 100, 4_095, 4_096, whole.len() - 4_096] {
        std::fs::write(&database, &whole[..length]).unwrap();
        match site.open().await {
            Err(StoreError::Damaged { .. } | StoreError::WrongKey { .. }) => {}
            other => panic!("cut to {length}: {other:?}"),
        }
    }
    std::fs::write(&database, &whole).unwrap();
    let store = site.open().await.unwrap();
    assert_eq!(count(&store, "audit_record").await, 1);
    store.close().await;
}

#[tokio::test]
async fn an_incomplete_vault_is_never_taken_for_none() {
    let site = Site::new();
    site.create().await.close().await;
    for part in [site.paths.database(), site.paths.id()] {
        let aside = site.folder.path().join("aside");
        std::fs::rename(&part, &aside).unwrap();
        assert!(Vault::exists(&site.paths));
        let error = refusal(site.open().await);
        assert!(
            matches!(&error, StoreError::Incomplete { missing } if *missing == part),
            "{error}"
        );
        let again = Vault::create(&site.paths, &site.entropy, START).await;
        assert!(matches!(refusal(again), StoreError::AlreadyExists { .. }));
        std::fs::rename(&aside, &part).unwrap();
    }
    for rubbish in ["", "../../../../etc/passwd", "\u{fffd}", "00"] {
        std::fs::write(site.paths.id(), rubbish).unwrap();
        assert!(matches!(refusal(site.open().await), StoreError::MalformedId { .. }));
    }
}

#[tokio::test]
async fn leftovers_of_a_making_that_was_cut_short_are_replaced() {
    let site = Site::new();
    std::fs::create_dir_all(&site.paths.data_dir).unwrap();
    for name in ["vault.db.new", "vault.db.new-wal", "vault.id.new"] {
        std::fs::write(site.paths.data_dir.join(name), "half").unwrap();
    }
    let store = site.create().await;
    assert!(store.check().await.unwrap().is_sound());
    store.close().await;
    let mut names: Vec<_> = std::fs::read_dir(&site.paths.data_dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["vault.db", "vault.id", "vault.keys", "vault.lock", "vault.reserve"]);
    store.close().await;
}

#[tokio::test]
async fn the_key_never_lies_in_the_data_folder() {
    let site = Site::new();
    let data = site.paths.data_dir.clone();
    std::fs::create_dir_all(&data).unwrap();
    let link = site.folder.path().join("link");
    std::os::unix::fs::symlink(&data, &link).unwrap();
    let nested = |config_dir: &Path| VaultPaths {
        data_dir: data.clone(),
        config_dir: config_dir.to_owned(),
    };
    for paths in [nested(&data), nested(&data.join("config")), nested(&link.join("config"))] {
        let made = Vault::create(&paths, &site.entropy, START).await;
        assert!(matches!(refusal(made), StoreError::KeyBesideData { .. }), "{paths:?}");
        assert!(!Vault::exists(&paths));
    }
}
