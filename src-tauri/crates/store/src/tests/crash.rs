//! What a process that dies leaves behind.

use std::path::Path;

use super::support::{START, Site, count, open_at};
use crate::{Unlock, VaultPaths};

/// Copies a vault as it lies on the disk at this moment, as a power cut would leave it; the shared
/// memory index is rebuilt from the log.
fn copy_as_it_lies(site: &Site, to: &Path) -> VaultPaths {
    let copy = VaultPaths { data_dir: to.join("data"), config_dir: site.paths.config_dir.clone() };
    std::fs::create_dir_all(&copy.data_dir).unwrap();
    for name in ["vault.db", "vault.db-wal", "vault.id", "vault.keys"] {
        std::fs::copy(site.paths.data_dir.join(name), copy.data_dir.join(name)).unwrap();
    }
    copy
}

#[tokio::test]
async fn a_committed_turn_survives_and_an_uncommitted_one_does_not() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    let committed = guest.question(&site, START, "kept");
    store.authorise_turn(&committed).await.unwrap();

    let mut open = store.begin().await.unwrap();
    sqlx::query("UPDATE turn SET completed_at = 1, outcome = 'answered'")
        .execute(&mut *open)
        .await
        .unwrap();
    let during = store.turns(guest.owner(), guest.conversation).await.unwrap();
    assert_eq!(during[0].completed_at, None, "readers neither wait nor see what is not committed");
    let copy = copy_as_it_lies(&site, &site.folder.path().join("copy"));
    drop(open);

    let after = open_at(&copy, &Unlock::Automatic).await.unwrap();
    assert!(after.check().await.unwrap().is_sound());
    let turns = after.turns(guest.owner(), guest.conversation).await.unwrap();
    assert_eq!((turns.len(), turns[0].id, turns[0].completed_at), (1, committed.turn, None));
    assert_eq!(count(&after, "audit_record").await, 3);
    after.close().await;
    store.close().await;
}

#[tokio::test]
async fn a_log_cut_anywhere_opens_to_a_state_that_was_committed() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    for _ in 0..3 {
        store.authorise_turn(&guest.question(&site, START, "?")).await.unwrap();
    }
    let log = std::fs::read(site.paths.data_dir.join("vault.db-wal")).unwrap();
    let mut seen = Vec::new();
    for tenth in 0..=10 {
        let copy = copy_as_it_lies(&site, &site.folder.path().join(format!("copy-{tenth}")));
        std::fs::write(copy.data_dir.join("vault.db-wal"), &log[..log.len() * tenth / 10]).unwrap();
        let after = open_at(&copy, &Unlock::Automatic).await.unwrap();
        assert!(after.check().await.unwrap().is_sound(), "{tenth} tenths");
        let turns = count(&after, "turn").await;
        let authorised = after.audit_records(0, 100).await.unwrap();
        let authorised = authorised.iter().filter(|row| row.turn.is_some()).count();
        assert_eq!(usize::try_from(turns).unwrap(), authorised, "each turn with its record");
        seen.push(turns);
        after.close().await;
    }
    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!((seen[0], seen[10]), (0, 3));
    store.close().await;
}

#[tokio::test]
async fn a_dropped_transaction_leaves_the_writer_usable() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    let mut open = store.begin().await.unwrap();
    sqlx::query("DELETE FROM session").execute(&mut *open).await.unwrap();
    drop(open);
    store.authorise_turn(&guest.question(&site, START, "?")).await.unwrap();
    assert_eq!(count(&store, "session").await, 1);
    store.close().await;
}
