//! Names and addresses: what the tagger says, merged with rules and lists.

mod address;
mod heard;
mod lists;
mod person;
mod word;

use std::ops::Range;

use cloister_types::{Tag, TagKind};
pub(crate) use heard::{Heard, Source};

use crate::{pii::Detectors, redact::Located};

/// The lists and the address rules, compiled.
pub(crate) struct NameFinder {
    lists: lists::Lists,
    addresses: Detectors,
}

impl NameFinder {
    pub(crate) fn new() -> Self {
        Self { lists: lists::Lists::new(), addresses: Detectors::addresses() }
    }

    /// Every name and address in `text`, of which the tagger said `tags`; in order of their
    /// starts, and those of one category do not overlap.
    pub(crate) fn find(&self, text: &str, tags: &[Tag]) -> Vec<Located> {
        let hits = self.addresses.find(text);
        let tags = with_rules(tags, hits.iter().map(|hit| hit.range.clone()).collect());
        let taken = self.addresses.placeholders(text);
        let words = word::words(text, &tags, &taken, &self.lists);
        let mut found = person::find(text, &words);
        found.extend(address::find(text, &words));
        found.sort_by_key(|one| one.start);
        found
    }
}

/// What the tagger said, and in the place of what it said about the same words, what the rules
/// found; in order.
fn with_rules(said: &[Tag], mut found: Vec<Range<usize>>) -> Vec<Tag> {
    found.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match joined.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    let untouched = said.iter().filter(|tag| {
        let next = joined.partition_point(|range| range.end <= tag.start);
        joined.get(next).is_none_or(|range| tag.end <= range.start)
    });
    let mut tags: Vec<Tag> = untouched.copied().collect();
    tags.extend(joined.iter().map(|range| Tag {
        start: range.start,
        end: range.end,
        kind: TagKind::Street,
        score: address::RULE_SHARE,
    }));
    tags.sort_by_key(|tag| tag.start);
    tags
}

#[cfg(test)]
mod tests;
