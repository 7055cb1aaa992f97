//! What people do with their own account: password, second factor, sessions.

use cloister_access::{Person, Principal, Session};
use cloister_store::SessionRow;
use cloister_types::{AccountId, SessionId};

use crate::{
    App, AppError, CodeDto, EnrolmentDto, ErrorCode, MeDto, OwnSessionDto, OwnSessionsDto,
    PasswordChangeDto, RecoveryCodesDto,
};

impl App {
    /// The reader's own account.
    ///
    /// # Errors
    /// [`ErrorCode::SignInRequired`] for guests and the operator.
    pub async fn me(&self, session: &Session) -> Result<MeDto, AppError> {
        let id = person_of(session)?.id;
        Ok(MeDto {
            account: self.account_dto(id).await?,
            recovery_codes_left: self.store.recovery_codes_left(id).await?,
        })
    }

    /// Changes the reader's password; their other sessions end.
    ///
    /// # Errors
    /// [`ErrorCode::SignInRefused`] when the old one is not right, [`ErrorCode::PasswordWeak`]
    /// with what to do.
    pub async fn change_password(
        &self,
        session: &Session,
        change: PasswordChangeDto,
    ) -> Result<(), AppError> {
        let id = person_of(session)?.id;
        let before = self.store.sessions_of(id).await?;
        let (old, new) = (change.old.into_secret(), change.new.into_secret());
        self.access.change_password(session, &old, &new).await?;
        self.stop_ended(id, before).await
    }

    /// Begins to set up an authenticator; what it is set up with is shown this once.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] when there is one already.
    pub async fn enrol_second_factor(&self, session: &Session) -> Result<EnrolmentDto, AppError> {
        let enrolment = self.access.enrol(session, &self.site).await?;
        Ok(EnrolmentDto {
            secret: enrolment.secret.into(),
            uri: enrolment.uri.into(),
            svg: enrolment.svg.into(),
            blocks: enrolment.blocks.into(),
        })
    }

    /// Confirms the authenticator by its first code; answers with the codes on paper that stand
    /// in for it.
    ///
    /// # Errors
    /// [`ErrorCode::SignInRefused`] when the code is not right.
    pub async fn confirm_second_factor(
        &self,
        session: &Session,
        code: CodeDto,
    ) -> Result<RecoveryCodesDto, AppError> {
        person_of(session)?;
        let codes = self.access.confirm_second_factor(session, &code.code.into_secret()).await?;
        Ok(RecoveryCodesDto { codes: codes.into_iter().map(Into::into).collect() })
    }

    /// Removes the authenticator and its codes on paper.
    ///
    /// # Errors
    /// [`ErrorCode::MfaRequired`] when the second factor was not shown within five minutes.
    pub async fn remove_second_factor(&self, session: &Session) -> Result<(), AppError> {
        person_of(session)?;
        Ok(self.access.remove_second_factor(session).await?)
    }

    /// Replaces the codes on paper.
    ///
    /// # Errors
    /// [`ErrorCode::MfaRequired`] when the second factor was not shown within five minutes.
    pub async fn renew_recovery_codes(
        &self,
        session: &Session,
    ) -> Result<RecoveryCodesDto, AppError> {
        person_of(session)?;
        let codes = self.access.renew_recovery_codes(session).await?;
        Ok(RecoveryCodesDto { codes: codes.into_iter().map(Into::into).collect() })
    }

    /// The reader's own live sessions, latest first.
    ///
    /// # Errors
    /// [`ErrorCode::SignInRequired`] for guests and the operator.
    pub async fn own_sessions(&self, session: &Session) -> Result<OwnSessionsDto, AppError> {
        let now = self.options.clock.now();
        let rows = self.store.sessions_of(person_of(session)?.id).await?;
        let live = rows.into_iter().filter(|row| row.expires_at > now);
        let items = live.map(|row| OwnSessionDto {
            id: row.id.to_string(),
            place: row.place.as_str().to_owned(),
            started_at: row.started_at.to_string(),
            last_seen_at: row.last_seen_at.to_string(),
            expires_at: row.expires_at.to_string(),
            current: row.id == session.id,
        });
        Ok(OwnSessionsDto { items: items.collect() })
    }

    /// Ends one of the reader's own sessions.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it is no other session of theirs.
    pub async fn revoke_session(&self, session: &Session, id: &str) -> Result<(), AppError> {
        let which: SessionId = id.parse().map_err(|_| AppError::not_found())?;
        if which == session.id {
            return self.leave(session).await;
        }
        self.revoke(session, Some(which)).await
    }

    /// Ends all of the reader's sessions but this one.
    ///
    /// # Errors
    /// [`ErrorCode::SignInRequired`] for guests and the operator.
    pub async fn revoke_other_sessions(&self, session: &Session) -> Result<(), AppError> {
        match self.revoke(session, None).await {
            // There were none.
            Err(error) if error.code == ErrorCode::NotFound => Ok(()),
            revoked => revoked,
        }
    }

    async fn revoke(&self, session: &Session, which: Option<SessionId>) -> Result<(), AppError> {
        let id = person_of(session)?.id;
        let before = self.store.sessions_of(id).await?;
        let now = self.options.clock.now();
        self.store.revoke_sessions(id, which, session.id, session.pseudonym, now).await?;
        self.stop_ended(id, before).await
    }

    /// Stops what still runs in those sessions of an account that were there `before` and have
    /// ended since.
    pub(crate) async fn stop_ended(
        &self,
        account: AccountId,
        before: Vec<SessionRow>,
    ) -> Result<(), AppError> {
        let left = self.store.sessions_of(account).await?;
        for row in before.iter().filter(|row| left.iter().all(|other| other.id != row.id)) {
            self.desk.stop(row.id).await;
        }
        Ok(())
    }
}

fn person_of(session: &Session) -> Result<&Person, AppError> {
    match &session.principal {
        Principal::Account(person) => Ok(person),
        Principal::Guest | Principal::Operator { .. } => {
            Err(AppError::new(ErrorCode::SignInRequired, "Sign in first."))
        }
    }
}
