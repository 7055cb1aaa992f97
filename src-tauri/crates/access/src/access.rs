//! Sessions: started, recognised, extended and ended; and what each may read.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use cloister_store::{DataKey, Ended, NewSession, Place, SessionKind, Store};
use cloister_types::{Clock, Entropy, Label, OwnerId, Pseudonym, ReadScope, SessionId, Timestamp};

use crate::{AccessError, Admission, Peer, Principal, Refusal, Token};

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
    /// Until when the second factor counts as fresh.
    pub elevated_until: Option<Timestamp>,
    /// When the session started.
    pub started_at: Timestamp,
    /// When it ends unless something is said before.
    pub expires_at: Timestamp,
    key: Arc<DataKey>,
}

impl Session {
    /// The key that seals what this reader writes and is told.
    #[must_use]
    pub fn key(&self) -> &DataKey {
        &self.key
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

/// Sessions and limits of one appliance.
pub struct Access {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    keys: Mutex<HashMap<SessionId, Arc<DataKey>>>,
    admission: Mutex<Admission>,
}

impl Access {
    /// Sessions over `store`.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { store, clock, entropy, keys: Mutex::default(), admission: Mutex::default() }
    }

    /// Starts a guest's session. The token is shown once and cannot be had again.
    ///
    /// # Errors
    /// [`AccessError::Store`] when the session could not be recorded; then there is none.
    pub async fn start_guest(&self) -> Result<(Token, Session), AccessError> {
        let entropy = &*self.entropy;
        let token = Token::random(entropy);
        let now = self.clock.now();
        let session = Session {
            id: SessionId::random(entropy),
            pseudonym: Pseudonym::random(entropy),
            principal: Principal::Guest,
            elevated_until: None,
            started_at: now,
            expires_at: now + IDLE_LIFE,
            key: Arc::new(DataKey::random(entropy)),
        };
        self.store
            .start_session(&NewSession {
                id: session.id,
                kind: SessionKind::Guest,
                token_hash: token.hash(),
                pseudonym: session.pseudonym,
                account: None,
                place: Place::terminal(),
                started_at: now,
                expires_at: session.expires_at,
            })
            .await?;
        lock(&self.keys).insert(session.id, Arc::clone(&session.key));
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
        let key = lock(&self.keys).get(&row.id).cloned().ok_or(AccessError::NoSession)?;
        Ok(Session {
            id: row.id,
            pseudonym: row.pseudonym,
            principal: Principal::Guest,
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
        lock(&self.keys).remove(&session.id);
        Ok(self.store.end_session(session.id, self.clock.now()).await?)
    }

    /// Destroys the keys of `sessions`, which a purge has ended.
    pub fn forget(&self, sessions: &[SessionId]) {
        let mut keys = lock(&self.keys);
        for id in sessions {
            keys.remove(id);
        }
    }

    /// Takes one message from `peer`, or says how long to wait.
    ///
    /// # Errors
    /// The [`Refusal`] of [`Admission::admit`].
    pub fn admit(&self, peer: &Peer) -> Result<(), Refusal> {
        lock(&self.admission).admit(peer, self.clock.monotonic())
    }

    /// Counts a message of `peer` that the guard blocked; the cooldown that this starts, if any.
    pub fn strike(&self, peer: &Peer) -> Option<Duration> {
        lock(&self.admission).strike(peer, self.clock.monotonic())
    }

    /// What the reader of `session` may read: guests what is labelled public.
    #[must_use]
    pub fn read_scope(&self, session: &Session) -> ReadScope {
        let labels = match session.principal {
            Principal::Guest => BTreeSet::from([Label::Public]),
            Principal::Operator { .. } | Principal::Account(_) => {
                BTreeSet::from([Label::Public, Label::Internal])
            }
        };
        #[expect(clippy::disallowed_methods, reason = "the one place that opens a read scope")]
        ReadScope::mint(labels)
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

/// A panic elsewhere cannot leave these maps half-changed, so a poisoned lock is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
