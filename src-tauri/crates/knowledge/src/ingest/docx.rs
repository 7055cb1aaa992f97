//! Word documents (ECMA-376, `WordprocessingML`): paragraphs, headings, lists, tables and notes.
//!
//! Pictures, fields, comments, deleted text and macros are not read.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use super::{
    container::{Container, MAX_DOCUMENT_EXPANDED},
    extract::Extract,
    outline::Outline,
    xml::{Step, Steps, attribute, local},
};
use crate::ReadFault;

/// Text of this size in half points, or smaller, is not meant to be read.
const UNREADABLE_HALF_POINTS: u32 = 4;
/// The parts that are read after the text itself.
const NOTES: [&str; 2] = ["word/footnotes.xml", "word/endnotes.xml"];

/// Reads a document.
pub(super) fn read(bytes: &[u8]) -> Result<Extract, ReadFault> {
    let mut container = Container::open(bytes, MAX_DOCUMENT_EXPANDED)?;
    let styles = container.part("word/styles.xml")?.map(|part| text(&part)).transpose()?;
    let levels = styles.as_deref().map(heading_levels).transpose()?.unwrap_or_default();
    let main = container.part("word/document.xml")?.ok_or(ReadFault::Damaged)?;
    let mut body = Body::new(&levels);
    body.read(&text(&main)?)?;
    for name in NOTES {
        if let Some(notes) = container.part(name)? {
            body.read(&text(&notes)?)?;
        }
    }
    Ok(Extract { sections: body.outline.finish(), hidden: body.hidden, tables: Vec::new() })
}

fn text(bytes: &[u8]) -> Result<String, ReadFault> {
    super::decode(bytes).map_err(|_| ReadFault::Damaged)
}

/// The heading level of each paragraph style that has one, from 1.
fn heading_levels(styles: &str) -> Result<HashMap<String, usize>, ReadFault> {
    let mut levels = HashMap::new();
    let mut style = String::new();
    let mut steps = Steps::new(styles);
    while let Some(step) = steps.next()? {
        let Step::Open(element) = step else { continue };
        let value = || attribute(&element, "val").unwrap_or_default();
        let level = match local(&element).as_str() {
            "style" => {
                style = attribute(&element, "styleId").unwrap_or_default();
                None
            }
            "name" => named_level(&value().to_lowercase()),
            "outlineLvl" => {
                value().parse::<usize>().ok().filter(|level| *level < 9).map(|at| at + 1)
            }
            _ => None,
        };
        if let Some(level) = level {
            levels.insert(style.clone(), level);
        }
    }
    Ok(levels)
}

/// The level of the built-in style of this name, which is the same in every language.
fn named_level(name: &str) -> Option<usize> {
    match name {
        "title" => Some(1),
        name => name.strip_prefix("heading ")?.parse().ok().filter(|level| (1..=9).contains(level)),
    }
}

/// How a run of text looks, as far as it decides whether anyone sees it.
#[derive(Clone, Copy, Default)]
struct Look {
    /// Marked as hidden, or too small to be read.
    vanishes: bool,
    white: bool,
    shaded: bool,
}

/// A table under way.
#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    row: Vec<String>,
    cell: String,
    shaded: bool,
}

/// A part of the document under way.
struct Body<'a> {
    levels: &'a HashMap<String, usize>,
    outline: Outline,
    hidden: Vec<String>,
    paragraph: String,
    unseen: String,
    level: Option<usize>,
    listed: bool,
    paragraph_shaded: bool,
    /// Of the run that is open.
    look: Option<Look>,
    in_text: bool,
    tables: Vec<Table>,
    /// Depth within an element that is not read.
    skipped: usize,
}

impl<'a> Body<'a> {
    fn new(levels: &'a HashMap<String, usize>) -> Self {
        Self {
            levels,
            outline: Outline::default(),
            hidden: Vec::new(),
            paragraph: String::new(),
            unseen: String::new(),
            level: None,
            listed: false,
            paragraph_shaded: false,
            look: None,
            in_text: false,
            tables: Vec::new(),
            skipped: 0,
        }
    }

    fn read(&mut self, xml: &str) -> Result<(), ReadFault> {
        let mut steps = Steps::new(xml);
        while let Some(step) = steps.next()? {
            match step {
                Step::Open(_) if self.skipped > 0 => self.skipped += 1,
                Step::Close(_) if self.skipped > 0 => self.skipped -= 1,
                Step::Open(element) => self.open(&element),
                Step::Close(name) => self.close(&name),
                Step::Text(text) if self.in_text && self.skipped == 0 => self.add(&text),
                Step::Text(_) => {}
            }
        }
        Ok(())
    }

    fn open(&mut self, element: &BytesStart<'_>) {
        let value = || attribute(element, "val").unwrap_or_default();
        match (local(element).as_str(), &mut self.look) {
            // What older programs show instead: the same text once more.
            ("Fallback" | "del" | "moveFrom", _) => self.skipped = 1,
            ("tbl", _) => self.tables.push(Table::default()),
            ("pStyle", _) => self.level = self.levels.get(&value()).copied(),
            ("numPr", _) => self.listed = true,
            ("r", look) => *look = Some(Look::default()),
            ("t", _) => self.in_text = true,
            ("tab", Some(_)) => self.add("\t"),
            ("br" | "cr", _) => self.add("\n"),
            ("noBreakHyphen", _) => self.add("-"),
            ("vanish" | "webHidden", Some(look)) => look.vanishes |= is_on(&value()),
            ("color", Some(look)) => look.white = value().eq_ignore_ascii_case("FFFFFF"),
            ("sz", Some(look)) => {
                let size = value().parse::<u32>();
                look.vanishes |= size.is_ok_and(|size| size <= UNREADABLE_HALF_POINTS);
            }
            ("highlight", Some(look)) => look.shaded = true,
            ("shd", _) if is_coloured(&attribute(element, "fill").unwrap_or_default()) => {
                self.shade();
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "r" => self.look = None,
            "p" => self.end_paragraph(),
            "tc" => {
                if let Some(table) = self.tables.last_mut() {
                    let cell = std::mem::take(&mut table.cell);
                    table.row.push(cell.split_whitespace().collect::<Vec<_>>().join(" "));
                    table.shaded = false;
                }
            }
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    let row = std::mem::take(&mut table.row);
                    table.rows.push(row);
                }
            }
            "tbl" => self.end_table(),
            _ => {}
        }
    }

    fn shade(&mut self) {
        if let Some(look) = &mut self.look {
            look.shaded = true;
        } else if let Some(table) = self.tables.last_mut() {
            table.shaded = true;
        } else {
            self.paragraph_shaded = true;
        }
    }

    fn add(&mut self, text: &str) {
        let Look { vanishes, white, shaded } = self.look.unwrap_or_default();
        let cell_shaded = self.tables.last().is_some_and(|table| table.shaded);
        let on_white = !(shaded || self.paragraph_shaded || cell_shaded);
        let unseen = vanishes || (white && on_white);
        let part = if unseen { &mut self.unseen } else { &mut self.paragraph };
        part.push_str(text);
    }

    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        let unseen = std::mem::take(&mut self.unseen);
        if !unseen.trim().is_empty() {
            self.hidden.push(unseen);
        }
        let (level, listed) = (self.level.take(), std::mem::take(&mut self.listed));
        self.paragraph_shaded = false;
        if text.trim().is_empty() {
            return;
        }
        match (self.tables.last_mut(), level) {
            (Some(table), _) => {
                table.cell.push_str(&text);
                table.cell.push('\n');
            }
            (None, Some(level)) => self.outline.heading(level, text.trim()),
            (None, None) if listed => self.outline.line(&format!("- {}", text.trim())),
            (None, None) => {
                // Behind a list a paragraph begins anew.
                self.outline.line("");
                self.outline.paragraph(&text);
            }
        }
    }

    /// A table within a cell becomes text of that cell.
    fn end_table(&mut self) {
        let Some(Table { rows, .. }) = self.tables.pop() else { return };
        if let Some(outer) = self.tables.last_mut() {
            for row in rows {
                outer.cell.push_str(&row.join(", "));
                outer.cell.push('\n');
            }
        } else {
            self.outline.line("");
            self.outline.table(&rows);
        }
    }
}

/// Whether a switch is on, which it is without a value.
fn is_on(value: &str) -> bool {
    !matches!(value, "0" | "false" | "off")
}

/// Whether a fill is one that white text is read on.
fn is_coloured(fill: &str) -> bool {
    !fill.is_empty() && !fill.eq_ignore_ascii_case("auto") && !fill.eq_ignore_ascii_case("FFFFFF")
}
