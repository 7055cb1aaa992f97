//! Vehicles: plates by their labels, identification numbers (VIN) by their check digit.

use super::{
    Rule,
    field::{Field, Joint, code},
    number::NumberRule,
};
use crate::{Category, finding::Evidence};

pub(super) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "vehicle/vin",
        category: Category::Vin,
        evidence: Evidence::Validated,
        score: 0.95,
        reason: "Seventeen signs with the check digit of a vehicle identification number.",
        finds: &[
            ("the car 1HGBH41JXMN109186", "1HGBH41JXMN109186"),
            ("1M8GDM9AXKP042788", "1M8GDM9AXKP042788"),
        ],
        passes: &["1HGBH41J0MN109186", "11111111111111111", "1HGBH41JXMN10918"],
        ..Rule::BASE
    },
    shapes: &["XXXXXXXXXXXXXXXXX"],
    check: vin,
}];

pub(super) const FIELDS: &[Field] = &[
    Field {
        rule: Rule {
            name: "vehicle/vin-labelled",
            category: Category::Vin,
            evidence: Evidence::Context,
            score: 0.9,
            reason: "Seventeen signs after words that announce a vehicle's identification number.",
            finds: &[
                ("VIN: WVWZZZ1JZ3W386752", "WVWZZZ1JZ3W386752"),
                ("chassis number WBA3A5C51CF256551", "WBA3A5C51CF256551"),
            ],
            passes: &["VIN: on the dashboard", "vin 12345"],
            ..Rule::BASE
        },
        labels: &[
            "vin",
            "vin number",
            "vehicle identification number",
            "chassis number",
            "fahrgestellnummer",
            "numéro de châssis",
            "número de bastidor",
            "numero di telaio",
            "chassisnummer",
        ],
        value: |joint| code(joint.rest, 3..=17, 17..=17),
    },
    Field {
        rule: Rule {
            name: "vehicle/plate",
            category: Category::LicensePlate,
            evidence: Evidence::Context,
            score: 0.8,
            reason: "Letters and digits after words that announce a vehicle's plate.",
            finds: &[
                ("license plate 7ABC123", "7ABC123"),
                ("number plate: AB12 CDE", "AB12 CDE"),
                ("Kennzeichen B-MW 1234", "B-MW 1234"),
                ("immatriculation AA-229-BC", "AA-229-BC"),
                ("matrícula: 1234 BBB", "1234 BBB"),
            ],
            passes: &["license plate frames", "the plate number is 2", "number plate of 2019"],
            ..Rule::BASE
        },
        labels: &[
            "license plate",
            "licence plate",
            "license plate number",
            "licence plate number",
            "number plate",
            "plate number",
            "plate no",
            "tag number",
            "registration plate",
            "vehicle registration",
            "car registration",
            "vehicle reg",
            "car reg",
            "kennzeichen",
            "kfz kennzeichen",
            "nummernschild",
            "immatriculation",
            "plaque d'immatriculation",
            "matrícula",
            "targa",
            "kenteken",
            "placa",
        ],
        value: plate,
    },
];

/// The ninth sign checks the others; I, O and Q are not used (49 CFR 565.15).
fn vin(signs: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |sign: u8| match sign {
        b'0'..=b'9' => u32::from(sign - b'0'),
        b'A'..=b'H' => u32::from(sign - b'A') + 1,
        b'J'..=b'R' => u32::from(sign - b'J') + 1,
        b'S'..=b'Z' => u32::from(sign - b'S') + 2,
        _ => 0,
    };
    let sum: u32 = signs.iter().zip(WEIGHTS).map(|(sign, weight)| value(*sign) * weight).sum();
    let check = signs.get(8).copied().unwrap_or(b' ');
    let right = if sum % 11 == 10 {
        check == b'X'
    } else {
        check.is_ascii_digit() && value(check) == sum % 11
    };
    let letters = signs.iter().filter(|sign| sign.is_ascii_alphabetic()).count();
    right && (2..=14).contains(&letters) && !signs.iter().any(|sign| b"IOQ".contains(sign))
}

/// Up to three groups of capitals and digits, four to nine signs, both kinds among them.
fn plate(joint: &Joint<'_>) -> Option<usize> {
    let bytes = joint.rest.as_bytes();
    let sign = |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let (mut end, mut at, mut best) = (0, 0, None);
    for _ in 0..4 {
        let run = bytes.get(at..)?.iter().take_while(&sign).count();
        end = at + run;
        let touched = bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
        if run == 0 || run > 8 || touched {
            break;
        }
        let value = bytes.get(..end)?;
        let count = value.iter().filter(|byte| sign(byte)).count();
        let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
        if (4..=9).contains(&count) && (1..count).contains(&digits) {
            best = Some(end);
        }
        if !matches!(bytes.get(end), Some(b' ' | b'-')) {
            break;
        }
        at = end + 1;
    }
    best.filter(|best| *best <= end)
}
