//! National bank account and routing numbers, and the codes of banks.

use super::{
    Context, Rule,
    field::{Field, Joint, code},
    number::NumberRule,
};
use crate::{Category, finding::Evidence};

const BASE: Rule = Rule {
    category: Category::BankAccount,
    evidence: Evidence::Context,
    score: 0.85,
    ..Rule::BASE
};

pub(super) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "bank/aba",
        reason: "Nine digits with the check digit of a United States routing number.",
        context: Some(Context {
            words: &[
                "routing",
                "routing number",
                "aba",
                "rtn",
                "transit number",
                "wire",
                "ach",
                "bank",
            ],
            before: 40,
            after: 20,
        }),
        evidence: Evidence::Validated,
        score: 0.95,
        finds: &[("Routing 021000021", "021000021"), ("wire to ABA 0110-0001-5", "0110-0001-5")],
        passes: &["Routing 021000022", "order 021000021", "bank 991000021"],
        ..BASE
    },
    shapes: &["999999999", "9999-9999-9"],
    check: aba,
}];

pub(super) const FIELDS: &[Field] = &[
    Field {
        rule: Rule {
            name: "bank/account",
            reason: "A number after words that announce a bank account.",
            finds: &[
                ("account number 7391028373", "7391028373"),
                ("Account: 10184730", "10184730"),
                ("Acct # 0044-718-22", "0044-718-22"),
                ("{\"accountNumber\": \"00123456789\"}", "00123456789"),
                ("| Konto | 12345678 |", "12345678"),
                ("Kontonummer lautet 4711 0815 22", "4711 0815 22"),
                ("numéro de compte : 00012345678", "00012345678"),
                ("el número de cuenta es 2100 0418 45", "2100 0418 45"),
                ("7391028373 is my account number", "7391028373"),
                ("account number for Jo Lee is 5520193847", "5520193847"),
            ],
            passes: &[
                "account of 2024",
                "my account since 2019",
                "the account balance is 1234567",
                "account 1,250,000",
                "account opened 2024-01-05",
                "accountable 12345678",
            ],
            ..BASE
        },
        labels: ACCOUNT,
        value: |joint| code(joint.rest, 6..=20, 6..=24),
    },
    Field {
        rule: Rule {
            name: "bank/routing",
            reason: "A number after words that announce a bank's routing number or sort code.",
            finds: &[
                ("sort code 12-34-56", "12-34-56"),
                ("Routing number: 991000021", "991000021"),
                ("BLZ 370 400 44", "370 400 44"),
                ("BSB: 062-000", "062-000"),
                ("IFSC code SBIN0001234", "SBIN0001234"),
            ],
            passes: &["sort code of the list", "routing on port 8080", "bsb 12"],
            ..BASE
        },
        labels: &[
            "routing number",
            "routing no",
            "routing",
            "routing code",
            "aba",
            "aba number",
            "rtn",
            "transit number",
            "institution number",
            "branch code",
            "sort code",
            "sortcode",
            "bsb",
            "bsb number",
            "ifsc",
            "ifsc code",
            "bankleitzahl",
            "blz",
            "code guichet",
            "code banque",
            "bank code",
            "agência",
        ],
        value: |joint| code(joint.rest, 5..=9, 5..=11),
    },
    Field {
        rule: Rule {
            name: "bank/bic",
            reason: "A bank's code (BIC) after words that announce it.",
            finds: &[("BIC: DEUTDEFF500", "DEUTDEFF500"), ("SWIFT code is NEDSZAJJ", "NEDSZAJJ")],
            passes: &["SWIFT payments", "BIC: see below", "swift response times"],
            ..BASE
        },
        labels: &["bic", "bic code", "swift", "swift code", "swift/bic", "bic/swift", "swift bic"],
        value: bic,
    },
];

/// Words for a bank account.
const ACCOUNT: &[&str] = &[
    "account number",
    "account no",
    "account nr",
    "account num",
    "account",
    "bank account",
    "bank account number",
    "checking account",
    "savings account",
    "current account",
    "deposit account",
    "account ending",
    "bank acc",
    "acc no",
    "acc number",
    "acc",
    "acct",
    "acct no",
    "acct number",
    "acct num",
    "a/c",
    "a/c no",
    "a/c number",
    "beneficiary account",
    "clabe",
    "konto",
    "kontonummer",
    "konto nr",
    "bankkonto",
    "bankverbindung",
    "girokonto",
    "numéro de compte",
    "numero de compte",
    "n° de compte",
    "compte bancaire",
    "compte",
    "rib",
    "número de cuenta",
    "numero de cuenta",
    "nº de cuenta",
    "cuenta bancaria",
    "cuenta corriente",
    "cuenta de ahorros",
    "cuenta",
    "conto corrente",
    "conto bancario",
    "numero di conto",
    "numero conto",
    "conto",
    "rekeningnummer",
    "bankrekening",
    "rekening",
    "número da conta",
    "numero da conta",
    "conta corrente",
    "conta bancária",
    "conta poupança",
    "conta",
    "nib",
];

/// Weights 3, 7, 1, remainder 10, and a Federal Reserve prefix (American Bankers Association,
/// Routing Number Policy).
fn aba(signs: &[u8]) -> bool {
    let value = |at: usize| signs.get(at).map_or(0, |sign| u32::from(sign.wrapping_sub(b'0')));
    let sum: u32 =
        [3, 7, 1].iter().cycle().take(9).enumerate().map(|(at, weight)| value(at) * weight).sum();
    sum.is_multiple_of(10) && matches!(value(0) * 10 + value(1), 1..=12 | 21..=32 | 61..=72 | 80)
}

/// Eight or eleven signs: bank, country, place, branch (ISO 9362).
fn bic(joint: &Joint<'_>) -> Option<usize> {
    let length = joint.rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let value = joint.rest.get(..length)?;
    let capitals = value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let bank = value.bytes().take(6).all(|byte| byte.is_ascii_uppercase());
    (matches!(length, 8 | 11) && capitals && bank).then_some(length)
}
