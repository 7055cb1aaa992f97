//! A document is replaced and removed as a whole, and what has not changed is left alone.

use cloister_types::{Authorized, Label, Placement, Pseudonym, act};

use super::support::{MINUTE, START, Site};
use crate::{
    AuditEvent, Document, Import, ImportReport, Passage, PassageRow, Store, StoreError, VectorsRow,
};

fn passage(id: &str, answer: &str) -> Passage {
    Passage {
        id: id.parse().unwrap(),
        topic: String::new(),
        label: Label::Internal,
        question: "Q".into(),
        answer: answer.into(),
        alternatives: Vec::new(),
    }
}

fn document(name: &str) -> Document {
    Document { collection: "shop".parse().unwrap(), name: name.into() }
}

#[expect(clippy::disallowed_methods, reason = "a test of the store, not of the policy")]
fn allowed() -> Authorized<act::ImportKnowledge> {
    Authorized::mint(["test".to_owned()].into())
}

struct Desk {
    site: Site,
    store: Store,
    by: Pseudonym,
}

impl Desk {
    async fn new() -> Self {
        let site = Site::new();
        let (store, by) = (site.create().await, Pseudonym::random(&site.entropy));
        Self { site, store, by }
    }

    async fn import(&self, name: &str, passages: &[Passage]) -> Result<ImportReport, StoreError> {
        self.import_to(name, passages, None).await
    }

    async fn import_to(
        &self,
        name: &str,
        passages: &[Passage],
        placement: Option<&Placement>,
    ) -> Result<ImportReport, StoreError> {
        let document = document(name);
        let import = Import { document: &document, passages, label: None, placement };
        self.store.import_document(&allowed(), import, self.by, START + MINUTE).await
    }

    /// The teams that the passages are confined to, in their order.
    async fn teams(&self) -> Vec<Option<String>> {
        self.rows().await.into_iter().map(|row| row.placement.team.clone()).collect()
    }

    async fn rows(&self) -> Vec<PassageRow> {
        self.store.passages().await.unwrap()
    }

    async fn events(&self) -> Vec<AuditEvent> {
        let records = self.store.audit_records(0, 100).await.unwrap();
        records.into_iter().map(|row| row.event).collect()
    }
}

#[tokio::test]
async fn an_import_changes_what_differs_and_nothing_else() {
    let desk = Desk::new().await;
    let first = [passage("a", "1"), passage("b", "1"), passage("c", "1")];
    let report = desk.import("faq.md", &first).await.unwrap();
    assert_eq!(report, ImportReport { inserted: 3, ..ImportReport::default() });
    let second = [passage("a", "1"), passage("b", "2"), passage("d", "1")];
    let report = desk.import("faq.md", &second).await.unwrap();
    assert_eq!(report, ImportReport { inserted: 1, updated: 1, unchanged: 1, deleted: 1 });
    let found: Vec<_> = desk
        .rows()
        .await
        .into_iter()
        .map(|row| (row.passage.id.to_string(), row.passage.answer))
        .collect();
    let expected = [("a", "1"), ("b", "2"), ("d", "1")];
    assert_eq!(found, expected.map(|(id, answer)| (id.to_owned(), answer.to_owned())));
    assert_eq!(desk.events().await.last(), Some(&AuditEvent::DocumentImported));
    desk.store.close().await;
}

#[tokio::test]
async fn a_document_stays_confined_until_somebody_says_otherwise() {
    let desk = Desk::new().await;
    let north = Placement { team: Some("north".into()), ..Placement::default() };
    let first = [passage("a", "1")];
    desk.import_to("faq.md", &first, Some(&north)).await.unwrap();
    desk.import("open.md", &[passage("z", "1")]).await.unwrap();
    let mut report = desk.import("faq.md", &first).await.unwrap();
    assert_eq!(report, ImportReport { unchanged: 1, ..ImportReport::default() });
    assert_eq!(desk.teams().await, [Some("north".into()), None]);
    report = desk.import("faq.md", &[passage("a", "1"), passage("b", "1")]).await.unwrap();
    assert_eq!((report.inserted, report.unchanged), (1, 1));
    assert_eq!(desk.teams().await, [Some("north".into()), None, Some("north".into())]);

    let south = Placement { team: Some("south".into()), ..Placement::default() };
    let place = async |name: &str, placement: &Placement| {
        let document = document(name);
        let at = START + MINUTE * 2;
        desk.store.place_document(&allowed(), &document, placement, desk.by, at).await.unwrap()
    };
    assert_eq!(place("faq.md", &south).await, Some(2));
    assert_eq!(desk.teams().await, [Some("south".into()), None, Some("south".into())]);
    assert_eq!(place("none.md", &south).await, None);
    let record = desk.store.audit_records(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(record.event, AuditEvent::DocumentPlaced);
    assert_eq!((&record.body["before"], &record.body["after"]), (&"team".into(), &"team".into()));
    assert_eq!(place("faq.md", &Placement::default()).await, Some(2));
    assert_eq!(desk.teams().await, [None, None, None]);
    desk.store.close().await;
}

#[tokio::test]
async fn an_id_of_another_document_refuses_the_whole_import() {
    let desk = Desk::new().await;
    desk.import("one.md", &[passage("a", "1")]).await.unwrap();
    let refused = desk.import("two.md", &[passage("b", "1"), passage("a", "2")]).await;
    assert!(matches!(refused, Err(StoreError::DuplicatePassage)), "{refused:?}");
    assert_eq!(desk.rows().await.len(), 1);
    assert_eq!(desk.store.documents(&allowed()).await.unwrap().len(), 1);
    assert_eq!(desk.events().await.len(), 2, "the refused import left no record");
    desk.store.close().await;
}

#[tokio::test]
async fn a_document_is_removed_with_its_passages_and_their_vectors() {
    let desk = Desk::new().await;
    desk.import("one.md", &[passage("a", "1")]).await.unwrap();
    desk.import("two.md", &[passage("b", "1"), passage("c", "1")]).await.unwrap();
    keep(&desk).await;
    let remove = async |name: &str| {
        desk.store.remove_document(&allowed(), &document(name), desk.by, START).await.unwrap()
    };
    assert_eq!(remove("two.md").await, Some(2));
    assert_eq!(remove("two.md").await, None);
    let documents = desk.store.documents(&allowed()).await.unwrap();
    let listed: Vec<_> = documents.iter().map(|row| (row.name.as_str(), row.passages)).collect();
    assert_eq!(listed, [("one.md", 1)]);
    assert_eq!(desk.rows().await.len(), 1);
    assert_eq!(desk.store.vectors("e/1").await.unwrap().len(), 1);
    desk.store.close().await;
}

/// Keeps vectors of an encoder for every passage.
async fn keep(desk: &Desk) {
    let row = |row: PassageRow| VectorsRow {
        passage: row.passage.id,
        digest: row.digest,
        vectors: b"vectors".to_vec(),
    };
    let rows: Vec<VectorsRow> = desk.rows().await.into_iter().map(row).collect();
    desk.store.keep_vectors("e/1", &rows).await.unwrap();
}

#[tokio::test]
async fn vectors_count_for_their_encoder_and_for_the_passage_as_it_was() {
    let desk = Desk::new().await;
    desk.import("a.md", &[passage("a", "1"), passage("b", "1")]).await.unwrap();
    keep(&desk).await;
    let Desk { site, store, by } = desk;
    let desk = Desk { store: site.reopen(store).await, site, by };
    assert_eq!(desk.store.vectors("e/1").await.unwrap().len(), 2);
    assert!(desk.store.vectors("e/2").await.unwrap().is_empty());
    let stale = desk.rows().await;
    desk.import("a.md", &[passage("a", "2"), passage("b", "1")]).await.unwrap();
    let fresh = desk.store.vectors("e/1").await.unwrap();
    assert_eq!(fresh.iter().map(|row| row.passage.as_str()).collect::<Vec<_>>(), ["b"]);
    // what was computed of the passage before it changed is not taken
    let late = VectorsRow {
        passage: stale[0].passage.id.clone(),
        digest: stale[0].digest,
        vectors: b"late".to_vec(),
    };
    desk.store.keep_vectors("e/1", &[late]).await.unwrap();
    assert_eq!(desk.store.vectors("e/1").await.unwrap().len(), 1);
    desk.store.close().await;
}
