//! What the reader may see anyway: data that occur in the passages.

use crate::normalise::part;

/// The passages, without what only divides the parts of a number or address.
pub(super) struct Passages {
    texts: Vec<Compact>,
    raw: Vec<String>,
}

/// A text in lower case without signs, and where each byte of it stood.
struct Compact {
    text: String,
    origin: Vec<usize>,
    source: String,
}

impl Compact {
    fn new(source: &str) -> Self {
        let (mut text, mut origin) = (String::new(), Vec::new());
        for (at, c) in source.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
            for lower in c.to_lowercase() {
                text.push(lower);
                origin.resize(text.len(), at);
            }
        }
        Self { text, origin, source: source.to_owned() }
    }

    /// Whether `compact` occurs as a whole: neither end of it inside a word or number.
    fn holds(&self, compact: &str) -> bool {
        self.text.match_indices(compact).any(|(at, found)| {
            let first = self.origin.get(at).copied().unwrap_or(0);
            let last = self.origin.get(at + found.len() - 1).copied().unwrap_or(0);
            let before = part(&self.source, ..first).chars().next_back();
            let after = part(&self.source, last..).chars().nth(1);
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    }
}

impl Passages {
    pub(super) fn new(passages: Vec<String>) -> Self {
        Self { texts: passages.iter().map(|text| Compact::new(text)).collect(), raw: passages }
    }

    /// Whether a passage holds `datum`, however it is divided and whatever its letter case.
    pub(super) fn hold(&self, datum: &str) -> bool {
        let compact = Compact::new(datum).text;
        compact.chars().count() >= 3 && self.texts.iter().any(|passage| passage.holds(&compact))
    }

    /// Whether a passage holds `address` to the letter, and not only as the front of a longer one.
    pub(super) fn hold_address(&self, address: &str) -> bool {
        self.raw.iter().any(|passage| {
            passage.match_indices(address).any(|(at, found)| {
                let rest = part(passage, at + found.len()..);
                let rest = rest.trim_start_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '"']);
                rest.chars().next().is_none_or(|c| c.is_whitespace() || "<>]}".contains(c))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_known_in_any_writing_but_only_as_a_whole() {
        let passages = Passages::new(vec![
            "Call (020) 7946 0018, 24 hours. Mail help@example.com.".to_owned(),
            "See https://example.com/a?b=1.".to_owned(),
        ]);
        assert!(passages.hold("+020-7946-0018"));
        assert!(passages.hold("HELP@example.com"));
        assert!(!passages.hold("7946 00"));
        assert!(!passages.hold("elp@example.com"));
        assert!(!passages.hold("-"));
        assert!(passages.hold_address("https://example.com/a?b=1"));
        assert!(!passages.hold_address("https://example.com/a?b"));
    }
}
