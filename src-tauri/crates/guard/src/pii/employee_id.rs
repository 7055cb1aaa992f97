//! Numbers that an employer gave to a person.

use super::{Context, Gate, Rule, alone};
use crate::{Category, finding::Evidence};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "employee/labelled",
        category: Category::EmployeeId,
        pattern: r"(?i)(?-u:\b)(?:EMP|EMPL|EID|STAFF)(?:ID)?[-_#:]{1,2}[A-Z]{0,3}[0-9]{3,10}(?-u:\b)",
        gate: Gate::Any(&["emp", "eid", "staff"]),
        accept: alone,
        evidence: Evidence::Validated,
        score: 0.95,
        finds: &[("I am EMP-45678", "EMP-45678"), ("emp_00123", "emp_00123")],
        passes: &["temp-45678", "EMP-1", "employees: 400"],
        ..Rule::BASE
    },
    Rule {
        name: "employee/context",
        category: Category::EmployeeId,
        pattern: r"[A-Z]{0,4}-?[0-9]{4,10}",
        context: Some(Context {
            words: &[
                "employee id",
                "employee number",
                "employee no",
                "staff id",
                "staff number",
                "personnel number",
                "badge number",
                "badge id",
                "personalnummer",
                "worker id",
                "payroll number",
            ],
            before: 8,
            after: 0,
        }),
        accept: alone,
        evidence: Evidence::Context,
        score: 0.85,
        finds: &[("employee ID 127854", "127854"), ("Staff number is A-90210", "A-90210")],
        passes: &["employee benefits 2024", "the staff numbers 12"],
        ..Rule::BASE
    },
];
