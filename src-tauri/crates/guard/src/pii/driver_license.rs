//! Driving licence numbers: by their labels, and the formats that tell themselves.

use super::{
    Gate, Rule, alone,
    field::{Field, code},
    number::NumberRule,
};
use crate::{Category, finding::Evidence};

const BASE: Rule = Rule {
    category: Category::DriverLicense,
    evidence: Evidence::Context,
    score: 0.85,
    ..Rule::BASE
};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "licence/prefixed",
    pattern: r"(?-u:\b)(?:DL|DLN)[-#:][A-Z0-9]{1,9}(?:-[A-Z0-9]{1,9}){0,4}",
    gate: Gate::Any(&["DL-", "DL#", "DL:", "DLN-", "DLN#", "DLN:"]),
    accept: |candidate| {
        alone(candidate)
            .filter(|_| candidate.value().bytes().filter(u8::is_ascii_digit).count() >= 5)
    },
    reason: "Letters and digits after DL, which stands for a driving licence.",
    finds: &[
        ("scan DL-C10293-44 again", "DL-C10293-44"),
        ("DL:AB12-34CD-56EF", "DL:AB12-34CD-56EF"),
    ],
    passes: &["the DL-380 server", "DL: deep learning", "HDL-12345"],
    ..BASE
}];

pub(super) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "licence/uk",
            evidence: Evidence::Validated,
            score: 0.95,
            reason: "Sixteen signs with a date of birth, as on a British driving licence.",
            finds: &[("licence MORGA753116SM9IJ", "MORGA753116SM9IJ")],
            passes: &["MORGA793116SM9IJ", "MORGA753996SM9IJ"],
            ..BASE
        },
        shapes: &["AXXXX999999AXXXX", "AXXXX 999999 AXXXX"],
        check: british,
    },
    NumberRule {
        rule: Rule {
            name: "licence/us-grouped",
            score: 0.7,
            evidence: Evidence::Shape,
            reason: "A letter and digits grouped as on a United States driving licence.",
            finds: &[
                ("his D123-4567-8901", "D123-4567-8901"),
                ("F255-921-50-094-0", "F255-921-50-094-0"),
            ],
            passes: &["D123-4567-890", "RD123-4567-8901"],
            ..BASE
        },
        shapes: &["!A999-9999-9999", "!A999-999-99-999-9", "!A999-9999-9999-99"],
        check: |_| true,
    },
];

pub(super) const FIELDS: &[Field] = &[
    Field {
        rule: Rule {
            name: "licence/labelled",
            reason: "Letters and digits after words that announce a driving licence.",
            finds: &[
                ("my driver's license number is B70214468", "B70214468"),
                ("driving licence MORGA753116SM9IJ", "MORGA753116SM9IJ"),
                ("DL# 12345678", "12345678"),
                ("Führerschein: B072RRE2I55", "B072RRE2I55"),
                ("permis de conduire n° 881234567890", "881234567890"),
                ("driver_license=S530-4601-2345", "S530-4601-2345"),
                ("license no. WDL4471KB2", "WDL4471KB2"),
            ],
            passes: &[
                "renew my driver's license in person",
                "the licence plate B70214468",
                "license of 2004",
            ],
            ..BASE
        },
        labels: &[
            "driver's license",
            "driver's license number",
            "drivers license",
            "driver license",
            "driver's licence",
            "drivers licence",
            "driver licence",
            "driving licence",
            "driving license",
            "driving permit",
            "driver's permit",
            "license number",
            "licence number",
            "license no",
            "licence no",
            "license id",
            "dl number",
            "dl no",
            "dl",
            "d/l",
            "dln",
            "führerschein",
            "führerscheinnummer",
            "fahrerlaubnis",
            "permis de conduire",
            "numéro de permis",
            "permiso de conducir",
            "carnet de conducir",
            "licencia de conducir",
            "patente di guida",
            "numero patente",
            "patente",
            "rijbewijs",
            "rijbewijsnummer",
            "carta de condução",
            "carteira de motorista",
            "cnh",
            "körkort",
            "prawo jazdy",
        ],
        value: |joint| code(joint.rest, 4..=16, 5..=18),
    },
    Field {
        rule: Rule {
            name: "licence/announced",
            score: 0.75,
            reason: "A letter and digits after the word license and a mark.",
            finds: &[("license: B1234567", "B1234567")],
            passes: &[
                "license: MIT 2024",
                "license: Apache-2.0",
                "license B1234567",
                "license: 1234567",
            ],
            ..BASE
        },
        // programs and songs have licences too
        labels: &["license", "licence"],
        value: |joint| {
            let lettered = joint.rest.starts_with(|c: char| c.is_ascii_uppercase());
            (joint.mark.is_some() && lettered).then(|| code(joint.rest, 6..=14, 7..=16)).flatten()
        },
    },
];

/// Five signs of the name padded with 9, then year, month (51 to 62 for women), day and year
/// (Driver and Vehicle Licensing Agency).
fn british(signs: &[u8]) -> bool {
    let digit = |at: usize| signs.get(at).map_or(0, |sign| sign.wrapping_sub(b'0'));
    let month = digit(6) % 5 * 10 + digit(7);
    let day = digit(8) * 10 + digit(9);
    let name = signs.get(..5).unwrap_or_default();
    let padded =
        name.iter().skip_while(|sign| sign.is_ascii_alphabetic()).all(|sign| *sign == b'9');
    padded
        && matches!(digit(6), 0 | 1 | 5 | 6)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
}
