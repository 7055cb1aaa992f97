//! Passport numbers, in context (ICAO Doc 9303: up to nine letters and digits).

use super::{Context, Rule, alone};
use crate::{Category, finding::Evidence};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "passport/context",
    category: Category::Passport,
    pattern: r"[A-Z0-9]{0,3}[0-9]{5,9}[A-Z]?",
    context: Some(Context {
        words: &[
            "passport",
            "passport number",
            "passport no",
            "reisepass",
            "passeport",
            "pasaporte",
            "passaporto",
            "paspoort",
        ],
        before: 16,
        after: 0,
    }),
    accept: alone,
    evidence: Evidence::Context,
    score: 0.9,
    finds: &[
        ("passport number KR8129301", "KR8129301"),
        ("Passport: P5J101595", "P5J101595"),
        ("his passport P4789023X", "P4789023X"),
    ],
    passes: &["my passport expires in 2027", "flight KR8129301"],
    ..Rule::BASE
}];
