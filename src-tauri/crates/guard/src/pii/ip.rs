//! Internet addresses, versions 4 and 6.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    ops::Range,
};

use super::{Candidate, Gate, Rule};
use crate::{Category, finding::Evidence, normalise::part};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "ip/v4",
        category: Category::Ip,
        pattern: r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}",
        gate: Gate::Digits(4),
        accept: version_4,
        evidence: Evidence::Validated,
        score: 0.95,
        reason: "Four numbers below 256 divided by dots: an Internet address.",
        finds: &[
            ("from 79.43.74.70 today", "79.43.74.70"),
            ("http://10.0.0.1:8080/", "10.0.0.1"),
            ("(192.168.0.254)", "192.168.0.254"),
            ("route 172.16.0.0/12 and", "172.16.0.0"),
            ("pool 10.0.0.1-10.0.0.9", "10.0.0.1"),
        ],
        passes: &[
            "256.1.1.1",
            "v1.2.3.4",
            "version 10.2.3.4",
            "firmware 10.2.3.4",
            "1.2.3.4.5",
            "libx 2.2.0.33+dfsg-1",
            "libx (0.99.7.1-5)",
            "section 01.02.03.04",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "ip/v6",
        category: Category::Ip,
        pattern: r"(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4})",
        gate: Gate::Any(&[":"]),
        accept: version_6,
        evidence: Evidence::Validated,
        score: 0.95,
        reason: "An Internet address of version 6.",
        finds: &[
            ("host 2001:db8::8a2e:370:7334 is down", "2001:db8::8a2e:370:7334"),
            ("fe80::1", "fe80::1"),
            ("fe80::1ff:fe23:4567:890a%eth2", "fe80::1ff:fe23:4567:890a"),
            ("http://[2001:db8::1]:8080/", "2001:db8::1"),
            ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "2001:0db8:85a3:0000:0000:8a2e:0370:7334"),
            ("::ffff:192.0.2.128", "::ffff:192.0.2.128"),
        ],
        passes: &[
            "at 12:30:45",
            "std::vec",
            "a::b::c",
            "::",
            "ratio 1:2:3",
            "00:1A:2B:3C:4D:5E",
            "EA:8D:99:DD:36:AA:2D:07:1A:3C",
        ],
        ..Rule::BASE
    },
];

/// Words after which four numbers are a version or a place in a document.
const NOT_AN_ADDRESS: [&str; 12] = [
    "version",
    "versions",
    "release",
    "firmware",
    "build",
    "section",
    "chapter",
    "clause",
    "paragraph",
    "driver",
    "ver.",
    "§",
];

fn version_4(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    candidate.value().parse::<Ipv4Addr>().ok()?;
    let touched = |c: Option<char>| c.is_some_and(|c| c == '.' || c.is_alphanumeric());
    let after = candidate.char_after(candidate.range.end);
    let goes_on = match after {
        Some('.') => {
            candidate.char_after(candidate.range.end + 1).is_some_and(|c| c.is_ascii_digit())
        }
        // a package's version goes on: 2.2.0.33+dfsg-1, 0.99.7.1-5; a range does too: -10.0.0.9
        Some('+' | '~') => true,
        Some('-') => {
            let rest = part(candidate.text, candidate.range.end + 1..);
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
            !rest.starts_with('.')
        }
        after => touched(after),
    };
    let before = candidate.before(12);
    let before = before.trim_end();
    let is_version = NOT_AN_ADDRESS.iter().any(|word| before.ends_with(word));
    (!goes_on && !touched(candidate.char_before(candidate.range.start)) && !is_version)
        .then(|| candidate.range.clone())
}

fn version_6(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let trimmed = candidate.value();
    let trimmed = if trimmed.ends_with("::") { trimmed } else { trimmed.trim_end_matches(':') };
    trimmed.parse::<Ipv6Addr>().ok()?;
    let range = candidate.range.start..candidate.range.start + trimmed.len();
    let digits = trimmed.bytes().filter(u8::is_ascii_hexdigit).count();
    let joined = candidate.char_before(range.start) == Some(':');
    let goes_on = candidate.char_after(range.end) == Some(':')
        && candidate.char_after(range.end + 1).is_some_and(|c| c.is_ascii_hexdigit());
    (digits >= 4 && !joined && !goes_on && candidate.stands_alone(&range)).then_some(range)
}
