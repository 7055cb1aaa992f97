//! Hardware addresses of network cards (IEEE 802, EUI-48).

use super::{Gate, Rule, alone};
use crate::{Category, finding::Evidence};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "mac/address",
    category: Category::Mac,
    pattern: r"(?-u:\b)(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?-u:\b)",
    gate: Gate::Any(&[":", "-", "."]),
    accept: |candidate| {
        let joined = |c: Option<char>| matches!(c, Some(':' | '-' | '.'));
        let next = candidate.char_after(candidate.range.end + 1).is_some_and(char::is_alphanumeric);
        let hex = candidate.value().bytes().filter(u8::is_ascii_hexdigit);
        let varied =
            hex.clone().any(|sign| sign.is_ascii_alphabetic()) || candidate.value().contains(':');
        alone(candidate)
            .filter(|_| varied && !joined(candidate.char_before(candidate.range.start)))
            .filter(|_| !(joined(candidate.char_after(candidate.range.end)) && next))
    },
    evidence: Evidence::Validated,
    score: 0.95,
    reason: "Six pairs of hexadecimal signs, as network cards have them.",
    finds: &[
        ("card 00:1B:44:11:3A:B7 up", "00:1B:44:11:3A:B7"),
        ("00-1b-44-11-3a-b7", "00-1b-44-11-3a-b7"),
        ("001b.4411.3ab7", "001b.4411.3ab7"),
    ],
    passes: &[
        "12-34-56-78-90-12",
        "00:1B:44:11:3A",
        "2001:db8:00:1B:44:11:3A:B7",
        "1234.5678.9012",
    ],
    ..Rule::BASE
}];
