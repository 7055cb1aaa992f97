//! Any bytes, read as text: every reading leads back to characters of the original, and there are
//! no more readings than the depth of decoding allows.
#![no_main]

use cloister_fuzz::guard;
use libfuzzer_sys::fuzz_target;

/// More than all encodings and disguises of both plain texts make, three layers deep.
const MAX_READINGS: usize = 128;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let views = guard().normalise(&text);
    assert!(views.count() <= MAX_READINGS, "{} readings", views.count());
    assert!(!views.surface().contains(['\u{200b}', '\u{202e}', '\u{feff}']));
    views.check_origins(&text);
});
