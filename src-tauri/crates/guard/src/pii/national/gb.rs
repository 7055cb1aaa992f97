//! United Kingdom: national insurance number and unique taxpayer reference.

use super::{ID, NumberRule, Rule, SOCIAL, digit, letter, near};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "national/uk-nino",
            reason: "Two letters, six digits and a letter as in a British national insurance number.",
            finds: &[
                ("NI number AB 12 34 56 C", "AB 12 34 56 C"),
                ("it is JG103759A.", "JG103759A"),
            ],
            passes: &["QQ 12 34 56 C", "BG123456A", "AB123456E"],
            ..SOCIAL
        },
        shapes: &["AA 99 99 99 A", "AA 999999 A", "AA999999 A"],
        check: nino,
    },
    NumberRule {
        rule: Rule {
            name: "national/uk-utr",
            reason: "Ten digits with the check digit of a British unique taxpayer reference.",
            context: Some(near(&[
                "utr",
                "taxpayer reference",
                "unique taxpayer",
                "self assessment",
                "hmrc",
            ])),
            finds: &[
                ("UTR 1955839661", "1955839661"),
                ("taxpayer reference: 19558 39661", "19558 39661"),
            ],
            passes: &["UTR 1955839662", "order 1955839661"],
            ..ID
        },
        shapes: &["99999 99999", "999 999 9999"],
        check: utr,
    },
];

/// Prefixes that are given out, and a suffix from A to D (HM Revenue & Customs, NIM39110).
fn nino(signs: &[u8]) -> bool {
    let prefix = signs.get(..2).unwrap_or_default();
    let never: [&[u8]; 7] = [b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"];
    !b"DFIQUV".contains(&letter(signs, 0))
        && !b"DFIOQUV".contains(&letter(signs, 1))
        && !never.contains(&prefix)
        && (b'A'..=b'D').contains(&letter(signs, 8))
}

/// Weights 6, 7, 8, 9, 10, 5, 4, 3, 2 over the last nine digits (HM Revenue & Customs).
fn utr(signs: &[u8]) -> bool {
    let weights = [6, 7, 8, 9, 10, 5, 4, 3, 2];
    let sum: u32 =
        weights.iter().enumerate().map(|(at, weight)| digit(signs, at + 1) * weight).sum();
    usize::try_from(sum % 11).is_ok_and(|at| letter(b"21987654321", at) == letter(signs, 0))
}
