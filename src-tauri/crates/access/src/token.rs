//! The opaque token that names a session.

use cloister_types::{Entropy, Secret};
use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

/// A session token: 32 random bytes, handed to the reader once and stored only as a hash.
#[derive(Debug)]
pub struct Token(Secret<[u8; 32]>);

impl Token {
    /// Length of a token as text: 32 bytes in unpadded URL-safe base64 (RFC 4648, section 5).
    pub const TEXT_LENGTH: usize = 43;

    /// Draws a new token.
    #[must_use]
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(Secret::new(entropy.bytes()))
    }

    /// Reads a token from its text form; `None` when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != Self::TEXT_LENGTH {
            return None;
        }
        let bytes: [u8; 32] = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()?;
        Some(Self(Secret::new(bytes)))
    }

    /// The token as text, for the one place that keeps it on the reader's side.
    #[must_use]
    pub fn reveal(&self) -> String {
        BASE64URL_NOPAD.encode(self.0.expose())
    }

    /// The key that wraps the data key of the account whose session this is, so that whoever shows
    /// the token, and nobody who only reads the store, can unwrap it: HKDF-SHA256 (RFC 5869).
    #[must_use]
    pub(crate) fn wrapping_key(&self) -> Secret<[u8; 32]> {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, self.0.expose())
            .expand(b"cloister 1 session key", &mut key)
            .expect("HKDF-SHA256 expands to up to 8,160 bytes, and 32 are asked for");
        Secret::new(key)
    }

    /// What the store keeps. A token has 256 random bits, so one SHA-256 is enough, and looking up
    /// by the hash leaks nothing about the token.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.expose()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cloister_types::SeededEntropy;

    #[test]
    fn a_token_survives_its_text_form() {
        let token = Token::random(&SeededEntropy::new(3));
        let text = token.reveal();
        assert_eq!(text.len(), Token::TEXT_LENGTH);
        let back = Token::parse(&text).expect("its own text parses");
        assert_eq!(back.hash(), token.hash());
        assert!(!format!("{token:?}").contains(&text));
    }

    #[test]
    fn rubbish_is_no_token() {
        for text in ["", "abc", &"!".repeat(43), &"A".repeat(44), &"ä".repeat(22)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }
}
