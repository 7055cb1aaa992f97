//! What the tagger said of a text's words, to be said again of those that redaction left whole.

use std::ops::Range;

use cloister_types::{Tag, TagKind};

use super::word;
use crate::normalise::part;

/// Where a word of a text in the making comes from.
pub(crate) enum Source {
    /// These bytes of the original, as they stand there.
    Kept(Range<usize>),
    /// A placeholder.
    Placeholder,
}

/// What was said of a word, and how surely.
type Said = Option<(TagKind, f32)>;

/// The words of a text in order, in bytes of the original, each with what was said of it.
pub(crate) struct Heard(Vec<(Range<usize>, Said)>);

impl Heard {
    /// Keeps what `tags`, which are in order, say of the words of `text`.
    pub(crate) fn new(text: &str, tags: &[Tag], source: impl Fn(&Range<usize>) -> Source) -> Self {
        let mut tags = tags.iter().peekable();
        let words = word::ranges(text).into_iter().filter_map(|range| {
            let said = word::said_of(&mut tags, &range);
            match source(&range) {
                Source::Kept(origin) => Some((origin, said)),
                Source::Placeholder => None,
            }
        });
        Self(words.collect())
    }

    /// The same tags for the words of `text`; nothing when it holds a word that was not heard of,
    /// such as the rest of one, or one that a placeholder now touches.
    pub(crate) fn again(
        &self,
        text: &str,
        source: impl Fn(&Range<usize>) -> Source,
    ) -> Option<Vec<Tag>> {
        let mut known = self.0.iter();
        let mut tags = Vec::new();
        for range in word::ranges(text) {
            let Source::Kept(origin) = source(&range) else { continue };
            let touched = part(text, ..range.start).ends_with(']')
                || part(text, range.end..).starts_with('[');
            if touched {
                return None;
            }
            let (_, said) = known
                .by_ref()
                .take_while(|(word, _)| word.start <= origin.start)
                .find(|(word, _)| *word == origin)?;
            tags.extend(said.map(|(kind, score)| Tag {
                start: range.start,
                end: range.end,
                kind,
                score,
            }));
        }
        Some(tags)
    }
}
