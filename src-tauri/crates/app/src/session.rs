//! Sessions: start, recognise, show, leave.

use cloister_access::{IDLE_LIFE, Session, Token};
use cloister_store::Place;

use crate::{App, AppError, SessionDto, SessionKindDto, limits::messages_per_minute};

impl App {
    /// Starts a guest's session; its token is shown this once.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`](crate::ErrorCode::StoreFailed) when it could not be recorded.
    pub async fn start_guest(&self) -> Result<(Token, SessionDto), AppError> {
        let (token, session) = self.access.start_guest(Place::terminal()).await?;
        let dto = self.session(&session);
        Ok((token, dto))
    }

    /// The live session that `token` names.
    ///
    /// # Errors
    /// [`ErrorCode::SessionRequired`](crate::ErrorCode::SessionRequired) when there is none.
    pub async fn recognise(&self, token: &str) -> Result<Session, AppError> {
        Ok(self.access.recognise(token).await?)
    }

    /// `session` with the end that its last message gave it; nothing when it has ended.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`](crate::ErrorCode::StoreFailed) when that cannot be read.
    pub async fn refreshed(&self, session: &Session) -> Result<Option<Session>, AppError> {
        Ok(self.access.refreshed(session).await?)
    }

    /// The session as its reader sees it.
    #[must_use]
    pub fn session(&self, session: &Session) -> SessionDto {
        SessionDto {
            kind: SessionKindDto::Guest,
            role: session
                .principal
                .roles()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            idle_minutes: IDLE_LIFE.as_secs() / 60,
            expires_at: session.expires_at.to_string(),
            messages_per_minute: messages_per_minute(&self.access.limits(), session),
        }
    }

    /// Ends the session: what runs is stopped, the key destroyed, the rows removed.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`](crate::ErrorCode::StoreFailed) when the rows could not be
    /// removed; they can no longer be read, and the next purge tries again.
    pub async fn leave(&self, session: &Session) -> Result<(), AppError> {
        self.desk.leave(session).await;
        self.access.end(session).await?;
        Ok(())
    }
}
