//! Germany: tax number (Steuer-ID), identity card, pension insurance.

use super::{ID, NumberRule, Rule, SOCIAL, digit, icao_check, is_day, letter, near, number};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "national/de-tax",
            reason: "Eleven digits with the check digit of a German Steuer-ID.",
            context: Some(near(&[
                "steuer-id",
                "steuer id",
                "steueridentifikationsnummer",
                "steuernummer",
                "idnr",
                "tin",
                "steuer",
                "identifikationsnummer",
                "tax id",
                "german tax",
            ])),
            finds: &[
                ("Steuer-ID: 36 574 261 809", "36 574 261 809"),
                ("IdNr 36574261809", "36574261809"),
            ],
            passes: &["Steuer-ID: 36 574 261 808", "order 36574261809"],
            ..ID
        },
        shapes: &["99 999 999 999"],
        check: tax,
    },
    NumberRule {
        rule: Rule {
            name: "national/de-card",
            reason: "Letters and digits with the check digit of a German identity card or passport.",
            context: Some(near(&[
                "personalausweis",
                "ausweis",
                "ausweisnummer",
                "personalausweisnummer",
                "identity card",
                "id card",
                "reisepass",
                "passnummer",
            ])),
            finds: &[
                ("Ausweisnummer L01X00T471", "L01X00T471"),
                ("Personalausweis T220001293", "T220001293"),
            ],
            passes: &["Ausweisnummer L01X00T472", "part L01X00T471"],
            ..ID
        },
        shapes: &["AXXXXXXXX9"],
        check: card,
    },
    NumberRule {
        rule: Rule {
            name: "national/de-pension",
            reason: "A date among signs with the check digit of a German social insurance number.",
            finds: &[
                ("RV-Nummer 15 070649 C 103", "15 070649 C 103"),
                ("15070649C103", "15070649C103"),
            ],
            passes: &["15070649C104", "15074949C103"],
            ..SOCIAL
        },
        shapes: &["99 999999 A 999"],
        check: pension,
    },
];

/// ISO 7064, MOD 11,10; of the first ten digits one stands twice or thrice
/// (Bundeszentralamt für Steuern, Steueridentifikationsnummer).
fn tax(signs: &[u8]) -> bool {
    let mut counts = [0_u8; 10];
    let mut product = 10;
    for at in 0..10 {
        let value = digit(signs, at);
        if let Some(count) = usize::try_from(value).ok().and_then(|value| counts.get_mut(value)) {
            *count += 1;
        }
        let sum = match (value + product) % 10 {
            0 => 10,
            sum => sum,
        };
        product = sum * 2 % 11;
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let check = (11 - product) % 10;
    digit(signs, 0) != 0
        && repeated == 1
        && counts.iter().all(|count| *count <= 3)
        && check == digit(signs, 10)
}

/// Weights 7, 3, 1 (ICAO Doc 9303), and letters that German documents use.
fn card(signs: &[u8]) -> bool {
    let (body, digits) =
        (signs.get(..9).unwrap_or_default(), signs.iter().filter(|s| s.is_ascii_digit()).count());
    let allowed = |sign: &u8| sign.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(sign);
    body.iter().all(allowed) && digits >= 4 && icao_check(body) == digit(signs, 9)
}

/// The letter as two digits, weights 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1, cross sums (VKVV § 4).
fn pension(signs: &[u8]) -> bool {
    let initial = u32::from(letter(signs, 8).wrapping_sub(b'A')) + 1;
    let values: Vec<u32> = (0..8)
        .map(|at| digit(signs, at))
        .chain([initial / 10, initial % 10])
        .chain((9..11).map(|at| digit(signs, at)))
        .collect();
    let sum: u32 = values
        .iter()
        .zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1])
        .map(|(value, weight)| value * weight / 10 + value * weight % 10)
        .sum();
    is_day(number(signs, 2, 4), number(signs, 4, 6)) && sum % 10 == digit(signs, 11)
}
