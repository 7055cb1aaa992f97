//! Signing in, standing in for an administrator, and showing a second factor again.

use std::time::Duration;

use cloister_access::{Session, SignInError, Token};

use crate::{App, AppError, CodeDto, ErrorCode, Origin, SessionDto, SignInDto};

impl App {
    /// Signs somebody in. The session that the reader had before ends, a guest's with all that was
    /// said in it; the new one has its own token.
    ///
    /// # Errors
    /// [`ErrorCode::SignInRefused`], the same for every reason; [`ErrorCode::SignInPaused`] with
    /// the time to wait; [`ErrorCode::MfaRequired`] when name and password are right and a code is
    /// needed besides.
    pub async fn sign_in(
        &self,
        origin: &Origin,
        before: Option<Session>,
        form: SignInDto,
    ) -> Result<(Token, SessionDto), AppError> {
        let password = form.password.into_secret();
        let code = form.code.map(crate::SecretDto::into_secret);
        let from = (&origin.peer, origin.place.clone());
        let (token, session) =
            self.access.sign_in(from, &form.name, &password, code.as_ref()).await?;
        if let Some(before) = before {
            self.leave(&before).await?;
        }
        let dto = self.session(&session).await?;
        Ok((token, dto))
    }

    /// Starts a session of the operating-system user `uid`, who owns the vault and stands in for
    /// an administrator until there is one.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] when there is an administrator, or from elsewhere than this machine.
    pub async fn start_operator(
        &self,
        origin: &Origin,
        uid: u32,
    ) -> Result<(Token, SessionDto), AppError> {
        if !origin.is_device() {
            let message = "The operator works on the machine itself.";
            return Err(AppError::new(ErrorCode::Denied, message));
        }
        let (token, session) = self.access.start_operator(uid, origin.place.clone()).await?;
        let dto = self.session(&session).await?;
        Ok((token, dto))
    }

    /// Shows a second factor again: it counts as fresh for five minutes, under a new token.
    ///
    /// # Errors
    /// [`ErrorCode::SignInRefused`], [`ErrorCode::SignInPaused`]; [`ErrorCode::MfaRequired`] when
    /// the account has no second factor to show.
    pub async fn elevate(
        &self,
        origin: &Origin,
        session: &Session,
        code: CodeDto,
    ) -> Result<(Token, SessionDto), AppError> {
        let code = code.code.into_secret();
        let (token, session) = self.access.elevate(&origin.peer, session, &code).await?;
        let dto = self.session(&session).await?;
        Ok((token, dto))
    }
}

impl From<SignInError> for AppError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Store(error) => error.into(),
            SignInError::Paused { retry_after } => {
                let seconds = retry_after.as_millis().div_ceil(1_000).max(1);
                let retry_after = Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX));
                let message = format!(
                    "Too many attempts failed. Signing in opens again in {}.",
                    in_words(retry_after)
                );
                let retry_after = Some(retry_after);
                Self { retry_after, ..Self::new(ErrorCode::SignInPaused, message) }
            }
            SignInError::SecondFactorRequired => {
                Self::new(ErrorCode::MfaRequired, "A code of your authenticator is needed.")
            }
            _ => Self::new(ErrorCode::SignInRefused, "Name, password or code is not right."),
        }
    }
}

/// A wait as people say it: never less than it is.
fn in_words(wait: Duration) -> String {
    match wait.as_secs() {
        1 => "a second".to_owned(),
        seconds @ 0..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_says_how_long_it_is_and_never_too_little() {
        for (wait, words) in [
            (Duration::from_millis(3), "in a second"),
            (Duration::from_secs(61), "in 61 seconds"),
            (Duration::from_mins(15), "in 15 minutes"),
            (Duration::from_secs(14 * 60 + 1), "in 15 minutes"),
        ] {
            let error = AppError::from(SignInError::Paused { retry_after: wait });
            assert_eq!(error.code, ErrorCode::SignInPaused);
            assert!(error.message.contains(words), "{}", error.message);
            assert!(error.retry_after >= Some(wait));
        }
    }
}
