//! The cookie that carries the session token.

use http::{HeaderMap, HeaderValue, header};

/// The cookie's name. The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`
/// (RFC 6265bis, section 4.1.3.2).
pub const SESSION_COOKIE: &str = "__Host-cloister";

/// The session token among the request's cookies, if any.
#[must_use]
pub fn session_token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == SESSION_COOKIE).then_some(value))
}

/// Sets the cookie to `token` for as long as the browser is open.
///
/// # Panics
/// Never: a token is URL-safe base64.
pub(crate) fn set(token: &str) -> HeaderValue {
    let cookie = format!("{SESSION_COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict");
    HeaderValue::from_str(&cookie).expect("a token is URL-safe base64")
}

/// Removes the cookie.
pub(crate) fn clear() -> HeaderValue {
    HeaderValue::from_static(
        "__Host-cloister=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; __Host-cloister=tok; b=2"));
        assert_eq!(session_token(&headers), Some("tok"));
        headers.clear();
        headers.append(header::COOKIE, HeaderValue::from_static("x__Host-cloister=tok"));
        assert_eq!(session_token(&headers), None);
    }

    #[test]
    fn removing_names_the_same_cookie() {
        let text = clear();
        assert!(text.to_str().expect("ASCII").starts_with(SESSION_COOKIE));
    }
}
