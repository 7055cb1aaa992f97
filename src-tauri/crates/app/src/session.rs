//! Sessions: start, recognise, show, leave.

use cloister_access::{IDLE_LIFE, Peer, Principal, Session, Token};
use cloister_store::Place;

use crate::{App, AppError, ErrorCode, SessionDto, SessionKindDto, limits::messages_per_minute};

/// Where a request comes from: for limits, and for the list of one's own sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Whom limits count against.
    pub peer: Peer,
    /// Where the reader sits.
    pub place: Place,
}

impl Origin {
    /// The window of this machine.
    #[must_use]
    pub fn window() -> Self {
        Self { peer: Peer::Device, place: Place::window() }
    }

    /// A terminal of this machine.
    #[must_use]
    pub fn terminal() -> Self {
        Self { peer: Peer::Device, place: Place::terminal() }
    }

    /// Whether it is this machine.
    pub(crate) fn is_device(&self) -> bool {
        self.peer == Peer::Device
    }
}

impl App {
    /// Starts a guest's session; its token is shown this once.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when it could not be recorded.
    pub async fn start_guest(&self, origin: &Origin) -> Result<(Token, SessionDto), AppError> {
        let (token, session) = self.access.start_guest(origin.place.clone()).await?;
        let dto = self.session(&session).await?;
        Ok((token, dto))
    }

    /// The live session that `token` names.
    ///
    /// # Errors
    /// [`ErrorCode::SessionRequired`] when there is none; [`ErrorCode::PasswordChangeRequired`]
    /// when its reader has to change the password first.
    pub async fn recognise(&self, token: &str) -> Result<Session, AppError> {
        let session = self.recognise_newcomer(token).await?;
        if session.must_change {
            let message = "Choose a password of your own first.";
            return Err(AppError::new(ErrorCode::PasswordChangeRequired, message));
        }
        Ok(session)
    }

    /// The live session that `token` names, for what those may do too who have to change their
    /// password first: do so, look at the session, leave.
    ///
    /// # Errors
    /// [`ErrorCode::SessionRequired`] when there is none.
    pub async fn recognise_newcomer(&self, token: &str) -> Result<Session, AppError> {
        Ok(self.access.recognise(token).await?)
    }

    /// Extends the session of somebody who did something in it. A guest's lives by messages alone.
    ///
    /// # Errors
    /// [`ErrorCode::SessionRequired`] when it has ended meanwhile.
    pub async fn extend(&self, session: &Session) -> Result<(), AppError> {
        match session.principal {
            Principal::Guest => Ok(()),
            Principal::Operator { .. } | Principal::Account(_) => {
                self.access.extend(session).await?;
                Ok(())
            }
        }
    }

    /// `session` with the end that its last message gave it; nothing when it has ended.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when that cannot be read.
    pub async fn refreshed(&self, session: &Session) -> Result<Option<Session>, AppError> {
        Ok(self.access.refreshed(session).await?)
    }

    /// The session as its reader sees it.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when it cannot be read whether what is said is kept for review.
    pub async fn session(&self, session: &Session) -> Result<SessionDto, AppError> {
        let (kind, name) = match &session.principal {
            Principal::Guest => (SessionKindDto::Guest, None),
            Principal::Operator { .. } => (SessionKindDto::Operator, None),
            Principal::Account(person) => (SessionKindDto::Account, Some(person.name.clone())),
        };
        let fresh = session.is_elevated(self.options.clock.now());
        Ok(SessionDto {
            kind,
            name,
            role: session
                .principal
                .roles()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            permissions: self.access.permissions(session).iter().map(ToString::to_string).collect(),
            idle_minutes: IDLE_LIFE.as_secs() / 60,
            expires_at: session.expires_at.to_string(),
            messages_per_minute: messages_per_minute(&self.access.limits(), session),
            must_change_password: session.must_change,
            elevated_until: session.elevated_until.filter(|_| fresh).map(|until| until.to_string()),
            kept_for_review: self.is_logged(session).await?,
        })
    }

    /// Ends the session: what runs is stopped, the key destroyed, the rows removed. A guest's
    /// conversation ends with it; that of an account stays until its time.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when the rows could not be removed; they can no longer be read,
    /// and the next purge tries again.
    pub async fn leave(&self, session: &Session) -> Result<(), AppError> {
        self.desk.leave(session).await;
        self.access.end(session).await?;
        Ok(())
    }
}
