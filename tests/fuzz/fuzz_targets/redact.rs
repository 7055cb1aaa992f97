//! Texts made of telling fragments: redaction leaves nothing that it finds again, changes nothing
//! else, and changes nothing at all the second time. Numbered placeholders come back as what they
//! stand for.
#![no_main]

use arbitrary::Arbitrary;
use cloister_fuzz::{Text, check_exchange, check_findings, guard, health_guard};
use cloister_guard::SessionTokens;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    health: bool,
    text: Text,
}

fuzz_target!(|input: Input| {
    let guard = if input.health { health_guard() } else { guard() };
    let text = input.text.0;
    let redact = |text: &str| guard.redact(text, &guard.normalise(text));
    let once = redact(&text);
    check_findings(&text, &once.findings);
    check_exchange(&text, once.sanitized.as_str(), &once.findings, &once.placeholders);
    let twice = redact(once.sanitized.as_str());
    assert_eq!(once.sanitized, twice.sanitized, "redaction is done after one pass");

    let mut tokens = SessionTokens::default();
    let numbered = tokens.number(&text, once.clone());
    check_exchange(&text, numbered.sanitized.as_str(), &numbered.findings, &numbered.placeholders);
    let again = tokens.number(&text, once);
    assert_eq!(numbered.sanitized, again.sanitized, "the same datum keeps its number");
    let restored = tokens.restore(numbered.sanitized.as_str());
    assert!(restored.chars().count() <= MAX_GROWTH * (text.chars().count() + 1), "{restored:?}");
});

/// A placeholder may come back longer than what it stood for, as its first writing had more signs;
/// no fragment is longer than this many characters.
const MAX_GROWTH: usize = 4_096;
