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
        reason: "A name, an at sign and a host: an e-mail address.",
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
        pattern: r"(?i)[a-z0-9._+-]{1,40}(?: ?(?:\(dot\)|\[dot\]| dot ) ?[a-z0-9_-]{1,30}){0,2} ?(?:\(at\)|\[at\]|\{at\}|<at>|\(@\)|\[@\]| at | @ ) ?[a-z0-9-]{1,40}(?:(?: ?(?:\(dot\)|\[dot\]|\{dot\}|<dot>|\(\.\)|\[\.\]| dot ) ?|\.)[a-z]{2,20}){1,3}",
        gate: Gate::Any(&["dot", "(at)", "[at]", "{at}", "(@)", "[@]", "[.]"]),
        accept: written_out,
        score: 0.8,
        reason: "An e-mail address whose signs are written as words.",
        finds: &[
            ("reach ann.lee at example dot com", "ann.lee at example dot com"),
            ("ann [at] example [dot] org", "ann [at] example [dot] org"),
            ("ann(at)example.com", "ann(at)example.com"),
            ("ann dot lee at mail dot example dot org", "ann dot lee at mail dot example dot org"),
            ("ann[@]example[.]net", "ann[@]example[.]net"),
        ],
        passes: &[
            "look at the red dot",
            "meet at noon, dot the i",
            "shop at example dot com",
            "a dot at example.com",
        ],
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

/// Words before "at" in ordinary speech.
const NOT_A_NAME: [&str; 22] = [
    "look",
    "shop",
    "buy",
    "order",
    "me",
    "us",
    "is",
    "are",
    "am",
    "was",
    "it",
    "found",
    "available",
    "website",
    "site",
    "page",
    "online",
    "here",
    "sold",
    "live",
    "account",
    "work",
];

/// Hosts that speech names end so.
const ENDINGS: [&str; 24] = [
    "com", "org", "net", "edu", "gov", "io", "co", "uk", "de", "fr", "es", "it", "nl", "pt", "ch",
    "at", "be", "eu", "us", "ca", "au", "in", "info", "example",
];

/// Takes the address when its at sign or a dot of its host is disguised and its ending is known.
fn written_out(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value().to_ascii_lowercase();
    let bracketed =
        ["(at)", "[at]", "{at}", "<at>", "(@)", "[@]"].into_iter().find(|at| value.contains(at));
    let (name, host) = value.split_once(bracketed.unwrap_or(if value.contains(" @ ") {
        " @ "
    } else {
        " at "
    }))?;
    let spoken = host.contains("dot") || host.contains("[.]") || host.contains("(.)");
    let ending = host.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let called = !NOT_A_NAME.contains(&name.trim());
    alone(candidate)
        .filter(|_| called && (bracketed.is_some() || spoken) && ENDINGS.contains(&ending))
}
