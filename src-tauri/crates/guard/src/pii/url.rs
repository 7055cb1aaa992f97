//! Web addresses. Reported always; replaced only when they carry credentials or a token.

use std::ops::Range;

use super::{Candidate, Gate, Rule};
use crate::{
    Category,
    finding::{Evidence, Treatment},
};

/// Names of parameters that carry a secret or a person's data.
const TELLING: [&str; 20] = [
    "token",
    "access_token",
    "auth",
    "key",
    "api_key",
    "apikey",
    "secret",
    "password",
    "passwd",
    "pwd",
    "sig",
    "signature",
    "session",
    "sessionid",
    "sid",
    "code",
    "jwt",
    "user",
    "email",
    "username",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "url/credentials",
        category: Category::Url,
        pattern: r#"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/@:"'<>]{1,128}:[^\s/@"'<>]{1,256}@[^\s"'<>]+"#,
        gate: Gate::Any(&["://"]),
        accept: trimmed,
        evidence: Evidence::Validated,
        score: 0.99,
        finds: &[
            (
                "postgres://app:s3cret@db.internal:5432/prod",
                "postgres://app:s3cret@db.internal:5432/prod",
            ),
            ("see https://ann:pw@example.com/x.", "https://ann:pw@example.com/x"),
        ],
        passes: &["https://example.com:8080/a", "https://example.com/@ann"],
        ..Rule::BASE
    },
    Rule {
        name: "url/token",
        category: Category::Url,
        pattern: r#"(?i)https?://[^\s"'<>?#]+[?#][^\s"'<>]+"#,
        gate: Gate::Any(&["://"]),
        accept: with_telling_parameter,
        evidence: Evidence::Validated,
        score: 0.95,
        finds: &[
            (
                "https://example.com/reset?token=8f14e45f",
                "https://example.com/reset?token=8f14e45f",
            ),
            ("https://example.com/u?id=1&email=a", "https://example.com/u?id=1&email=a"),
        ],
        passes: &[
            "https://example.com/search?q=shoes",
            "https://example.com/#top",
            "https://e.com/?token=",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "url/plain",
        category: Category::Url,
        pattern: r#"(?i)(?:(?:https?|ftp)://|(?-u:\b)www\.)[^\s"'<>\[\]{}|\\^`]{3,}"#,
        gate: Gate::Any(&["://", "www."]),
        accept: trimmed,
        score: 0.95,
        treatment: Treatment::Report,
        finds: &[
            ("our site is https://example.com/help?id=3.", "https://example.com/help?id=3"),
            ("www.example.org", "www.example.org"),
        ],
        passes: &["http and https", "the www"],
        ..Rule::BASE
    },
];

#[expect(clippy::unnecessary_wraps, reason = "rules choose it as their check")]
fn trimmed(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value().trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    Some(candidate.range.start..candidate.range.start + value.len())
}

fn with_telling_parameter(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let range = trimmed(candidate)?;
    let (_, parameters) = candidate.text.get(range.clone())?.split_once(['?', '#'])?;
    let telling = parameters.split(['&', ';']).any(|pair| {
        pair.split_once('=').is_some_and(|(name, value)| {
            !value.is_empty() && TELLING.contains(&name.to_ascii_lowercase().as_str())
        })
    });
    telling.then_some(range)
}
