//! What screening held back waits, is decided once, and is remembered by its digest.

use cloister_types::{Authorized, Label, Pseudonym, act};

use super::support::{MINUTE, START, Site};
use crate::{
    AuditEvent, Document, Import, Passage, QuarantineDecision, Quarantined, Store, StoreError,
};

fn held(id: &str, answer: &str) -> Quarantined {
    let passage = Passage {
        id: id.parse().unwrap(),
        topic: "T".into(),
        label: Label::Internal,
        question: "Q".into(),
        answer: answer.into(),
        alternatives: vec!["A".into()],
    };
    Quarantined { passage, concerns: "[]".into() }
}

#[expect(clippy::disallowed_methods, reason = "a test of the store, not of the policy")]
fn allowed<A: cloister_types::Act>() -> Authorized<A> {
    Authorized::mint(["test".to_owned()].into())
}

fn import<'a>(document: &'a Document, passages: &'a [Passage]) -> Import<'a> {
    Import { document, passages, label: None, placement: None }
}

struct Desk {
    _site: Site,
    store: Store,
    by: Pseudonym,
    document: Document,
}

impl Desk {
    /// A desk with an imported document that has no passages.
    async fn new() -> Self {
        let site = Site::new();
        let (store, by) = (site.create().await, Pseudonym::random(&site.entropy));
        let document = Document { collection: "shop".parse().unwrap(), name: "faq.md".into() };
        let desk = Self { _site: site, store, by, document };
        desk.import().await;
        desk
    }

    async fn import(&self) {
        let may = allowed::<act::ImportKnowledge>();
        let at = START + MINUTE;
        self.store.import_document(&may, import(&self.document, &[]), self.by, at).await.unwrap();
    }

    async fn hold(&self, held: &[Quarantined]) {
        let (may, at) = (allowed(), START + MINUTE);
        self.store.quarantine_passages(&may, &self.document, held, self.by, at).await.unwrap();
    }

    async fn waiting(&self) -> Vec<(i64, String)> {
        let rows = self.store.quarantine(&allowed()).await.unwrap();
        rows.into_iter().map(|row| (row.id, row.passage.id.to_string())).collect()
    }

    async fn decide(&self, id: i64, decision: QuarantineDecision) -> Result<bool, StoreError> {
        self.store.decide_quarantined(&allowed(), id, decision, self.by, START + MINUTE).await
    }
}

#[tokio::test]
async fn a_released_passage_joins_its_document_and_a_rejected_one_is_gone() {
    let desk = Desk::new().await;
    desk.hold(&[held("a", "1"), held("b", "1")]).await;
    let waiting = desk.waiting().await;
    assert!(desk.decide(waiting[0].0, QuarantineDecision::Released).await.unwrap());
    assert!(desk.decide(waiting[1].0, QuarantineDecision::Rejected).await.unwrap());
    assert!(!desk.decide(waiting[1].0, QuarantineDecision::Released).await.unwrap());
    assert!(desk.waiting().await.is_empty());
    let rows = desk.store.passages().await.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].passage == held("a", "1").passage);
    let decisions = desk.store.quarantine_decisions(&allowed(), &desk.document).await.unwrap();
    let of = |one: Quarantined| decisions.get(&(one.passage.id.clone(), one.passage.digest()));
    assert_eq!(of(held("a", "1")), Some(&QuarantineDecision::Released));
    assert_eq!(of(held("b", "1")), Some(&QuarantineDecision::Rejected));
    assert_eq!(of(held("b", "2")), None);
    let events = desk.store.audit_records(0, 100).await.unwrap();
    let last: Vec<AuditEvent> = events.iter().rev().take(3).map(|row| row.event).collect();
    assert_eq!(
        last,
        [AuditEvent::PassageRejected, AuditEvent::PassageReleased, AuditEvent::PassagesQuarantined]
    );
}

#[tokio::test]
async fn only_what_the_last_import_held_back_waits() {
    let desk = Desk::new().await;
    desk.hold(&[held("a", "1"), held("b", "1")]).await;
    desk.hold(&[held("b", "2")]).await;
    let names: Vec<String> = desk.waiting().await.into_iter().map(|(_, id)| id).collect();
    assert_eq!(names, ["b"]);
    let may = allowed::<act::ImportKnowledge>();
    desk.store.remove_document(&may, &desk.document, desk.by, START + MINUTE).await.unwrap();
    assert!(desk.waiting().await.is_empty());
}

#[tokio::test]
async fn a_passage_whose_id_was_taken_meanwhile_goes_on_waiting() {
    let desk = Desk::new().await;
    desk.hold(&[held("a", "1")]).await;
    let may = allowed::<act::ImportKnowledge>();
    let other = Document { name: "other.md".into(), ..desk.document.clone() };
    let taken = [held("a", "2").passage];
    let at = START + MINUTE;
    desk.store.import_document(&may, import(&other, &taken), desk.by, at).await.unwrap();
    let id = desk.waiting().await[0].0;
    let refused = desk.decide(id, QuarantineDecision::Released).await;
    assert!(matches!(refused, Err(StoreError::DuplicatePassage)), "{refused:?}");
    assert_eq!(desk.waiting().await.len(), 1);
}
