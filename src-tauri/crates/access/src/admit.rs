//! Limits as the rest of the program meets them: each refusal that matters leaves its record.

use cloister_store::{AuditBody, AuditEvent, AuditRecord, SecurityEvent, SecurityKind};
use cloister_types::{Authorized, PassageId, Pseudonym, SessionId, act};

use crate::{
    Access, AccessError, Admission, Held, LimitError, LimitName, Limits, Party, Peer, ProofError,
    Refusal, Session, Strike, access::lock, admission::News,
};

impl Access {
    /// Puts the limits that the store holds into force.
    ///
    /// # Errors
    /// [`AccessError::Store`] when they cannot be read.
    pub async fn load_limits(&self) -> Result<(), AccessError> {
        let mut limits = Limits::default();
        for (name, value) in self.store.limits().await? {
            let known = name.parse::<LimitName>().and_then(|name| limits.clone().with(name, value));
            match known {
                Ok(changed) => limits = changed,
                // An older program knew it, or had other bounds: what ships is in force.
                Err(error) => tracing::warn!(%error, "a stored limit is left out"),
            }
        }
        lock(&self.admission).set_limits(limits);
        Ok(())
    }

    /// The limits as they are set.
    #[must_use]
    pub fn limits(&self) -> Limits {
        lock(&self.admission).limits().clone()
    }

    /// Sets the limit `name`, in the store and in force.
    ///
    /// # Errors
    /// [`LimitChangeError`] when the value is out of bounds or could not be recorded.
    pub async fn set_limit(
        &self,
        allowed: &Authorized<act::Configure>,
        name: LimitName,
        value: u64,
        by: Pseudonym,
    ) -> Result<(), LimitChangeError> {
        let old = self.limits();
        let before = old.named(&name).unwrap_or_default();
        let new = old.with(name.clone(), value)?;
        let code = name.to_string().parse().map_err(|_| LimitError::Unknown)?;
        let now = self.clock.now();
        self.store
            .set_limit(allowed, &code, (before, value), now, by)
            .await
            .map_err(AccessError::from)?;
        lock(&self.admission).set_limits(new);
        Ok(())
    }

    /// Takes one message of `session` from `peer`. Returns how many were sent within a day.
    ///
    /// # Errors
    /// The [`Refusal`] that says why not.
    pub async fn admit(&self, session: &Session, peer: &Peer) -> Result<u64, Refusal> {
        self.counted(|admission| {
            let per_minute = admission.limits().messages_per_minute(&session.principal);
            admission.admit(Party::of(session, peer), per_minute)
        })
        .await
    }

    /// Lets `session` open `passage`, which it may read.
    ///
    /// # Errors
    /// The [`Refusal`] that says why not.
    pub async fn admit_passage(
        &self,
        session: &Session,
        peer: &Peer,
        passage: &PassageId,
    ) -> Result<(), Refusal> {
        self.counted(|admission| admission.open_passage(Party::of(session, peer), passage)).await
    }

    /// Counts passages that an answer to `session` cites.
    pub async fn count_cited(&self, session: &Session, peer: &Peer, passages: &[PassageId]) {
        self.counted(|admission| admission.cite(Party::of(session, peer), passages)).await;
    }

    /// Takes the answer to a challenge.
    ///
    /// # Errors
    /// The [`ProofError`] that says why not.
    pub fn answer_challenge(
        &self,
        session: &Session,
        peer: &Peer,
        challenge: &str,
        counter: &str,
    ) -> Result<(), ProofError> {
        lock(&self.admission).answer(Party::of(session, peer), challenge, counter)
    }

    /// Counts a message of `session` that the guard blocked.
    pub async fn strike(&self, session: &Session, peer: &Peer) -> Strike {
        let party = Party::of(session, peer);
        let (strike, subject) =
            self.counted(|admission| (admission.strike(party), admission.subject(party))).await;
        // The alert is about the device where there is no person; the session is in the record.
        let body = AuditBody::new()
            .with("party", &party.kind())
            .with("session_pseudonym", &session.pseudonym);
        let event = SecurityEvent::new(SecurityKind::InjectionBlocked, self.clock.now());
        self.note(&event.about(Some(subject)).with(body)).await;
        strike
    }

    /// Counts a request for a person in `session`.
    ///
    /// # Errors
    /// [`Refusal::NoMoreEscalations`] when the session has used them up.
    pub fn escalate(&self, session: SessionId) -> Result<(), Refusal> {
        lock(&self.admission).escalate(session)
    }

    /// Every party that is held back now.
    #[must_use]
    pub fn held(&self) -> Vec<Held> {
        lock(&self.admission).held()
    }

    /// Forgets everything against `party`, with a record. Whether something held it back.
    ///
    /// # Errors
    /// [`AccessError::Store`] when it could not be recorded; then nothing is lifted.
    pub async fn lift(
        &self,
        _allowed: &Authorized<act::Configure>,
        party: Party,
        by: Pseudonym,
    ) -> Result<bool, AccessError> {
        if !self.held().iter().any(|held| held.party == party) {
            return Ok(false);
        }
        let body = AuditBody::new().with("party", &party.kind());
        let record = AuditRecord::new(AuditEvent::PeerReleased, self.clock.now(), body);
        self.store.record(&record.about(by)).await?;
        Ok(lock(&self.admission).lift(party))
    }

    /// The name that stands in security events for whom the counts of `session` belong to.
    #[must_use]
    pub fn subject(&self, session: &Session, peer: &Peer) -> Pseudonym {
        lock(&self.admission).subject(Party::of(session, peer))
    }

    /// Counts, and tells what came of it once nothing is locked.
    async fn counted<T>(&self, count: impl FnOnce(&mut Admission) -> T) -> T {
        let (counted, news) = {
            let mut admission = lock(&self.admission);
            (count(&mut admission), admission.take_news())
        };
        for news in news {
            self.tell(news).await;
        }
        counted
    }

    async fn tell(&self, News { kind, party, subject }: News) {
        let now = self.clock.now();
        let body = AuditBody::new().with("kind", &kind).with("party", &party);
        let record = AuditRecord::new(AuditEvent::PeerBlocked, now, body.clone()).about(subject);
        if let Err(error) = self.store.record(&record).await {
            tracing::error!(%error, "a limit that took hold could not be recorded");
        }
        self.note(&SecurityEvent::new(kind, now).about(Some(subject)).with(body)).await;
    }

    /// Notes `event` for the alert rules. What it is about stands whether or not that succeeds.
    pub(crate) async fn note(&self, event: &SecurityEvent) {
        if let Err(error) = self.store.note_security(&*self.entropy, event).await {
            tracing::error!(%error, "a security event could not be noted");
        }
    }
}

/// Why a limit was not changed.
#[derive(Debug, thiserror::Error)]
pub enum LimitChangeError {
    /// The name or the value is not one that a limit can have.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// It could not be recorded.
    #[error(transparent)]
    Access(#[from] AccessError),
}
