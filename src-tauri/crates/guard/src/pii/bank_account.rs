//! National bank account and routing numbers, in context.

use super::{Context, Rule, alone};
use crate::{Category, finding::Evidence};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "bank/context",
    category: Category::BankAccount,
    pattern: r"[A-Z]{0,4}[0-9](?:[ -]?[0-9]){5,16}[A-Z]?",
    context: Some(Context {
        words: &[
            "account number",
            "account no",
            "bank account",
            "account:",
            "acct",
            "a/c",
            "routing number",
            "routing",
            "sort code",
            "kontonummer",
            "account is",
            "aba",
            "número de cuenta",
            "numéro de compte",
            "checking account",
            "savings account",
            "account",
            "iban",
            "id number",
        ],
        before: 16,
        after: 0,
    }),
    accept: alone,
    evidence: Evidence::Context,
    score: 0.8,
    finds: &[
        ("account number 7391028373", "7391028373"),
        ("Account: 10184730", "10184730"),
        ("sort code 12-34-56", "12-34-56"),
        ("Routing 021000021", "021000021"),
    ],
    passes: &["account of 2024", "my account since 2019"],
    ..Rule::BASE
}];
