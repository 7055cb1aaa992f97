//! An address and a chain of encodings around it: each encoding that the guard knows comes off, and
//! something is found in the encoded stretch. Then the same with a stretch of the fuzzer's own.
#![no_main]

use arbitrary::Arbitrary;
use cloister_fuzz::{check_exchange, check_findings, guard};
use cloister_guard::Treatment;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    /// Letters of an address, each taken by its place in the alphabet.
    name: [u8; 8],
    layers: [Option<Encoding>; 2],
    before: Vec<Encoding>,
    payload: Vec<u8>,
}

#[derive(Arbitrary, Debug, Clone, Copy)]
enum Encoding {
    Base64,
    Base64Url,
    HexLower,
    HexUpper,
    HexSpaced,
    Percent,
    Entities,
    HexEntities,
    Escapes,
    ByteEscapes,
}

impl Encoding {
    fn encode(self, bytes: &[u8]) -> String {
        let each = |write: &dyn Fn(u8) -> String| bytes.iter().map(|byte| write(*byte)).collect();
        match self {
            Self::Base64 => BASE64.encode(bytes),
            Self::Base64Url => BASE64URL_NOPAD.encode(bytes),
            Self::HexLower => HEXLOWER.encode(bytes),
            Self::HexUpper => HEXUPPER.encode(bytes),
            Self::HexSpaced => each(&|byte| format!("{byte:02x} ")),
            Self::Percent => each(&|byte| format!("%{byte:02X}")),
            Self::Entities => each(&|byte| format!("&#{byte};")),
            Self::HexEntities => each(&|byte| format!("&#x{byte:x};")),
            Self::Escapes => each(&|byte| format!("\\u{byte:04x}")),
            Self::ByteEscapes => each(&|byte| format!("\\x{byte:02x}")),
        }
    }
}

/// What stands before the address, in ASCII.
const LEAD: &str = "please write to \n ";

fuzz_target!(|input: Input| {
    let name: String = input.name.iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    let mut hidden = format!("{name}.lee@example.org");
    for layer in input.layers.into_iter().flatten() {
        hidden = layer.encode(hidden.as_bytes());
    }
    let hidden = hidden.trim();
    let text = format!("{LEAD}{hidden} \n by Friday");
    let scan = guard().scan(&text);
    check_findings(&text, &scan.findings);
    // its digits may make a card number by chance, which then breaks the encoding up
    let (start, end) = (LEAD.len(), LEAD.len() + hidden.len());
    let is_hidden = scan.findings.iter().any(|one| {
        one.treatment == Treatment::Replace && one.span.start < end && start < one.span.end
    });
    assert!(is_hidden, "the address is not found in {text:?}: {:?}", scan.findings);

    let mut stretch = input.payload;
    for layer in input.before.into_iter().take(4) {
        stretch = layer.encode(&stretch).into_bytes();
        stretch.truncate(1 << 14);
    }
    let text = String::from_utf8_lossy(&stretch);
    let scan = guard().scan(&text);
    check_findings(&text, &scan.findings);
    check_exchange(&text, scan.sanitized.as_str(), &scan.findings, &scan.placeholders);
});
