//! Sessions: started, recognised, extended and ended; and what each may read.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use cloister_store::{DataKey, Ended, NewSession, Place, SessionKind, Store, StoreError};
use cloister_types::{
    AccessClass, Clock, Entropy, OwnerId, Pseudonym, ReadScope, SessionId, Timestamp,
};
use jiff::tz::TimeZone;

use crate::{
    AccessError, Admission, Asker, ELEVATION, PolicyDesk, Principal, Resource, Token, Verdict,
    accounts, password::PasswordHasher, permission_to_read,
};

/// A session ends after this long without a message.
pub const IDLE_LIFE: Duration = Duration::from_mins(20);
/// A session ends this long after its start, whatever happens in it.
pub const ABSOLUTE_LIFE: Duration = Duration::from_hours(10);

/// A live session, as recognised by its token. Holds the key that seals what is said in it.
#[derive(Clone)]
pub struct Session {
    /// The session's id.
    pub id: SessionId,
    /// The name that stands for the reader in records.
    pub pseudonym: Pseudonym,
    /// Who the reader is.
    pub principal: Principal,
    /// Whether the reader has to change the password before anything else.
    pub must_change: bool,
    /// Until when the second factor counts as fresh.
    pub elevated_until: Option<Timestamp>,
    /// When the session started.
    pub started_at: Timestamp,
    /// When it ends unless something is said before.
    pub expires_at: Timestamp,
    pub(crate) key: Arc<DataKey>,
}

impl Session {
    /// The key that seals what this reader writes and is told.
    #[must_use]
    pub fn key(&self) -> &DataKey {
        &self.key
    }

    /// Whether a second factor counts as fresh at `now`.
    #[must_use]
    pub fn is_elevated(&self, now: Timestamp) -> bool {
        self.elevated_until.is_some_and(|until| now < until)
    }

    /// How long ago the second factor was shown, if it was.
    #[must_use]
    pub fn second_factor_age(&self, now: Timestamp) -> Option<Duration> {
        self.elevated_until.map(|until| now.since(until - ELEVATION))
    }

    /// Whose the conversations of this session are.
    #[must_use]
    pub fn owner(&self) -> OwnerId {
        match &self.principal {
            Principal::Guest | Principal::Operator { .. } => OwnerId::Guest(self.id),
            Principal::Account(person) => OwnerId::Account(person.id),
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Sessions, accounts and limits of one appliance.
pub struct Access {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) hasher: PasswordHasher,
    /// Sessions whose data keys are in memory only.
    fleeting: Mutex<HashMap<SessionId, Fleeting>>,
    pub(crate) admission: Mutex<Admission>,
    policy: PolicyDesk,
    classes: RwLock<Arc<BTreeSet<AccessClass>>>,
}

/// A session of a guest or an operator.
#[derive(Clone)]
struct Fleeting {
    key: Arc<DataKey>,
    principal: Principal,
}

impl Access {
    /// Sessions over `store`, and the shipped policy with local time in `zone`.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        zone: TimeZone,
    ) -> Self {
        let admission = Mutex::new(Admission::new(Arc::clone(&clock), Arc::clone(&entropy)));
        Self {
            store,
            clock,
            entropy,
            hasher: PasswordHasher::default(),
            fleeting: Mutex::default(),
            admission,
            policy: PolicyDesk::new(zone),
            classes: RwLock::default(),
        }
    }

    /// The policy in force.
    #[must_use]
    pub const fn policy(&self) -> &PolicyDesk {
        &self.policy
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Starts a guest's session. The token is shown once and cannot be had again.
    ///
    /// # Errors
    /// [`AccessError::Store`] when the session could not be recorded; then there is none.
    pub async fn start_guest(&self, place: Place) -> Result<(Token, Session), AccessError> {
        self.start_fleeting(Principal::Guest, SessionKind::Guest, place).await
    }

    /// Starts a session of the operating-system user who owns the vault, who stands in for an
    /// administrator until there is one.
    ///
    /// # Errors
    /// [`AccessError::NoOperator`] when there is an administrator.
    pub async fn start_operator(
        &self,
        uid: u32,
        place: Place,
    ) -> Result<(Token, Session), AccessError> {
        if self.has_administrator().await? {
            return Err(AccessError::NoOperator);
        }
        self.start_fleeting(Principal::Operator { uid }, SessionKind::Operator, place).await
    }

    /// Whether somebody may sign in as an administrator; the policy learns of it too.
    ///
    /// # Errors
    /// [`AccessError::Store`] when that is unknown.
    pub async fn has_administrator(&self) -> Result<bool, AccessError> {
        Ok(self.learn_administered().await?)
    }

    /// Tells the policy whether there is an administrator, which ends what the operator may do.
    pub(crate) async fn learn_administered(&self) -> Result<bool, StoreError> {
        let administered = self.store.count_active(&accounts::admin()).await? > 0;
        self.policy.note_administered(administered);
        Ok(administered)
    }

    async fn start_fleeting(
        &self,
        principal: Principal,
        kind: SessionKind,
        place: Place,
    ) -> Result<(Token, Session), AccessError> {
        let entropy = &*self.entropy;
        let token = Token::random(entropy);
        let now = self.clock.now();
        let session = Session {
            id: SessionId::random(entropy),
            pseudonym: Pseudonym::random(entropy),
            principal: principal.clone(),
            must_change: false,
            elevated_until: None,
            started_at: now,
            expires_at: now + IDLE_LIFE,
            key: Arc::new(DataKey::random(entropy)),
        };
        self.store
            .start_session(&NewSession {
                id: session.id,
                kind,
                token_hash: token.hash(),
                pseudonym: session.pseudonym,
                account: None,
                place,
                started_at: now,
                expires_at: session.expires_at,
                elevated_until: None,
            })
            .await?;
        let fleeting = Fleeting { key: Arc::clone(&session.key), principal };
        lock(&self.fleeting).insert(session.id, fleeting);
        Ok((token, session))
    }

    /// Recognises the live session that `token` names. Does not extend it: only a message does.
    ///
    /// # Errors
    /// [`AccessError::NoSession`] when there is none, [`AccessError::Store`] when that is unknown.
    pub async fn recognise(&self, token: &str) -> Result<Session, AccessError> {
        let token = Token::parse(token).ok_or(AccessError::NoSession)?;
        let row = self.store.session_by_token_hash(&token.hash()).await?;
        let row = row.ok_or(AccessError::NoSession)?;
        if row.expires_at <= self.clock.now() {
            return Err(AccessError::NoSession);
        }
        let (principal, must_change, key) = if let Some((id, wrapped)) = &row.account {
            let account = self.store.account(*id).await?.filter(|account| account.active);
            let account = account.ok_or(AccessError::NoSession)?;
            let owner = OwnerId::Account(*id);
            let key = DataKey::unwrap(owner, &token.wrapping_key(), wrapped)?;
            let person = Arc::new(accounts::person_of(&account));
            (Principal::Account(person), account.must_change, Arc::new(key))
        } else {
            let known = lock(&self.fleeting).get(&row.id).cloned();
            let Fleeting { key, principal } = known.ok_or(AccessError::NoSession)?;
            let operator = matches!(principal, Principal::Operator { .. });
            if operator && self.has_administrator().await? {
                return Err(AccessError::NoSession);
            }
            (principal, false, key)
        };
        Ok(Session {
            id: row.id,
            pseudonym: row.pseudonym,
            principal,
            must_change,
            elevated_until: row.elevated_until,
            started_at: row.started_at,
            expires_at: row.expires_at,
            key,
        })
    }

    /// `session` as it is now; nothing when it has ended.
    ///
    /// # Errors
    /// [`AccessError::Store`] when that is unknown.
    pub async fn refreshed(&self, session: &Session) -> Result<Option<Session>, AccessError> {
        let row = self.store.session(session.id).await?;
        let live = row.filter(|row| row.expires_at > self.clock.now());
        Ok(live.map(|row| Session { expires_at: row.expires_at, ..session.clone() }))
    }

    /// Extends `session` because something was said in it; answers when it now ends.
    ///
    /// # Errors
    /// [`AccessError::Store`] when the new end could not be recorded.
    pub async fn extend(&self, session: &Session) -> Result<Timestamp, AccessError> {
        let now = self.clock.now();
        let expires_at = (now + IDLE_LIFE).min(session.started_at + ABSOLUTE_LIFE);
        self.store.touch_session(session.id, now, expires_at).await?;
        Ok(expires_at)
    }

    /// Ends `session`: its key is destroyed first, then its rows.
    ///
    /// # Errors
    /// [`AccessError::Store`] when the rows could not be removed; they can no longer be read.
    pub async fn end(&self, session: &Session) -> Result<Ended, AccessError> {
        lock(&self.fleeting).remove(&session.id);
        Ok(self.store.end_session(session.id, self.clock.now()).await?)
    }

    /// Destroys the keys of `sessions`, which a purge has ended.
    pub fn forget(&self, sessions: &[SessionId]) {
        let mut fleeting = lock(&self.fleeting);
        for id in sessions {
            fleeting.remove(id);
        }
        lock(&self.admission).forget_sessions(sessions);
    }

    /// The access classes that there are; a class that was not noted is closed to everybody.
    pub fn note_classes(&self, classes: BTreeSet<AccessClass>) {
        *self.classes.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(classes);
    }

    /// What the reader of `session` may read, as the policy says it for each access class. An error
    /// of the policy opens nothing.
    #[must_use]
    pub fn read_scope(&self, session: &Session) -> ReadScope {
        let asker = Asker::from(&session.principal);
        let situation = self.policy.situation(session, self.clock());
        let classes = Arc::clone(&self.classes.read().unwrap_or_else(PoisonError::into_inner));
        let opened = |class: &&AccessClass| {
            let permission = permission_to_read(class.label);
            let resource = Resource::Class((*class).clone());
            let decision = self.policy.decide(&asker, permission, &resource, &situation);
            matches!(decision.verdict, Verdict::Allowed)
        };
        #[expect(clippy::disallowed_methods, reason = "the one place that opens a read scope")]
        ReadScope::mint(classes.iter().filter(opened).cloned().collect())
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

/// A panic elsewhere cannot leave these maps half-changed, so a poisoned lock is still good.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
