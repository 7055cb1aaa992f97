//! Texts made of telling fragments: redaction leaves nothing that it finds again, changes nothing
//! else, and changes nothing at all the second time.
#![no_main]

use cloister_fuzz::{Text, check_exchange, check_findings, guard};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: Text| {
    let text = text.0;
    let redact = |text: &str| guard().redact(text, &guard().normalise(text));
    let once = redact(&text);
    check_findings(&text, &once.findings);
    check_exchange(&text, once.sanitized.as_str(), &once.findings, &once.placeholders);
    let twice = redact(once.sanitized.as_str());
    assert_eq!(once.sanitized, twice.sanitized, "redaction is done after one pass");
});
