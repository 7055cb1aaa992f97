//! Ireland: the personal public service number (PPS).

use super::{NumberRule, Rule, SOCIAL, digit, letter, near};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/ie-pps",
        reason: "Seven digits and the right check letter of an Irish PPS number.",
        context: Some(near(&["pps", "ppsn", "pps number", "personal public service", "irish"])),
        finds: &[("PPS 1234567FA", "1234567FA"), ("my PPSN is 1234567T", "1234567T")],
        passes: &["PPS 1234567A", "part 1234567T"],
        ..SOCIAL
    },
    shapes: &["9999999 A", "9999999 AA"],
    check: pps,
}];

/// Weights 8 to 2, a second letter times 9, remainder 23 (Revenue, PPSN check character).
fn pps(signs: &[u8]) -> bool {
    let second = match letter(signs, 8) {
        b' ' | b'W' => 0,
        letter => u32::from(letter.wrapping_sub(b'A')) + 1,
    };
    let sum: u32 = (0..7).zip((2..=8).rev()).map(|(at, weight)| digit(signs, at) * weight).sum();
    usize::try_from((sum + second * 9) % 23)
        .is_ok_and(|at| letter(b"WABCDEFGHIJKLMNOPQRSTUV", at) == letter(signs, 7))
}
