//! What a site may write down: bad rules are refused and never a panic; those that pass their check
//! never keep a card number or a secret from being hidden, and keep the promises of redaction.
#![no_main]

use arbitrary::Arbitrary;
use cloister_fuzz::{Text, check_exchange, check_findings, guard};
use cloister_guard::{
    Category, Guard, GuardOptions, PatternDraft, SiteDraft, SiteRules, Treatment,
};
use libfuzzer_sys::fuzz_target;

const CARD: &str = "4111 1111 1111 1111";
const SECRET: &str = "hunter2secret";

#[derive(Arbitrary, Debug)]
struct Input {
    allow: Vec<Text>,
    patterns: Vec<Pattern>,
    text: Text,
}

#[derive(Arbitrary, Debug)]
struct Pattern {
    category: u8,
    pieces: Vec<(u8, char)>,
    finds: Vec<Text>,
}

/// Pieces of regular expressions.
const PIECES: &[&str] = &[
    "[0-9]", "[A-Z]", "\\b", "\\w", "\\PL", ".", "+", "*", "?", "{2,5}", "{1000}", "(", ")",
    "(?P<v>", "|", "^", "$", "[^", "]", "\\", "CASE-", "(?i)", "(?x)", " ",
];

impl Pattern {
    fn draft(&self, place: usize) -> PatternDraft {
        let mut pattern = String::new();
        for (piece, c) in &self.pieces {
            match PIECES.get(usize::from(*piece)) {
                Some(piece) => pattern.push_str(piece),
                None => pattern.push(*c),
            }
        }
        PatternDraft {
            name: format!("pattern {place}"),
            category: Category::ALL[usize::from(self.category) % Category::ALL.len()],
            pattern,
            finds: self.finds.iter().take(3).map(|text| text.0.clone()).collect(),
            passes: Vec::new(),
        }
    }
}

fuzz_target!(|input: Input| {
    let draft = SiteDraft {
        allow: input.allow.iter().take(4).map(|text| text.0.clone()).collect(),
        patterns: (0..).zip(input.patterns.iter().take(3)).map(|(at, one)| one.draft(at)).collect(),
    };
    let site = match SiteRules::check(&draft, guard()) {
        Ok(site) => site,
        Err(errors) => {
            assert!(!errors.is_empty(), "a refusal says why");
            errors.iter().for_each(|error| drop(error.to_string()));
            return;
        }
    };
    // compiling every rule anew takes long, and only rules that are there can change anything
    if site.is_empty() {
        return;
    }
    let guard = Guard::new(GuardOptions { site, ..GuardOptions::default() });
    let text = format!("card {CARD}\n\npassword: {SECRET}\n\n{}", input.text.0);
    let scan = guard.scan(&text);
    check_findings(&text, &scan.findings);
    let sanitized = scan.sanitized.as_str();
    check_exchange(&text, sanitized, &scan.findings, &scan.placeholders);
    // what the fuzzer wrote may hold them once more, in a place that says nothing about them
    if !input.text.0.contains(['4', 'h']) {
        assert!(!sanitized.contains(CARD) && !sanitized.contains(SECRET), "{sanitized:?}");
    }
    let left = guard.scan(sanitized);
    let left = left.findings.iter().find(|one| one.treatment == Treatment::Replace);
    assert!(left.is_none(), "{left:?} is left in {sanitized:?}");
});
