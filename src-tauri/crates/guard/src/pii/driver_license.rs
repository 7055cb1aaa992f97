//! Driving licence numbers, in context.

use super::{Context, Rule, with_digit};
use crate::{Category, finding::Evidence};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "licence/context",
    category: Category::DriverLicense,
    pattern: r"[A-Z0-9](?:-?[A-Z0-9]){4,17}",
    context: Some(Context {
        words: &[
            "driver's license",
            "drivers license",
            "driver license",
            "driving licence",
            "driver's licence",
            "driving license",
            "license number",
            "licence number",
            "bar license",
            "führerschein",
            "permis de conduire",
            "dl:",
            "dl",
        ],
        before: 12,
        after: 0,
    }),
    accept: with_digit,
    evidence: Evidence::Context,
    score: 0.85,
    finds: &[
        ("my driver's license number is A56319335", "A56319335"),
        ("DL:AB12-34CD-56EF", "AB12-34CD-56EF"),
        ("driving licence MORGA753116SM9IJ", "MORGA753116SM9IJ"),
    ],
    passes: &["renew my driver's license in person", "the licence plate A56319335"],
    ..Rule::BASE
}];
