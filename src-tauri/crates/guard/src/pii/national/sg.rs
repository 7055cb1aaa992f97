//! Singapore: identity numbers of citizens and foreigners (NRIC, FIN).

use super::{LETTERED, NumberRule, Rule, digit, letter};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/sg-nric",
        reason: "A letter, seven digits and the right check letter of a Singapore NRIC or FIN.",
        finds: &[("NRIC S1234567D", "S1234567D"), ("FIN G1234567X", "G1234567X")],
        passes: &["S1234567A", "A1234567D"],
        ..LETTERED
    },
    shapes: &["A9999999A"],
    check: nric,
}];

/// Weights 2, 7, 6, 5, 4, 3, 2; T and G add 4, M adds 3; remainder 11 picks the letter
/// (Immigration & Checkpoints Authority).
fn nric(signs: &[u8]) -> bool {
    let (offset, letters): (u32, &[u8]) = match letter(signs, 0) {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    let weights = [2, 7, 6, 5, 4, 3, 2];
    let sum: u32 =
        weights.iter().enumerate().map(|(at, weight)| digit(signs, at + 1) * weight).sum();
    usize::try_from((sum + offset) % 11).is_ok_and(|at| letter(letters, at) == letter(signs, 8))
}
