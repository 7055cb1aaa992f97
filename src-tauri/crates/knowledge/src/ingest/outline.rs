//! A document as its headings and what stands below each, put together from top to bottom.

use std::collections::HashMap;

use cloister_types::Label;
use serde::{Deserialize, Serialize};

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
/// Longest table that is kept as one: what fits a passage. In a longer one each row names its columns.
const TABLE_CHARS: usize = 1_000;

/// A heading and what stands below it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Section {
    /// The headings above it and its own, outermost first.
    pub(crate) path: Vec<String>,
    /// Paragraphs with an empty line between two.
    pub(crate) body: String,
}

/// Sections under way.
pub(super) struct Outline {
    sections: Vec<Section>,
    /// The level of each heading of the open path.
    levels: Vec<usize>,
}

impl Default for Outline {
    fn default() -> Self {
        let first = Section { path: Vec::new(), body: String::new() };
        Self { sections: vec![first], levels: Vec::new() }
    }
}

impl Outline {
    /// Opens a section; `level` counts from 1, outermost.
    pub(super) fn heading(&mut self, level: usize, title: &str) {
        let mut path = self.sections.last().map(|open| open.path.clone()).unwrap_or_default();
        while self.levels.last().is_some_and(|above| *above >= level) {
            self.levels.pop();
            path.pop();
        }
        self.levels.push(level);
        path.push(title.to_owned());
        self.sections.push(Section { path, body: String::new() });
    }

    /// Adds a line as it stands.
    pub(super) fn line(&mut self, line: &str) {
        if let Some(open) = self.sections.last_mut() {
            open.body.push_str(line);
            open.body.push('\n');
        }
    }

    /// Adds a paragraph.
    pub(super) fn paragraph(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.line(text);
            self.line("");
        }
    }

    /// Adds a table whose first row names the columns.
    pub(super) fn table(&mut self, rows: &[Vec<String>]) {
        let lines: Vec<String> = rows
            .iter()
            .filter(|row| row.iter().any(|cell| !cell.is_empty()))
            .map(|row| format!("| {} |", row.join(" | ")))
            .collect();
        if lines.iter().map(|line| line.chars().count()).sum::<usize>() <= TABLE_CHARS {
            return self.paragraph(&lines.join("\n"));
        }
        let Some((header, rows)) = rows.split_first() else { return };
        for row in rows {
            self.paragraph(&named_cells(header, row, "; "));
        }
    }

    /// The sections that say something.
    pub(super) fn finish(self) -> Vec<Section> {
        let said = |section: &Section| !section.body.trim().is_empty();
        self.sections.into_iter().filter(said).collect()
    }
}

/// A row in words: each cell behind its column's name.
pub(super) fn named_cells(header: &[String], row: &[String], separator: &str) -> String {
    let cells = header.iter().zip(row).filter(|(_, cell)| !cell.trim().is_empty());
    let named = |(name, cell): (&String, &String)| match name.trim() {
        "" => cell.trim().to_owned(),
        name => format!("{name}: {}", cell.trim()),
    };
    cells.map(named).collect::<Vec<_>>().join(separator)
}

/// Each section with its heading as the title and the headings above as the topic; one section is one
/// passage, or several where it is long.
pub(super) fn entries(
    source: &Source<'_>,
    label: Label,
    sections: Vec<Section>,
) -> Result<Vec<Entry>, IngestError> {
    let mut entries = Vec::new();
    let mut used: HashMap<String, usize> = HashMap::new();
    for Section { path, body } in sections {
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
    fn a_short_table_is_kept_and_each_row_of_a_long_one_names_its_columns() {
        let rows = |count: usize| -> Vec<Vec<String>> {
            let header = vec!["Town".to_owned(), "Tram".to_owned()];
            let row = |at| vec![format!("Ahaus {at}"), "4".to_owned()];
            std::iter::once(header).chain((0..count).map(row)).collect()
        };
        let text = |count| {
            let mut outline = Outline::default();
            outline.table(&rows(count));
            outline.finish().remove(0).body
        };
        assert_eq!(text(1), "| Town | Tram |\n| Ahaus 0 | 4 |\n\n");
        assert!(text(200).contains("\nTown: Ahaus 199; Tram: 4\n"), "{}", text(200));
    }
}
