//! Passwords and keys that words near them give away, and private key blocks.

use std::ops::Range;

use super::{Candidate, Context, Gate, Rule, alone};
use crate::{Category, finding::Evidence};

/// Words that follow "password is" in ordinary speech and are no password.
const ORDINARY: [&str; 54] = [
    "a",
    "an",
    "the",
    "my",
    "your",
    "our",
    "not",
    "no",
    "on",
    "in",
    "at",
    "is",
    "was",
    "it",
    "to",
    "and",
    "or",
    "for",
    "with",
    "incorrect",
    "wrong",
    "expired",
    "invalid",
    "required",
    "reset",
    "forgotten",
    "lost",
    "too",
    "very",
    "weak",
    "strong",
    "secret",
    "safe",
    "secure",
    "stored",
    "needed",
    "correct",
    "valid",
    "changed",
    "set",
    "sent",
    "always",
    "never",
    "being",
    "been",
    "only",
    "still",
    "now",
    "that",
    "this",
    "must",
    "should",
    "blocked",
    "locked",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "secret/private-key",
        category: Category::Secret,
        reason: "A private key between its BEGIN and END lines.",
        pattern: r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=:,\-\s.()]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\z)",
        gate: Gate::Any(&["private key"]),
        evidence: Evidence::Validated,
        score: 0.99,
        finds: &[(
            "-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD9\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD9\n-----END RSA PRIVATE KEY-----",
        )],
        passes: &[
            "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
            "keep your private key safe",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "secret/password-assigned",
        category: Category::Secret,
        reason: "A value after the word password and a colon or an equals sign.",
        pattern: r#"(?i)(?:pass(?:word|wd|phrase|code|wort)|pwd|kennwort|contraseña|senha|wachtwoord|mot de passe|(?-u:\b)pass)(?:_[a-z]{1,12})?["']?\s{0,3}[:=]\s{0,3}["']?(?P<v>[^\s"',;<>]{3,128})"#,
        gate: Gate::Any(&["pass", "pwd", "contraseña", "kennwort", "senha", "wachtwoord"]),
        accept: not_ordinary,
        evidence: Evidence::Context,
        score: 0.9,
        finds: &[
            ("password: hunter2", "hunter2"),
            ("DB_PASSWORD=\"s3cr3t!x\"", "s3cr3t!x"),
            ("{'pwd': 'abc123'}", "abc123"),
        ],
        passes: &[
            "password: required",
            "Forgot your password?",
            "passage: chapter one",
            "PWD=/home/ann/work",
            "password: ${DB_PASSWORD}",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "secret/password-said",
        category: Category::Secret,
        reason: "A word with digits or signs after words such as my password is.",
        pattern: r#"(?i)(?:password|passphrase|passcode|passwort|kennwort|contraseña|senha|wachtwoord|mot de passe)(?: for [a-z ]{1,30}?)? (?:is|was|to|ist|es|est|é) ["'“]?(?P<v>[^\s"'”,;]{4,128})"#,
        gate: Gate::Any(&["pass", "contraseña", "kennwort", "senha", "wachtwoord"]),
        accept: mixed_signs,
        evidence: Evidence::Context,
        score: 0.85,
        finds: &[
            ("my password is Tr0ub4dor&3", "Tr0ub4dor&3"),
            ("password for the bank is blue42fish", "blue42fish"),
        ],
        passes: &[
            "my password is incorrect",
            "the password is case-sensitive",
            "change my password to something new",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "secret/pin-said",
        category: Category::Secret,
        reason: "Digits after words for a PIN or a security code.",
        pattern: r"(?:^|[^0-9])(?P<v>[0-9]{4,8})(?:[^0-9]|$)",
        context: Some(Context {
            words: &[
                "my pin is",
                "pin code is",
                "pin:",
                "cvv",
                "cvc",
                "cvv2",
                "security code is",
                "otp is",
                "pin number is",
            ],
            before: 3,
            after: 0,
        }),
        accept: alone,
        evidence: Evidence::Context,
        score: 0.8,
        finds: &[("my PIN is 4821", "4821"), ("CVV: 123456", "123456")],
        passes: &["I entered my pin 3 times in 2024", "shipping 4821", "pin 10 notes"],
        ..Rule::BASE
    },
    Rule {
        name: "secret/key-assigned",
        category: Category::Secret,
        reason: "A value after words such as API key or token.",
        pattern: r#"(?i)(?:api[_ -]?key|apikey|secret[_ -]?key|client[_ -]?secret|access[_ -]?key|access[_ -]?token|auth[_ -]?token|refresh[_ -]?token|api[_ -]?token|private[_ -]?key|encryption[_ -]?key|secret|token)[a-z_]{0,12}["']?\s{0,3}(?:[:=]|is|=>)\s{0,3}["']?(?P<v>[A-Za-z0-9_\-./+=~]{8,512})"#,
        gate: Gate::Any(&["key", "secret", "token"]),
        accept: mixed_signs,
        evidence: Evidence::Context,
        score: 0.85,
        finds: &[
            ("api_key = \"a8f5f167f44f4964e6c998de\"", "a8f5f167f44f4964e6c998de"),
            ("my access token is q7Zp-99xT_kk2", "q7Zp-99xT_kk2"),
        ],
        passes: &["the token is optional", "secret: ingredients", "API key: see the portal"],
        ..Rule::BASE
    },
    Rule {
        name: "secret/authorization",
        category: Category::Secret,
        reason: "A token after an authorization scheme.",
        pattern: r"(?i)(?:bearer|basic|authorization: ?[a-z]{1,12}) (?P<v>[A-Za-z0-9_\-.~+/]{16,}={0,2})",
        gate: Gate::Any(&["bearer", "basic", "authorization"]),
        accept: mixed_signs,
        evidence: Evidence::Context,
        score: 0.9,
        finds: &[("Authorization: Bearer 9f86d081884c7d659a2feaa0", "9f86d081884c7d659a2feaa0")],
        passes: &["basic internationalisation", "the bearer of this letter"],
        ..Rule::BASE
    },
];

fn not_ordinary(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = trimmed(candidate);
    let word = candidate.text.get(value.clone())?.to_lowercase();
    // a path, a variable or code stands for the value and is none
    let path = word.starts_with('/') && word.matches('/').count() > 1;
    let stand_in =
        path || ["${", "$(", "{{", "%(", "[", "`"].iter().any(|sign| word.starts_with(sign));
    (!stand_in && !ORDINARY.contains(&word.as_str()) && word.len() >= 3).then_some(value)
}

/// Letters with digits or with signs among them: a word alone is ordinary speech.
fn mixed_signs(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let range = not_ordinary(candidate)?;
    let value = candidate.text.get(range.clone())?;
    let digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let sign = value.chars().any(|c| !c.is_alphanumeric() && !"-.'/_".contains(c));
    (digit || sign).then_some(range)
}

fn trimmed(candidate: &Candidate<'_>) -> Range<usize> {
    let value = candidate.value().trim_end_matches(['.', ')', ',', ':']);
    candidate.range.start..candidate.range.start + value.len()
}
