//! The command line as a client of the one API: in memory where this process owns the vault, over
//! the control socket where another does.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body};
use cloister_app::{
    App, AppError, ChallengeDto, ErrorBody, ErrorCode, ModelSource, Origin, Pack, ProofDto,
};
use cloister_server::{ControlSocket, SESSION_COOKIE, connect_control, router};
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderMap, Method, Request, Response, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tower::ServiceExt;

use super::{Bench, Failure};
use crate::{
    environment::Folders,
    sse::{EventReader, ServerEvent},
};

/// How long a command waits for another one to finish with the vault.
const PATIENCE: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_millis(100);

/// What bodies are made of.
const JSON: &str = "application/json";
const OCTETS: &str = "application/octet-stream";

/// What a command is going to do, which decides what is loaded for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Ask questions, which may need the model.
    Talk,
    /// Anything else.
    Manage,
}

/// A connection to the appliance, and the session that its requests carry.
pub(crate) struct Client {
    transport: Transport,
    token: Option<String>,
}

enum Transport {
    /// The vault is this process's own.
    Local { app: Arc<App>, router: Router },
    /// Another process has it.
    Remote { socket: PathBuf },
}

impl Client {
    /// Reaches the appliance: through the process that owns the vault, or by opening it.
    ///
    /// # Errors
    /// The reason why the vault cannot be opened; [`ErrorCode::VaultInUse`] when another command
    /// keeps it for longer than five seconds.
    pub(crate) async fn connect(bench: &Bench<'_>, purpose: Purpose) -> Result<Self, Failure> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(socket) = bench.folders.control_socket()
                && connect_control(&socket).await.is_ok()
            {
                return Ok(Self { transport: Transport::Remote { socket }, token: None });
            }
            match open(bench, purpose).await {
                Ok(app) => {
                    let router = router(Arc::clone(&app), Origin::terminal());
                    let transport = Transport::Local { app, router };
                    return Ok(Self { transport, token: None });
                }
                Err(Failure::App(error))
                    if error.code == ErrorCode::VaultInUse && waited < PATIENCE =>
                {
                    tokio::time::sleep(RETRY).await;
                    waited += RETRY;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Lets other commands use the vault while this process keeps it, as long as the socket lives.
    /// A socket that cannot be made costs others their wait, not this command its work.
    pub(crate) fn share(&self, bench: &Bench<'_>) -> Option<ControlSocket> {
        match &self.transport {
            Transport::Local { router, .. } => share(&bench.folders, router.clone()),
            Transport::Remote { .. } => None,
        }
    }

    /// Gives the vault back. Always called, since SQLCipher's exit handler must not meet an open
    /// database.
    pub(crate) async fn close(self) {
        if let Transport::Local { app, .. } = self.transport {
            app.close().await;
        }
    }

    /// The session token that requests carry.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Carries `token` from here on.
    pub(crate) fn carry(&mut self, token: Option<String>) {
        self.token = token;
    }

    pub(crate) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, Failure> {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &mut self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.ask(Method::POST, path, Some(encoded(body)?)).await
    }

    pub(crate) async fn put<T: DeserializeOwned>(
        &mut self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.ask(Method::PUT, path, Some(encoded(body)?)).await
    }

    pub(crate) async fn patch<T: DeserializeOwned>(
        &mut self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.ask(Method::PATCH, path, Some(encoded(body)?)).await
    }

    pub(crate) async fn delete<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, Failure> {
        self.ask(Method::DELETE, path, None).await
    }

    /// Sends `bytes` as they are to `path`.
    pub(crate) async fn upload<T: DeserializeOwned>(
        &mut self,
        path: &str,
        bytes: Vec<u8>,
    ) -> Result<T, Failure> {
        let response = self.send_bytes(Method::PUT, path, Some((OCTETS, bytes))).await?;
        read(response).await
    }

    /// One request and its JSON answer; an empty answer reads as `null`.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, Failure> {
        read(self.send(method, path, body).await?).await
    }

    /// One request whose answer is a file: its body, piece by piece.
    pub(crate) async fn download(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<impl Stream<Item = std::io::Result<Vec<u8>>> + use<>, Failure> {
        let response = self.send(method, path, body).await?;
        let pieces = response.into_body().into_data_stream();
        Ok(pieces.map(|piece| piece.map(|bytes| bytes.to_vec()).map_err(std::io::Error::other)))
    }

    /// The server-sent events of `path` until it ends.
    pub(crate) async fn events(
        &mut self,
        path: &str,
    ) -> Result<impl Stream<Item = std::io::Result<ServerEvent>> + use<>, Failure> {
        let response = self.send(Method::GET, path, None).await?;
        let pieces = response.into_body().into_data_stream();
        let mut reader = EventReader::default();
        Ok(pieces.flat_map(move |piece| {
            let events = match piece {
                Ok(bytes) => reader.push(&bytes).into_iter().map(Ok).collect(),
                Err(error) => vec![Err(std::io::Error::other(error))],
            };
            stream::iter(events)
        }))
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Response<Body>, Failure> {
        let body = body.map(|value| (JSON, value.to_string().into_bytes()));
        self.send_bytes(method, path, body).await
    }

    /// One request, whose body is of a type; an answer that is an error becomes one. Where a proof of
    /// work is needed first, it is given, once.
    async fn send_bytes(
        &mut self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Response<Body>, Failure> {
        let first = self.send_once(method.clone(), path, body.clone()).await;
        let Err(Failure::App(AppError { challenge: Some(challenge), .. })) = &first else {
            return first;
        };
        let proof = encoded(&prove(challenge.clone()).await?)?;
        let proof = Some((JSON, proof.to_string().into_bytes()));
        self.send_once(Method::POST, "/api/challenge", proof).await?;
        self.send_once(method, path, body).await
    }

    async fn send_once(
        &mut self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Response<Body>, Failure> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "local");
        if let Some(token) = &self.token {
            request = request.header(header::COOKIE, format!("{SESSION_COOKIE}={token}"));
        }
        let body = match body {
            Some((kind, bytes)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(bytes)
            }
            None => Body::empty(),
        };
        let request = request.body(body).map_err(std::io::Error::other)?;
        let response = match &self.transport {
            Transport::Local { router, .. } => {
                router.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
            }
            Transport::Remote { socket } => send_over(socket, request).await?,
        };
        self.keep_cookie(response.headers());
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let bytes = response.into_body().collect().await.map_err(std::io::Error::other)?.to_bytes();
        let Ok(ErrorBody { error }) = serde_json::from_slice(&bytes) else {
            return Err(std::io::Error::other(format!("the appliance answered {status}")).into());
        };
        let retry_after = error.retry_after_s.map(Duration::from_secs);
        let challenge = error.challenge;
        Err(AppError { retry_after, challenge, ..AppError::new(error.code, error.message) }.into())
    }

    /// Does with `Set-Cookie` what a browser would.
    fn keep_cookie(&mut self, headers: &HeaderMap) {
        let set = headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok());
        let pair = set.and_then(|cookie| cookie.split(';').next()?.split_once('='));
        if let Some((SESSION_COOKIE, token)) = pair {
            self.token = (!token.is_empty()).then(|| token.to_owned());
        }
    }
}

/// Serves `router` to other commands of this user.
pub(crate) fn share(folders: &Folders, router: Router) -> Option<ControlSocket> {
    let path = folders.control_socket()?;
    match ControlSocket::serve(&path, router) {
        Ok(socket) => Some(socket),
        Err(error) => {
            tracing::warn!(%error, "no control socket: other commands wait for this one");
            None
        }
    }
}

/// Does the work that `challenge` asks for: some tens of milliseconds of one core.
async fn prove(challenge: ChallengeDto) -> Result<ProofDto, Failure> {
    let proved = tokio::task::spawn_blocking(move || challenge.solve()).await;
    Ok(proved.map_err(std::io::Error::other)?)
}

async fn open(bench: &Bench<'_>, purpose: Purpose) -> Result<Arc<App>, Failure> {
    let mut options = bench.folders.options(Pack::Manga, bench.limits.clone())?;
    if purpose == Purpose::Manage {
        options.model = ModelSource::Missing("This command needs no model.");
    }
    bench.unlock(options).await
}

async fn send_over(socket: &Path, request: Request<Body>) -> Result<Response<Body>, Failure> {
    let stream = TokioIo::new(connect_control(socket).await?);
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(stream).await.map_err(std::io::Error::other)?;
    // Ends with the answer's last byte, or with the other process, which the answer then shows.
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(std::io::Error::other)?;
    Ok(response.map(Body::new))
}

/// The answer's JSON; an empty answer reads as `null`.
async fn read<T: DeserializeOwned>(response: Response<Body>) -> Result<T, Failure> {
    let bytes = response.into_body().collect().await.map_err(std::io::Error::other)?.to_bytes();
    let bytes: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
    Ok(serde_json::from_slice(bytes).map_err(std::io::Error::from)?)
}

fn encoded(body: &impl Serialize) -> Result<Value, Failure> {
    Ok(serde_json::to_value(body).map_err(std::io::Error::from)?)
}
