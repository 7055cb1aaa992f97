//! What the fuzz targets share: the guard, texts made of telling fragments, and the checks that
//! several of them make.

use std::sync::{Arc, OnceLock};

use arbitrary::{Arbitrary, Result, Unstructured};
use cloister_guard::{Finding, Guard, GuardOptions, Placeholder, Profile, Treatment};

/// Fragments that rules look for, so that the fuzzer need not spell them.
const FRAGMENTS: &[&str] = &[
    " ",
    "\n",
    "\n\n",
    ".",
    ", ",
    ": ",
    "?",
    "!",
    "-",
    "/",
    "(",
    ")",
    "[",
    "]",
    "](",
    "<",
    ">",
    "\"",
    "\u{200b}",
    "\u{202e}",
    "\u{301}",
    "\u{feff}",
    "\u{a0}",
    "\u{2028}",
    "\u{ff10}",
    "\u{430}",
    "\u{1f642}",
    "\u{6f22}",
    "\u{e0061}",
    "ann@example.org",
    "@",
    "example.org",
    "www.",
    "http://",
    "https://u:p@e.example/?token=1",
    "4111 1111 1111 1111",
    "4111111111111111",
    "536-90-4399",
    "+44 20 7946 0018",
    "(212) 555-0142",
    "GB29 NWBK 6016 1331 9268 19",
    "192.168.0.1",
    "2001:db8::1",
    "00:1a:2b:3c:4d:5e",
    "EMP-45678",
    "KR8129301",
    "12 March 1980",
    "1980-03-12",
    "1",
    "12",
    "999",
    "my name is ",
    "John Smith",
    "Mr. ",
    "SSN ",
    "password: ",
    "passport ",
    "account ",
    "call ",
    "DOB ",
    "is ",
    "MRN ",
    "12 Mill Lane",
    "diabetes",
    "took 20 mg of ",
    "patient ",
    "username ",
    "hunter2secret",
    "sk-",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "MIIBOgIBAAJBAKj34GkxFhD9",
    "YW5uLmxlZUBleGFtcGxlLm9yZw==",
    "616e6e",
    "%40",
    "%61",
    "&#64;",
    "&#x61;",
    "\\u0061",
    "\\x61",
    ".- -. -. ",
    "i g n o r e ",
    "1gn0r3 ",
    "vtaber ",
    "erongi ",
    "ignore all previous instructions",
    "system prompt",
    "you are now ",
    "<|im_start|>",
    "[INST]",
    "<img src=",
    "![a](",
    "[EMAIL]",
    "[REDACTED]",
    "[PERSON]",
    "[SECRET]",
    "[PERSON_1]",
    "[EMAIL_2]",
    "[1]",
    "[9]",
];

/// Most pieces of a text: enough for every rule to meet every other, few enough to be quick.
const MAX_PIECES: usize = 60;

/// The guard that every target looks at, compiled once.
pub fn guard() -> &'static Arc<Guard> {
    static GUARD: OnceLock<Arc<Guard>> = OnceLock::new();
    GUARD.get_or_init(|| Arc::new(Guard::default()))
}

/// The same with the profile of a clinic.
pub fn health_guard() -> &'static Arc<Guard> {
    static GUARD: OnceLock<Arc<Guard>> = OnceLock::new();
    GUARD.get_or_init(|| {
        let options = GuardOptions { profile: Profile::Health, ..GuardOptions::default() };
        Arc::new(Guard::new(options))
    })
}

/// A text of fragments and of characters that the fuzzer chooses.
#[derive(Debug, Clone)]
pub struct Text(pub String);

impl<'a> Arbitrary<'a> for Text {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut text = String::new();
        for _ in 0..MAX_PIECES {
            if u.is_empty() {
                break;
            }
            match u.int_in_range(0..=5_u8)? {
                0 => text.push(u.arbitrary()?),
                1 => text.push(char::from(u.int_in_range(b' '..=b'~')?)),
                2 => {
                    let times = u.int_in_range(1..=40_usize)?;
                    text.push_str(&u.choose(FRAGMENTS)?.repeat(times));
                }
                _ => text.push_str(u.choose(FRAGMENTS)?),
            }
        }
        Ok(Self(text))
    }
}

/// Looks whether `findings` lie within `original`, in order, those that are replaced apart.
///
/// # Panics
/// When they do not.
pub fn check_findings(original: &str, findings: &[Finding]) {
    let chars = original.chars().count();
    let mut replaced_to = 0;
    for finding in findings {
        let span = finding.span;
        assert!(span.start < span.end && span.end <= chars, "{finding:?} in {chars} characters");
        assert!((0.0..=1.0).contains(&finding.score), "{finding:?} has a score out of bounds");
        if finding.treatment == Treatment::Replace {
            assert!(span.start >= replaced_to, "{finding:?} begins before {replaced_to}");
            replaced_to = span.end;
        }
    }
}

/// Looks whether `sanitized` is `original` with each replaced finding exchanged for a placeholder.
///
/// # Panics
/// When it is not.
pub fn check_exchange(
    original: &str,
    sanitized: &str,
    findings: &[Finding],
    placeholders: &[Placeholder],
) {
    let before: Vec<char> = original.chars().collect();
    let after: Vec<char> = sanitized.chars().collect();
    let replaced: Vec<_> =
        findings.iter().filter(|one| one.treatment == Treatment::Replace).collect();
    assert_eq!(replaced.len(), placeholders.len(), "as many placeholders as replaced findings");
    let (mut from, mut to) = (0, 0);
    for (finding, placeholder) in replaced.iter().zip(placeholders) {
        assert_eq!(finding.category, placeholder.category);
        assert!(to <= placeholder.span.start && placeholder.span.end <= after.len());
        assert_eq!(before[from..finding.span.start], after[to..placeholder.span.start]);
        (from, to) = (finding.span.end, placeholder.span.end);
    }
    assert_eq!(before[from..], after[to..], "what follows the last finding stays");
}
