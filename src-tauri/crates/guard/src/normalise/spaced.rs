//! Spaced-out writing: single letters with one and the same sign between them.

use super::{
    disguise::Disguise,
    language::Score,
    part, runs_of,
    view::{Builder, View},
};

/// Fewest single letters in a row that count as spaced-out writing.
const MIN_SPACED: usize = 4;

/// `i g n o r e   a l l` as `ignore all`: two or more signs, or another sign, end a word.
pub(super) fn undo(parent: &View) -> Option<View> {
    let text = parent.text();
    if !has_singles(text) {
        return None;
    }
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut view = Builder::with_capacity(text.len());
    let mut joined = Score::default();
    let (mut index, mut copied, mut longest) = (0, 0, 0);
    while index < chars.len() {
        let last = last_single(&chars, index);
        if last > index {
            view.copy(parent, copied..chars[index].0);
            let mut word = Vec::new();
            for (at, c) in chars[index..=last].iter().step_by(2) {
                view.copy(parent, *at..*at + c.len_utf8());
                word.push(u8::try_from(*c).unwrap_or(b' '));
            }
            let score = Score::of(&word, |place| place);
            if score.letters > 0 {
                joined.letters += score.letters;
                joined.forth += score.forth.max(score.back);
            }
            longest = longest.max(word.len());
            copied = chars[last].0 + chars[last].1.len_utf8();
        }
        index = last + 1;
    }
    // lists of single letters and digits make no words
    let ascii = text.is_ascii();
    if longest < MIN_SPACED || joined.forth < 0 || (ascii && joined.letters == 0) {
        return None;
    }
    view.copy(parent, copied..text.len());
    Some(squeeze(&view.undone(parent, Disguise::Spaced)))
}

/// Whether enough single letters stand in a row.
fn has_singles(text: &str) -> bool {
    let (mut row, mut length, mut gap) = (0, 0, 0);
    for byte in text.bytes() {
        let inner = byte & 0xc0 == 0x80;
        if byte.is_ascii_alphanumeric() || byte == b'\'' || byte >= 0xc0 {
            // one sign between two letters, of which the one before stands alone
            row = match (length, gap) {
                (1, 1) => row + 1,
                (_, 0) => row,
                _ => 0,
            };
            length = if gap == 0 { length + 1 } else { 1 };
            gap = 0;
        } else if !inner {
            gap += 1;
        }
        if length > 1 {
            row = 0;
        }
        if row + 1 >= MIN_SPACED {
            return true;
        }
    }
    false
}

/// The last of the single letters that begin at `index` with the same sign between them; `index`
/// itself when they are none.
fn last_single(chars: &[(usize, char)], index: usize) -> usize {
    // the apostrophe of "don't" is spaced as its letters are
    let joins = |c: char| c.is_alphanumeric() || c == '\'';
    let is_letter = |index: usize| chars.get(index).is_some_and(|(_, c)| joins(*c));
    let sign = |index: usize| chars.get(index).map(|(_, c)| *c).filter(|c| !joins(*c));
    let starts = is_letter(index) && (index == 0 || !is_letter(index - 1));
    let mut last = index;
    if let (true, Some(between)) = (starts, sign(index + 1)) {
        while sign(last + 1) == Some(between) && is_letter(last + 2) && !is_letter(last + 3) {
            last += 2;
        }
    }
    last
}

/// One space for each run of spaces.
pub(super) fn squeeze(parent: &View) -> View {
    let text = parent.text();
    let mut view = Builder::with_capacity(text.len());
    let mut from = 0;
    for spaces in runs_of(text, char::is_whitespace) {
        let first =
            spaces.start + part(text, spaces.start..).chars().next().map_or(1, char::len_utf8);
        view.copy(parent, from..first);
        from = spaces.end;
    }
    view.copy(parent, from..text.len());
    view.variant_of(parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::surface::surface;

    #[test]
    fn single_letters_join_and_lists_do_not() {
        let read = |text: &str| undo(&surface(text)).map(|view| view.text().to_owned());
        for (text, reads) in [
            ("i g n o r e   i t   a l l", "ignore it all"),
            ("i.g.n.o.r.e it a-l-l", "ignore it all"),
            ("I s  t h i s  a  t e s t ?", "Is this a test ?"),
            ("п р и в е т", "привет"),
            ("I   d o n ' t   k n o w", "I don't know"),
        ] {
            assert_eq!(read(text).as_deref(), Some(reads));
        }
        for text in [
            "a b or c",
            "1 2 3 4 5 6 7 8",
            "A B C D E F G H J K",
            "the U.S. and the U.K. of a day",
            "e.g. this, i.e. that",
            "I'm a b, she's a c",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
