//! Australia: tax file number, Medicare card, business number.

use super::{ID, NumberRule, Rule, digit, near, number, weighted};
use crate::Category;

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "national/au-tfn",
            reason: "Nine digits with the check of an Australian tax file number.",
            context: Some(near(&["tfn", "tax file", "tax file number", "australian tax", "ato"])),
            finds: &[
                ("TFN 123 456 782", "123 456 782"),
                ("tax file number: 123456782", "123456782"),
            ],
            passes: &["TFN 123 456 783", "call 123 456 782"],
            ..ID
        },
        shapes: &["999 999 999"],
        check: tfn,
    },
    NumberRule {
        rule: Rule {
            name: "national/au-medicare",
            category: Category::MedicalRecord,
            reason: "A number with the check digit of an Australian Medicare card.",
            context: Some(near(&["medicare", "medicare card", "medicare number", "irn"])),
            finds: &[
                ("Medicare 2123 45670 1", "2123 45670 1"),
                ("medicare card 2123456701", "2123456701"),
            ],
            passes: &["Medicare 2123 45680 1", "parcel 2123 45670 1"],
            ..ID
        },
        shapes: &["9999 99999 9", "9999 99999 99"],
        check: medicare,
    },
    NumberRule {
        rule: Rule {
            name: "national/au-abn",
            reason: "Eleven digits with the check of an Australian business number.",
            context: Some(near(&["abn", "australian business number"])),
            finds: &[("ABN 51 824 753 556", "51 824 753 556")],
            passes: &["ABN 51 824 753 557", "call 51 824 753 556"],
            ..ID
        },
        shapes: &["99 999 999 999"],
        check: abn,
    },
];

/// Weights 1, 4, 3, 7, 5, 8, 6, 9, 10, remainder 11 (Australian Taxation Office, TFN algorithm).
fn tfn(signs: &[u8]) -> bool {
    weighted(signs, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11) && number(signs, 0, 9) > 0
}

/// Weights 1, 3, 7, 9 over eight digits, the ninth being the check (Services Australia).
fn medicare(signs: &[u8]) -> bool {
    (2..=6).contains(&digit(signs, 0))
        && weighted(signs, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == digit(signs, 8)
}

/// The first digit less one, weights 10, 1, 3, …, 19, remainder 89 (Australian Business Register).
fn abn(signs: &[u8]) -> bool {
    let sum = weighted(signs, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    digit(signs, 0) > 0 && sum.checked_sub(10).is_some_and(|sum| sum.is_multiple_of(89))
}
