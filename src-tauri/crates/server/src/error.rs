//! From error codes to status codes, once.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use cloister_app::{AppError, ErrorBody, ErrorCode, ErrorDetail};
use http::{HeaderValue, StatusCode, header};

/// An operation's error on its way out.
#[derive(Debug)]
pub struct ApiError(pub AppError);

impl<E: Into<AppError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The status that goes with `code`.
#[must_use]
pub const fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
        ErrorCode::SessionRequired | ErrorCode::SignInRequired | ErrorCode::SignInRefused => {
            StatusCode::UNAUTHORIZED
        }
        ErrorCode::Denied
        | ErrorCode::MfaRequired
        | ErrorCode::PasswordChangeRequired
        | ErrorCode::ConsentRequired
        | ErrorCode::ProcessingRestricted
        | ErrorCode::UnlockFailed => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::MessageEmpty
        | ErrorCode::PasswordWeak
        | ErrorCode::DocumentUnreadable
        | ErrorCode::BackupUnusable => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::MessageTooLong => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::RateLimited
        | ErrorCode::CoolingDown
        | ErrorCode::PeerBlocked
        | ErrorCode::ChallengeRequired
        | ErrorCode::SignInPaused => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::TurnRunning
        | ErrorCode::VaultExists
        | ErrorCode::Conflict
        | ErrorCode::DocumentConflict
        | ErrorCode::UnderHold => StatusCode::CONFLICT,
        ErrorCode::VaultLocked => StatusCode::LOCKED,
        ErrorCode::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::VaultInUse
        | ErrorCode::VaultUnusable
        | ErrorCode::SettingsInvalid
        | ErrorCode::StoreFailed
        | ErrorCode::KnowledgeFailed
        | ErrorCode::ModelMissing
        | ErrorCode::ModelAltered
        | ErrorCode::ModelUnavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let retry_after_s = error.retry_after.map(|wait| wait.as_secs());
        let body = ErrorBody {
            error: ErrorDetail {
                code: error.code,
                message: error.message.clone(),
                retry_after_s,
                challenge: error.challenge.clone(),
            },
        };
        let status = status_of(error.code);
        let mut response = (status, Json(body)).into_response();
        if status.is_server_error() {
            // For the error log.
            response.extensions_mut().insert(error);
        }
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_wait_is_said_in_the_header_too() {
        let mut error = AppError::new(ErrorCode::RateLimited, "wait");
        error.retry_after = Some(Duration::from_secs(24));
        let response = ApiError(error).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::RETRY_AFTER], "24");
    }
}
