//! Names of people that their context gives away. The rest is the tagger's.

use std::ops::Range;

use super::{Candidate, Context, Gate, Rule};
use crate::{Category, finding::Evidence};

/// One to four words with a capital, initials among them.
const NAME: &str = r"(?P<v>\p{Lu}[\p{L}'’-]+(?:(?: \p{Lu}\.)? (?:(?:de|van|von|der|den|del|la|bin|al|da|dos) ){0,2}\p{Lu}[\p{L}'’-]+){0,3})";

/// Words with a capital that follow a lead-in and are no name.
const NO_NAMES: [&str; 40] = [
    "The", "This", "That", "Sir", "Madam", "Team", "All", "Customer", "Support", "Help", "Not",
    "Please", "I", "It", "We", "You", "And", "But", "For", "My", "Your", "Our", "There", "What",
    "When", "Where", "How", "Why", "Who", "Which", "None", "Unknown", "Record", "Records", "Name",
    "Date", "Hiring", "Staff", "Everyone", "Friends",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "person/introduced",
        category: Category::Person,
        reason: "A name after words that introduce a person.",
        pattern: NAME,
        context: Some(Context {
            words: &[
                "my name is",
                "name is",
                "my name's",
                "i am called",
                "this is",
                "i'm called",
                "full name",
                "mein name ist",
                "ich heiße",
                "je m'appelle",
                "me llamo",
                "mi nombre es",
                "mi chiamo",
                "meu nome é",
                "name:",
                "patient:",
                "patient name",
                "client:",
                "employee:",
                "customer:",
                "defendant:",
                "plaintiff:",
                "attorney:",
                "physician:",
                "witness:",
                "contact:",
                "manager:",
                "named",
            ],
            before: 2,
            after: 0,
        }),
        accept: a_name,
        evidence: Evidence::Context,
        score: 0.8,
        finds: &[
            ("my name is John Smith and", "John Smith"),
            ("Patient: Sandra Lopez", "Sandra Lopez"),
            ("je m'appelle Élodie van der Berg", "Élodie van der Berg"),
            ("my name is Mary J. Blige.", "Mary J. Blige"),
        ],
        passes: &[
            "my name is on the list",
            "the file name is README",
            "this is The End",
            "name: the cat",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "person/titled",
        category: Category::Person,
        reason: "A name after a title such as Mr or Dr.",
        pattern: r"(?-u:\b)(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sra?|Herr|Frau|Mme|Monsieur|Madame|Judge|Officer|Nurse|Doctor|Detective)(?-u:\b)\.? (?P<v>\p{Lu}[\p{L}'’-]+(?: \p{Lu}\.)?(?: \p{Lu}[\p{L}'’-]+){0,2})",
        gate: Gate::Any(&[
            "mr",
            "mrs",
            "ms",
            "miss",
            "mx",
            "dr",
            "prof",
            "sr",
            "herr",
            "frau",
            "mme",
            "monsieur",
            "madame",
            "judge",
            "officer",
            "nurse",
            "doctor",
            "detective",
        ]),
        accept: a_name,
        evidence: Evidence::Context,
        score: 0.85,
        finds: &[("I saw Dr. Helena Shaw", "Helena Shaw"), ("Mrs Gomez called", "Gomez")],
        passes: &["Dr. is a title", "Mr. and Mrs.", "MS Windows 11", "the Doctor The"],
        ..Rule::BASE
    },
    Rule {
        name: "person/greeted",
        category: Category::Person,
        reason: "A name in the greeting of a letter.",
        pattern: r"(?:^|\n)(?:Dear|Hi|Hello|Hallo|Liebe[r]?|Cher|Chère|Querid[ao]) (?P<v>\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2}),",
        gate: Gate::Any(&["dear", "hi", "hello", "hallo", "lieb", "cher", "chère", "querid"]),
        accept: a_name,
        evidence: Evidence::Context,
        score: 0.75,
        finds: &[("x\nDear Anna,\nthanks", "Anna")],
        passes: &["x\nDear Sir,\nthanks", "x\nHello Team,\nhow"],
        ..Rule::BASE
    },
];

/// Cuts the candidate before the first word that is no name.
fn a_name(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value();
    let mut end = 0;
    let mut at = 0;
    for word in value.split_inclusive(' ') {
        let bare = word.trim_end();
        let shouted = bare.len() > 4 && bare.chars().all(char::is_uppercase);
        if NO_NAMES.contains(&bare) || (shouted && end == 0) {
            break;
        }
        end = at + bare.len();
        at += word.len();
    }
    let start = candidate.range.start;
    (end > 0 && candidate.stands_alone(&(start..start + end))).then_some(start..start + end)
}
