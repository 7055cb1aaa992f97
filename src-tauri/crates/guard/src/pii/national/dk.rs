//! Denmark: the civil registration number (CPR).

use super::{ID, NumberRule, Rule, is_day, near, number, weighted};

const SETTINGS: Rule = Rule { reason: "A date and four digits like a Danish CPR number.", ..ID };

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "national/dk-cpr-written",
            finds: &[("hun har 070761-4285 som nummer", "070761-4285")],
            passes: &["070761-4286", "471361-4285"],
            ..SETTINGS
        },
        shapes: &["!999999-9999"],
        check: |signs| dated(signs) && weighted(signs, &WEIGHTS).is_multiple_of(11),
    },
    NumberRule {
        rule: Rule {
            name: "national/dk-cpr",
            context: Some(near(&["cpr", "cpr-nummer", "cpr nummer", "personnummer", "danish"])),
            finds: &[("CPR 070761-4286", "070761-4286"), ("cpr-nummer: 0707614285", "0707614285")],
            passes: &["CPR 471361-4285", "ordre 0707614286"],
            ..SETTINGS
        },
        shapes: &["999999 9999"],
        check: dated,
    },
];

/// Remainder 11, given up for men born on some days from 2007 on (CPR-kontoret).
const WEIGHTS: [u32; 10] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

fn dated(signs: &[u8]) -> bool {
    is_day(number(signs, 0, 2), number(signs, 2, 4))
}
