//! Web addresses. Reported always; replaced only when they carry credentials or a token.

use std::ops::Range;

use super::{Candidate, Gate, Rule};
use crate::{
    Category,
    finding::{Evidence, Treatment},
};

/// Names of parameters that carry a secret. A person's data in others is found for what it is.
const TELLING: [&str; 24] = [
    "token",
    "access_token",
    "id_token",
    "refresh_token",
    "auth",
    "authorization",
    "key",
    "api_key",
    "apikey",
    "api-key",
    "secret",
    "client_secret",
    "password",
    "passwd",
    "pwd",
    "pass",
    "sig",
    "signature",
    "x-amz-signature",
    "session",
    "sessionid",
    "sid",
    "code",
    "jwt",
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
        reason: "A web address that carries a name and a password.",
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
        reason: "A web address with a token, key or password among its parameters.",
        finds: &[
            (
                "https://example.com/reset?token=8f14e45f",
                "https://example.com/reset?token=8f14e45f",
            ),
            ("https://example.com/u?id=1&Sig=a1", "https://example.com/u?id=1&Sig=a1"),
        ],
        passes: &[
            "https://example.com/search?q=shoes",
            "https://example.com/#top",
            "https://example.com/u?user=annlee7",
            "https://e.com/?token=",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "url/plain",
        category: Category::Url,
        pattern: r#"(?i)(?:(?:https?|ftp)://|(?-u:\b)www\.)[^\s"'<>\[\]{}|\\^`]{3,}"#,
        gate: Gate::Any(&["://", "www."]),
        accept: with_nothing_replaced,
        score: 0.95,
        reason: "A web address. It stays where it is.",
        treatment: Treatment::Report,
        finds: &[
            ("our site is https://example.com/help?id=3.", "https://example.com/help?id=3"),
            ("www.example.org", "www.example.org"),
        ],
        passes: &["http and https", "the www", "https://example.com/u?mail=[EMAIL]"],
        ..Rule::BASE
    },
    Rule {
        name: "url/bare",
        category: Category::Url,
        pattern: r#"(?i)(?-u:\b)(?:[a-z0-9-]{1,40}\.){1,4}(?:com|org|net|edu|gov|io|uk|de|fr|es|it|nl|be|pt|ch|at|eu|ca|au|info)/[^\s"'<>\[\]{}|\\^`]{2,}"#,
        gate: Gate::Any(&[
            ".com/", ".org/", ".net/", ".edu/", ".gov/", ".io/", ".uk/", ".de/", ".fr/", ".es/",
            ".it/", ".nl/", ".be/", ".pt/", ".ch/", ".at/", ".eu/", ".ca/", ".au/", ".info/",
        ]),
        accept: bare,
        score: 0.85,
        reason: "A host and a path without http. It stays where it is.",
        treatment: Treatment::Report,
        finds: &[("see example.com/help/a.", "example.com/help/a")],
        passes: &["https://example.com/help", "ann@example.com/x", "example.com", "net/gross"],
        ..Rule::BASE
    },
];

#[expect(clippy::unnecessary_wraps, reason = "rules choose it as their check")]
fn trimmed(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value().trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    Some(candidate.range.start..candidate.range.start + value.len())
}

/// Passes over what is part of a whole address or of an e-mail address.
fn bare(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let part_of_more = matches!(
        candidate.char_before(candidate.range.start),
        Some('/' | '@' | '.' | ':' | '-' | '_')
    );
    with_nothing_replaced(candidate).filter(|_| !part_of_more)
}

/// Passes over an address in which a placeholder stands: what told something is replaced already.
fn with_nothing_replaced(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    trimmed(candidate).filter(|_| candidate.char_after(candidate.range.end) != Some('['))
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
