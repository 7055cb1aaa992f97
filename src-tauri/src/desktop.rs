//! The window: the one API behind four commands, and a webview that can do nothing else.
//!
//! The session token stays on this side: the router's cookie is kept here and never reaches the
//! webview.

use std::{
    env,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, body::Body};
use cloister_app::{App, ErrorCode, Origin, Pack, Unlock};
use cloister_server::{ControlSocket, Entrance, SESSION_COOKIE, status_of};
use futures_util::StreamExt;
use http::{HeaderMap, Method, Request, Response, header};
use http_body_util::BodyExt;
use serde::Serialize;
use serde_json::{Value, json};
use tauri::{
    State,
    ipc::{self, Channel, InvokeBody},
};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::{
    cli::{Bench, Exit, Failure, client, identity},
    environment::Folders,
    sse::{EventReader, ServerEvent},
};

mod save;
mod window;

/// What is said when there is nothing to open a window on.
pub(crate) const NO_DISPLAY: &str = "there is no display to open a window on; use the terminal \
                                     instead: `cloister chat`, or `cloister ask \"…\"`";

/// The promises are tried this long after the start, so that the window has the processor first.
const FIRST_CHECK: Duration = Duration::from_secs(3);

/// Whether a display server can be reached.
pub(crate) fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The window's state: the API in memory and the cookie that a browser would keep.
pub(crate) struct Desktop {
    router: Router,
    token: Mutex<Option<String>>,
    /// Where files go that a person takes along.
    saved: PathBuf,
}

/// An answer of the API, as the interface takes it.
#[derive(Serialize)]
pub(crate) struct ApiAnswer {
    status: u16,
    body: Value,
}

/// Opens the window and runs until it is closed.
pub(crate) fn run(bench: &Bench<'_>, runtime: &Runtime) -> Result<Exit, Failure> {
    tauri::async_runtime::set(runtime.handle().clone());
    let options = bench.folders.options(Pack::Manga, bench.limits.clone())?;
    let unlock = match bench.identity.unlock_fd {
        Some(number) => Unlock::typed(identity::from_descriptor(number)?),
        None => Unlock::Automatic,
    };
    // A vault that stays closed says why in the window, which may open it.
    let entrance = runtime.block_on(Entrance::open(options, unlock));
    let socket = Arc::new(Mutex::new(None));
    runtime.spawn(attend(entrance.clone(), bench.folders.clone(), Arc::clone(&socket)));
    let desktop = Desktop {
        router: entrance.router(Origin::window()),
        token: Mutex::new(None),
        saved: bench.folders.saved(),
    };
    let closed = window::run(desktop, bench.folders.data.join("webview"));
    drop(socket.lock().unwrap_or_else(PoisonError::into_inner).take());
    if let Some(app) = entrance.app() {
        runtime.block_on(App::close(&app));
    }
    closed.map_err(|error| Failure::Io(std::io::Error::other(error)))?;
    Ok(Exit::Done)
}

/// Once the vault is open: lets other commands use it, and tries the promises.
async fn attend(entrance: Entrance, folders: Folders, socket: Arc<Mutex<Option<ControlSocket>>>) {
    let app = entrance.opened().await;
    let shared = client::share(&folders, entrance.router(Origin::terminal()));
    *socket.lock().unwrap_or_else(PoisonError::into_inner) = shared;
    tokio::time::sleep(FIRST_CHECK).await;
    if let Err(error) = app.doctor().await {
        tracing::error!(%error, "the promises could not be checked");
    }
}

impl Desktop {
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Response<Body> {
        let content = body.map(|value| ("application/json", Body::from(value.to_string())));
        self.send(method, path, content).await
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        content: Option<(&'static str, Body)>,
    ) -> Response<Body> {
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = self.token().as_deref() {
            request = request.header(header::COOKIE, format!("{SESSION_COOKIE}={token}"));
        }
        let body = match content {
            Some((kind, body)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                body
            }
            None => Body::empty(),
        };
        // A path that is no URI is as unknown as any other.
        let request = request.body(body).unwrap_or_else(|_| {
            let mut unknown = Request::new(Body::empty());
            *unknown.uri_mut() = http::Uri::from_static("/unknown");
            unknown
        });
        let answered = self.router.clone().oneshot(request).await;
        let response = answered.unwrap_or_else(|never| match never {});
        self.keep_cookie(response.headers());
        response
    }

    fn token(&self) -> Option<String> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does with `Set-Cookie` what a browser would.
    fn keep_cookie(&self, headers: &HeaderMap) {
        let set = headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok());
        let pair = set.and_then(|cookie| cookie.split(';').next()?.split_once('='));
        if let Some((SESSION_COOKIE, token)) = pair {
            let kept = (!token.is_empty()).then(|| token.to_owned());
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        }
    }
}

/// Hands one request to the API and returns its answer. Never fails: errors are answers too.
#[tauri::command]
pub(crate) async fn request(
    desktop: State<'_, Desktop>,
    method: String,
    path: String,
    body: Option<Value>,
) -> Result<ApiAnswer, ()> {
    Ok(answer(desktop.call(&method, &path, body).await).await)
}

/// Hands the bytes of a file that somebody chose to the API; where they go is in a header, since the
/// body is theirs.
#[tauri::command]
pub(crate) async fn upload(
    desktop: State<'_, Desktop>,
    request: ipc::Request<'_>,
) -> Result<ApiAnswer, ()> {
    let path = request.headers().get("path").and_then(|path| path.to_str().ok()).unwrap_or("/");
    let content = bytes(request.body()).map(|bytes| ("application/octet-stream", bytes.into()));
    Ok(answer(desktop.send("PUT", path, content).await).await)
}

/// Bytes as they come from the webview: as they are or, where its requests carry text only, as a
/// list of numbers.
fn bytes(body: &InvokeBody) -> Option<Vec<u8>> {
    match body {
        InvokeBody::Raw(bytes) => Some(bytes.clone()),
        InvokeBody::Json(numbers) => serde_json::from_value(numbers.clone()).ok(),
    }
}

/// Follows a stream of server-sent events; resolves when it has ended. What a turn emits is
/// bounded, so the channel needs no back-pressure; a reload drops this call and starts another,
/// which sees the turn again from its first event.
#[tauri::command]
pub(crate) async fn stream(
    desktop: State<'_, Desktop>,
    path: String,
    on_event: Channel<ServerEvent>,
) -> Result<ApiAnswer, ()> {
    let response = desktop.call("GET", &path, None).await;
    let status = response.status();
    if !status.is_success() {
        return Ok(answer(response).await);
    }
    let mut reader = EventReader::default();
    let mut pieces = response.into_body().into_data_stream();
    while let Some(Ok(piece)) = pieces.next().await {
        for event in reader.push(&piece) {
            if on_event.send(event).is_err() {
                // The page is gone; the turn goes on and can be followed again.
                return Ok(ApiAnswer { status: status.as_u16(), body: Value::Null });
            }
        }
    }
    Ok(ApiAnswer { status: status.as_u16(), body: Value::Null })
}

/// Hands one request to the API and writes its answer to a file called `name`, in the person's
/// folder for downloads: an export has to leave the window somehow, and a dialog of the desktop
/// would remember its name. Answers with the file's path.
#[tauri::command]
pub(crate) async fn save(
    desktop: State<'_, Desktop>,
    method: String,
    path: String,
    body: Option<Value>,
    name: String,
) -> Result<ApiAnswer, ()> {
    let response = desktop.call(&method, &path, body).await;
    if !response.status().is_success() {
        return Ok(answer(response).await);
    }
    let status = response.status().as_u16();
    let folder = desktop.saved.clone();
    let Ok(bytes) = response.into_body().collect().await.map(http_body_util::Collected::to_bytes)
    else {
        return Ok(unsaved());
    };
    let saved = tokio::task::spawn_blocking(move || save::save(&folder, &name, &bytes)).await;
    let Ok(Ok(file)) = saved else { return Ok(unsaved()) };
    Ok(ApiAnswer { status, body: json!({ "file": file.to_string_lossy() }) })
}

/// As the API says that the disk did not take something.
fn unsaved() -> ApiAnswer {
    let code = ErrorCode::StoreFailed;
    let message = "The file could not be written.";
    let body = json!({ "error": { "code": code, "message": message } });
    ApiAnswer { status: status_of(code).as_u16(), body }
}

async fn answer(response: Response<Body>) -> ApiAnswer {
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.map(http_body_util::Collected::to_bytes);
    let body = bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    ApiAnswer { status, body: body.unwrap_or(Value::Null) }
}

#[cfg(test)]
mod tests {
    use axum::routing::any;
    use http::StatusCode;

    use super::*;

    fn desktop() -> Desktop {
        let router = Router::new().fallback_service(any(async || StatusCode::SERVICE_UNAVAILABLE));
        Desktop { router, token: Mutex::new(None), saved: PathBuf::new() }
    }

    #[tokio::test]
    async fn rubbish_from_the_webview_is_an_answer_too() {
        let response = desktop().call("G ET\n", "not a path \u{0}", None).await;
        assert_eq!(response.status(), 503);
    }

    #[test]
    fn the_cookie_is_kept_and_removed_as_a_browser_would() {
        let desktop = desktop();
        let mut headers = HeaderMap::new();
        let set = |value: &str| header::HeaderValue::from_str(value).expect("ASCII");
        headers.insert(header::SET_COOKIE, set("__Host-cloister=abc; Path=/; HttpOnly"));
        desktop.keep_cookie(&headers);
        assert_eq!(desktop.token().as_deref(), Some("abc"));
        headers.insert(header::SET_COOKIE, set("other=1; Path=/"));
        desktop.keep_cookie(&headers);
        assert_eq!(desktop.token().as_deref(), Some("abc"));
        headers.insert(header::SET_COOKIE, set("__Host-cloister=; Max-Age=0"));
        desktop.keep_cookie(&headers);
        assert_eq!(desktop.token(), None);
    }
}
