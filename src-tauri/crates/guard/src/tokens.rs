//! Reversible placeholders: `[PERSON_1]` in the text that the model sees, the name itself in the
//! reply that the same session sees.
//!
//! The mapping lives in memory for as long as the session does and is wiped with it. Numbers of
//! payment cards, social security numbers and secrets are never kept, so they never come back.

use std::borrow::Cow;

use cloister_types::Secret;

use crate::{
    Category, Placeholder, Redaction, Span, Treatment, finding::CodePoints, guard::vouch,
    normalise::part,
};

/// Most data that one session may have mapped; what comes later keeps the plain placeholder.
pub const MOST_TOKENS: usize = 512;

/// The mapping of one session.
#[derive(Default)]
pub struct SessionTokens(Vec<Token>);

struct Token {
    category: Category,
    number: usize,
    /// The datum as it was first written.
    written: Secret<String>,
    /// The datum by which it is recognised again: lower case, letters and digits only.
    key: Secret<String>,
}

impl SessionTokens {
    /// Numbers the placeholders of `redaction`, which was made of `original`: the same datum has
    /// the same number throughout the session.
    #[must_use]
    pub fn number(&mut self, original: &str, redaction: Redaction) -> Redaction {
        let Redaction { sanitized, findings, placeholders, names } = redaction;
        let replaced = findings.iter().filter(|found| found.treatment == Treatment::Replace);
        let plain = sanitized.as_str();
        let mut bytes = Bytes::new(plain);
        let mut source = Bytes::new(original);
        let mut text = String::with_capacity(plain.len());
        let mut numbered = Vec::with_capacity(placeholders.len());
        let (mut copied, mut point) = (0, 0);
        for (placeholder, finding) in placeholders.iter().zip(replaced) {
            let (start, end) = (bytes.at(placeholder.span.start), bytes.at(placeholder.span.end));
            let before = part(plain, copied..start);
            text.push_str(before);
            point += before.chars().count();
            let datum = part(original, source.at(finding.span.start)..source.at(finding.span.end));
            let shown = part(plain, start..end);
            let shown = match self.token(placeholder.category, datum) {
                Some(number) => Cow::Owned(numbered_name(shown, number)),
                None => Cow::Borrowed(shown),
            };
            let span = Span { start: point, end: point + shown.chars().count() };
            numbered.push(Placeholder { span, category: placeholder.category });
            point = span.end;
            text.push_str(&shown);
            copied = end;
        }
        text.push_str(part(plain, copied..));
        Redaction { sanitized: vouch(text), findings, placeholders: numbered, names }
    }

    /// `text` with the data of this session in the place of their numbered placeholders. Only for
    /// the eyes of the session's own reader; never to be stored.
    #[must_use]
    pub fn restore<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.0.is_empty() || !text.contains('[') {
            return Cow::Borrowed(text);
        }
        let mut restored = String::new();
        let mut copied = 0;
        for (at, _) in text.match_indices('[') {
            if let Some((token, length)) = self.named_at(part(text, at..)) {
                restored.push_str(part(text, copied..at));
                restored.push_str(token.written.expose());
                copied = at + length;
            }
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        restored.push_str(part(text, copied..));
        Cow::Owned(restored)
    }

    /// The number of `datum`, known or new; nothing for what is never mapped or beyond the limit.
    fn token(&mut self, category: Category, datum: &str) -> Option<usize> {
        if !is_reversible(category) {
            return None;
        }
        let key = Secret::new(
            datum.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect(),
        );
        let known =
            |token: &&Token| token.category == category && token.key.expose() == key.expose();
        if let Some(token) = self.0.iter().find(known) {
            return Some(token.number);
        }
        if self.0.len() >= MOST_TOKENS {
            return None;
        }
        let number = 1 + self.0.iter().filter(|token| token.category == category).count();
        self.0.push(Token { category, number, written: Secret::new(datum.to_owned()), key });
        Some(number)
    }

    /// The token whose placeholder `text` begins with, and the placeholder's length in bytes.
    fn named_at(&self, text: &str) -> Option<(&Token, usize)> {
        let end = text.find(']')?;
        let (name, number) = part(text, 1..end).rsplit_once('_')?;
        let number: usize = number.parse().ok()?;
        let token = self.0.iter().find(|token| {
            let plain = token.category.placeholder();
            token.number == number && part(plain, 1..plain.len() - 1) == name
        })?;
        Some((token, end + 1))
    }
}

impl std::fmt::Debug for SessionTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionTokens({})", self.0.len())
    }
}

/// `[PERSON]` and 1 make `[PERSON_1]`.
fn numbered_name(placeholder: &str, number: usize) -> String {
    format!("{}_{number}]", placeholder.trim_end_matches(']'))
}

/// Whether data of `category` may come back: cards, social security numbers and secrets never do,
/// and what only answers have is not the reader's.
const fn is_reversible(category: Category) -> bool {
    !matches!(
        category,
        Category::Ssn
            | Category::CreditCard
            | Category::Secret
            | Category::Link
            | Category::PromptLeak
            | Category::ControlToken
            | Category::Citation
    )
}

/// Turns code points of one text into bytes; linear over calls with ascending offsets.
struct Bytes<'t> {
    text: &'t str,
    point: usize,
    byte: usize,
}

impl<'t> Bytes<'t> {
    const fn new(text: &'t str) -> Self {
        Self { text, point: 0, byte: 0 }
    }

    fn at(&mut self, point: usize) -> usize {
        if point < self.point {
            (self.point, self.byte) = (0, 0);
        }
        let rest = part(self.text, self.byte..);
        let step = rest.char_indices().nth(point - self.point).map_or(rest.len(), |(at, _)| at);
        self.point = point;
        self.byte += step;
        debug_assert_eq!(CodePoints::new(self.text).at(self.byte), point);
        self.byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Guard;

    fn redact(guard: &Guard, tokens: &mut SessionTokens, text: &str) -> Redaction {
        let views = guard.normalise(text);
        tokens.number(text, guard.redact(text, &views))
    }

    #[test]
    fn the_same_datum_keeps_its_number_and_comes_back_in_the_same_session_only() {
        let guard = Guard::default();
        let mut tokens = SessionTokens::default();
        let first = redact(
            &guard,
            &mut tokens,
            "é Mail ann@example.org or bob@example.org, Dr. Helena Shaw.",
        );
        assert_eq!(first.sanitized.as_str(), "é Mail [EMAIL_1] or [EMAIL_2], Dr. [PERSON_1].");
        let shown: Vec<char> = first.sanitized.as_str().chars().collect();
        for placeholder in &first.placeholders {
            assert_eq!(shown.get(placeholder.span.start), Some(&'['));
            assert_eq!(shown.get(placeholder.span.end - 1), Some(&']'));
        }
        let second = redact(&guard, &mut tokens, "Is BOB@example.org right?");
        assert_eq!(second.sanitized.as_str(), "Is [EMAIL_2] right?");
        let reply = "Dear [PERSON_1], [EMAIL_2] is known; [EMAIL_9] and [PERSON] are not. [";
        assert_eq!(
            tokens.restore(reply),
            "Dear Helena Shaw, bob@example.org is known; [EMAIL_9] and [PERSON] are not. ["
        );
        assert_eq!(SessionTokens::default().restore(reply), reply);
    }

    #[test]
    fn cards_numbers_of_the_state_and_secrets_never_come_back() {
        let guard = Guard::default();
        let mut tokens = SessionTokens::default();
        let text = "Card 4111 1111 1111 1111, SSN 536-90-4399, password: hunter2.";
        let redacted = redact(&guard, &mut tokens, text);
        assert_eq!(
            redacted.sanitized.as_str(),
            "Card [REDACTED], SSN [REDACTED], password: [SECRET]."
        );
        assert!(tokens.0.is_empty());
        assert_eq!(tokens.restore("[REDACTED_1] [SECRET_1]"), "[REDACTED_1] [SECRET_1]");
    }

    #[test]
    fn a_session_maps_a_bounded_number_of_data() {
        let mut tokens = SessionTokens::default();
        for n in 0..MOST_TOKENS {
            assert_eq!(tokens.token(Category::Email, &format!("a{n}@b.c")), Some(n + 1));
        }
        assert_eq!(tokens.token(Category::Email, "new@b.c"), None);
        assert_eq!(tokens.token(Category::Email, "a0@b.c"), Some(1));
    }
}
