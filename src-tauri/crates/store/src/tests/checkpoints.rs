//! Signed heads: kept beside the vault, copied elsewhere, exported, and followed through a change of
//! the root key.

use cloister_types::{Authorized, Secret, act};

use sqlx::Connection;

use super::support::{DAY, MINUTE, START, Site, signed_head};
use crate::{
    AuditBody, AuditEvent, AuditRecord, Destination, FindingKind, KeptCheckpoint, Store, SubKey,
    audit::{self, AuditKeys, Link},
    read_checkpoints, verify_export,
};

#[expect(clippy::disallowed_methods, reason = "the store's tests stand in for the policy")]
fn allowed<A: cloister_types::Act>() -> Authorized<A> {
    Authorized::mint(["test".to_owned()].into())
}

async fn store_with_records(site: &Site, count: usize) -> Store {
    let store = site.create().await;
    let record = AuditRecord::new(
        AuditEvent::ModelLoaded,
        START,
        AuditBody::new().measure("took", 0.1).count("size", 3),
    );
    store.record_all(&vec![record; count]).await.unwrap();
    store
}

async fn exported(site: &Site, store: &Store) -> String {
    let reader = cloister_types::Pseudonym::random(&site.entropy);
    let allowed = allowed::<act::ReadAudit>();
    let mut export = store.export_audit(&allowed, reader, (None, None), START + DAY).await.unwrap();
    let mut text = String::new();
    loop {
        let lines = export.next_lines().await.unwrap();
        if lines.is_empty() {
            return text;
        }
        text.push_str(&lines);
    }
}

#[tokio::test]
async fn a_data_folder_that_is_put_back_alone_is_found() {
    let site = Site::new();
    let store = store_with_records(&site, 5).await;
    store.close().await;
    let aside = site.folder.path().join("aside");
    std::fs::create_dir(&aside).unwrap();
    for name in ["vault.db", "vault.id"] {
        std::fs::copy(site.paths.data_dir.join(name), aside.join(name)).unwrap();
    }
    let store = site.open().await.unwrap();
    let record = AuditRecord::new(AuditEvent::AccountDeleted, START, AuditBody::new());
    store.record(&record).await.unwrap();
    store.close().await;

    std::fs::copy(aside.join("vault.db"), site.paths.database()).unwrap();
    let store = site.open().await.unwrap();
    let finding = store.verify_audit(&[]).await.unwrap().finding.unwrap();
    assert_eq!((finding.kind, finding.seq), (FindingKind::RolledBack, Some(7)));
    // Nor does it heal: the next record takes the number, not the hash.
    store
        .record(&AuditRecord::new(AuditEvent::ModelLoaded, START, AuditBody::new()))
        .await
        .unwrap();
    let finding = store.verify_audit(&[]).await.unwrap().finding.unwrap();
    assert_eq!((finding.kind, finding.seq), (FindingKind::RolledBack, Some(7)));
    store.close().await;
}

#[tokio::test]
async fn checkpoints_are_copied_elsewhere_once_each() {
    let site = Site::new();
    let store = store_with_records(&site, 3).await;
    let destination =
        Destination { name: "usb".parse().unwrap(), folder: site.folder.path().join("usb") };
    let missing =
        Destination { name: "gone".parse().unwrap(), folder: site.folder.path().join("gone") };
    std::fs::create_dir(&destination.folder).unwrap();
    let both = [destination.clone(), missing];
    let copies = store.keep_checkpoints(&both, START + MINUTE).await.unwrap();
    assert_eq!(*copies[0].copied.as_ref().unwrap(), 1);
    assert!(copies[1].copied.is_err(), "a place that is not there is reported");
    let copies = store.keep_checkpoints(&both, START + 2 * MINUTE).await.unwrap();
    assert_eq!(*copies[0].copied.as_ref().unwrap(), 0, "nothing new");
    let record = AuditRecord::new(AuditEvent::ModelLoaded, START + DAY, AuditBody::new());
    store.record(&record).await.unwrap();
    let copies = store.keep_checkpoints(&both, START + DAY).await.unwrap();
    assert_eq!(*copies[0].copied.as_ref().unwrap(), 1);

    let file = destination.file(format!("cloister-{}.checkpoints", store.id()));
    // A copy that was cut short is written again on a line of its own.
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &whole.as_bytes()[..whole.len() - 9]).unwrap();
    store.keep_checkpoints(&both, START + DAY).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let last = text.lines().last().unwrap();
    let kept = read_checkpoints(last).unwrap();
    let seen = store.verify_audit(&kept).await.unwrap();
    assert_eq!((seen.finding, seen.matched), (None, 1));
    let noted = store.checkpoint_copies().await.unwrap();
    assert_eq!((noted.len(), noted[0].number), (1, 2));
    store.close().await;
}

#[tokio::test]
async fn a_checkpoint_on_demand_is_recorded_and_covers_its_own_record() {
    let site = Site::new();
    let store = store_with_records(&site, 3).await;
    let signer = cloister_types::Pseudonym::random(&site.entropy);
    let verify = allowed::<act::VerifyAudit>();
    let checkpoint = store.sign_checkpoint(&verify, signer, START + DAY).await.unwrap();
    let last = store.audit_records(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(
        (last.event, last.seq, last.hash),
        (AuditEvent::CheckpointSigned, 5, checkpoint.head)
    );
    assert_eq!(checkpoint.key, store.audit_identity());
    assert_eq!(store.checkpoints(&verify, 0).await.unwrap(), [checkpoint]);
    store.close().await;
}

#[tokio::test]
async fn a_checkpoint_that_does_not_fit_is_told_from_one_that_does() {
    use ed25519_dalek::{Signer, SigningKey};
    let site = Site::new();
    let store = store_with_records(&site, 3).await;
    let checkpoint = signed_head(&store).await;
    let auditor = SigningKey::from_bytes(&[9; 32]);
    let signature = auditor.sign(&checkpoint.countersigned()).to_bytes();
    let key = crate::PublicKey(auditor.verifying_key().to_bytes());
    let countersigned = KeptCheckpoint {
        checkpoint: checkpoint.clone(),
        countersignature: Some((key, crate::Signature(signature))),
    };
    let seen = store.verify_audit(std::slice::from_ref(&countersigned)).await.unwrap();
    assert_eq!((seen.finding, seen.matched), (None, 1));

    let kind = async |kept: KeptCheckpoint| {
        store.verify_audit(&[kept]).await.unwrap().finding.map(|finding| finding.kind)
    };
    let forged = KeptCheckpoint {
        countersignature: Some((key, crate::Signature([1; 64]))),
        ..countersigned.clone()
    };
    assert_eq!(kind(forged).await, Some(FindingKind::KeptForeign));
    let mut moved = countersigned.clone();
    moved.checkpoint.seq += 1;
    assert_eq!(kind(moved).await, Some(FindingKind::KeptForeign));

    let other = Site::new();
    let stranger = store_with_records(&other, 30).await;
    let foreign = signed_head(&stranger).await;
    stranger.close().await;
    let foreign = KeptCheckpoint { checkpoint: foreign, countersignature: None };
    assert!(kind(foreign).await.is_some());
    store.close().await;
}

#[tokio::test]
async fn an_export_is_verified_with_no_vault_at_hand() {
    let site = Site::new();
    let store = store_with_records(&site, 1_200).await;
    let first = signed_head(&store).await;
    let text = exported(&site, &store).await;
    let last = signed_head(&store).await;
    store.close().await;
    let kept = |checkpoint: &crate::Checkpoint| KeptCheckpoint {
        checkpoint: checkpoint.clone(),
        countersignature: None,
    };
    let verify =
        |text: &str| verify_export(text.as_bytes(), vec![kept(&first), kept(&last)]).unwrap();
    let seen = verify(&text);
    assert_eq!((seen.finding, seen.records, seen.matched), (None, 1_202, 2));
    assert!(!seen.codes, "codes need the vault");
    assert_eq!(seen.head, last.head);

    let lines: Vec<&str> = text.lines().collect();
    let joined = |lines: &[&str]| lines.join("\n");
    let without = |index: usize| joined(&[&lines[..index], &lines[index + 1..]].concat());
    assert!(verify(&without(600)).finding.is_some(), "a deletion");
    let mut swapped = lines.clone();
    swapped.swap(600, 601);
    assert!(verify(&joined(&swapped)).finding.is_some(), "two lines that changed places");
    let cut = verify(&joined(&lines[..1_000]));
    assert_eq!(cut.finding.unwrap().kind, FindingKind::KeptBeyond);
    let changed = lines[600].replace("model_loaded\",\"turn", "model_loadad\",\"turn");
    assert_ne!(changed, lines[600]);
    let mut edited = lines.clone();
    edited[600] = &changed;
    assert_eq!(verify(&joined(&edited)).finding.unwrap().seq, Some(601));
    assert!(verify("").finding.is_some(), "nothing is no log");
    let late = verify(&joined(&lines[900..]));
    assert_eq!((late.finding, late.first_seq), (None, 901), "a part is verified as far as it goes");
}

#[tokio::test]
async fn reading_and_exporting_are_recorded() {
    let site = Site::new();
    let store = store_with_records(&site, 10).await;
    let reader = cloister_types::Pseudonym::random(&site.entropy);
    let filter = crate::AuditFilter { event: Some(AuditEvent::ModelLoaded), ..Default::default() };
    let rows = store
        .read_audit(&allowed::<act::ReadAudit>(), reader, &filter, 4, START + DAY)
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [11, 10, 9, 8]);
    let last = store.audit_records(0, 100).await.unwrap().pop().unwrap();
    assert_eq!((last.event, last.pseudonym), (AuditEvent::AuditRead, Some(reader)));
    assert_eq!(last.body, serde_json::json!({"event": "model_loaded", "records": 4}));
    exported(&site, &store).await;
    let last = store.audit_records(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(last.event, AuditEvent::AuditExported);
    assert_eq!(last.body, serde_json::json!({"first": 1, "last": 13}));
    store.close().await;
}

#[tokio::test]
async fn the_chain_goes_on_under_a_new_root_key() {
    let site = Site::new();
    let store = store_with_records(&site, 5).await;
    let (old, new) = (store.sub_key(SubKey::Audit), Secret::new([0x77; 32]));
    let before = signed_head(&store).await;
    // What the store does under the new key, with the keys that it would be opened with.
    let keys = AuditKeys::derive(store.id(), &new);
    let record = AuditRecord::new(AuditEvent::KeysRotated, START, AuditBody::new());
    let mut writer = store.writer().await.unwrap();
    let mut tx = writer.begin().await.unwrap();
    audit::rekey(&mut tx, store.id(), &old, &new).await.unwrap();
    let mut link = Link::read(&mut tx, &keys).await.unwrap();
    audit::write_record(&mut tx, &keys, &mut link, &record).await.unwrap();
    link.write(&mut tx, &keys).await.unwrap();
    tx.commit().await.unwrap();
    writer.forget_link();
    drop(writer);
    let kept = KeptCheckpoint { checkpoint: before, countersignature: None };
    let seen = store.verify_with(&keys, &[kept]).await.unwrap();
    assert_eq!((seen.finding, seen.records, seen.matched), (None, 7, 1));
    assert_eq!(seen.checkpoints, 2);
    // The old key opens nothing any more.
    let finding = store.verify_audit(&[]).await.unwrap().finding.unwrap();
    assert_eq!(finding.kind, FindingKind::EndBroken);
    store.close().await;
}
