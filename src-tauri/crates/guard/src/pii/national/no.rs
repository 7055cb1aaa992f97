//! Norway: the birth number (fødselsnummer).

use super::{ID, NumberRule, Rule, is_day, number, weighted};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/no-birth",
        reason: "A date and both check digits of a Norwegian fødselsnummer.",
        finds: &[("151086 95088", "151086 95088"), ("fnr 15108695088", "15108695088")],
        passes: &["15108695089", "47708695088"],
        ..ID
    },
    shapes: &["999999 99999"],
    check: birth_number,
}];

/// Two check digits, remainder 11; D-numbers add 40 to the day (Skatteetaten).
fn birth_number(signs: &[u8]) -> bool {
    let day = number(signs, 0, 2);
    let day = if day > 40 { day - 40 } else { day };
    is_day(day, number(signs, 2, 4))
        && weighted(signs, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(signs, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}
