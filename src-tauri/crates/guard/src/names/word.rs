//! The words of a text, each with what the tagger and the lists say about it.

use std::{iter::Peekable, ops::Range};

use cloister_types::{Tag, TagKind};
use unicode_normalization::char::is_combining_mark;

use super::{
    lists::{Lists, fold},
    person::is_formed,
};
use crate::normalise::{part, runs_of};

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// One capital letter.
    Initial,
    /// A capital, then others.
    Capital,
    /// Capitals only.
    Upper,
    /// Small letters.
    Lower,
    /// A script without capitals.
    Caseless,
    /// It begins with a digit.
    Number,
}

/// A word and what is known about it.
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own list")]
pub(super) struct Word {
    pub(super) range: Range<usize>,
    pub(super) case: Case,
    pub(super) tag: Option<(TagKind, f32)>,
    pub(super) given: bool,
    pub(super) surname: bool,
    /// It ends as surnames do.
    pub(super) formed: bool,
    /// A word that is never a part of a name when it has a capital.
    pub(super) no_name: bool,
    /// A placeholder holds it.
    pub(super) taken: bool,
    /// A small word inside names: `van`, `de`.
    pub(super) particle: bool,
}

const PARTICLES: [&str; 32] = [
    "de", "van", "von", "der", "den", "del", "della", "di", "da", "dos", "das", "do", "du", "la",
    "le", "bin", "ibn", "bint", "al", "el", "ter", "ten", "zu", "zur", "af", "y", "e", "abu",
    "ben", "st", "mac", "vd",
];

impl Word {
    /// How sure the tagger is that this is a part of a name.
    pub(super) fn name_share(&self) -> f32 {
        match self.tag {
            Some((TagKind::GivenName | TagKind::Surname, share)) => share,
            Some(_) | None => 0.0,
        }
    }

    /// How sure the tagger is that this is a part of an address, and of which.
    pub(super) fn place(&self) -> Option<(TagKind, f32)> {
        self.tag.filter(|(kind, _)| {
            !matches!(kind, TagKind::GivenName | TagKind::Surname | TagKind::Other)
        })
    }

    pub(super) const fn capital(&self) -> bool {
        matches!(self.case, Case::Capital | Case::Upper | Case::Initial)
    }
}

/// Where the words of `text` stand: runs of letters and digits.
pub(super) fn ranges(text: &str) -> Vec<Range<usize>> {
    runs_of(text, |c| c.is_alphanumeric() || is_combining_mark(c))
}

/// What `tags` say of the word at `range`, where several do the surest of them; both are in order.
pub(super) fn said_of<'t>(
    tags: &mut Peekable<impl Iterator<Item = &'t Tag>>,
    range: &Range<usize>,
) -> Option<(TagKind, f32)> {
    while tags.next_if(|tag| tag.end <= range.start).is_some() {}
    let mut said: Option<(TagKind, f32)> = None;
    while let Some(one) = tags.peek().filter(|tag| tag.start < range.end) {
        if said.is_none_or(|(_, share)| share < one.score) {
            said = Some((one.kind, one.score));
        }
        if one.end > range.end {
            break;
        }
        tags.next();
    }
    said
}

/// Cuts `text` into words of letters and digits; tags are in order.
pub(super) fn words(text: &str, tags: &[Tag], taken: &[Range<usize>], lists: &Lists) -> Vec<Word> {
    let mut tags = tags.iter().peekable();
    let mut taken = taken.iter().peekable();
    let mut folded = String::new();
    let cut = ranges(text).into_iter().map(|range| {
        let tag = said_of(&mut tags, &range);
        while taken.next_if(|one| one.end <= range.start).is_some() {}
        let taken = taken.peek().is_some_and(|one| one.start < range.end);
        word(text, range, tag.filter(|_| !taken), taken, lists, &mut folded)
    });
    cut.collect()
}

fn word(
    text: &str,
    range: Range<usize>,
    tag: Option<(TagKind, f32)>,
    taken: bool,
    lists: &Lists,
    folded: &mut String,
) -> Word {
    let written = part(text, range.clone());
    fold(written, folded);
    let folded = folded.as_str();
    Word {
        case: case_of(written),
        tag,
        given: !taken && lists.is_given(folded),
        surname: !taken && lists.is_surname(folded),
        formed: !taken && is_formed(folded),
        no_name: taken || lists.is_no_name(folded),
        taken,
        particle: PARTICLES.contains(&folded),
        range,
    }
}

fn case_of(word: &str) -> Case {
    let mut chars = word.chars();
    let Some(first) = chars.next() else { return Case::Caseless };
    if first.is_numeric() {
        Case::Number
    } else if first.is_uppercase() {
        match (chars.clone().next(), chars.all(|c| !c.is_lowercase())) {
            (None, _) => Case::Initial,
            (Some(_), true) => Case::Upper,
            (Some(_), false) => Case::Capital,
        }
    } else if first.is_lowercase() {
        Case::Lower
    } else {
        Case::Caseless
    }
}
