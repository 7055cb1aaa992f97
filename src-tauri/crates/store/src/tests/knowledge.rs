//! Passages come back as they went in, and a refused import changes nothing.

use cloister_types::Label;
use serde_json::json;

use super::support::{MINUTE, START, Site};
use crate::{AuditCode, AuditEvent, Passage, Store, StoreError};

fn passage(id: &str, answer: &str) -> Passage {
    Passage {
        id: id.parse().unwrap(),
        topic: "Returns".into(),
        label: Label::Internal,
        question: "How long may I return a volume?".into(),
        answer: answer.into(),
        alternatives: vec!["send it \"back\"?".into(), "返品できますか".into()],
    }
}

fn collection(name: &str) -> AuditCode {
    name.parse().unwrap()
}

async fn answers(store: &Store) -> Vec<(String, String)> {
    let rows = store.passages().await.unwrap();
    rows.into_iter().map(|row| (row.passage.id.to_string(), row.passage.answer)).collect()
}

#[tokio::test]
async fn a_collection_comes_back_as_it_went_in() {
    let site = Site::new();
    let store = site.create().await;
    let passages = [passage("z", "Thirty days."), passage("a", "No.\n- *never*")];
    store.replace_collection(&collection("shop"), &passages, START).await.unwrap();
    let store = site.reopen(store).await;
    let rows = store.passages().await.unwrap();
    for (row, passage) in rows.iter().zip(&passages) {
        assert!(row.passage == *passage, "{:?}", row.passage);
        assert_eq!((row.collection.as_str(), row.imported_at), ("shop", START));
    }
    assert_eq!(rows.len(), 2);
    assert_ne!(rows[0].digest, rows[1].digest);
    assert!(!format!("{rows:?}").contains("Thirty"), "no text in Debug");
    store.close().await;
}

#[tokio::test]
async fn replacing_takes_the_old_away_and_leaves_other_collections() {
    let site = Site::new();
    let store = site.create().await;
    let put = async |name: &str, passages: &[Passage]| {
        store.replace_collection(&collection(name), passages, START + MINUTE).await
    };
    put("a", &[passage("1", "old"), passage("2", "old")]).await.unwrap();
    put("b", &[passage("3", "kept")]).await.unwrap();
    put("a", &[passage("2", "new")]).await.unwrap();
    let expected = [("2".to_owned(), "new".to_owned()), ("3".to_owned(), "kept".to_owned())];
    assert_eq!(answers(&store).await, expected);
    let last = store.audit_records(0, 100).await.unwrap().pop().unwrap();
    assert_eq!((last.event, last.at), (AuditEvent::KnowledgeReplaced, START + MINUTE));
    assert_eq!(last.body, json!({"collection": "a", "deleted": 2, "inserted": 1}));

    for clash in [[passage("9", "x"), passage("9", "y")], [passage("9", "x"), passage("3", "y")]] {
        let refused = put("a", &clash).await;
        assert!(matches!(refused, Err(StoreError::DuplicatePassage)), "{refused:?}");
        assert_eq!(answers(&store).await, expected);
    }
    store.close().await;
}

#[tokio::test]
async fn equal_digests_are_equal_passages() {
    let site = Site::new();
    let store = site.create().await;
    let digest = async |passage: Passage| {
        store.replace_collection(&collection("a"), &[passage], START).await.unwrap();
        store.passages().await.unwrap()[0].digest
    };
    let original = passage("1", "text");
    let base = digest(original.clone()).await;
    assert_eq!(digest(original.clone()).await, base);
    // The same letters, cut differently.
    let mut shifted = original.clone();
    shifted.question.push_str("te");
    shifted.answer = "xt".into();
    assert_ne!(digest(shifted).await, base);
    let mut relabelled = original;
    relabelled.label = Label::Public;
    assert_ne!(digest(relabelled).await, base);
    store.close().await;
}
