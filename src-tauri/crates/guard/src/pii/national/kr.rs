//! South Korea: the resident registration number.

use super::{ID, NumberRule, Rule, digit, is_day, number, weighted};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/kr-resident",
        reason: "A date and seven digits with the check of a South Korean resident number.",
        finds: &[("RRN 971013-9019902", "971013-9019902")],
        passes: &["971013-9019903", "974013-9019902"],
        ..ID
    },
    shapes: &["!999999-9999999"],
    check: resident,
}];

/// Weights 2 to 9 and 2 to 5, remainder 11 (Ministry of the Interior and Safety).
fn resident(signs: &[u8]) -> bool {
    let sum = weighted(signs, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    is_day(number(signs, 4, 6), number(signs, 2, 4)) && (11 - sum % 11) % 10 == digit(signs, 12)
}
