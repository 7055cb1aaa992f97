//! South Africa: the identity number.

use super::{ID, NumberRule, Rule, digit, is_day, luhn, number};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/za-id",
        reason: "A date, a serial and the check digit (Luhn) of a South African identity number.",
        finds: &[("ID 8001015009087", "8001015009087"), ("800101 5009 087", "800101 5009 087")],
        passes: &["8001015009088", "8041015009087"],
        ..ID
    },
    shapes: &["999999 9999 999", "999999 9999 99 9"],
    check: |signs| {
        // citizenship, and the digit that once told a race (Identification Act 68 of 1997)
        digit(signs, 10) <= 2
            && digit(signs, 11) >= 8
            && is_day(number(signs, 4, 6), number(signs, 2, 4))
            && luhn(signs)
    },
}];
