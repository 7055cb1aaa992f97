//! Readings that undo a disguise of the letters: leetspeak, spacing, rot13, reversal, Morse code.

use std::ops::Range;

use super::{
    part, runs_of,
    view::{Builder, View},
};

/// Fewest single letters in a row that count as spaced-out writing.
const MIN_SPACED: usize = 4;

/// Fewest Morse letters that are read.
const MIN_MORSE: usize = 5;

/// Every disguised reading of the folded `parent` that differs from it.
pub(super) fn undo(parent: &View) -> Vec<View> {
    [leet(parent), spaced(parent), Some(rot13(parent)), Some(reversed(parent)), morse(parent)]
        .into_iter()
        .flatten()
        .collect()
}

/// `1gn0r3` as `ignore`: in words that mix letters with the signs that stand for letters.
fn leet(parent: &View) -> Option<View> {
    let text = parent.text();
    if !text.bytes().any(|byte| leet_letter(byte).is_some()) {
        return None;
    }
    let mut view = Builder::with_capacity(text.len());
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let range = at..at + word.len();
        at = range.end;
        let core = word.trim_end_matches(|c: char| c.is_whitespace() || ".,;:!?".contains(c));
        let letters = core.bytes().filter(u8::is_ascii_lowercase).count();
        let signs = core.bytes().filter(|byte| leet_letter(*byte).is_some()).count();
        // a number such as 70 or 4 stands for "to" or "a" only where its neighbours are leet, too
        if signs > 0 && (letters > 0 || core.len() <= 2) {
            let mut written = String::with_capacity(word.len());
            for c in core.chars() {
                written.push(u8::try_from(c).ok().and_then(leet_letter).unwrap_or(c));
            }
            written.push_str(word.get(core.len()..).unwrap_or_default());
            view.inherit(parent, &range, &written);
        } else {
            view.inherit(parent, &range, word);
        }
    }
    Some(view.finish())
}

const fn leet_letter(byte: u8) -> Option<char> {
    Some(match byte {
        b'0' => 'o',
        b'1' | b'!' | b'|' => 'i',
        b'3' => 'e',
        b'4' | b'@' => 'a',
        b'5' | b'$' => 's',
        b'7' | b'+' => 't',
        b'8' => 'b',
        b'9' => 'g',
        _ => return None,
    })
}

/// `i g n o r e   a l l` as `ignore all`: single letters with the same sign between them; two or
/// more signs, or another sign, end a word.
fn spaced(parent: &View) -> Option<View> {
    let text = parent.text();
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let is_letter = |index: usize| chars.get(index).is_some_and(|(_, c)| c.is_alphanumeric());
    let sign = |index: usize| chars.get(index).map(|(_, c)| *c).filter(|c| !c.is_alphanumeric());
    let mut view = Builder::with_capacity(text.len());
    let (mut index, mut copied, mut joined) = (0, 0, false);
    while index < chars.len() {
        let starts = is_letter(index) && (index == 0 || !is_letter(index - 1));
        let mut last = index;
        if let (true, Some(between)) = (starts, sign(index + 1)) {
            while sign(last + 1) == Some(between) && is_letter(last + 2) && !is_letter(last + 3) {
                last += 2;
            }
        }
        if last >= index + 2 * (MIN_SPACED - 1) || (joined && last > index) {
            view.inherit(parent, &(copied..chars[index].0), part(text, copied..chars[index].0));
            for (at, c) in chars[index..=last].iter().step_by(2) {
                let range = *at..*at + c.len_utf8();
                view.inherit(parent, &range, part(text, range.clone()));
            }
            copied = chars[last].0 + chars[last].1.len_utf8();
            joined = true;
        }
        index = last + 1;
    }
    if !joined {
        return None;
    }
    view.inherit(parent, &(copied..text.len()), part(text, copied..));
    Some(squeeze(&view.finish()))
}

/// One space for each run of spaces.
fn squeeze(parent: &View) -> View {
    let text = parent.text();
    let mut view = Builder::with_capacity(text.len());
    let mut from = 0;
    for spaces in runs_of(text, char::is_whitespace) {
        let first =
            spaces.start + part(text, spaces.start..).chars().next().map_or(1, char::len_utf8);
        view.inherit(parent, &(from..first), part(text, from..first));
        from = spaces.end;
    }
    view.inherit(parent, &(from..text.len()), part(text, from..));
    view.finish()
}

/// Each Latin letter thirteen places on, which is its own inverse.
fn rot13(parent: &View) -> View {
    let turn = |c: char| match (c, u8::try_from(c)) {
        ('a'..='m', Ok(byte)) => char::from(byte + 13),
        ('n'..='z', Ok(byte)) => char::from(byte - 13),
        _ => c,
    };
    let text: String = parent.text().chars().map(turn).collect();
    let mut view = Builder::with_capacity(text.len());
    view.inherit(parent, &(0..text.len()), &text);
    view.finish()
}

/// The characters from last to first.
fn reversed(parent: &View) -> View {
    let text = parent.text();
    let mut view = Builder::with_capacity(text.len());
    for (at, c) in text.char_indices().rev() {
        let mut utf8 = [0; 4];
        view.replace(c.encode_utf8(&mut utf8), &parent.origin(&(at..at + c.len_utf8())));
    }
    view.finish()
}

/// Morse code (ITU-R M.1677-1): letters divided by a space, words by `/` or wide space.
fn morse(parent: &View) -> Option<View> {
    let text = parent.text();
    let mut view = Builder::with_capacity(text.len());
    let mut letters = 0;
    for line in runs_of(text, |c| matches!(c, '.' | '-' | '/' | ' ' | '|')) {
        let signs = part(text, line.clone());
        let mut pending: Option<Range<usize>> = None;
        for token in runs_of(signs, |c| c != ' ') {
            let origin = parent.origin(&(line.start + token.start..line.start + token.end));
            let wide = pending.as_ref().is_some_and(|last| token.start - last.end > 1);
            if wide {
                view.replace(" ", &origin);
            }
            match part(signs, token.clone()) {
                "/" | "|" => view.replace(" ", &origin),
                code => {
                    let Some(letter) = MORSE.iter().find(|(sign, _)| *sign == code) else {
                        continue;
                    };
                    view.replace(letter.1, &origin);
                    letters += 1;
                }
            }
            pending = Some(token);
        }
    }
    (letters >= MIN_MORSE).then(|| squeeze(&view.finish()))
}

const MORSE: [(&str, &str); 39] = [
    (".-", "a"),
    ("-...", "b"),
    ("-.-.", "c"),
    ("-..", "d"),
    (".", "e"),
    ("..-.", "f"),
    ("--.", "g"),
    ("....", "h"),
    ("..", "i"),
    (".---", "j"),
    ("-.-", "k"),
    (".-..", "l"),
    ("--", "m"),
    ("-.", "n"),
    ("---", "o"),
    (".--.", "p"),
    ("--.-", "q"),
    (".-.", "r"),
    ("...", "s"),
    ("-", "t"),
    ("..-", "u"),
    ("...-", "v"),
    (".--", "w"),
    ("-..-", "x"),
    ("-.--", "y"),
    ("--..", "z"),
    ("-----", "0"),
    (".----", "1"),
    ("..---", "2"),
    ("...--", "3"),
    ("....-", "4"),
    (".....", "5"),
    ("-....", "6"),
    ("--...", "7"),
    ("---..", "8"),
    ("----.", "9"),
    (".-.-.-", "."),
    ("--..--", ","),
    ("..--..", "?"),
];
