//! Tokens: the pieces between which an answer may be cut. A token is white space and the word that
//! follows it; in scripts without word spaces every character is a word.

/// Tells where tokens end, one character at a time.
#[derive(Clone, Copy, Default)]
pub(super) struct Boundaries {
    /// Whether the token holds more than white space.
    has_word: bool,
    wide: bool,
}

impl Boundaries {
    /// Whether `c` begins a new token.
    pub(super) fn begins(&mut self, c: char) -> bool {
        let (space, wide) = (c.is_whitespace(), is_wide(c));
        let begins = self.has_word && (space || wide || self.wide);
        self.has_word = !space || (self.has_word && !begins);
        self.wide = wide;
        begins
    }
}

/// Whether `c` belongs to a script that is written without spaces between words.
fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// The tokens of `text`, in order and without gaps.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut boundaries = Boundaries::default();
        let end = rest
            .char_indices()
            .find_map(|(at, c)| boundaries.begins(c).then_some(at))
            .unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        rest = after;
        (!token.is_empty()).then_some(token)
    })
}

/// What a word can be part of.
#[expect(clippy::struct_excessive_bools, reason = "four independent observations of one word")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Holds a sign that some rule looks for.
    pub(super) hot: bool,
    /// May be a group of a longer number, as in `4111 1111` or `GB29 NWBK`.
    pub(super) group: bool,
    pub(super) digit: bool,
    /// Ends a sentence.
    pub(super) last: bool,
}

impl Shape {
    pub(super) fn of(word: &str) -> Self {
        let mut shape = Self { hot: word.len() > 24, group: true, digit: false, last: false };
        let mut previous = ' ';
        for c in word.chars() {
            let joined_sign =
                matches!(previous, '.' | ':' | '-' | '_') && (c.is_alphanumeric() || c == previous);
            shape.hot |=
                is_hot(c) || (joined_sign && previous != '-') || (previous == '-' && c == '-');
            shape.digit |= c.is_ascii_digit();
            shape.group &= c.is_ascii_digit() || c.is_ascii_uppercase() || "()+-./x[]".contains(c);
            previous = c;
        }
        shape.last = matches!(previous, '.' | '!' | '?' | '。' | '！' | '？');
        shape
    }
}

/// Whether `c` may belong to a number, address, link, tag or token.
fn is_hot(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphabetic() || " \n\t\r.,;:!?'\"-()*_#".contains(c));
    }
    !(c.is_alphabetic() || "–—‘’“”…•·。、，！？：；「」（）\u{a0}".contains(c))
        || ('\u{ff00}'..='\u{ffef}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_leave_nothing_out() {
        let text = " One  two,\n漢字 three🙂";
        let found: Vec<_> = tokens(text).collect();
        assert_eq!(found, [" One", "  two,", "\n漢", "字", " three🙂"]);
        assert_eq!(found.concat(), text);
    }

    #[test]
    fn plain_words_are_cold_and_telling_ones_hot() {
        for cold in ["plain", "don't", "well-known", "(see", "end.", "naïve", "—", "**bold**"] {
            assert!(!Shape::of(cold).hot, "{cold}");
        }
        for hot in [
            "a1",
            "x@y.z",
            "www.example.com",
            "[a]",
            "<b>",
            "-----BEGIN",
            "key:value",
            "\u{200b}",
            "C:\\",
        ] {
            assert!(Shape::of(hot).hot, "{hot}");
        }
        assert!(Shape::of("NWBK").group && Shape::of("(0)30").group && !Shape::of("No.x").group);
        assert!(Shape::of("done.").last);
    }
}
