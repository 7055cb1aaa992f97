//! Signing in, as its callers meet it, over a vault made by the product's own constructor.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use cloister_access::{
    Access, AccountEdit, AccountForm, ELEVATION, Peer, Principal, Resource, Session, SignInError,
    TimeZone,
};
use cloister_store::{AuditEvent, Place, Store, Vault, VaultPaths};
use cloister_types::{
    AccountId, Clock, ConversationId, Entropy, FixedClock, OsEntropy, OwnerId, RoleName, Secret,
    Timestamp, TurnId, act,
};
use tempfile::TempDir;
use totp_rs::{Builder, Secret as TotpSecret, Totp};

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const PASSWORD: &str = "linden kettle oblique ferry";

struct Site {
    access: Access,
    store: Store,
    clock: Arc<FixedClock>,
    operator: Session,
    _folder: TempDir,
}

impl Site {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = VaultPaths {
            data_dir: folder.path().join("data"),
            config_dir: folder.path().join("config"),
        };
        let store = Vault::create(&paths, &OsEntropy, START).await.unwrap();
        let clock = Arc::new(FixedClock::new(START));
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let access = Access::new(
            store.clone(),
            Arc::clone(&clock) as Arc<dyn Clock>,
            entropy,
            TimeZone::UTC,
        );
        let (_, operator) = access.start_operator(1000, Place::terminal()).await.unwrap();
        Self { access, store, clock, operator, _folder: folder }
    }

    async fn person(&self, name: &str, role: &str) -> AccountId {
        let allowed = self
            .access
            .authorise::<act::ManagePeople>(&self.operator, &Resource::Appliance)
            .unwrap();
        let form = AccountForm {
            name: name.to_owned(),
            roles: BTreeSet::from([role.parse().unwrap()]),
            attributes: serde_json::Map::new(),
            password: Some(secret(PASSWORD)),
        };
        self.access.create_account(&allowed, &self.operator, form).await.unwrap().0
    }

    async fn enter(
        &self,
        name: &str,
        password: &str,
        code: Option<&str>,
    ) -> Result<(String, Session), SignInError> {
        let code = code.map(secret);
        let place = (&Peer::Device, Place::terminal());
        let entered = self.access.sign_in(place, name, &secret(password), code.as_ref()).await?;
        Ok((entered.0.reveal(), entered.1))
    }

    /// Gives `session`'s account an authenticator, and the codes on paper.
    async fn authenticator(&self, session: &Session) -> (Totp, Vec<String>) {
        let enrolment = self.access.enrol(session, "St Mary’s").await.unwrap();
        let shared = TotpSecret::try_from_base32(enrolment.secret.expose()).unwrap();
        let totp = Builder::new().with_secret(shared).build().unwrap();
        let code = secret(&self.code(&totp));
        let codes = self.access.confirm_second_factor(session, &code).await.unwrap();
        (totp, codes.iter().map(|code| code.expose().clone()).collect())
    }

    /// The code that the authenticator shows now.
    fn code(&self, totp: &Totp) -> String {
        let seconds = u64::try_from(self.clock.now().as_millis() / 1_000).unwrap();
        totp.generate(seconds).to_string()
    }

    async fn events(&self, event: AuditEvent) -> usize {
        let records = self.store.audit_records(0, 1_000).await.unwrap();
        records.iter().filter(|record| record.event == event).count()
    }
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

#[tokio::test]
async fn who_signs_in_is_recognised_by_the_token_until_the_session_ends() {
    let site = Site::open().await;
    let id = site.person("ann", "employee").await;
    let (token, session) = site.enter("ANN", PASSWORD, None).await.unwrap();
    let known = site.access.recognise(&token).await.unwrap();
    assert_eq!((known.id, known.owner()), (session.id, OwnerId::Account(id)));
    let Principal::Account(person) = &known.principal else { panic!("an account's session") };
    assert_eq!(person.name, "ann");
    assert!(person.roles.contains(&"employee".parse::<RoleName>().unwrap()));

    site.clock.advance(Duration::from_mins(20));
    assert!(site.access.recognise(&token).await.is_err(), "idle for twenty minutes");
    site.store.close().await;
}

#[tokio::test]
async fn wrong_names_passwords_and_closed_accounts_are_told_apart_in_the_log_alone() {
    let site = Site::open().await;
    let id = site.person("ann", "employee").await;
    let allowed =
        site.access.authorise::<act::ManagePeople>(&site.operator, &Resource::Appliance).unwrap();
    let closed = AccountEdit { active: Some(false), ..AccountEdit::default() };
    for (name, password) in [("bob", PASSWORD), ("ann", "linden kettle oblique fairy")] {
        let refused = site.enter(name, password, None).await.unwrap_err();
        assert!(matches!(refused, SignInError::Refused), "{refused}");
    }
    site.access.change_account(&allowed, &site.operator, id, closed).await.unwrap();
    let refused = site.enter("ann", PASSWORD, None).await.unwrap_err();
    assert!(matches!(refused, SignInError::Refused), "{refused}");

    let records = site.store.audit_records(0, 1_000).await.unwrap();
    let reasons: Vec<&str> =
        records.iter().filter_map(|record| record.body["reason"].as_str()).collect();
    assert_eq!(reasons, ["unknown_name", "wrong_password", "disabled"]);
    site.store.close().await;
}

#[tokio::test]
async fn five_failures_pause_sign_in_from_that_place_alone() {
    let site = Site::open().await;
    site.person("ann", "employee").await;
    for name in ["ann", "nobody"] {
        for failure in 1..=5 {
            let refused = site.enter(name, "not this one at all", None).await.unwrap_err();
            let paused = matches!(refused, SignInError::Paused { .. });
            assert_eq!(paused, failure == 5, "{name}, failure {failure}: {refused}");
        }
        let right = site.enter(name, PASSWORD, None).await.unwrap_err();
        let SignInError::Paused { retry_after } = right else { panic!("{right}") };
        assert_eq!(retry_after, Duration::from_mins(15));
    }
    let elsewhere = Peer::Address([192, 0, 2, 7].into());
    let place = (&elsewhere, Place::address([192, 0, 2, 7].into()));
    assert!(site.access.sign_in(place, "ann", &secret(PASSWORD), None).await.is_ok());
    assert_eq!(site.events(AuditEvent::LockedOut).await, 2);
    site.clock.advance(Duration::from_mins(15));
    assert!(site.enter("ann", PASSWORD, None).await.is_ok(), "it opens by itself");
    site.store.close().await;
}

#[tokio::test]
async fn a_code_is_asked_for_after_the_password_and_works_once() {
    let site = Site::open().await;
    site.person("ann", "employee").await;
    let (_, session) = site.enter("ann", PASSWORD, None).await.unwrap();
    let (totp, paper) = site.authenticator(&session).await;

    let asked = site.enter("ann", PASSWORD, None).await.unwrap_err();
    assert!(matches!(asked, SignInError::SecondFactorRequired), "{asked}");
    let wrong = site.enter("ann", "not this one at all", None).await.unwrap_err();
    assert!(matches!(wrong, SignInError::Refused), "a wrong password does not tell of a code");
    let used = site.enter("ann", PASSWORD, Some(&site.code(&totp))).await.unwrap_err();
    assert!(matches!(used, SignInError::Refused), "the code of the confirmation is used up");

    site.clock.advance(Duration::from_secs(30));
    let code = site.code(&totp);
    let (_, session) = site.enter("ann", PASSWORD, Some(&code)).await.unwrap();
    assert!(session.is_elevated(site.clock.now()));
    assert!(site.enter("ann", PASSWORD, Some(&code)).await.is_err(), "a code works once");
    assert!(site.enter("ann", PASSWORD, Some(&paper[3])).await.is_ok());
    assert!(site.enter("ann", PASSWORD, Some(&paper[3])).await.is_err(), "so does paper");
    site.store.close().await;
}

#[tokio::test]
async fn a_second_factor_stays_fresh_for_five_minutes_and_brings_a_new_token() {
    let site = Site::open().await;
    site.person("ann", "employee").await;
    let (_, session) = site.enter("ann", PASSWORD, None).await.unwrap();
    let (totp, _) = site.authenticator(&session).await;
    site.clock.advance(Duration::from_secs(30));
    let (old, _) = site.enter("ann", PASSWORD, Some(&site.code(&totp))).await.unwrap();
    site.clock.advance(ELEVATION);
    let session = site.access.recognise(&old).await.unwrap();
    assert!(!session.is_elevated(site.clock.now()));

    let code = secret(&site.code(&totp));
    let (new, _) = site.access.elevate(&Peer::Device, &session, &code).await.unwrap();
    assert!(site.access.recognise(&old).await.is_err(), "the old token is worth nothing");
    let session = site.access.recognise(&new.reveal()).await.unwrap();
    assert!(session.is_elevated(site.clock.now()));
    assert_eq!(session.second_factor_age(site.clock.now()), Some(Duration::ZERO));
    site.store.close().await;
}

#[tokio::test]
async fn a_new_password_keeps_what_was_said_and_a_reset_destroys_it() {
    let site = Site::open().await;
    let id = site.person("ann", "employee").await;
    let (token, session) = site.enter("ann", PASSWORD, None).await.unwrap();
    let (other, _) = site.enter("ann", PASSWORD, None).await.unwrap();
    let (owner, turn) = (OwnerId::Account(id), TurnId::random(&OsEntropy));
    let sealed = session.key().seal_turn(&OsEntropy, owner, turn, b"my knee").unwrap();
    let question = cloister_store::TurnAuthorisation {
        turn,
        conversation: ConversationId::random(&OsEntropy),
        session: session.id,
        owner,
        asked_at: START,
        expires_at: START + Duration::from_hours(24),
        sealed: sealed.clone(),
        audit: cloister_store::AuditBody::new(),
    };
    site.store.authorise_turn(&question).await.unwrap();

    let new = "oblique linden ferry kettle";
    site.access.change_password(&session, &secret(PASSWORD), &secret(new)).await.unwrap();
    assert!(site.access.recognise(&other).await.is_err(), "other sessions end");
    assert!(site.access.recognise(&token).await.is_ok(), "the one that changed it goes on");
    let (_, session) = site.enter("ann", new, None).await.unwrap();
    assert!(session.key().open_turn(owner, turn, &sealed).is_ok());

    let allowed =
        site.access.authorise::<act::ManagePeople>(&site.operator, &Resource::Appliance).unwrap();
    let made = site.access.reset_account(&allowed, &site.operator, id).await.unwrap();
    assert!(site.access.recognise(&token).await.is_err());
    assert_eq!(site.store.conversations_of(owner).await.unwrap(), []);
    let (_, session) = site.enter("ann", made.expose(), None).await.unwrap();
    assert!(session.must_change, "a made password is changed first");
    assert!(session.key().open_turn(owner, turn, &sealed).is_err(), "the key is another");
    site.store.close().await;
}

#[tokio::test]
async fn the_operator_stands_in_until_there_is_an_administrator_who_then_stays() {
    let site = Site::open().await;
    let (token, _) = site.access.start_operator(1000, Place::terminal()).await.unwrap();
    let token = token.reveal();
    assert!(site.access.recognise(&token).await.is_ok());
    let id = site.person("root", "admin").await;
    assert!(site.access.recognise(&token).await.is_err());
    assert!(site.access.start_operator(1000, Place::terminal()).await.is_err());

    let (_, admin) = site.enter("root", PASSWORD, None).await.unwrap();
    let allowed = site.access.authorise::<act::ManagePeople>(&admin, &Resource::Appliance).unwrap();
    let demoted = AccountEdit { roles: Some(BTreeSet::new()), ..AccountEdit::default() };
    let closed = AccountEdit { active: Some(false), ..AccountEdit::default() };
    for edit in [demoted, closed] {
        let refused = site.access.change_account(&allowed, &admin, id, edit).await.unwrap_err();
        assert!(refused.to_string().contains("last administrator"), "{refused}");
    }
    let refused = site.access.delete_account(&allowed, &admin, id).await.unwrap_err();
    assert!(refused.to_string().contains("last administrator"), "{refused}");
    assert!(matches!(site.store.account(id).await, Ok(Some(account)) if account.active));
    site.store.close().await;
}
