//! Markdown by its headings: one section is one passage, or several where it is long.

use std::collections::HashMap;

use cloister_types::Label;

use super::{
    Source, stem,
    text::{passage, passages},
};
use crate::{Entry, IngestError};

/// Between the headings of a path.
const PATH: &str = " › ";
/// Most characters of a heading within an id.
const MAX_SLUG_CHARS: usize = 60;
/// Most headings of a path that an id holds.
const MAX_SLUGS: usize = 2;

/// A heading and what stands below it.
struct Section {
    /// The headings above it and its own, outermost first.
    path: Vec<String>,
    body: String,
}

/// Reads a page: each section with its heading as the title and the headings above as the topic.
pub(super) fn read(
    source: &Source<'_>,
    label: Label,
    text: &str,
) -> Result<Vec<Entry>, IngestError> {
    let mut entries = Vec::new();
    let mut used: HashMap<String, usize> = HashMap::new();
    for Section { path, body } in sections(text) {
        let (title, above) = match path.split_last() {
            Some((last, above)) => (last.as_str(), above.join(PATH)),
            None => (stem(source.name), String::new()),
        };
        for answer in passages(&body) {
            let slug = place(&path);
            let times = used.entry(slug.clone()).or_default();
            *times += 1;
            let place = if *times == 1 { slug } else { format!("{slug}-{times}") };
            entries.push(passage(source, label, &place, &above, title, answer)?);
        }
    }
    Ok(entries)
}

/// The sections of a page in their order; headings within code are none.
fn sections(text: &str) -> Vec<Section> {
    let mut sections = vec![Section { path: Vec::new(), body: String::new() }];
    // the level of each heading of the open path
    let mut levels: Vec<usize> = Vec::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        let heading = if fence.is_none() { heading(line) } else { None };
        let Some(open) = sections.last_mut() else { break };
        let Some((level, title)) = heading else {
            open.body.push_str(line);
            open.body.push('\n');
            continue;
        };
        let mut path = open.path.clone();
        while levels.last().is_some_and(|above| *above >= level) {
            levels.pop();
            path.pop();
        }
        levels.push(level);
        path.push(title.to_owned());
        sections.push(Section { path, body: String::new() });
    }
    sections
}

/// The level and the words of a heading line (`## Words ##`).
fn heading(line: &str) -> Option<(usize, &str)> {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    let marked = (1..=6).contains(&level) && words.starts_with([' ', '\t']);
    let title = words.trim().trim_end_matches('#').trim_end();
    (marked && !title.is_empty()).then_some((level, title))
}

/// The innermost headings as a part of an id.
fn place(path: &[String]) -> String {
    let inner = &path[path.len().saturating_sub(MAX_SLUGS)..];
    let slugs: Vec<String> = inner.iter().map(|heading| slug(heading)).collect();
    if slugs.is_empty() { "top".to_owned() } else { slugs.join("/") }
}

/// A heading in lower case with dashes between its words.
fn slug(heading: &str) -> String {
    let words = heading.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_lowercase();
    slug.chars().take(MAX_SLUG_CHARS).collect()
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
