//! Letters upside down, from last to first or not.

use super::{
    disguise::Disguise,
    language::score,
    letters::turned_letter,
    reversed::whole,
    view::{Builder, View},
};

/// Fewest turned letters that are read: the phonetic alphabet has some of them.
const MIN_TURNED: usize = 3;

pub(super) fn undo(parent: &View) -> Option<View> {
    let text = parent.text();
    if text.is_ascii() {
        return None;
    }
    let turned = text.chars().filter(|c| !c.is_ascii() && turned_letter(*c).is_some()).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if turned < MIN_TURNED || turned * 4 < letters {
        return None;
    }
    let mut view = Builder::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let range = at..at + c.len_utf8();
        match turned_letter(c) {
            Some(letter) => {
                view.replace(letter.encode_utf8(&mut [0; 4]), &parent.origin(&range));
            }
            None => view.copy(parent, range),
        }
    }
    let upright = view.undone(parent, Disguise::UpsideDown);
    let score = score(upright.text());
    // turning a page turns its lines around, too: one disguise, not two
    Some(if score.back > score.forth { whole(&upright).at_depth_of(&upright) } else { upright })
}
