//! Readings that undo a disguise of the letters. Each is made only when a quick look at the text
//! says that it reads better so; ordinary text has none.

use std::ops::Range;

use super::{
    Budget, caesar, language::Score, leet, morse, pig_latin, reversed, spaced, upside_down,
    view::View,
};

/// How badly some words in a row must read, together, to be taken for cipher: about two of its
/// words. Ordinary words between them count against it.
const MIN_ALIEN: i32 = 8;

/// How much better some words in a row must read from last to first.
const MIN_MIRRORED: i32 = 16;

/// The most that one word says for or against.
const MAX_WORD: i32 = 12;

/// What one pass over the words tells.
#[derive(Default)]
struct Survey {
    /// The worst that some words in a row read.
    alien: i32,
    /// The most that some words in a row read better from last to first.
    mirrored: i32,
    /// The most that some words in a row read better under rot13: its short words may read well.
    rot13: i32,
}

/// Adds to `views` every reading of `parent` without a disguise of its letters, as far as `budget`
/// goes. `latin` is `parent` with its letters folded to Latin.
pub(super) fn undo(parent: &View, latin: &View, budget: &mut Budget, views: &mut Vec<View>) {
    if !budget.has_room_for(latin) {
        return;
    }
    let survey = survey(latin.text().as_bytes());
    let mut keep = |view: View| {
        if budget.allows(&view) {
            views.push(view);
        }
    };
    let is_rot13 = survey.rot13 >= MIN_MIRRORED;
    if is_rot13 || survey.alien >= MIN_ALIEN {
        caesar::undo(latin, is_rot13).into_iter().for_each(&mut keep);
    }
    if survey.mirrored >= MIN_MIRRORED {
        reversed::undo(latin).into_iter().for_each(&mut keep);
    }
    let others = [leet::undo, spaced::undo, pig_latin::undo].map(|undo| undo(latin));
    let signs = [morse::undo, upside_down::undo].map(|undo| undo(parent));
    others.into_iter().chain(signs).flatten().for_each(keep);
}

fn survey(text: &[u8]) -> Survey {
    let mut most = Survey::default();
    let (mut alien, mut mirrored, mut rot13) = (0, 0, 0);
    for range in words(text).filter(|range| range.len() > 1) {
        let word = &text[range];
        let score = Score::of(word, |place| place);
        if score.forth >= 0 || !has_inner_capital(word) {
            alien = (alien - score.forth.clamp(-MAX_WORD, MAX_WORD)).max(0);
        }
        mirrored = (mirrored + reversed::gain(word, &score).clamp(-MAX_WORD, MAX_WORD)).max(0);
        rot13 = (rot13 + caesar::rot13_gain(word, &score).clamp(-MAX_WORD, MAX_WORD)).max(0);
        most.rot13 = most.rot13.max(rot13);
        most.alien = most.alien.max(alien);
        most.mirrored = most.mirrored.max(mirrored);
    }
    most
}

/// Whether a capital follows a small letter, as in a name of a program or in base64: ciphers of
/// letters leave their case.
pub(super) fn has_inner_capital(word: &[u8]) -> bool {
    word.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

/// The maximal runs of ASCII letters.
pub(super) fn words(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].iter().position(u8::is_ascii_alphabetic)?;
        let rest = &text[start..];
        at = start + rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
        Some(start..at)
    })
}

/// What a change between words as they stand and words undone costs: a word or two.
const SWITCH: i32 = 12;

/// For each word, whether it is undone in the best reading of all of them, where `gains` says how
/// much better each reads so (Viterbi's algorithm over two states).
pub(super) fn undone(gains: impl Iterator<Item = i32>) -> Vec<bool> {
    let (mut plain, mut turned) = (0, -SWITCH);
    // for each word, whether the best way to each state changes state before it
    let mut changes: Vec<[bool; 2]> = gains
        .map(|gain| {
            let change = [turned - SWITCH > plain, plain - SWITCH > turned];
            let next = if change[0] { turned - SWITCH } else { plain };
            turned = if change[1] { plain - SWITCH } else { turned } + gain;
            plain = next;
            change
        })
        .collect();
    let mut state = usize::from(turned > plain);
    let mut undone = vec![false; changes.len()];
    while let Some(change) = changes.pop() {
        undone[changes.len()] = state == 1;
        if change[state] {
            state = 1 - state;
        }
    }
    undone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_reading_changes_state_only_for_a_gain() {
        assert_eq!(
            undone([-9, -9, 20, 20, 1, 20, -9, -9].into_iter()),
            [false, false, true, true, true, true, false, false]
        );
        assert_eq!(undone([-9, 5, -9].into_iter()), [false; 3]);
        assert_eq!(undone([9, 9, -1, 9].into_iter()), [true; 4]);
        assert!(undone(std::iter::empty()).is_empty());
    }

    #[test]
    fn ordinary_text_calls_for_no_reading() {
        for text in [
            "Where can I find my order, and how long does it take to arrive?",
            "Wo finde ich meine Bestellung, und wie lange dauert es noch?",
            "Gdzie jest moje zamówienie i jak długo to potrwa?",
            "My IBAN and my VAT number are on the invoice that HR sent.",
            "",
        ] {
            let survey = survey(text.as_bytes());
            assert!(
                survey.alien < MIN_ALIEN && survey.mirrored.max(survey.rot13) < MIN_MIRRORED,
                "{text}"
            );
        }
    }
}
