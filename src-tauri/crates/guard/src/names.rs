//! Names and addresses: what the tagger says, merged with rules and lists.

mod address;
mod lists;
mod person;
mod word;

use std::ops::Range;

use cloister_types::{Tag, TagKind};

use crate::{Category, pii::Detectors, redact::Located};

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
        let mut tags = tags.to_vec();
        let hits = self.addresses.find(text);
        for hit in &hits {
            mark(&mut tags, &hit.range, hit.rule.category);
        }
        tags.sort_by_key(|tag| tag.start);
        let taken = self.addresses.placeholders(text);
        let words = word::words(text, &tags, &taken, &self.lists);
        let mut found = person::find(text, &words);
        found.extend(address::find(text, &words));
        found.sort_by_key(|one| one.start);
        found
    }
}

/// Puts a rule's finding in the place of what the tagger said about the same words.
fn mark(tags: &mut Vec<Tag>, range: &Range<usize>, category: Category) {
    tags.retain(|tag| tag.end <= range.start || range.end <= tag.start);
    debug_assert_eq!(category, Category::Address);
    tags.push(Tag {
        start: range.start,
        end: range.end,
        kind: TagKind::Street,
        score: address::RULE_SHARE,
    });
}

#[cfg(test)]
mod tests;
