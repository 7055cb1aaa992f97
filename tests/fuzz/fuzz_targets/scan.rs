//! Any bytes, read as text: findings lie in it, scores are shares, and the sanitised text has
//! nothing left to replace. The time is bounded by libFuzzer's own limit on one input.
#![no_main]

use cloister_fuzz::{check_exchange, check_findings, guard};
use cloister_guard::Treatment;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let scan = guard().scan(&text);
    check_findings(&text, &scan.findings);
    assert!((0.0..=1.0).contains(&scan.injection.score));
    assert!((0.0..=1.0).contains(&scan.moderation.score));
    let sanitized = scan.sanitized.as_str();
    check_exchange(&text, sanitized, &scan.findings, &scan.placeholders);
    let again = guard().scan(sanitized);
    let left = again.findings.iter().find(|one| one.treatment == Treatment::Replace);
    assert!(left.is_none(), "{left:?} is left in {sanitized:?}");
});
