//! Account names, in context.

use std::ops::Range;

use super::{Candidate, Gate, Rule, with_digit};
use crate::{Category, finding::Evidence};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "username/context",
    category: Category::Username,
    pattern: r#"(?i)(?-u:\b)(?:(?:user ?name|login|user_?id|user id|db_user|screen name|benutzername)["']?(?:\s{0,2}[:=]\s{0,2}| is )["']?|[?&]user=)(?P<v>[a-z0-9._@-]{3,40})"#,
    gate: Gate::Any(&["user", "login", "screen name", "benutzername"]),
    accept: without_full_stop,
    evidence: Evidence::Context,
    score: 0.75,
    finds: &[
        ("username: ann_lee77", "ann_lee77"),
        ("DB_USER = \"test_8557\"", "test_8557"),
        ("my user name is k7brown", "k7brown"),
    ],
    passes: &["my username is wrong", "login: required", "user: 4 stars"],
    ..Rule::BASE
}];

/// Without the full stop of the sentence, when a digit makes it more than a word.
fn without_full_stop(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value().trim_end_matches('.');
    let range = candidate.range.start..candidate.range.start + value.len();
    with_digit(&Candidate { text: candidate.text, range })
}
