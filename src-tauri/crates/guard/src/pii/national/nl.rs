//! Netherlands: the citizen service number (BSN).

use super::{ID, NumberRule, Rule, digit, near, number, weighted};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/nl-bsn",
        reason: "Nine digits that pass the eleven test of a Dutch BSN.",
        context: Some(near(&[
            "bsn",
            "burgerservicenummer",
            "sofinummer",
            "sofi",
            "citizen service",
            "dutch",
        ])),
        finds: &[
            ("BSN 111222333", "111222333"),
            ("burgerservicenummer: 1112.22.333", "1112.22.333"),
        ],
        passes: &["BSN 111222334", "order 111222333"],
        ..ID
    },
    shapes: &["9999 99 999", "999 999 999"],
    check: bsn,
}];

/// Weights 9 to 2 and -1 (Rijksdienst voor Identiteitsgegevens, the eleven test).
fn bsn(signs: &[u8]) -> bool {
    let sum = weighted(signs, &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum % 11 == digit(signs, 8) && number(signs, 0, 9) > 9_999_999
}
