//! Permissions, folders that cannot be written, and a full disk.

use std::os::unix::fs::PermissionsExt;

use super::support::{START, Site, count};
use crate::{AuditBody, AuditEvent, AuditRecord, StoreError, Vault, VaultPaths};

fn mode(path: impl AsRef<std::path::Path>) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn folders_and_files_are_the_owners_alone() {
    let site = Site::new();
    let store = site.create().await;
    site.guest(&store).await;
    for folder in [&site.paths.data_dir, &site.paths.config_dir, &site.paths.keys()] {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    assert_eq!(mode(site.key_file()), 0o600);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&site.paths.data_dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_owned().into_string().unwrap());
    }
    names.sort();
    let expected = [
        "vault.db",
        "vault.db-shm",
        "vault.db-wal",
        "vault.id",
        "vault.keys",
        "vault.lock",
        "vault.reserve",
    ];
    assert_eq!(names, expected);
    store.close().await;
}

#[tokio::test]
async fn a_database_that_others_may_read_is_taken_back() {
    let site = Site::new();
    site.create().await.close().await;
    let database = site.paths.database();
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o666)).unwrap();
    let store = site.open().await.unwrap();
    assert_eq!(mode(&database), 0o600);
    store.close().await;
}

#[tokio::test]
async fn a_folder_of_others_keeps_its_mode() {
    let site = Site::new();
    std::fs::create_dir(&site.paths.data_dir).unwrap();
    std::fs::set_permissions(&site.paths.data_dir, std::fs::Permissions::from_mode(0o755)).unwrap();
    site.create().await.close().await;
    assert_eq!(mode(&site.paths.data_dir), 0o755);
}

#[tokio::test]
async fn folders_that_cannot_be_written_are_named() {
    let site = Site::new();
    // The kernel lets nobody, the superuser included, make a folder there.
    let forbidden = VaultPaths { data_dir: "/sys/cloister-test".into(), ..site.paths.clone() };
    let made = Vault::create(&forbidden, &site.entropy, START).await.map(drop).unwrap_err();
    assert!(
        matches!(&made, StoreError::NoPermission { path, .. } if *path == forbidden.data_dir),
        "{made}"
    );

    let file = site.folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let under_a_file = VaultPaths { data_dir: file.join("data"), ..site.paths.clone() };
    let made = Vault::create(&under_a_file, &site.entropy, START).await.map(drop).unwrap_err();
    assert!(made.to_string().contains("file/data could not be used"), "{made}");
}

#[tokio::test]
async fn a_full_disk_is_named_and_loses_nothing() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
        .fetch_one(&mut *store.writer().await.unwrap())
        .await
        .unwrap();
    let limit = format!("PRAGMA max_page_count = {}", pages + 2);
    sqlx::raw_sql(sqlx::AssertSqlSafe(limit))
        .execute(&mut *store.writer().await.unwrap())
        .await
        .unwrap();

    let text = "x".repeat(2_000);
    let mut acknowledged = 0;
    let error = loop {
        match store.authorise_turn(&guest.question(&site, START, &text)).await {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 1_000, "the limit never bit");
    };
    assert!(matches!(error, StoreError::DiskFull), "{error}");
    let turns = store.turns(guest.owner(), guest.conversation).await.unwrap();
    assert_eq!(turns.len(), acknowledged, "every acknowledged turn is there, and no other");

    sqlx::raw_sql("PRAGMA max_page_count = 1000000")
        .execute(&mut *store.writer().await.unwrap())
        .await
        .unwrap();
    store.authorise_turn(&guest.question(&site, START, &text)).await.unwrap();
    let record = AuditRecord::new(AuditEvent::ModelLoaded, START, AuditBody::new());
    store.record(&record).await.unwrap();
    assert!(store.check().await.unwrap().is_sound());
    let turns = count(&store, "turn").await;
    assert_eq!(usize::try_from(turns).unwrap(), acknowledged + 1, "work resumes with room");
    store.close().await;
}

#[tokio::test]
async fn a_database_that_cannot_be_written_says_so() {
    let site = Site::new();
    let store = site.create().await;
    let read_only = "PRAGMA query_only = ON";
    sqlx::raw_sql(read_only).execute(&mut *store.writer().await.unwrap()).await.unwrap();
    let record = AuditRecord::new(AuditEvent::ModelLoaded, START, AuditBody::new());
    let error = store.record(&record).await.unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly), "{error}");
    store.close().await;
}
