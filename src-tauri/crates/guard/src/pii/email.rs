//! E-mail addresses, plain and written out ("name at host dot com").

use std::ops::Range;

use super::{Candidate, Gate, Rule, alone};
use crate::{Category, finding::Evidence};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "email/address",
        category: Category::Email,
        pattern: r"[\p{L}\p{N}._%+'~-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}",
        gate: Gate::Any(&["@"]),
        accept: trimmed,
        evidence: Evidence::Validated,
        score: 0.99,
        finds: &[
            ("write to ann.lee+shop@example.co.uk", "ann.lee+shop@example.co.uk"),
            ("<bob_7@mail-1.example.com>", "bob_7@mail-1.example.com"),
            ("'jörg@müller.example'", "jörg@müller.example"),
            ("mail me:X@y.io", "X@y.io"),
        ],
        passes: &["meet @ noon", "@handle", "user@localhost", "5 items @ 3.50 each", "a@b"],
        ..Rule::BASE
    },
    Rule {
        name: "email/written-out",
        category: Category::Email,
        pattern: r"(?i)[a-z0-9._-]{2,40} ?(?:\(at\)|\[at\]|\{at\}| at ) ?[a-z0-9-]{2,40} ?(?:\(dot\)|\[dot\]|\{dot\}| dot ) ?(?:[a-z0-9-]{2,20} ?(?:\(dot\)|\[dot\]| dot ) ?)?[a-z]{2,6}",
        gate: Gate::Any(&["dot"]),
        accept: alone,
        score: 0.8,
        finds: &[
            ("reach ann.lee at example dot com", "ann.lee at example dot com"),
            ("ann [at] example [dot] org", "ann [at] example [dot] org"),
        ],
        passes: &["look at the red dot", "meet at noon, dot the i"],
        ..Rule::BASE
    },
];

/// Without quotes and dots that only surround the address.
fn trimmed(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value();
    let inner = value.trim_start_matches(['\'', '.', '-', '%', '~']);
    if inner.starts_with('@') {
        return None;
    }
    Some(candidate.range.start + (value.len() - inner.len())..candidate.range.end)
}
