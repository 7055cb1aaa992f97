//! Numbers that states give to people, one file a country, and the arithmetic that they share.
//!
//! A format that stands for itself (letters in fixed places, a date and two check digits) needs no
//! words near it; a mere run of digits with one check digit does.

mod au;
mod be;
mod br;
mod ca;
mod ch;
mod de;
mod dk;
mod es;
mod fi;
mod fr;
mod gb;
mod ie;
mod r#in;
mod it;
mod jp;
mod kr;
mod nl;
mod no;
mod nz;
mod pl;
mod pt;
mod se;
mod sg;
mod us;
mod za;

use super::{
    Context, Rule,
    field::{Field, Joint, code},
    number::NumberRule,
};
use crate::{Category, finding::Evidence};

/// The number rules of every country.
pub(super) const NUMBERS: [&[NumberRule]; 25] = [
    au::NUMBERS,
    be::NUMBERS,
    br::NUMBERS,
    ca::NUMBERS,
    ch::NUMBERS,
    de::NUMBERS,
    dk::NUMBERS,
    es::NUMBERS,
    fi::NUMBERS,
    fr::NUMBERS,
    gb::NUMBERS,
    ie::NUMBERS,
    r#in::NUMBERS,
    it::NUMBERS,
    jp::NUMBERS,
    kr::NUMBERS,
    nl::NUMBERS,
    no::NUMBERS,
    nz::NUMBERS,
    pl::NUMBERS,
    pt::NUMBERS,
    se::NUMBERS,
    sg::NUMBERS,
    us::NUMBERS,
    za::NUMBERS,
];

pub(super) const FIELDS: &[Field] = &[
    Field {
        rule: Rule {
            name: "national/labelled",
            category: Category::NationalId,
            evidence: Evidence::Context,
            score: 0.85,
            reason: "A number after words that announce a number of identity or tax.",
            finds: &[
                ("national ID: 88-1234567-A", "88-1234567-A"),
                ("{\"national_id\": \"GH7712345\"}", "GH7712345"),
                ("Steuernummer 12/345/67890", "12/345/67890"),
                ("his tax ID is 884512377", "884512377"),
                ("| ID card number | AX 4471902 |", "AX 4471902"),
                ("numero de identificación: 44718822", "44718822"),
            ],
            passes: &["national id schemes of 2019", "tax number 12", "an identity card for 25.00"],
            ..Rule::BASE
        },
        labels: LABELS,
        value: national_code,
    },
    Field {
        rule: Rule {
            name: "national/announced",
            category: Category::NationalId,
            evidence: Evidence::Context,
            score: 0.8,
            reason: "A number after an abbreviation for a number of identity or tax.",
            finds: &[("TIN: 884-512-377", "884-512-377"), ("DNI nº 44718822", "44718822")],
            passes: &["ein 10000 Meter", "das war nie 123456", "30 dni 100000", "TIN 2024"],
            ..Rule::BASE
        },
        // short words that mean other things in other languages
        labels: &[
            "tin", "ein", "utr", "dni", "nie", "nif", "rg", "cpf", "bsn", "nric", "nid", "ssnit",
        ],
        value: |joint| {
            let announced = joint.mark.is_some() || joint.numbered;
            announced.then(|| national_code(joint)).flatten()
        },
    },
];

/// An identifier that is no social security number: three, two and four digits are one whatever
/// the label says.
fn national_code(joint: &Joint<'_>) -> Option<usize> {
    let sizes = |value: &str| value.split('-').map(str::len).eq([3, 2, 4]);
    code(joint.rest, 5..=16, 6..=22).filter(|length| !joint.rest.get(..*length).is_some_and(sizes))
}

/// Words for a number of identity or tax.
const LABELS: &[&str] = &[
    "national id",
    "national id number",
    "national identification number",
    "national identity number",
    "national identity card",
    "identity card",
    "identity card number",
    "identity number",
    "identification number",
    "id card",
    "id card number",
    "id number",
    "id no",
    "personal id",
    "personal id number",
    "personal identification number",
    "personal number",
    "citizen id",
    "citizenship number",
    "resident id",
    "residence permit",
    "residence permit number",
    "visa number",
    "voter id",
    "green card number",
    "alien number",
    "tax id",
    "tax id number",
    "tax identification number",
    "tax identifier",
    "tax number",
    "tax file number",
    "tax reference",
    "taxpayer id",
    "taxpayer identification number",
    "taxpayer reference",
    "employer identification number",
    "fin number",
    "aadhaar",
    "aadhaar number",
    "aadhar",
    "aadhar number",
    "pan number",
    "pan card",
    "steuernummer",
    "steuer nr",
    "steuer id",
    "steueridentifikationsnummer",
    "personalausweis",
    "personalausweisnummer",
    "ausweisnummer",
    "carte d'identité",
    "numéro de carte d'identité",
    "numéro fiscal",
    "identifiant fiscal",
    "documento de identidad",
    "documento nacional de identidad",
    "número de identificación",
    "numero de identificación",
    "número de identidad",
    "cédula",
    "curp",
    "rfc personal",
    "carta d'identità",
    "codice fiscale",
    "partita iva personale",
    "burgerservicenummer",
    "identiteitskaart",
    "rijksregisternummer",
    "numéro national",
    "cartão de cidadão",
    "bilhete de identidade",
    "número de contribuinte",
    "contribuinte",
    "pesel",
    "dowód osobisty",
    "personnummer",
    "henkilötunnus",
    "cpr nummer",
    "fødselsnummer",
    "my number",
];

/// The usual settings of a number of identity or tax.
const ID: Rule = Rule {
    category: Category::NationalId,
    evidence: Evidence::Validated,
    score: 0.95,
    ..Rule::BASE
};

/// The usual settings of a social security number.
const SOCIAL: Rule = Rule { category: Category::Ssn, ..ID };

/// Words of which one must stand near the number.
const fn near(words: &'static [&'static str]) -> Context {
    Context { words, before: 40, after: 20 }
}

/// The settings of a format with one check letter: a label next to the number knows better.
const LETTERED: Rule = Rule { evidence: Evidence::Shape, score: 0.85, ..ID };

/// The digit at `at`; letters and what is missing count as 0.
fn digit(signs: &[u8], at: usize) -> u32 {
    signs.get(at).filter(|sign| sign.is_ascii_digit()).map_or(0, |sign| u32::from(sign - b'0'))
}

/// The letter at `at`; a blank where there is none.
fn letter(signs: &[u8], at: usize) -> u8 {
    signs.get(at).copied().unwrap_or(b' ')
}

/// The number that the digits from `from` to before `to` make.
fn number(signs: &[u8], from: usize, to: usize) -> u64 {
    (from..to).fold(0, |number, at| number * 10 + u64::from(digit(signs, at)))
}

/// The digits times their weights, added up.
fn weighted(signs: &[u8], weights: &[u32]) -> u32 {
    weights.iter().enumerate().map(|(at, weight)| digit(signs, at) * weight).sum()
}

/// Whether all signs are one and the same.
fn uniform(signs: &[u8]) -> bool {
    signs.iter().all(|sign| Some(sign) == signs.first())
}

/// Whether a month has such a day.
const fn is_day(day: u64, month: u64) -> bool {
    matches!(
        (month, day),
        (1 | 3 | 5 | 7 | 8 | 10 | 12, 1..=31) | (4 | 6 | 9 | 11, 1..=30) | (2, 1..=29)
    )
}

/// The Luhn digit over digits alone.
fn luhn(signs: &[u8]) -> bool {
    let numbers: Vec<u8> = signs.iter().map(|sign| sign.wrapping_sub(b'0')).collect();
    super::card::luhn(&numbers)
}

/// A sign as ICAO Doc 9303 counts it: digits as they are, A as 10.
fn icao(sign: u8) -> u32 {
    char::from(sign).to_digit(36).unwrap_or(0)
}

/// The check digit of ICAO Doc 9303, part 3: weights 7, 3, 1 over `signs`.
fn icao_check(signs: &[u8]) -> u32 {
    signs
        .iter()
        .zip([7, 3, 1].iter().cycle())
        .map(|(sign, weight)| icao(*sign) * weight)
        .sum::<u32>()
        % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wrong_digit_fails_the_check() {
        // every number that a shape of digits alone accepts stops being accepted when its last
        // digit changes, save for the formats that have no check digit
        for rule in NUMBERS.into_iter().flatten() {
            let Some((_, datum)) = rule.rule.finds.first() else { continue };
            let mut signs: Vec<u8> = datum.bytes().filter(u8::is_ascii_alphanumeric).collect();
            assert!((rule.check)(&signs), "{} accepts {datum}", rule.rule.name);
            let free = [
                "national/uk-nino",
                "national/in-pan",
                "national/us-ein",
                "national/au-medicare",
                "national/dk-cpr",
            ];
            if free.contains(&rule.rule.name) {
                continue;
            }
            if let Some(sign) = signs.iter_mut().rev().find(|sign| sign.is_ascii_digit()) {
                *sign = b'0' + (*sign - b'0' + 1) % 10;
            }
            assert!(!(rule.check)(&signs), "{} refuses a changed {datum}", rule.rule.name);
        }
    }
}
