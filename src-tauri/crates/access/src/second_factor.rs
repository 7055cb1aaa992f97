//! The second factor: time-based codes of an authenticator (RFC 6238), and codes on paper that stand
//! in for it once each.

use cloister_types::{Entropy, Secret, Timestamp};
use qrcode::{
    EcLevel, QrCode,
    render::{svg, unicode},
};
use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, Builder, Totp};

/// Random bytes of a shared secret: as long as the hash (RFC 4226, section 4, R6).
const SECRET: usize = 20;
/// Codes of this many steps before and after the present one are taken, for clocks that drift.
const DRIFT: u16 = 1;
/// Length of a step in seconds, and digits of a code: what every authenticator knows.
const STEP: u64 = 30;
const DIGITS: u8 = 6;
/// Codes on paper.
const CODES: usize = 10;
/// What codes on paper are written with: no letter that looks like another or like a digit
/// (Crockford's base 32, in lower case).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a code on paper: 50 random bits, in two groups.
const CODE_CHARS: usize = 10;

/// An authenticator to be set up. Shown once.
pub struct Enrolment {
    /// The shared secret in base 32, to be typed.
    pub secret: Secret<String>,
    /// The `otpauth:` address.
    pub uri: Secret<String>,
    /// The address as a picture for the window: SVG.
    pub svg: Secret<String>,
    /// The address as a picture for a terminal: lines of half blocks.
    pub blocks: Secret<String>,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

/// Draws a shared secret.
pub(crate) fn new_secret(entropy: &dyn Entropy) -> Secret<Vec<u8>> {
    Secret::new(entropy.bytes::<SECRET>().to_vec())
}

/// What the owner of `name` sets the authenticator up with.
pub(crate) fn enrolment(secret: &Secret<Vec<u8>>, name: &str, site: &str) -> Option<Enrolment> {
    let totp = totp(secret, name, site)?;
    let uri = Secret::new(totp.to_url().ok()?);
    let code = QrCode::with_error_correction_level(uri.expose(), EcLevel::M).ok()?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    let blocks = code.render::<unicode::Dense1x2>().build();
    Some(Enrolment {
        secret: Secret::new(totp.secret().to_base32()),
        uri,
        svg: Secret::new(svg),
        blocks: Secret::new(blocks),
    })
}

/// The time step whose code `code` is, if it is one around `now`. A step may be used once: see
/// `Store::take_totp_step`.
pub(crate) fn step_of(secret: &Secret<Vec<u8>>, code: &str, now: Timestamp) -> Option<u64> {
    let code: String = code.chars().filter(|char| !char.is_whitespace()).collect();
    let seconds = u64::try_from(now.as_millis() / 1_000).ok()?;
    totp(secret, "", "")?.check(&code, seconds)
}

fn totp(secret: &Secret<Vec<u8>>, name: &str, site: &str) -> Option<Totp> {
    // A colon separates issuer and name in the address.
    let plain = |text: &str| text.replace(':', " ");
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(DRIFT)
        .with_step_duration(STEP)
        .with_secret(secret.expose().as_slice())
        .with_account_name(plain(name))
        .with_issuer((!site.is_empty()).then(|| plain(site)))
        .build()
        .ok()
}

/// New codes that stand in for the authenticator, such as `k7w2m-9xq4t`.
pub(crate) fn new_codes(entropy: &dyn Entropy) -> Vec<Secret<String>> {
    (0..CODES)
        .map(|_| {
            let bytes = Secret::new(entropy.bytes::<CODE_CHARS>());
            let mut code = String::with_capacity(CODE_CHARS + 1);
            for (index, byte) in bytes.expose().iter().enumerate() {
                if index == CODE_CHARS / 2 {
                    code.push('-');
                }
                code.push(char::from(ALPHABET[usize::from(byte % 32)]));
            }
            Secret::new(code)
        })
        .collect()
}

/// What is kept of a code on paper; nothing when `code` cannot be one. Case, spaces and hyphens do
/// not matter, nor do letters that are read as digits. Fifty random bits, tried at most five times
/// in five minutes, need no slow hash.
pub(crate) fn code_hash(code: &str) -> Option<[u8; 32]> {
    let plain: Vec<u8> = code
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'-')
        .map(|byte| match byte.to_ascii_lowercase() {
            b'o' => b'0',
            b'i' | b'l' => b'1',
            other => other,
        })
        .collect();
    let fits = plain.len() == CODE_CHARS && plain.iter().all(|byte| ALPHABET.contains(byte));
    fits.then(|| {
        Sha256::new().chain_update(b"cloister 1 recovery ").chain_update(plain).finalize().into()
    })
}

#[cfg(test)]
mod tests {
    use cloister_types::SeededEntropy;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    /// RFC 6238, appendix B: the last six of the eight digits given for SHA-1.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::new(b"12345678901234567890".to_vec());
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = u64::try_from(seconds / 30).unwrap();
            assert_eq!(step_of(&secret, code, at(seconds)), Some(step), "{seconds}");
        }
    }

    #[test]
    fn a_clock_may_drift_by_one_step_and_no_more() {
        let secret = Secret::new(b"12345678901234567890".to_vec());
        for (seconds, taken) in [(0, true), (30, true), (60, true), (89, true), (90, false)] {
            assert_eq!(step_of(&secret, " 287 082", at(seconds)).is_some(), taken, "{seconds}");
        }
        for rubbish in ["", "28708", "2870822", "abcdef", "٢٨٧٠٨٢"] {
            assert_eq!(step_of(&secret, rubbish, at(59)), None, "{rubbish}");
        }
    }

    #[test]
    fn an_enrolment_says_the_same_in_words_and_pictures() {
        let secret = new_secret(&SeededEntropy::new(5));
        let enrolment =
            enrolment(&secret, "ann:lee", "St Mary’s").expect("a secret of full length");
        let uri = enrolment.uri.expose();
        assert!(uri.starts_with("otpauth://totp/"), "{uri}");
        assert!(uri.contains(enrolment.secret.expose()));
        assert!(enrolment.svg.expose().contains("<svg"));
        assert!(enrolment.blocks.expose().lines().count() > 15);
        assert_eq!(format!("{enrolment:?}"), "Enrolment(…)");
    }

    #[test]
    fn codes_on_paper_forgive_how_they_are_typed() {
        let codes = new_codes(&SeededEntropy::new(9));
        assert_eq!(codes.len(), 10);
        let code = codes[0].expose();
        let hash = code_hash(code).expect("its own form");
        assert_eq!(code_hash(&code.to_uppercase().replace('-', " ")), Some(hash));
        assert_eq!(code_hash("OIL00-00000"), code_hash("01100-00000"));
        for rubbish in ["", "12345", "123456789u", "12345-678901", "ünïcödé123"] {
            assert_eq!(code_hash(rubbish), None, "{rubbish}");
        }
    }
}
