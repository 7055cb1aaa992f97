//! The reader behind a request: a handler that takes one cannot run without a live session.

use std::sync::Arc;

use axum::extract::{
    FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection,
};
use cloister_app::{App, AppError, ErrorCode, Origin, Peer, Place, Session};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{ApiError, access_log::Sender, session_token};

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) app: Arc<App>,
    pub(crate) peer: Peer,
    pub(crate) place: Place,
}

impl Context {
    /// Where the request comes from.
    pub(crate) fn origin(&self) -> Origin {
        Origin { peer: self.peer.clone(), place: self.place.clone() }
    }
}

/// The live session that the request's cookie names.
pub(crate) struct Reader(pub(crate) Session);

/// As [`Reader`], also when its reader has to change the password before anything else.
pub(crate) struct Newcomer(pub(crate) Session);

impl FromRequestParts<Context> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, ApiError> {
        let token = session_token(&parts.headers).ok_or_else(AppError::session_required)?;
        let session = context.app.recognise(token).await?;
        if let Some(sender) = parts.extensions.get::<Sender>() {
            sender.set(session.pseudonym);
        }
        if !parts.method.is_safe() {
            // Looking extends nothing: an interface that asks again and again keeps nobody in.
            context.app.extend(&session).await?;
        }
        Ok(Self(session))
    }
}

impl FromRequestParts<Context> for Newcomer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, ApiError> {
        let token = session_token(&parts.headers).ok_or_else(AppError::session_required)?;
        let session = context.app.recognise_newcomer(token).await?;
        if let Some(sender) = parts.extensions.get::<Sender>() {
            sender.set(session.pseudonym);
        }
        Ok(Self(session))
    }
}

/// The live session that the request's cookie names, if any, for what may be done without one.
pub(crate) struct MaybeReader(pub(crate) Option<Session>);

impl FromRequestParts<Context> for MaybeReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, ApiError> {
        let Some(token) = session_token(&parts.headers) else { return Ok(Self(None)) };
        match context.app.recognise(token).await {
            Ok(session) => Ok(Self(Some(session))),
            Err(error) if error.code == ErrorCode::SessionRequired => Ok(Self(None)),
            Err(error) => Err(error.into()),
        }
    }
}

/// The parameters of an address, with the product's own error when they are not of the expected
/// form.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Context> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Context) -> Result<Self, ApiError> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Self(value)),
            Err(_) => Err(not_of_the_form().into()),
        }
    }
}

/// The number in a path. What is none names nothing, and is not repeated: a refusal holds no text of
/// who asked.
pub(crate) struct Number<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Context> for Number<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, ApiError> {
        match Path::from_request_parts(parts, context).await {
            Ok(Path(number)) => Ok(Self(number)),
            Err(_) => Err(AppError::not_found().into()),
        }
    }
}

/// A JSON body, with the product's own error when it is not of the expected form.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Context> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &Context) -> Result<Self, ApiError> {
        read_json(request).await.map(Self)
    }
}

/// The JSON body of `request`.
pub(crate) async fn read_json<T: DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    match axum::Json::<T>::from_request(request, &()).await {
        Ok(axum::Json(value)) => Ok(value),
        Err(JsonRejection::BytesRejection(_)) => Err(too_large().into()),
        Err(_) => Err(not_of_the_form().into()),
    }
}

fn not_of_the_form() -> AppError {
    let message = "The request is not of the form that this address takes.";
    AppError::new(ErrorCode::InvalidRequest, message)
}

/// A JSON body that may be missing, which reads as the default.
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned + Default> FromRequest<Context> for OptionalBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, context: &Context) -> Result<Self, ApiError> {
        if !request.headers().contains_key(http::header::CONTENT_TYPE) {
            return Ok(Self(T::default()));
        }
        Body::from_request(request, context).await.map(|Body(value)| Self(value))
    }
}

fn too_large() -> AppError {
    AppError::new(ErrorCode::MessageTooLong, "The message is longer than 8,000 characters.")
}
