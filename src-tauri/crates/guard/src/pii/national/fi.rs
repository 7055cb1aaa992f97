//! Finland: the personal identity code (henkilötunnus).

use super::{ID, NumberRule, Rule, is_day, letter, number};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/fi-hetu",
        reason: "A date, a century sign, three digits and the check sign of a Finnish HETU.",
        finds: &[("HETU 131052-308T", "131052-308T"), ("010106A981M", "010106A981M")],
        passes: &["131052-308U", "471352-308T"],
        ..ID
    },
    // after 1999 a letter stands for the century, and the code is written in one piece
    shapes: &["!999999-999X", "999999A999X"],
    check: hetu,
}];

/// The remainder by 31 of the nine digits (Digital and Population Data Services Agency).
fn hetu(signs: &[u8]) -> bool {
    let serial = if signs.len() == 11 { 7 } else { 6 };
    let century = signs.len() != 11 || b"ABCDEFUVWXY".contains(&letter(signs, 6));
    let whole = number(signs, 0, 6) * 1000 + number(signs, serial, serial + 3);
    let check = usize::try_from(whole % 31)
        .map_or(b' ', |at| letter(b"0123456789ABCDEFHJKLMNPRSTUVWXY", at));
    century
        && is_day(number(signs, 0, 2), number(signs, 2, 4))
        && check == letter(signs, serial + 3)
}
