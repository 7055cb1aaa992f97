//! Canada: the social insurance number.

use super::{NumberRule, Rule, SOCIAL, digit, luhn, near};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/ca-sin",
        reason: "Nine digits with the check digit (Luhn) of a Canadian social insurance number.",
        context: Some(near(&[
            "sin",
            "social insurance",
            "social insurance number",
            "nas",
            "assurance sociale",
            "canadian",
        ])),
        finds: &[
            ("SIN 046 454 286", "046 454 286"),
            ("my social insurance number is 046-454-286", "046-454-286"),
        ],
        passes: &["SIN 046 454 287", "call 046 454 286"],
        ..SOCIAL
    },
    shapes: &["999 999 999"],
    check: sin,
}];

/// The Luhn digit; 8 is not given out as a first digit (Employment and Social Development Canada).
/// The documented example begins with 0, which stands for tests.
fn sin(signs: &[u8]) -> bool {
    digit(signs, 0) != 8 && luhn(signs)
}
