//! A reader in front of the API: a browser's cookie jar and nothing more.

use axum::{Router, body::Body};
use http::{Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, when it is JSON.
    pub body: Value,
    /// The body as text, whatever it is.
    pub text: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The error code, if it is an error.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.body["error"]["code"].as_str()
    }
}

/// A reader.
#[derive(Clone)]
pub struct Reader {
    router: Router,
    /// The cookie that the reader holds.
    pub cookie: Option<String>,
}

impl Reader {
    /// A reader of the API behind `router`.
    #[must_use]
    pub const fn new(router: Router) -> Self {
        Self { router, cookie: None }
    }

    /// Sends one request and reads the whole answer.
    ///
    /// # Panics
    /// When the request is malformed or the body breaks off.
    pub async fn call(&mut self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|value| ("application/json", value.to_string().into_bytes()));
        self.send(method, path, body).await
    }

    /// Puts `bytes` to `path` as they are.
    ///
    /// # Panics
    /// As [`Reader::call`].
    pub async fn upload(&mut self, path: &str, bytes: &[u8]) -> Answer {
        self.send("PUT", path, Some(("application/octet-stream", bytes.to_vec()))).await
    }

    async fn send(&mut self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let body = match body {
            Some((kind, bytes)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(bytes)
            }
            None => Body::empty(),
        };
        let request = request.body(body).expect("a well-formed request");
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        if let Some(set) = response.headers().get(header::SET_COOKIE) {
            let set = set.to_str().expect("a cookie is ASCII");
            self.cookie = set.split(';').next().map(str::to_owned);
        }
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.expect("a whole body").to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, body, text, bytes: bytes.to_vec() }
    }

    /// Reads `path`.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    /// Sends `text` as a message.
    pub async fn say(&mut self, text: &str) -> Answer {
        self.call("POST", "/api/turns", Some(json!({ "text": text }))).await
    }

    /// Sends `text` and follows its turn to the end: every event, by name and data.
    ///
    /// # Panics
    /// When the message is not taken.
    pub async fn ask(&mut self, text: &str) -> Vec<(String, Value)> {
        let accepted = self.say(text).await;
        assert_eq!(accepted.status, 202, "{}", accepted.text);
        let id = accepted.body["id"].as_str().expect("an id").to_owned();
        self.events(&id).await
    }

    /// Follows the turn `id` to its end.
    ///
    /// # Panics
    /// When there is no such turn for this reader.
    pub async fn events(&mut self, id: &str) -> Vec<(String, Value)> {
        let answer = self.get(&format!("/api/turns/{id}/events")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text.split("\n\n").filter_map(event).collect()
    }

    /// Sends `text` and returns the finished turn.
    ///
    /// # Panics
    /// When the message is not taken or the turn does not end.
    pub async fn turn(&mut self, text: &str) -> Value {
        let events = self.ask(text).await;
        let (name, data) = events.last().expect("at least one event");
        assert_eq!(name, "done");
        data["turn"].clone()
    }
}

fn event(block: &str) -> Option<(String, Value)> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    let data = serde_json::from_str(field("data: ")?).ok()?;
    Some((field("event: ")?.to_owned(), data))
}
