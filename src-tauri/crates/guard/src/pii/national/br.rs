//! Brazil: CPF of people and CNPJ of companies.

use super::{ID, NumberRule, Rule, digit, near, uniform};

const CPF: Rule = Rule { reason: "Eleven digits with both check digits of a Brazilian CPF.", ..ID };

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "national/br-cpf-written",
            finds: &[("é 111.444.777-35 mesmo", "111.444.777-35")],
            passes: &["111.444.777-36", "111.111.111-11"],
            ..CPF
        },
        shapes: &["!999.999.999-99"],
        check: cpf,
    },
    NumberRule {
        rule: Rule {
            name: "national/br-cpf",
            context: Some(near(&["cpf", "cadastro de pessoas", "contribuinte", "brazilian"])),
            finds: &[("CPF 11144477735", "11144477735")],
            passes: &["CPF 11144477736", "order 11144477735"],
            ..CPF
        },
        shapes: &["999 999 999 99"],
        check: cpf,
    },
    NumberRule {
        rule: Rule {
            name: "national/br-cnpj",
            reason: "Fourteen digits with both check digits of a Brazilian CNPJ.",
            finds: &[("CNPJ 11.222.333/0001-81", "11.222.333/0001-81")],
            passes: &["11.222.333/0001-82"],
            ..ID
        },
        shapes: &["!99.999.999/9999-99"],
        check: cnpj,
    },
];

/// Weights falling to 2, remainder 11 (Receita Federal, Instrução Normativa 1548/2015).
fn cpf(signs: &[u8]) -> bool {
    !uniform(signs) && [9, 10].into_iter().all(|length| follows(signs, length, 11))
}

/// Weights falling to 2 and again from 9 (Receita Federal, Instrução Normativa 1863/2018).
fn cnpj(signs: &[u8]) -> bool {
    !uniform(signs) && [12, 13].into_iter().all(|length| follows(signs, length, 8))
}

/// Whether the digit after `length` digits checks them, with weights from 2 to `1 + cycle`.
fn follows(signs: &[u8], length: usize, cycle: usize) -> bool {
    let weights = (2..).take(cycle).cycle();
    let sum: u32 =
        (0..length).rev().zip(weights).map(|(at, weight)| digit(signs, at) * weight).sum();
    let check = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    check == digit(signs, length)
}
