//! A person who was erased is gone, and stays gone.

use std::{fs, path::Path};

use cloister_types::{HoldId, ReceiptId, Timestamp};

use super::support::{DAY, Member, START, Site, allowed, count, open_at};
use crate::{
    AuditEvent, CorrectionDecision, CorrectionField, Erasure, ErasureProof, ErasureScope,
    HoldScope, NewHold, Purpose, RetentionClass, Store, StoreError, TOMBSTONES, Tombstone, Unlock,
    VaultPaths, read_tombstones,
};

fn erasure(site: &Site, who: &Member) -> Erasure {
    Erasure {
        account: who.id,
        scope: ErasureScope::Everything,
        proof: ErasureProof::FreshFactor,
        guarded: "admin".parse().unwrap(),
        receipt: ReceiptId::random(&site.entropy),
        at: START,
    }
}

/// Ann with something in every table that an account can have rows in, and somebody else.
async fn furnished(site: &Site, store: &Store) -> (Member, Member) {
    let ann = site.member(store, "ann", "employee").await;
    let root = site.member(store, "root", "admin").await;
    for member in [&ann, &root] {
        member.ask(site, store, START).await;
        store
            .rely_on_basis(member.subject(), Purpose::Answering, &site.entropy, START)
            .await
            .unwrap();
    }
    store.request_correction(ann.id, CorrectionField::Name, "Anne", START).await.unwrap();
    (ann, root)
}

#[tokio::test]
async fn key_rows_and_mapping_go_in_one_act_and_the_record_stays() {
    let site = Site::new();
    let store = site.create().await;
    let (ann, root) = furnished(&site, &store).await;
    let request = erasure(&site, &ann);
    let erased = store.erase(&request).await.unwrap();
    assert_eq!((erased.conversations, erased.turns, erased.consents), (1, 1, 1));
    assert_eq!(erased.sessions, [ann.session]);
    assert!(store.account(ann.id).await.unwrap().is_none());
    assert!(store.account(root.id).await.unwrap().is_some());
    for table in ["account", "session", "conversation", "turn"] {
        assert_eq!(count(&store, table).await, 1, "{table} of somebody else");
    }
    assert_eq!(count(&store, "correction").await, 0);
    let mapped: i64 = sqlx::query_scalar("SELECT count(*) FROM account WHERE pseudonym = ?")
        .bind(ann.pseudonym.to_string())
        .fetch_one(store.readers())
        .await
        .unwrap();
    assert_eq!(mapped, 0);
    let last = store.audit_records(0, 1_000).await.unwrap().pop().unwrap();
    assert_eq!((last.event, last.pseudonym), (AuditEvent::DataErased, Some(ann.pseudonym)));
    assert_eq!(last.body["receipt"], request.receipt.to_string());
    assert!(matches!(store.erase(&request).await, Err(StoreError::UnknownAccount)));
    let log = site.paths.data_dir.join("vault.db-wal");
    assert_eq!(fs::metadata(log).unwrap().len(), 0);
    assert!(store.check().await.unwrap().is_sound());
    store.close().await;
}

#[tokio::test]
async fn every_table_that_refers_to_an_account_is_emptied_or_forgets_it() {
    let site = Site::new();
    let store = site.create().await;
    let (ann, _) = furnished(&site, &store).await;
    store.erase(&erasure(&site, &ann)).await.unwrap();
    let references: Vec<(String, String)> = sqlx::query_as(
        "SELECT schema.name, key.\"from\" FROM sqlite_schema AS schema \
         JOIN pragma_foreign_key_list(schema.name) AS key \
         WHERE schema.type = 'table' AND key.\"table\" = 'account'",
    )
    .fetch_all(store.readers())
    .await
    .unwrap();
    assert!(references.len() >= 7, "{references:?}");
    for (table, column) in references {
        let sql = format!("SELECT count(*) FROM {table} WHERE {column} = ?");
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(ann.id.to_string())
            .fetch_one(store.readers())
            .await
            .unwrap();
        assert_eq!(left, 0, "{table}");
    }
    store.close().await;
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let site = Site::new();
    let store = site.create().await;
    let (_, root) = furnished(&site, &store).await;
    let refused = store.erase(&erasure(&site, &root)).await;
    assert!(matches!(refused, Err(StoreError::LastHolder)));
    assert!(store.account(root.id).await.unwrap().is_some());
    assert_eq!(count(&store, "turn").await, 2);
    store.close().await;
}

#[tokio::test]
async fn a_token_works_once_for_one_person_and_for_a_week() {
    let site = Site::new();
    let store = site.create().await;
    let (ann, root) = furnished(&site, &store).await;
    let confirm = async |byte, at| {
        store.confirm_erasure(&allowed(), root.pseudonym, ann.id, &[byte; 32], at).await.unwrap()
    };
    let try_with = async |who: &Member, byte, at: Timestamp| {
        let proof = ErasureProof::Token([byte; 32]);
        store.erase(&Erasure { proof, at, ..erasure(&site, who) }).await
    };
    confirm(1, START).await;
    let until = confirm(2, START).await;
    assert_eq!(until, START + 7 * DAY);
    for (who, byte, at) in [(&ann, 1, START), (&root, 2, START), (&ann, 2, until)] {
        assert!(matches!(try_with(who, byte, at).await, Err(StoreError::UnknownToken)));
    }
    try_with(&ann, 2, START + DAY).await.unwrap();
    assert!(store.account(ann.id).await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_hold_refuses_with_its_end_and_lets_the_rest_go() {
    let site = Site::new();
    let store = site.create().await;
    let (ann, root) = furnished(&site, &store).await;
    let until = START + 30 * DAY;
    let hold = async |scope| {
        let hold = NewHold {
            id: HoldId::random(&site.entropy),
            scope,
            reason: "case-7".parse().unwrap(),
            placed_at: START,
            placed_by: root.pseudonym,
            until,
        };
        store.place_hold(&allowed(), &hold).await.unwrap();
        hold.id
    };
    let whole = hold(HoldScope::Person(ann.pseudonym)).await;
    let deleted = store.delete_account(ann.id, &"admin".parse().unwrap(), None, START).await;
    assert!(matches!(deleted, Err(StoreError::UnderHold { .. })));
    let refused = store.erase(&erasure(&site, &ann)).await;
    assert!(matches!(refused, Err(StoreError::UnderHold { until: end }) if end == until));
    let rest = Erasure { scope: ErasureScope::WhatIsNotHeld, ..erasure(&site, &ann) };
    let erased = store.erase(&rest).await.unwrap();
    assert_eq!((erased.tombstone, erased.kept.len()), (None, 3));
    assert!(store.account(ann.id).await.unwrap().is_some());

    store.release_hold(&allowed(), whole, root.pseudonym, START).await.unwrap();
    hold(HoldScope::PersonIn(ann.pseudonym, RetentionClass::MessageLog)).await;
    let rest = Erasure { scope: ErasureScope::WhatIsNotHeld, ..erasure(&site, &ann) };
    let erased = store.erase(&rest).await.unwrap();
    assert_eq!(erased.kept, [(RetentionClass::MessageLog, until)]);
    assert!(erased.tombstone.is_some());
    assert!(store.account(ann.id).await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn whoever_was_erased_does_not_come_back_out_of_last_weeks_backup() {
    let site = Site::new();
    let live = site.create().await;
    let (ann, root) = furnished(&site, &live).await;
    live.close().await;
    let backup = VaultPaths {
        data_dir: site.folder.path().join("last week"),
        config_dir: site.paths.config_dir.clone(),
    };
    copy(&site.paths.data_dir, &backup.data_dir);

    let live = site.open().await.unwrap();
    let shelf = site.folder.path().join("shelf");
    fs::create_dir(&shelf).unwrap();
    live.copy_tombstones(&shelf).await.unwrap();
    assert_eq!(read_tombstones(&shelf.join(TOMBSTONES)).unwrap(), Some(Vec::new()));
    let stone = live.erase(&erasure(&site, &ann)).await.unwrap().tombstone.unwrap();
    live.copy_tombstones(&shelf).await.unwrap();
    live.copy_tombstones(&shelf).await.unwrap();
    live.close().await;
    let tombstones = read_tombstones(&shelf.join(TOMBSTONES)).unwrap().unwrap();
    assert_eq!(tombstones, [stone]);

    let restored = open_at(&backup, &Unlock::Automatic).await.unwrap();
    assert!(restored.account(ann.id).await.unwrap().is_some(), "the backup is older");
    let applied = restored.apply_tombstones(&tombstones, START + 7 * DAY).await.unwrap();
    assert_eq!((applied.erased, applied.absent, applied.foreign), (1, 0, 0));
    assert!(restored.account(ann.id).await.unwrap().is_none());
    assert!(restored.account(root.id).await.unwrap().is_some());
    assert_eq!(count(&restored, "turn").await, 1);
    assert_eq!(restored.tombstones().await.unwrap(), tombstones, "and the next backup knows");
    let again = restored.apply_tombstones(&tombstones, START + 7 * DAY).await.unwrap();
    assert_eq!((again.erased, again.absent), (0, 1));
    restored.close().await;
}

#[tokio::test]
async fn a_tombstone_that_this_vault_did_not_sign_is_refused_and_another_vaults_ignored() {
    let site = Site::new();
    let mine = site.create().await;
    let (ann, _) = furnished(&site, &mine).await;
    let stone = mine.erase(&erasure(&site, &ann)).await.unwrap().tombstone.unwrap();
    let colleague = site.member(&mine, "bea", "employee").await;
    let other = Site { entropy: cloister_types::SeededEntropy::new(7), ..Site::new() };
    let elsewhere = other.create().await;
    let foreign = elsewhere.apply_tombstones(std::slice::from_ref(&stone), START).await.unwrap();
    assert_eq!((foreign.erased, foreign.foreign), (0, 1));
    elsewhere.close().await;

    let line = stone.to_string();
    assert_eq!(line.parse::<Tombstone>(), Ok(stone.clone()));
    let digit = line.find("subject").unwrap() + 12;
    let mut forged = line.into_bytes();
    forged[digit] = if forged[digit] == b'0' { b'1' } else { b'0' };
    let forged: Tombstone = String::from_utf8(forged).unwrap().parse().unwrap();
    let refused = mine.apply_tombstones(&[stone, forged], START).await;
    assert!(matches!(refused, Err(StoreError::ForeignTombstone)));
    assert!(mine.account(colleague.id).await.unwrap().is_some());
    mine.close().await;
}

#[tokio::test]
async fn a_correction_is_decided_once_and_its_words_go() {
    let site = Site::new();
    let store = site.create().await;
    let (ann, root) = furnished(&site, &store).await;
    let id = store.corrections(Some(ann.id)).await.unwrap()[0].id;
    let decide = async || {
        let done = CorrectionDecision::Done;
        store.decide_correction(&allowed(), root.pseudonym, id, done, START).await
    };
    decide().await.unwrap();
    assert!(matches!(decide().await, Err(StoreError::UnknownCorrection)));
    let decided = store.corrections(None).await.unwrap();
    assert_eq!((decided.len(), &decided[0].wanted), (1, &None));
    let too_long = "x".repeat(401);
    for wanted in ["", &too_long] {
        let asked = store.request_correction(ann.id, CorrectionField::Name, wanted, START).await;
        assert!(matches!(asked, Err(StoreError::OutOfBounds)));
    }
    store.close().await;
}

#[tokio::test]
async fn a_turn_is_deleted_by_its_owner_alone() {
    let site = Site::new();
    let store = site.create().await;
    let (ann, root) = furnished(&site, &store).await;
    let turn = ann.ask(&site, &store, START).await;
    let delete =
        async |who: &Member| store.delete_turn(who.owner(), who.pseudonym, turn, START).await;
    assert!(matches!(delete(&root).await, Err(StoreError::UnknownTurn)));
    delete(&ann).await.unwrap();
    assert_eq!(count(&store, "turn").await, 2);
    store.close().await;
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
