//! Passport numbers, in context (ICAO Doc 9303: up to nine letters and digits).

use super::{
    Rule,
    field::{Field, code},
};
use crate::{Category, finding::Evidence};

pub(super) const FIELDS: &[Field] = &[Field {
    rule: Rule {
        name: "passport/labelled",
        category: Category::Passport,
        evidence: Evidence::Context,
        score: 0.9,
        reason: "Letters and digits after words that announce a passport number.",
        finds: &[
            ("passport number KR8129301", "KR8129301"),
            ("Passport: P5J101595", "P5J101595"),
            ("his passport P4789023X", "P4789023X"),
            ("passport no. 533 380 006", "533 380 006"),
            ("Passeport n° 14AB12345", "14AB12345"),
            ("Reisepassnummer: C01X00T47", "C01X00T47"),
            ("\"passport_number\": \"AB1234567\"", "AB1234567"),
            ("pasaporte es XDB123456", "XDB123456"),
        ],
        passes: &[
            "my passport expires in 2027",
            "flight KR8129301",
            "a passport photo of 35x45",
            "passport fee: 130.00",
        ],
        ..Rule::BASE
    },
    labels: &[
        "passport",
        "passport number",
        "passport no",
        "passport num",
        "passport id",
        "passport card",
        "passport book",
        "travel document",
        "reisepass",
        "reisepassnummer",
        "reisepass nr",
        "passnummer",
        "passeport",
        "numéro de passeport",
        "n° de passeport",
        "pasaporte",
        "número de pasaporte",
        "nº de pasaporte",
        "passaporto",
        "numero di passaporto",
        "numero passaporto",
        "paspoort",
        "paspoortnummer",
        "passaporte",
        "número do passaporte",
        "número de passaporte",
    ],
    value: |joint| code(joint.rest, 5..=10, 6..=11),
}];
