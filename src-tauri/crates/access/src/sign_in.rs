//! Signing in, and showing a second factor again.

use std::{sync::Arc, time::Duration};

use cloister_store::{
    Attempt, AuditBody, AuditCode, AuditEvent, AuditRecord, Credentials, DataKey, LockoutRule,
    NewSession, Place, SecurityEvent, SecurityKind, SessionKind, StoreError,
};
use cloister_types::{OwnerId, Pseudonym, Secret, SessionId, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    ABSOLUTE_LIFE, Access, IDLE_LIFE, Peer, Principal, Session, Token, accounts::person_of,
    second_factor,
};

/// Five failures in five minutes pause sign-in for a quarter of an hour, and longer each time, to an
/// hour at most, so that nobody can lock an administrator out for good.
const LOCKOUT: LockoutRule = LockoutRule {
    failures: 5,
    window: Duration::from_mins(5),
    first_pause: Duration::from_mins(15),
    longest_pause: Duration::from_hours(1),
    forgiven_after: Duration::from_hours(24),
};

/// How long a second factor counts as fresh.
pub const ELEVATION: Duration = Duration::from_mins(5);

/// Why somebody was not signed in. What was wrong stands in the audit log alone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// Name, password or code is not right, or the account may not be signed in to.
    #[error("name, password or code is not right")]
    Refused,
    /// Too many failures.
    #[error("sign-in is paused")]
    Paused {
        /// Until it opens by itself.
        retry_after: Duration,
    },
    /// Name and password are right, and a code is needed besides.
    #[error("a code of the second factor is needed")]
    SecondFactorRequired,
    /// The store could not answer; nobody is signed in.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The true reason of a refusal, for the audit log.
#[derive(Clone, Copy)]
enum Reason {
    UnknownName,
    Disabled,
    WrongPassword,
    WrongCode,
}

impl Reason {
    fn code(self) -> AuditCode {
        let name = match self {
            Self::UnknownName => "unknown_name",
            Self::Disabled => "disabled",
            Self::WrongPassword => "wrong_password",
            Self::WrongCode => "wrong_code",
        };
        name.parse().expect("letters and underscores")
    }
}

impl Access {
    /// Signs somebody in. The token is shown once and cannot be had again.
    ///
    /// An unknown name, a disabled account and a wrong password get the same answer after the same
    /// work.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(
        &self,
        (peer, place): (&Peer, Place),
        name: &str,
        password: &Secret<String>,
        code: Option<&Secret<String>>,
    ) -> Result<(Token, Session), SignInError> {
        let attempt = self.attempt(peer, name);
        self.refuse_paused(&attempt).await?;
        let known = self.store.credentials_of(name).await?;
        let wrapping = if let Some(known) = &known {
            self.hasher.check(password, &known.password_hash).await
        } else {
            self.hasher.waste(password).await;
            None
        };
        let (known, wrapping) = match (known, wrapping) {
            (Some(known), Some(wrapping)) if known.account.active => (known, wrapping),
            (Some(known), Some(_)) => {
                return self.fail(&attempt, Reason::Disabled, Some(known.account.pseudonym)).await;
            }
            (Some(known), None) => {
                let whose = Some(known.account.pseudonym);
                return self.fail(&attempt, Reason::WrongPassword, whose).await;
            }
            (None, _) => return self.fail(&attempt, Reason::UnknownName, None).await,
        };
        let fresh = known.account.second_factor_since.is_some();
        if fresh {
            let code = code.ok_or(SignInError::SecondFactorRequired)?;
            if !self.takes_code(&known, code).await? {
                let whose = Some(known.account.pseudonym);
                return self.fail(&attempt, Reason::WrongCode, whose).await;
            }
        }
        self.store.forgive(&attempt).await?;
        let owner = OwnerId::Account(known.account.id);
        let key = DataKey::unwrap(owner, &wrapping, &known.wrapped_key)?;
        self.start_account(place, &known, key, fresh).await
    }

    /// Shows a second factor again. The session gets a new token, and counts as elevated for
    /// [`ELEVATION`].
    ///
    /// # Errors
    /// [`SignInError::SecondFactorRequired`] when the account has no authenticator to show;
    /// otherwise as [`Access::sign_in`].
    pub async fn elevate(
        &self,
        peer: &Peer,
        session: &Session,
        code: &Secret<String>,
    ) -> Result<(Token, Session), SignInError> {
        let Principal::Account(person) = &session.principal else {
            return Err(SignInError::SecondFactorRequired);
        };
        let attempt = self.attempt(peer, &person.name);
        self.refuse_paused(&attempt).await?;
        let known = self.store.credentials(person.id).await?.ok_or(StoreError::UnknownAccount)?;
        if known.account.second_factor_since.is_none() {
            return Err(SignInError::SecondFactorRequired);
        }
        if !self.takes_code(&known, code).await? {
            return self.fail(&attempt, Reason::WrongCode, Some(session.pseudonym)).await;
        }
        self.store.forgive(&attempt).await?;
        let row = self.store.session(session.id).await?.ok_or(StoreError::UnknownSession)?;
        let token = Token::random(&*self.entropy);
        let wrapped = session.key().wrap(&*self.entropy, session.owner(), &token.wrapping_key())?;
        let now = self.clock.now();
        let until = now + ELEVATION;
        self.store.elevate_session(&row, &token.hash(), &wrapped, until, now).await?;
        Ok((token, Session { elevated_until: Some(until), ..session.clone() }))
    }

    async fn start_account(
        &self,
        place: Place,
        known: &Credentials,
        key: DataKey,
        fresh: bool,
    ) -> Result<(Token, Session), SignInError> {
        let entropy = &*self.entropy;
        let token = Token::random(entropy);
        let owner = OwnerId::Account(known.account.id);
        let wrapped = key.wrap(entropy, owner, &token.wrapping_key())?;
        let now = self.clock.now();
        let session = Session {
            id: SessionId::random(entropy),
            pseudonym: known.account.pseudonym,
            principal: Principal::Account(Arc::new(person_of(&known.account))),
            must_change: known.account.must_change,
            elevated_until: fresh.then(|| now + ELEVATION),
            started_at: now,
            expires_at: (now + IDLE_LIFE).min(now + ABSOLUTE_LIFE),
            key: Arc::new(key),
        };
        self.store
            .start_session(&NewSession {
                id: session.id,
                kind: SessionKind::Account,
                token_hash: token.hash(),
                pseudonym: session.pseudonym,
                account: Some((known.account.id, wrapped)),
                place,
                started_at: now,
                expires_at: session.expires_at,
                elevated_until: session.elevated_until,
            })
            .await?;
        Ok((token, session))
    }

    /// Whether `code` is one of the authenticator or of the paper; a code that is taken is used up.
    pub(crate) async fn takes_code(
        &self,
        known: &Credentials,
        code: &Secret<String>,
    ) -> Result<bool, StoreError> {
        let (id, now) = (known.account.id, self.clock.now());
        if let Some(totp) = &known.totp {
            let secret = self.store.open_credential(OwnerId::Account(id), &totp.sealed)?;
            if let Some(step) = second_factor::step_of(&secret, code.expose(), now) {
                return self.store.take_totp_step(id, step).await;
            }
        }
        match second_factor::code_hash(code.expose()) {
            Some(hash) => self.store.take_recovery_code(id, &hash, now).await,
            None => Ok(false),
        }
    }

    /// A name and where it is tried from. The name is hashed under a key of the vault, so that the
    /// table of failures tells nobody which names were tried.
    fn attempt(&self, peer: &Peer, name: &str) -> Attempt {
        let key = self.store.sub_key(cloister_store::SubKey::Credential);
        let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("any length is a key");
        mac.update(name.trim().to_lowercase().as_bytes());
        Attempt { name_hash: mac.finalize().into_bytes().into(), source: peer.to_string() }
    }

    async fn refuse_paused(&self, attempt: &Attempt) -> Result<(), SignInError> {
        let now = self.clock.now();
        match self.store.paused_until(attempt, now).await? {
            Some(until) => Err(SignInError::Paused { retry_after: until.since(now) }),
            None => Ok(()),
        }
    }

    async fn fail<T>(
        &self,
        attempt: &Attempt,
        reason: Reason,
        whose: Option<Pseudonym>,
    ) -> Result<T, SignInError> {
        let now: Timestamp = self.clock.now();
        let body = AuditBody::new().with("reason", &reason.code());
        let mut record = AuditRecord::new(AuditEvent::SignInFailed, now, body);
        record.pseudonym = whose;
        let paused = self.store.count_failure(attempt, &LOCKOUT, &record).await?;
        self.note(&SecurityEvent::new(SecurityKind::SignInFailed, now).about(whose)).await;
        match paused {
            Some(until) => {
                self.note(&SecurityEvent::new(SecurityKind::LockedOut, now).about(whose)).await;
                Err(SignInError::Paused { retry_after: until.since(now) })
            }
            None => Err(SignInError::Refused),
        }
    }
}
