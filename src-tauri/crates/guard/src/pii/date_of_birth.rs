//! Dates of birth: a date, where words near it say that it is one.

use super::{Context, Rule, alone};
use crate::{Category, finding::Evidence};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "birth/date",
    category: Category::DateOfBirth,
    pattern: r"(?i)(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:19|20)?[0-9]{2}|[0-9]{1,2}(?:st|nd|rd|th|\.)? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|juin|juil|août|okt|dez|enero|abril|mayo)[a-zé]{0,8}\.?,? (?:19|20)[0-9]{2}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? [0-9]{1,2}(?:st|nd|rd|th)?,? (?:19|20)[0-9]{2})",
    context: Some(Context {
        words: &[
            "born",
            "dob",
            "d.o.b",
            "date of birth",
            "birth date",
            "birthdate",
            "birthday",
            "birth",
            "geboren",
            "geburtsdatum",
            "né le",
            "née le",
            "naissance",
            "nacimiento",
            "nacido",
            "nacida",
            "nascita",
            "nascimento",
            "geboortedatum",
        ],
        before: 24,
        after: 0,
    }),
    accept: alone,
    evidence: Evidence::Context,
    score: 0.9,
    finds: &[
        ("DOB: 1990-05-19", "1990-05-19"),
        ("I was born on 12 March 1980 in Leeds", "12 March 1980"),
        ("date of birth is 05/19/1990", "05/19/1990"),
        ("Her birthday is June 3rd, 1975", "June 3rd, 1975"),
        ("Geburtsdatum: 19.05.1990", "19.05.1990"),
    ],
    passes: &["the meeting is on 1990-05-19", "a stubborn bug of 2024-01-05", "due 05/19/2024"],
    ..Rule::BASE
}];
