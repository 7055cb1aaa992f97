//! Sweden: the personal identity number (personnummer).

use super::{ID, NumberRule, Rule, is_day, luhn, near, number};

const SETTINGS: Rule = Rule {
    reason: "A date and four digits with the check digit (Luhn) of a Swedish personnummer.",
    ..ID
};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "national/se-person-written",
            finds: &[("811218-9876", "811218-9876"), ("född 19811218-9876", "19811218-9876")],
            passes: &["811218-9875", "814218-9876"],
            ..SETTINGS
        },
        shapes: &["!999999-9999", "!99999999-9999"],
        check: person,
    },
    NumberRule {
        rule: Rule {
            name: "national/se-person",
            context: Some(near(&[
                "personnummer",
                "personnr",
                "pnr",
                "samordningsnummer",
                "swedish",
            ])),
            finds: &[
                ("personnummer 8112189876", "8112189876"),
                ("pnr: 198112189876", "198112189876"),
            ],
            passes: &["personnummer 8112189875", "order 8112189876"],
            ..SETTINGS
        },
        shapes: &["9999999999", "999999999999"],
        check: person,
    },
];

/// The Luhn digit over the ten last digits; coordination numbers add 60 to the day (Skatteverket).
fn person(signs: &[u8]) -> bool {
    let last_ten = signs.get(signs.len().saturating_sub(10)..).unwrap_or_default();
    let day = number(last_ten, 4, 6);
    let day = if day > 60 { day - 60 } else { day };
    let century = signs.len() == 10 || matches!(number(signs, 0, 2), 18..=20);
    century && is_day(day, number(last_ten, 2, 4)) && luhn(last_ten)
}
