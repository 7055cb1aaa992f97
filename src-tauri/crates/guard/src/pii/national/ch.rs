//! Switzerland: the social insurance number (AHV, AVS).

use super::{NumberRule, Rule, SOCIAL, digit, weighted};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/ch-ahv",
        reason: "Thirteen digits from 756 on with the check digit of a Swiss AHV number.",
        finds: &[("AHV 756.9217.0769.85", "756.9217.0769.85"), ("7569217076985", "7569217076985")],
        passes: &["756.9217.0769.84", "755.9217.0769.85"],
        ..SOCIAL
    },
    shapes: &["999 9999 9999 99"],
    check: ahv,
}];

/// The EAN-13 check digit after the country's 756 (Federal Social Insurance Office, AHVN13).
fn ahv(signs: &[u8]) -> bool {
    let sum = weighted(signs, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    signs.starts_with(b"756") && (10 - sum % 10) % 10 == digit(signs, 12)
}
