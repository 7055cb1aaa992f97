//! The health profile: what is said about a person's health is personal data.
//!
//! A diagnosis, a medication or a procedure is found where its sentence also speaks of a person:
//! somebody's name, "the patient", or the writer ("my", "I was"). The same word in a question about
//! the house ("Does the pharmacy stock insulin?") stays.

mod terms;

use std::{collections::HashSet, ops::Range};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use crate::{
    Category,
    finding::{Evidence, Treatment},
    normalise::{View, part},
    redact::Located,
};

/// A term of the lexicon next to a person.
const TERM_SCORE: f32 = 0.85;
/// A word whose ending makes it a medical term, next to a person.
const ENDING_SCORE: f32 = 0.75;
/// Letters before such an ending, so that "edema" or "mania" alone are left to the lexicon.
const STEM: usize = 3;

/// Finds what is said about a person's health.
pub(crate) struct HealthTerms {
    terms: AhoCorasick,
    /// For each of `terms`, in which list it stands.
    kinds: Vec<Kind>,
    people: HashSet<&'static str>,
}

#[derive(Clone, Copy)]
enum Kind {
    Diagnosis,
    Medication,
    Procedure,
}

impl Kind {
    const fn rule(self) -> &'static str {
        match self {
            Self::Diagnosis => "health/diagnosis",
            Self::Medication => "health/medication",
            Self::Procedure => "health/procedure",
        }
    }
}

impl HealthTerms {
    pub(crate) fn new() -> Self {
        let lists = [
            (Kind::Diagnosis, terms::DIAGNOSES),
            (Kind::Medication, terms::MEDICATIONS),
            (Kind::Procedure, terms::PROCEDURES),
        ];
        let (mut words, mut kinds) = (Vec::new(), Vec::new());
        for (kind, list) in lists {
            for term in list.split(',').map(str::trim).filter(|term| !term.is_empty()) {
                words.push(term);
                kinds.push(kind);
            }
        }
        let terms = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(words)
            .expect("a few hundred short terms fit an automaton");
        Self { terms, kinds, people: terms::PEOPLE.split_whitespace().collect() }
    }

    /// What `view` says about a person's health, in bytes of the original; `names` are the names
    /// of people in it, in bytes of the view.
    pub(crate) fn find(&self, view: &View, names: &[Range<usize>]) -> Vec<Located> {
        let text = view.text();
        let mut found = Vec::new();
        for sentence in sentences(text) {
            let about_somebody =
                names.iter().any(|name| name.start < sentence.end && sentence.start < name.end);
            if about_somebody || self.speaks_of_a_person(part(text, sentence.clone())) {
                self.look_in(view, &sentence, &mut found);
            }
        }
        found
    }

    fn speaks_of_a_person(&self, sentence: &str) -> bool {
        words(sentence)
            .any(|word| self.people.contains(part(sentence, word).to_lowercase().as_str()))
    }

    fn look_in(&self, view: &View, sentence: &Range<usize>, found: &mut Vec<Located>) {
        let text = part(view.text(), sentence.clone());
        for term in self.terms.find_iter(text) {
            let Some(range) = whole_words(text, &term.range()) else { continue };
            if let Some(kind) = self.kinds.get(term.pattern().as_usize()) {
                found.extend(located(view, sentence, range, kind.rule(), TERM_SCORE));
            }
        }
        for word in words(text) {
            if let Some(rule) = by_ending(part(text, word.clone())) {
                found.extend(located(view, sentence, word, rule, ENDING_SCORE));
            }
        }
    }
}

fn located(
    view: &View,
    sentence: &Range<usize>,
    range: Range<usize>,
    rule: &'static str,
    score: f32,
) -> Option<Located> {
    let origin = view.origin(&(sentence.start + range.start..sentence.start + range.end));
    (!origin.is_empty()).then_some(Located {
        start: origin.start,
        end: origin.end,
        category: Category::Health,
        rule,
        score,
        evidence: Evidence::Context,
        treatment: Treatment::Replace,
        shown: Category::Health.placeholder(),
    })
}

/// The rule of a word that its ending makes a medical term.
fn by_ending(word: &str) -> Option<&'static str> {
    if !word.is_ascii() || word.len() < STEM + 3 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    if terms::NOT_MEDICAL.split_whitespace().any(|plain| plain == lower) {
        return None;
    }
    let ends = |endings: &str| {
        endings
            .split_whitespace()
            .any(|ending| lower.len() >= ending.len() + STEM && lower.ends_with(ending))
    };
    if ends(terms::DIAGNOSIS_ENDINGS) {
        Some("health/diagnosis")
    } else if ends(terms::MEDICATION_ENDINGS) {
        Some("health/medication")
    } else if ends(terms::PROCEDURE_ENDINGS) {
        Some("health/procedure")
    } else {
        None
    }
}

/// `range` when no letter touches it, a plural's `s` taken in.
fn whole_words(text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    if part(text, ..range.start).chars().next_back().is_some_and(char::is_alphanumeric) {
        return None;
    }
    let plural = part(text, range.end..).starts_with('s');
    let end = range.end + usize::from(plural);
    let touched = part(text, end..).chars().next().is_some_and(char::is_alphanumeric);
    (!touched).then_some(range.start..end)
}

/// The sentences of `text` in bytes, without gaps.
fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = part(text, at..);
        if rest.is_empty() {
            return None;
        }
        let ends = |(place, c): (usize, char)| {
            let end = place + c.len_utf8();
            let stop = match c {
                '\n' | '。' | '！' | '？' => true,
                '.' | '!' | '?' => part(rest, end..).chars().next().is_none_or(char::is_whitespace),
                _ => false,
            };
            stop.then_some(end)
        };
        let end = rest.char_indices().find_map(ends).unwrap_or(rest.len());
        let start = at;
        at += end;
        Some(start..at)
    })
}

fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + part(text, at..).find(char::is_alphabetic)?;
        let rest = part(text, start..);
        at = start + rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        Some(start..at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::Decoder;

    fn find(text: &str, name: &str) -> Vec<String> {
        let views = crate::Views::plain_readings(text, &Decoder::new());
        let places = text.match_indices(name).filter(|_| !name.is_empty());
        let names: Vec<_> = places.map(|(at, name)| at..at + name.len()).collect();
        let found = crate::redact::resolve(HealthTerms::new().find(&views[0], &names));
        found.iter().map(|one| part(text, one.start..one.end).to_owned()).collect()
    }

    #[test]
    fn health_next_to_a_person_is_found_and_the_house_s_own_is_not() {
        assert_eq!(
            find("My mother has type 2 diabetes and takes metformin.", ""),
            ["type 2 diabetes", "metformin"]
        );
        assert_eq!(find("Élodie had a hysterectomy in May.", "Élodie"), ["hysterectomy"]);
        assert_eq!(find("I was told it is bronchitis", ""), ["bronchitis"]);
        assert_eq!(find("Der Patient hat Asthma.", ""), ["Asthma"]);
        for passes in [
            "Does the pharmacy stock insulin?",
            "Where is the endoscopy unit?",
            "My invoice is wrong. The oncology ward is on floor 3.",
            "I read the thesis on a topic of my choice.",
        ] {
            assert_eq!(find(passes, ""), Vec::<String>::new(), "{passes}");
        }
    }

    #[test]
    fn every_term_is_found_as_it_stands() {
        for list in [terms::DIAGNOSES, terms::MEDICATIONS, terms::PROCEDURES] {
            for term in list.split(',').map(str::trim).filter(|term| !term.is_empty()) {
                let found = find(&format!("The patient: {term}."), "");
                assert!(found.iter().any(|one| one.contains(term)), "{term}: {found:?}");
            }
        }
    }
}
