//! Numbers of patients, of health insurance and of the national health services.

use super::{Context, Gate, Rule, alone, with_digit};
use crate::{Category, finding::Evidence};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "medical/labelled",
        category: Category::MedicalRecord,
        pattern: r"(?i)(?-u:\b)(?:MRN|NHS|NHI|INS|HIC|MBI|PAT|NH)[-#:]{1,2} ?[A-Z0-9]{0,3}[0-9]{4,12}(?-u:\b)",
        gate: Gate::Digits(4),
        accept: alone,
        evidence: Evidence::Validated,
        score: 0.95,
        finds: &[("(MRN-3513449)", "MRN-3513449"), ("NH-914210", "NH-914210")],
        passes: &["INS-12", "the MRN", "insert-3513449"],
        ..Rule::BASE
    },
    Rule {
        name: "medical/context",
        category: Category::MedicalRecord,
        pattern: r"#?[A-Z0-9][A-Z0-9-]{4,18}[0-9]|[0-9]{3} [0-9]{3} [0-9]{4}",
        context: Some(Context {
            words: &[
                "mrn",
                "medical record",
                "medical record number",
                "patient id",
                "patient number",
                "health card",
                "nhs number",
                "health insurance number",
                "medicare",
                "medicaid",
                "medical file",
                "chart number",
                "insurance id",
                "national health id",
                "member id",
                "insurance number",
            ],
            before: 16,
            after: 0,
        }),
        accept: with_digit,
        evidence: Evidence::Context,
        score: 0.85,
        finds: &[
            ("Patient MRN ALPHA-442021", "ALPHA-442021"),
            ("NHS number: 943 476 5919", "943 476 5919"),
            ("Medical file #MXC-438220", "#MXC-438220"),
        ],
        passes: &["medical records of 12 patients", "room 442021"],
        ..Rule::BASE
    },
];
