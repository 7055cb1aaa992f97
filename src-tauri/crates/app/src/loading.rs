//! What is loaded behind the start: whoever needs it first waits for it.

use std::{
    panic::catch_unwind,
    sync::{Arc, OnceLock},
    thread,
};

use crate::{AppError, ErrorCode};

/// Something that a thread of its own loads, or the reason why it could not be.
pub(crate) struct Loading<T>(Arc<OnceLock<Result<T, AppError>>>);

impl<T> Clone for Loading<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Send + Sync + 'static> Loading<T> {
    /// Starts loading on a thread called `name`; where that fails, `lost` says what is worse for it.
    pub(crate) fn start(
        name: &'static str,
        lost: &'static str,
        load: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Self {
        let loading = Self(Arc::default());
        let loaded = Arc::clone(&loading.0);
        let run = move || {
            let unusable =
                || AppError::new(ErrorCode::ModelUnavailable, format!("The {name} is unusable."));
            // whatever happens, nobody must wait for ever
            let result = catch_unwind(std::panic::AssertUnwindSafe(load))
                .unwrap_or_else(|_| Err(unusable()));
            if let Err(error) = &result {
                tracing::warn!(%error, "{lost}");
            }
            drop(loaded.set(result));
        };
        if let Err(error) = thread::Builder::new().name(name.to_owned()).spawn(run) {
            let why = format!("The {name} could not be started: {error}.");
            drop(loading.0.set(Err(AppError::new(ErrorCode::ModelUnavailable, why))));
        }
        loading
    }

    /// Waits until it is loaded or known not to be. Blocks.
    pub(crate) fn wait(&self) -> Result<&T, &AppError> {
        self.0.wait().as_ref()
    }
}
