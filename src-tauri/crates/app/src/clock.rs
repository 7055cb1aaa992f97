//! The clock that says what is due, and the word of a person when it jumped.

use cloister_access::{Resource, Session};
use cloister_store::{ClockState, Moment, Store, StoreError};
use cloister_types::act;

use crate::{App, AppError, AppOptions, ClockDto, ErrorCode};

impl App {
    /// Trusts the clock as it is now, after it jumped.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::StoreFailed`] when it could not be recorded.
    pub async fn confirm_clock(&self, session: &Session) -> Result<ClockDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let now = moment(&self.options);
        let was_in_doubt = self.store.confirm_clock(&allowed, session.pseudonym, now).await?;
        Ok(ClockDto { now: now.at.to_string(), was_in_doubt })
    }

    /// Whether the clock may say what is due.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when that is not known.
    pub(crate) async fn clock_state(&self) -> Result<ClockState, AppError> {
        Ok(watch_clock(&self.store, &self.options).await?)
    }

    /// Refuses what deletes by the clock while the clock is in doubt.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] after a jump.
    pub(crate) async fn refuse_doubtful_clock(&self) -> Result<(), AppError> {
        match self.clock_state().await? {
            ClockState::Trusted => Ok(()),
            ClockState::Jumped => {
                let now = self.options.clock.now();
                let message = format!(
                    "The clock jumped, or the appliance was off for more than a day: it is {now} by \
                     the clock. Nothing is deleted until somebody confirms that with `cloister purge \
                     --confirm-clock`."
                );
                Err(AppError::new(ErrorCode::Conflict, message))
            }
        }
    }
}

/// Looks at the clock; a jump is recorded and raises its alert.
pub(crate) async fn watch_clock(
    store: &Store,
    options: &AppOptions,
) -> Result<ClockState, StoreError> {
    store.watch_clock(&*options.entropy, moment(options)).await
}

fn moment(options: &AppOptions) -> Moment {
    Moment { at: options.clock.now(), running: options.clock.monotonic() }
}
