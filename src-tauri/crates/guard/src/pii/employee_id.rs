//! Numbers that an employer gave to a person.

use super::{
    Gate, Rule, alone,
    field::{Field, code, is_coded},
};
use crate::{Category, finding::Evidence};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "employee/prefixed",
    category: Category::EmployeeId,
    pattern: r"(?i)(?-u:\b)(?:EMPL?|EMPLOYEE|EID|STAFF|STF|PERS|BADGE|WORKER)(?:(?:ID|NO)?[-_#]{1,2}[A-Z]{0,3}-?[0-9]{3,10}|[0-9]{4,10})(?-u:\b)",
    gate: Gate::Any(&["emp", "eid", "staff", "stf", "pers", "badge", "worker"]),
    accept: alone,
    evidence: Evidence::Validated,
    score: 0.95,
    reason: "A number after a prefix such as EMP, as employers give them out.",
    finds: &[("I am EMP-45678", "EMP-45678"), ("emp_00123", "emp_00123"), ("EMP45678", "EMP45678")],
    passes: &["temp-45678", "EMP-1", "employees: 400"],
    ..Rule::BASE
}];

pub(super) const FIELDS: &[Field] = &[
    Field {
        rule: Rule {
            name: "employee/labelled",
            reason: "A number after words that announce an employee's number.",
            finds: &[
                ("employee ID 127854", "127854"),
                ("Staff number is A-90210", "A-90210"),
                ("Emp ID E12345", "E12345"),
                ("employee number 00123", "00123"),
                ("staff no. 4471", "4471"),
                ("{\"employeeId\": \"K-4471\"}", "K-4471"),
                ("Personalnummer: 00481516", "00481516"),
                ("matricule 88123", "88123"),
                ("número de empleado es 40412", "40412"),
                ("77102 is my employee number", "77102"),
            ],
            passes: &[
                "employee benefits 2024",
                "the staff numbers 12",
                "badge of honour",
                "employee id: unknown",
            ],
            ..BASE
        },
        labels: LABELS,
        value: |joint| code(joint.rest, 3..=10, 3..=16),
    },
    Field {
        rule: Rule {
            name: "employee/named",
            reason: "A number that stands directly after the word employee.",
            finds: &[
                ("employee #44718", "44718"),
                ("Employee: E10293", "E10293"),
                ("employee with ID 88123", "88123"),
                ("badge #5581", "5581"),
                ("the file of employee 00482913", "00482913"),
            ],
            passes: &[
                "employee 12 of 300",
                "employees 15000",
                "employee of 2020",
                "img/badge/rustc-1.77",
            ],
            ..BASE
        },
        labels: &[
            "employee",
            "emp",
            "worker",
            "mitarbeiter",
            "empleado",
            "dipendente",
            "medewerker",
            "badge",
        ],
        value: |joint| {
            let announced = joint.mark.is_some() || joint.numbered;
            let coded = |length: &usize| joint.rest.get(..*length).is_some_and(is_coded);
            code(joint.rest, 4..=10, 4..=16).filter(|length| announced || coded(length))
        },
    },
];

const BASE: Rule =
    Rule { category: Category::EmployeeId, evidence: Evidence::Context, score: 0.85, ..Rule::BASE };

/// Words for an employee's number.
const LABELS: &[&str] = &[
    "employee id",
    "employee number",
    "employee no",
    "employee num",
    "employee code",
    "employee identification number",
    "employee identifier",
    "employee ref",
    "employee badge",
    "emp id",
    "emp no",
    "emp number",
    "emp num",
    "emp code",
    "eid",
    "staff id",
    "staff number",
    "staff no",
    "staff code",
    "staff member id",
    "staff badge",
    "personnel number",
    "personnel no",
    "personnel id",
    "personnel file",
    "badge number",
    "badge no",
    "badge id",
    "company id",
    "work id",
    "corporate id",
    "operator id",
    "crew id",
    "shield number",
    "officer badge",
    "worker id",
    "worker number",
    "workforce id",
    "payroll number",
    "payroll id",
    "payroll no",
    "associate id",
    "team member id",
    "contractor id",
    "personalnummer",
    "personal nr",
    "mitarbeiternummer",
    "mitarbeiter nr",
    "mitarbeiter id",
    "mitarbeiternr",
    "dienstausweis",
    "matricule",
    "numéro de matricule",
    "numéro d'employé",
    "numéro employé",
    "numéro de badge",
    "id employé",
    "identifiant employé",
    "número de empleado",
    "numero de empleado",
    "nº de empleado",
    "id de empleado",
    "código de empleado",
    "legajo",
    "numero dipendente",
    "codice dipendente",
    "id dipendente",
    "matricola",
    "numero di matricola",
    "numero badge",
    "personeelsnummer",
    "werknemersnummer",
    "medewerkersnummer",
    "medewerker id",
    "número de funcionário",
    "número do funcionário",
    "número de colaborador",
    "número de empregado",
    "id do funcionário",
];
