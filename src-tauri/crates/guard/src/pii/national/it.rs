//! Italy: the tax code (codice fiscale).

use super::{ID, NumberRule, Rule, letter};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/it-code",
        reason: "Sixteen signs with the check letter of an Italian codice fiscale.",
        finds: &[("CF RSSMRA85T10A562S", "RSSMRA85T10A562S")],
        passes: &["RSSMRA85T10A562T", "RSSMRA85Z10A562S"],
        ..ID
    },
    // in a clash of names letters take the place of digits (omocodia)
    shapes: &["AAAAAAXXAXXAXXXA"],
    check: code,
}];

/// What signs in odd places count, `0`–`9` as `A`–`J` (Decreto ministeriale 23 December 1976).
const ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

fn code(signs: &[u8]) -> bool {
    let place = |sign: u8| {
        let value = if sign.is_ascii_digit() { sign - b'0' } else { sign.wrapping_sub(b'A') };
        usize::from(value)
    };
    let sum: usize = signs
        .iter()
        .take(15)
        .enumerate()
        .map(|(at, sign)| {
            let odd = ODD.get(place(*sign)).and_then(|value| usize::try_from(*value).ok());
            if at % 2 == 0 { odd.unwrap_or(0) } else { place(*sign) }
        })
        .sum();
    let digits = [6, 7, 9, 10, 12, 13, 14]
        .into_iter()
        .all(|at| letter(signs, at).is_ascii_digit() || b"LMNPQRSTUV".contains(&letter(signs, at)));
    digits && b"ABCDEHLMPRST".contains(&letter(signs, 8)) && sum % 26 == place(letter(signs, 15))
}
