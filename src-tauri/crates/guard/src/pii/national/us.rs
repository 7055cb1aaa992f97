//! United States: employer identification number. Social security numbers are in `ssn.rs`.

use super::{ID, NumberRule, Rule, near, number};
use crate::finding::Evidence;

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/us-ein",
        reason: "Nine digits with a prefix of a United States employer identification number.",
        context: Some(near(&[
            "ein",
            "employer identification",
            "fein",
            "tin",
            "tax id",
            "federal tax",
            "irs",
        ])),
        evidence: Evidence::Context,
        finds: &[("EIN 12-3456789", "12-3456789"), ("federal tax number 123456789", "123456789")],
        passes: &["EIN 07-3456789", "order 12-3456789"],
        ..ID
    },
    shapes: &["99-9999999"],
    check: ein,
}];

/// A campus prefix that is in use (Internal Revenue Service, How EINs are assigned).
fn ein(signs: &[u8]) -> bool {
    !matches!(number(signs, 0, 2), 0 | 7..=9 | 17..=19 | 28 | 29 | 49 | 69 | 70 | 78 | 79 | 89 | 96 | 97)
}
