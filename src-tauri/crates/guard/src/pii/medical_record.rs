//! Numbers of patients, of health insurance, of health services and of those who prescribe.

use super::{
    Context, Gate, Rule, alone,
    field::{Field, code, is_coded},
    number::NumberRule,
};
use crate::{Category, finding::Evidence};

const BASE: Rule = Rule {
    category: Category::MedicalRecord,
    evidence: Evidence::Context,
    score: 0.85,
    ..Rule::BASE
};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "medical/prefixed",
    pattern: r"(?i)(?-u:\b)(?:MRN|NHS|NHI|INS|HIC|HIN|MBI|PAT|PT|PID|HRN|UHID|MED|NH)[-_#]{1,2}[A-Z0-9]{0,3}-?[0-9]{4,12}(?-u:\b)",
    gate: Gate::Any(&[
        "mrn", "nhs", "nhi", "ins", "hic", "hin", "mbi", "pat", "pt", "pid", "hrn", "uhid", "med",
        "nh",
    ]),
    accept: alone,
    evidence: Evidence::Validated,
    score: 0.95,
    reason: "A number after a prefix such as MRN, as hospitals and insurers give them out.",
    finds: &[
        ("(MRN-3513449)", "MRN-3513449"),
        ("NH-914210", "NH-914210"),
        ("PAT-004417", "PAT-004417"),
    ],
    passes: &["INS-12", "the MRN", "insert-3513449", "med-2"],
    ..BASE
}];

pub(super) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "medical/nhs",
            reason: "Ten digits with the check digit of a British NHS number.",
            context: Some(Context {
                words: &["nhs", "nhs number", "nhs no", "patient", "health service"],
                before: 40,
                after: 20,
            }),
            evidence: Evidence::Validated,
            score: 0.95,
            finds: &[
                ("NHS number: 943 476 5919", "943 476 5919"),
                ("patient 9434765919", "9434765919"),
            ],
            passes: &["NHS 943 476 5918", "call 943 476 5919"],
            ..BASE
        },
        shapes: &["999 999 9999"],
        check: nhs,
    },
    NumberRule {
        rule: Rule {
            name: "medical/mbi",
            reason: "Eleven signs placed as in a United States Medicare number.",
            evidence: Evidence::Validated,
            score: 0.95,
            finds: &[("1EG4-TE5-MK73", "1EG4-TE5-MK73"), ("MBI 1EG4TE5MK73", "1EG4TE5MK73")],
            passes: &["1EG4-TE5-MKB3", "0EG4-TE5-MK73", "1SG4-TE5-MK73"],
            ..BASE
        },
        shapes: &["9AX9-AX9-AA99"],
        check: mbi,
    },
    NumberRule {
        rule: Rule {
            name: "medical/npi",
            reason: "Ten digits with the check digit of a United States provider number (NPI).",
            context: Some(Context {
                words: &["npi", "provider", "physician", "prescriber"],
                before: 40,
                after: 20,
            }),
            evidence: Evidence::Validated,
            score: 0.9,
            finds: &[("NPI: 1234567893", "1234567893")],
            passes: &["NPI-less 1234567890", "order 1234567893"],
            ..BASE
        },
        shapes: &["9999999999"],
        check: npi,
    },
    NumberRule {
        rule: Rule {
            name: "medical/dea",
            reason: "Two letters and seven digits with the check digit of a DEA number.",
            context: Some(Context {
                words: &["dea", "prescriber", "controlled substance"],
                before: 40,
                after: 20,
            }),
            evidence: Evidence::Validated,
            score: 0.95,
            finds: &[("DEA AP5836727", "AP5836727")],
            passes: &["DEA agent AP5836728 x", "part AP5836727"],
            ..BASE
        },
        shapes: &["AX9999999"],
        check: dea,
    },
];

pub(super) const FIELDS: &[Field] = &[
    Field {
        rule: Rule {
            name: "medical/labelled",
            reason: "A number after words that announce a patient, a record or a health insurance.",
            finds: &[
                ("Patient MRN ALPHA-442021", "ALPHA-442021"),
                ("Medical file #MXC-438220", "MXC-438220"),
                ("MRN 12-34-56", "12-34-56"),
                ("MRN: MRN-00123456", "MRN-00123456"),
                ("MRN00123456", "MRN00123456"),
                ("| MRN | 00471822 |", "00471822"),
                ("medical record number is 4471-8822", "4471-8822"),
                ("Member ID: XYZ123456789", "XYZ123456789"),
                ("Versichertennummer A123456780", "A123456780"),
                ("numéro de dossier médical : 2024-00815", "2024-00815"),
                ("historia clínica nº 558812", "558812"),
                ("health card 1234-567-897-AB", "1234-567-897-AB"),
                ("NHS no 943 476 5918", "943 476 5918"),
                ("patientId=\"P004471\"", "P004471"),
                ("NPI 1234567890", "1234567890"),
                ("00471822 is my patient number", "00471822"),
            ],
            passes: &[
                "medical records of 12 patients",
                "room 442021",
                "MRN: MRN (see above)",
                "medicare in 2019",
                "patient number 2",
            ],
            ..BASE
        },
        labels: LABELS,
        value: |joint| code(joint.rest, 4..=15, 4..=20),
    },
    Field {
        rule: Rule {
            name: "medical/insurance",
            reason: "A number that stands directly after a word such as insurance or patient.",
            finds: &[
                ("Insurance: QX-4471882", "QX-4471882"),
                ("patient #44718", "44718"),
                ("patient with ID 8812377", "8812377"),
                ("Health plan # 884-22-7710", "884-22-7710"),
            ],
            passes: &[
                "insurance 2024",
                "insurance costs 4000000",
                "insurance: 1,200,000",
                "a member of the group. (Closes: #984473)",
            ],
            ..BASE
        },
        labels: &[
            "insurance",
            "health insurance",
            "health plan",
            "krankenversicherung",
            "krankenkasse",
            "mutuelle",
            "policyholder",
            "patient",
            "member",
            "subscriber",
            "insured",
            "beneficiary",
            "paciente",
            "paziente",
            "patiënt",
        ],
        value: |joint| {
            let announced = joint.mark.is_some() || joint.numbered;
            let coded = |length: &usize| joint.rest.get(..*length).is_some_and(is_coded);
            code(joint.rest, 5..=14, 5..=20).filter(|length| announced || coded(length))
        },
    },
];

/// Words for a patient's, a record's or an insured person's number.
const LABELS: &[&str] = &[
    "mrn",
    "mr number",
    "medical record number",
    "medical record",
    "medical record no",
    "medical record id",
    "med rec",
    "med rec no",
    "medrec",
    "medical file",
    "medical id",
    "medical number",
    "patient id",
    "patient number",
    "patient no",
    "patient identifier",
    "patient ref",
    "patient file",
    "patient record",
    "patient mrn",
    "hospital number",
    "hospital no",
    "hospital id",
    "chart number",
    "chart no",
    "chart id",
    "chart",
    "unit number",
    "uhid",
    "health record",
    "health record number",
    "health card",
    "health card number",
    "health number",
    "health id",
    "healthcare number",
    "healthcare id",
    "health service number",
    "national health id",
    "nhs number",
    "nhs no",
    "nhs id",
    "nhs",
    "nhi",
    "nhi number",
    "chi number",
    "h&c number",
    "health insurance number",
    "health insurance id",
    "health insurance policy",
    "insurance id",
    "insurance number",
    "insurance no",
    "insurance member id",
    "insurance code",
    "insurance policy",
    "insurance policy number",
    "insurance policy no",
    "mr#",
    "pt#",
    "patient chart",
    "health plan beneficiary number",
    "record id",
    "insurance card",
    "member id",
    "member number",
    "subscriber id",
    "subscriber number",
    "beneficiary id",
    "beneficiary number",
    "health plan id",
    "health plan number",
    "medicare number",
    "medicare id",
    "medicare",
    "medicaid number",
    "medicaid id",
    "medicaid",
    "mbi",
    "hicn",
    "ihi",
    "npi",
    "npi number",
    "dea",
    "dea number",
    "prescription number",
    "prescription id",
    "rx number",
    "encounter id",
    "encounter number",
    "admission number",
    "accession number",
    "patientennummer",
    "patienten nr",
    "patienten id",
    "patientennr",
    "krankenaktennummer",
    "fallnummer",
    "krankenversicherungsnummer",
    "krankenversichertennummer",
    "versichertennummer",
    "versicherten nr",
    "kvnr",
    "kv nummer",
    "dossier médical",
    "numéro de dossier médical",
    "dossier patient",
    "numéro de dossier patient",
    "numéro patient",
    "numéro de patient",
    "identifiant patient",
    "numéro d'assuré",
    "numéro de mutuelle",
    "ipp",
    "historia clínica",
    "número de historia clínica",
    "número de historial médico",
    "historial médico",
    "número de paciente",
    "id de paciente",
    "id del paciente",
    "nhc",
    "tarjeta sanitaria",
    "número de seguro médico",
    "cartella clinica",
    "numero di cartella clinica",
    "codice paziente",
    "id paziente",
    "numero paziente",
    "tessera sanitaria",
    "patiëntnummer",
    "patientnummer",
    "patiënt id",
    "medisch dossier",
    "zorgverzekeringsnummer",
    "verzekerdennummer",
    "prontuário",
    "número do prontuário",
    "número de utente",
    "utente",
    "número do paciente",
    "id do paciente",
    "cartão de saúde",
    "cns",
];

fn value(signs: &[u8], at: usize) -> u32 {
    signs.get(at).map_or(0, |sign| u32::from(sign.wrapping_sub(b'0')))
}

/// Weights 10 to 2, remainder 11 (NHS Data Dictionary, NHS NUMBER).
fn nhs(signs: &[u8]) -> bool {
    let sum: u32 = (0..9).zip((2..=10).rev()).map(|(at, weight)| value(signs, at) * weight).sum();
    let same = signs.iter().all(|sign| Some(sign) == signs.first());
    !same && (11 - sum % 11) % 11 == value(signs, 9)
}

/// Letters without S, L, O, I, B and Z, no zero in front (Centers for Medicare & Medicaid Services,
/// MBI format).
fn mbi(signs: &[u8]) -> bool {
    signs.first() != Some(&b'0') && !signs.iter().any(|sign| b"SLOIBZ".contains(sign))
}

/// The Luhn digit after the prefix 80840 (45 CFR 162.406), which adds 24 to the sum.
fn npi(signs: &[u8]) -> bool {
    let mut card = vec![8, 0, 8, 4, 0];
    card.extend(signs.iter().map(|sign| sign.wrapping_sub(b'0')));
    matches!(signs.first(), Some(b'1' | b'2')) && super::card::luhn(&card)
}

/// First, third and fifth digit and twice the others, remainder 10 (Drug Enforcement
/// Administration).
fn dea(signs: &[u8]) -> bool {
    let at = |place: usize| value(signs, place + 1);
    let sum = at(1) + at(3) + at(5) + 2 * (at(2) + at(4) + at(6));
    b"ABCDEFGHJKLMPRSTUX".contains(signs.first().unwrap_or(&b' ')) && sum % 10 == at(7)
}
