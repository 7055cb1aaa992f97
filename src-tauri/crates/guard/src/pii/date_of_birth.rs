//! Dates of birth: a date, where words near it say that it is one.

use std::ops::Range;

use super::{Candidate, Context, Rule, alone};
use crate::{Category, finding::Evidence, normalise::part};

/// What the words for birth begin with, in lower case; a sentence's end must not part them from
/// the date.
const STEMS: [&str; 15] = [
    "born", "birth", "dob", "d.o.b", "b-day", "bday", "geb", "naiss", "né", "nac", "nasc", "nat",
    "fød", "född", "urodz",
];

pub(super) const RULES: &[Rule] = &[Rule {
    name: "birth/date",
    category: Category::DateOfBirth,
    pattern: r"(?ix)
        [0-9]{4}[-/.\ ][0-9]{1,2}[-/.\ ][0-9]{1,2}
        | [0-9]{1,2}\ ?[-/.\ ]\ ?[0-9]{1,2}\ ?[-/.\ ]\ ?(?:19|20)?[0-9]{2}
        | [0-9]{1,2}(?:st|nd|rd|th|er|º|ª|\.)?[\ -](?:of\ |de\ |di\ )?
          (?:jan|ene|gen|feb|fév|fev|mar|mär|maa|apr|avr|abr|may|mai|mag|mei|maj|jun|jui|giu|jul|lug|aug|aoû|ago|sep|set|oct|okt|ott|out|nov|dec|dez|déc|dic)
          \p{L}{0,8}\.?,?[\ -](?:de\ |del\ )?(?:19|20)?[0-9]{2}
        | (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?[\ -][0-9]{1,2}(?:st|nd|rd|th)?,?[\ -](?:19|20)[0-9]{2}
        | (?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])
        | (?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|[12][0-9]|3[01])(?:19|20)[0-9]{2}
        | (?:19|20)[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日",
    context: Some(Context {
        words: &[
            "born",
            "dob",
            "d.o.b",
            "date of birth",
            "date_of_birth",
            "dateofbirth",
            "birth date",
            "birthdate",
            "birth_date",
            "birthday",
            "b-day",
            "bday",
            "birth",
            "geboren",
            "geb.",
            "geb",
            "geburtsdatum",
            "geburtstag",
            "né",
            "née",
            "naissance",
            "nacimiento",
            "nacido",
            "nacida",
            "nació",
            "nací",
            "fecha de nac",
            "nato",
            "nata",
            "nascita",
            "nascimento",
            "nascido",
            "nascida",
            "nasci",
            "geboortedatum",
            "geboortedag",
            "fødselsdato",
            "født",
            "född",
            "födelsedatum",
            "data urodzenia",
            "urodzony",
            "urodzona",
            "生年月日",
            "出生日期",
        ],
        before: 40,
        after: 20,
    }),
    accept: in_one_sentence,
    evidence: Evidence::Context,
    score: 0.9,
    reason: "A date near words that speak of birth.",
    finds: &[
        ("DOB: 1990-05-19", "1990-05-19"),
        ("I was born on 12 March 1980 in Leeds", "12 March 1980"),
        ("date of birth is 05/19/1990", "05/19/1990"),
        ("Her birthday is June 3rd, 1975", "June 3rd, 1975"),
        ("Geburtsdatum: 19.05.1990", "19.05.1990"),
        ("born on the 3rd of March 1984", "3rd of March 1984"),
        ("born in Lyon, France, on 3 March 1984", "3 March 1984"),
        ("née le 14 février 1971", "14 février 1971"),
        ("nací el 3 de marzo de 1984", "3 de marzo de 1984"),
        ("geb. 7. Mai 1962", "7. Mai 1962"),
        ("nato il 2 luglio 1959", "2 luglio 1959"),
        ("(D.O.B. 12-Mar-84)", "12-Mar-84"),
        ("\"birthDate\": \"19840312\"", "19840312"),
        ("DOB 1990-05-19T00:00:00Z", "1990-05-19"),
        ("1990-05-19 is my date of birth", "1990-05-19"),
    ],
    passes: &[
        "the meeting is on 1990-05-19",
        "a stubborn bug of 2024-01-05",
        "due 05/19/2024",
        "He was born in Leeds. Seen on 2024-01-05",
        "born in 1984",
        "Date: 2024-01-05\n\nRE: A (DOB",
        "DOB: [DATE_OF_BIRTH]. Seen on 2024-01-05",
    ],
    ..Rule::BASE
}];

/// Takes the date when no sentence ends and no other number stands between it and the word for
/// birth before it.
fn in_one_sentence(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let before = candidate.before(40);
    let begins = |at: &usize| {
        let here = before.get(*at..).unwrap_or_default();
        here.starts_with(['b', 'd', 'g', 'n', 'f', 'u'])
            && STEMS.iter().any(|stem| here.starts_with(stem))
    };
    let Some(stem) = (0..before.len()).rev().find(begins) else {
        let after = part(candidate.text, candidate.range.end..);
        let said = [" (", " is ", " was ", " - "].iter().any(|joint| after.starts_with(joint));
        return ends_alone(candidate).filter(|_| said);
    };
    let between = before.get(stem..).unwrap_or_default();
    let parted = between.match_indices(". ").any(|(at, _)| {
        let word = between.get(..at).unwrap_or_default().rsplit(char::is_whitespace).next();
        word.is_some_and(|word| word.chars().count() > 3 && !word.contains('.'))
    });
    // another date, or the placeholder that one left
    let other = between.contains(|c: char| c.is_ascii_digit() || "[]".contains(c));
    ends_alone(candidate).filter(|_| !(parted || other || between.contains("\n\n")))
}

/// Accepts the date when no letter or digit touches it; a time may follow a `T` (ISO 8601).
fn ends_alone(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let end = candidate.range.end;
    let timed = candidate.char_after(end) == Some('T')
        && candidate.char_after(end + 1).is_some_and(|c| c.is_ascii_digit());
    let touched = candidate.char_before(candidate.range.start).is_some_and(char::is_alphanumeric);
    if timed && !touched { Some(candidate.range.clone()) } else { alone(candidate) }
}
