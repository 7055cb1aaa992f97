//! Markdown by its headings: one section is one passage, or several where it is long.

use cloister_types::Label;

use super::{
    Source,
    outline::{Outline, Section, entries},
};
use crate::{Entry, IngestError};

/// Reads a page: each section with its heading as the title and the headings above as the topic.
pub(super) fn read(
    source: &Source<'_>,
    label: Label,
    text: &str,
) -> Result<Vec<Entry>, IngestError> {
    entries(source, label, sections(text))
}

/// The sections of a page in their order; headings within code are none.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let mut outline = Outline::default();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        match heading(line).filter(|_| fence.is_none()) {
            Some((level, title)) => outline.heading(level, title),
            None => outline.line(line),
        }
    }
    outline.finish()
}

/// The level and the words of a heading line (`## Words ##`).
fn heading(line: &str) -> Option<(usize, &str)> {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    let marked = (1..=6).contains(&level) && words.starts_with([' ', '\t']);
    let title = words.trim().trim_end_matches('#').trim_end();
    (marked && !title.is_empty()).then_some((level, title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_their_path_and_code_is_left_alone() {
        let page =
            "Before.\n# Shop\nOpen.\n## Returns ##\n```\n# no heading\n```\n#hash\n# Press\nInk.";
        let source = Source { name: "shop.md", collection: "c", label: None, bytes: b"" };
        let entries = read(&source, Label::Internal, page).expect("a page");
        let of =
            |entry: &Entry| (entry.topic.clone(), entry.question.clone(), entry.id.to_string());
        let text = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(
            entries.iter().map(of).collect::<Vec<_>>(),
            [
                text("", "shop", "shop.md#top"),
                text("", "Shop", "shop.md#shop"),
                text("Shop", "Returns", "shop.md#shop/returns"),
                text("", "Press", "shop.md#press"),
            ]
        );
        assert!(entries[2].answer.contains("# no heading") && entries[2].answer.contains("#hash"));
    }

    #[test]
    fn a_heading_twice_gives_two_ids() {
        let source = Source { name: "a.md", collection: "c", label: None, bytes: b"" };
        let entries = read(&source, Label::Public, "# A\nx\n# A\ny").expect("a page");
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["a.md#a", "a.md#a-2"]);
    }
}
