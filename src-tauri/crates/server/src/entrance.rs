//! `/api/unlock`, and the API of a vault that may still be locked: every request is told why, until
//! one of them unlocks it, and from then on the same router serves the appliance.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, post},
};
use cloister_app::{
    App, AppError, AppOptions, ErrorBody, ErrorCode, Origin, Unlock, UnlockDto, UnlockStateDto,
    ways_to_unlock,
};
use http::StatusCode;
use tokio::{runtime::Handle, sync::watch, task::spawn_blocking};
use tower::ServiceExt;

use crate::{ApiError, reader::read_json, router::harden, router::router};

/// Most bytes of a passphrase in JSON.
const MOST_BODY_BYTES: usize = 16 * 1024;

/// The way into an appliance whose vault may be locked. Cloning is cheap and shares it.
#[derive(Clone)]
pub struct Entrance(Arc<Inner>);

struct Inner {
    options: AppOptions,
    /// Why nobody is in yet.
    refusal: RwLock<AppError>,
    opened: watch::Sender<Option<Arc<App>>>,
    /// Attempts wait for each other: stretching a passphrase takes a second and much memory.
    attempt: tokio::sync::Mutex<()>,
}

impl Entrance {
    /// Tries once to open the appliance as `unlock` says; if it stays closed, the routers say why.
    pub async fn open(options: AppOptions, unlock: Unlock) -> Self {
        let refusal = AppError::new(ErrorCode::VaultLocked, "The vault is not open yet.");
        let inner = Inner {
            options,
            refusal: RwLock::new(refusal),
            opened: watch::Sender::new(None),
            attempt: tokio::sync::Mutex::default(),
        };
        let entrance = Self(Arc::new(inner));
        if let Err(error) = entrance.unlock(unlock).await {
            tracing::info!(%error, "the vault stays closed");
            entrance.refuse_with(error);
        }
        entrance
    }

    /// The appliance, once it is open.
    #[must_use]
    pub fn app(&self) -> Option<Arc<App>> {
        self.0.opened.borrow().clone()
    }

    /// Waits until the appliance is open.
    pub async fn opened(&self) -> Arc<App> {
        let mut opened = self.0.opened.subscribe();
        loop {
            if let Some(app) = opened.borrow_and_update().clone() {
                return app;
            }
            if opened.changed().await.is_err() {
                // The sender lives as long as this value.
                std::future::pending::<()>().await;
            }
        }
    }

    /// The API for requests that come from `origin`.
    pub fn router(&self, origin: Origin) -> Router {
        let door = Door { entrance: self.clone(), origin, inside: Arc::default() };
        Router::new()
            .route("/api/unlock", post(try_to_unlock).get(show))
            .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
            .layer(middleware::from_fn(harden))
            .fallback_service(any(pass).with_state(door.clone()))
            .with_state(door)
    }

    /// Opens the appliance.
    ///
    /// # Errors
    /// Those of [`App::unlock`], and [`ErrorCode::Conflict`] when it is open.
    async fn unlock(&self, unlock: Unlock) -> Result<(), AppError> {
        let _turn = self.0.attempt.lock().await;
        if self.app().is_some() {
            return Err(open_already());
        }
        // On a thread of its own: the work that the vault is given has a future that cannot move
        // between threads.
        let (options, runtime) = (self.0.options.clone(), Handle::current());
        let opened = spawn_blocking(move || runtime.block_on(App::unlock(options, &unlock))).await;
        let broken_off = |_| AppError::new(ErrorCode::VaultUnusable, "Opening broke off.");
        self.0.opened.send_replace(Some(opened.map_err(broken_off)??));
        Ok(())
    }

    fn refuse_with(&self, error: AppError) {
        *self.0.refusal.write().unwrap_or_else(PoisonError::into_inner) = error;
    }

    fn refusal(&self) -> AppError {
        self.0.refusal.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One router's view of the entrance.
#[derive(Clone)]
struct Door {
    entrance: Entrance,
    origin: Origin,
    inside: Arc<OnceLock<Router>>,
}

/// What opens the vault, and whether it is locked.
#[utoipa::path(get, path = "/api/unlock", tag = "keys",
    responses((status = 200, body = UnlockStateDto), (status = 503, body = ErrorBody)))]
async fn show(State(door): State<Door>) -> Result<Json<UnlockStateDto>, ApiError> {
    let locked = door.entrance.app().is_none();
    let kinds = ways_to_unlock(&door.entrance.0.options)?;
    Ok(Json(UnlockStateDto { locked, kinds }))
}

/// Unlocks the vault by what is typed, or tries again what needs nobody.
#[utoipa::path(post, path = "/api/unlock", tag = "keys", request_body = UnlockDto,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 423, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn try_to_unlock(State(door): State<Door>, request: Request) -> Result<StatusCode, ApiError> {
    let typed: UnlockDto = read_json(request).await?;
    door.entrance.unlock(typed.try_into()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The same address where the vault was never locked.
pub(crate) async fn open_already_here() -> ApiError {
    ApiError(open_already())
}

/// The same address where the vault was never locked.
pub(crate) async fn nothing_to_unlock() -> Json<UnlockStateDto> {
    Json(UnlockStateDto { locked: false, kinds: Vec::new() })
}

fn open_already() -> AppError {
    AppError::new(ErrorCode::Conflict, "The vault is open already.")
}

/// Hands a request to the appliance, or says why there is none.
async fn pass(State(door): State<Door>, request: Request) -> Response {
    let Some(app) = door.entrance.app() else {
        return ApiError(door.entrance.refusal()).into_response();
    };
    let inside = door.inside.get_or_init(|| router(app, door.origin.clone()));
    inside.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
}
