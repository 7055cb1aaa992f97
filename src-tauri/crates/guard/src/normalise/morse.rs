//! Morse code (ITU-R M.1677-1): letters divided by a space, words by `/` or wide space.

use std::ops::Range;

use super::{
    disguise::Disguise,
    part, runs_of,
    spaced::squeeze,
    view::{Builder, View},
};

/// Fewest Morse letters that are read.
const MIN_LETTERS: usize = 5;

/// One letter in so many, at least, has both dots and dashes: rules and dotted lines have none.
const MIXED: usize = 4;

/// Stretches of Morse code in letters; what stands between them is left out.
pub(super) fn undo(parent: &View) -> Option<View> {
    let text = parent.text();
    let is_code = |word: &&[u8]| word.iter().all(|byte| matches!(byte, b'.' | b'-'));
    let codes = text.as_bytes().split(|byte| matches!(byte, b' ' | b'/' | b'|' | b'\n'));
    if codes.filter(|word| !word.is_empty()).filter(is_code).take(MIN_LETTERS).count() < MIN_LETTERS
    {
        return None;
    }
    let mut view = Builder::with_capacity(text.len());
    let (mut letters, mut mixed) = (0, 0);
    for line in runs_of(text, |c| matches!(c, '.' | '-' | '/' | ' ' | '|')) {
        let signs = part(text, line.clone());
        let mut pending: Option<Range<usize>> = None;
        for token in runs_of(signs, |c| c != ' ') {
            let place = line.start + token.start..line.start + token.end;
            let code = part(signs, token.clone());
            let divides = matches!(code, "/" | "|");
            if pending.as_ref().is_some_and(|last| token.start - last.end > 1) || divides {
                view.replace(" ", &parent.origin(&place));
            }
            if let Some((_, letter)) = MORSE.iter().find(|(sign, _)| *sign == code) {
                view.replace(letter, &parent.origin(&place));
                letters += 1;
                mixed += usize::from(code.contains('.') && code.contains('-'));
            }
            pending = Some(token);
        }
        if pending.is_some() {
            view.replace(" ", &parent.origin(&line));
        }
    }
    (letters >= MIN_LETTERS && mixed * MIXED >= letters)
        .then(|| squeeze(&view.undone(parent, Disguise::Morse)))
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
