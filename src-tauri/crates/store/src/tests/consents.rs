//! Nothing is processed without a ground that is on record.

use cloister_types::OwnerId;

use super::support::{DAY, Member, START, Site, allowed, count};
use crate::{
    AuditEvent, ClockState, LawfulBasis, NewNotice, Purpose, Renewal, Restriction, RetentionClass,
    SettingValue, Standing, Store, StoreError, Subject,
};

async fn rely(site: &Site, store: &Store, subject: Subject, purpose: Purpose) -> Standing {
    store.rely_on_basis(subject, purpose, &site.entropy, START).await.unwrap()
}

async fn choose(store: &Store, ann: &Member, purpose: Purpose, basis: &str) {
    let value = SettingValue::Code(basis.parse().unwrap());
    store
        .change_setting(&allowed(), ann.pseudonym, purpose.setting(), &value, START)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_ground_other_than_consent_is_recorded_once_for_each_wording() {
    let site = Site::new();
    let store = site.create().await;
    let ann = site.member(&store, "ann", "employee").await;
    let subject = ann.subject();
    for _ in 0..3 {
        let standing = rely(&site, &store, subject, Purpose::Answering).await;
        assert_eq!(standing, Standing::Allowed(LawfulBasis::Contract));
    }
    assert_eq!(store.consents(subject.owner).await.unwrap().len(), 1);
    let notice = NewNotice { text: "Anew.".to_owned(), renewal: Renewal::Keep };
    let version = store.publish_notice(&allowed(), ann.pseudonym, &notice, START).await.unwrap();
    rely(&site, &store, subject, Purpose::Answering).await;
    let recorded = store.consents(subject.owner).await.unwrap();
    assert_eq!(recorded.iter().map(|row| row.wording).collect::<Vec<_>>(), [1, version]);
    store.close().await;
}

#[tokio::test]
async fn consent_is_given_to_a_wording_and_can_be_withdrawn() {
    let site = Site::new();
    let store = site.create().await;
    let ann = site.member(&store, "ann", "employee").await;
    choose(&store, &ann, Purpose::Answering, "consent").await;
    let (subject, purpose) = (ann.subject(), Purpose::Answering);
    let give =
        async |wording| store.give_consent(subject, purpose, wording, &site.entropy, START).await;
    assert_eq!(rely(&site, &store, subject, purpose).await, Standing::ConsentRequired);
    assert!(matches!(give(2).await, Err(StoreError::OutdatedWording)));
    give(1).await.unwrap();
    assert_eq!(
        rely(&site, &store, subject, purpose).await,
        Standing::Allowed(LawfulBasis::Consent)
    );
    let publish = async |renewal| {
        let notice = NewNotice { text: "Anew.".to_owned(), renewal };
        store.publish_notice(&allowed(), ann.pseudonym, &notice, START).await.unwrap()
    };
    publish(Renewal::Keep).await;
    assert_eq!(
        rely(&site, &store, subject, purpose).await,
        Standing::Allowed(LawfulBasis::Consent)
    );
    let version = publish(Renewal::AskAgain).await;
    assert_eq!(rely(&site, &store, subject, purpose).await, Standing::ConsentRequired);
    give(version).await.unwrap();
    store.withdraw_consent(subject, purpose, &site.entropy, START).await.unwrap();
    assert_eq!(rely(&site, &store, subject, purpose).await, Standing::Objected);
    give(version).await.unwrap();
    assert!(matches!(rely(&site, &store, subject, purpose).await, Standing::Allowed(_)));

    let changes: Vec<String> = store
        .audit_records(0, 1_000)
        .await
        .unwrap()
        .iter()
        .filter(|row| row.event == AuditEvent::ConsentChanged)
        .map(|row| row.body["change"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(changes, ["given", "given", "withdrawn", "given"]);
    store.close().await;
}

#[tokio::test]
async fn an_objection_ends_what_needs_no_consent_and_a_restriction_ends_everything() {
    let site = Site::new();
    let store = site.create().await;
    let ann = site.member(&store, "ann", "employee").await;
    let subject = ann.subject();
    assert!(matches!(
        store.standing(subject.owner, Purpose::Analytics).await.unwrap(),
        Standing::Allowed(LawfulBasis::LegitimateInterests)
    ));
    store.withdraw_consent(subject, Purpose::Analytics, &site.entropy, START).await.unwrap();
    assert_eq!(
        store.standing(subject.owner, Purpose::Analytics).await.unwrap(),
        Standing::Objected
    );
    let restrict =
        async |change| store.restrict(ann.id, change, ann.pseudonym, START).await.unwrap();
    restrict(Restriction::Restricted).await;
    for purpose in Purpose::ALL.iter().copied() {
        assert_eq!(store.standing(subject.owner, purpose).await.unwrap(), Standing::Restricted);
    }
    restrict(Restriction::Lifted).await;
    assert!(matches!(
        store.standing(subject.owner, Purpose::Answering).await.unwrap(),
        Standing::Allowed(_)
    ));
    store.close().await;
}

#[tokio::test]
async fn a_ground_that_the_purpose_does_not_know_allows_nothing() {
    let site = Site::new();
    let store = site.create().await;
    let ann = site.member(&store, "ann", "employee").await;
    choose(&store, &ann, Purpose::Analytics, "contract").await;
    let standing = store.standing(ann.owner(), Purpose::Analytics).await;
    assert!(matches!(standing, Err(StoreError::MalformedRow { table: "setting" })));
    store.close().await;
}

#[tokio::test]
async fn a_guests_consent_ends_with_the_session_and_an_accounts_stays_as_a_hash() {
    let site = Site::new();
    let store = site.create().await;
    let guest = site.guest(&store).await;
    let subject = Subject { owner: OwnerId::Guest(guest.session), pseudonym: guest.pseudonym };
    rely(&site, &store, subject, Purpose::Answering).await;
    assert_eq!(count(&store, "consent").await, 1);
    store.end_session(guest.session, START).await.unwrap();
    assert_eq!(count(&store, "consent").await, 0);

    let ann = site.member(&store, "ann", "employee").await;
    rely(&site, &store, ann.subject(), Purpose::Answering).await;
    site.member(&store, "root", "admin").await;
    store.delete_account(ann.id, &"admin".parse().unwrap(), None, START).await.unwrap();
    let left: (Option<String>, Vec<u8>) =
        sqlx::query_as("SELECT account_id, subject_hash FROM consent")
            .fetch_one(store.readers())
            .await
            .unwrap();
    assert_eq!((left.0, left.1.len()), (None, 32));
    // The period begins with the purge that first sees that the account is gone.
    store.purge(START + DAY, ClockState::Trusted).await.unwrap();
    let period = RetentionClass::ConsentRecord.default_period();
    store.purge(START + DAY + period, ClockState::Trusted).await.unwrap();
    assert_eq!(count(&store, "consent").await, 1);
    store.purge(START + 2 * DAY + period, ClockState::Trusted).await.unwrap();
    assert_eq!(count(&store, "consent").await, 0);
    store.close().await;
}
