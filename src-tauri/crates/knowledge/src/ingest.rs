//! Documents to entries: one file of a known format, whole or not at all.
//!
//! Formats whose reading needs no library are read here: JSON Lines, CSV, Markdown, text and HTML.
//! The others are read by libraries, in a process of its own ([`Parser`](crate::Parser)), which hands
//! back text. Nothing of a document is executed, followed or loaded.

mod container;
mod csv;
mod docx;
mod epub;
mod extract;
mod fault;
mod html;
mod mail;
mod markdown;
mod outline;
mod pdf;
mod text;
mod xlsx;
mod xml;

use cloister_types::Label;
use serde::{Deserialize, Serialize};

use crate::{Entry, IngestError, pack};

pub(crate) use container::Container;
pub(crate) use extract::Extract;
pub use fault::ReadFault;

/// Most bytes of one document.
pub const MAX_DOCUMENT_BYTES: usize = 64 << 20;

/// A file to be read.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Its name within its collection; the ending tells the format.
    pub name: &'a str,
    /// The collection that its entries belong to.
    pub collection: &'a str,
    /// The label of entries that do not say their own; without it questions with answers are public
    /// and documents internal.
    pub label: Option<Label>,
    /// What the file holds.
    pub bytes: &'a [u8],
}

/// What a document says.
#[derive(Debug)]
pub struct Reading {
    /// The entries that whoever opens the document sees.
    pub entries: Vec<Entry>,
    /// Text that the document keeps from its readers: white on white, off the page, marked as hidden.
    pub hidden: Vec<Entry>,
}

/// A format that is read by libraries, in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Foreign {
    Pdf,
    Docx,
    Xlsx,
    Epub,
    Mail,
}

/// What a file is made of, by the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    JsonLines,
    Csv { separator: char },
    Markdown,
    Text,
    Html,
    Foreign(Foreign),
    Archive,
}

impl Format {
    fn of(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Self::JsonLines,
            "csv" => Self::Csv { separator: ',' },
            "tsv" => Self::Csv { separator: '\t' },
            "md" | "markdown" => Self::Markdown,
            "txt" | "text" => Self::Text,
            "html" | "htm" | "xhtml" => Self::Html,
            "pdf" => Self::Foreign(Foreign::Pdf),
            "docx" | "docm" => Self::Foreign(Foreign::Docx),
            "xlsx" | "xlsm" => Self::Foreign(Foreign::Xlsx),
            "epub" => Self::Foreign(Foreign::Epub),
            "eml" => Self::Foreign(Foreign::Mail),
            "zip" => Self::Archive,
            _ => return None,
        })
    }
}

impl Foreign {
    /// The format of the file called `name`, where it is a foreign one.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match Format::of(name)? {
            Format::Foreign(format) => Some(format),
            Format::JsonLines
            | Format::Csv { .. }
            | Format::Markdown
            | Format::Text
            | Format::Html
            | Format::Archive => None,
        }
    }

    /// Reads a document with the libraries for it. For the process of its own alone.
    pub(crate) fn extract(self, bytes: Vec<u8>) -> Result<Extract, ReadFault> {
        match self {
            Self::Pdf => pdf::read(bytes),
            Self::Docx => docx::read(&bytes),
            Self::Xlsx => xlsx::read(&bytes),
            Self::Epub => epub::read(&bytes),
            Self::Mail => mail::read(&bytes),
        }
    }
}

/// Whether the file called `name` holds other files.
#[must_use]
pub fn is_archive(name: &str) -> bool {
    Format::of(name) == Some(Format::Archive)
}

/// Reads a document that needs no library. The same document gives the same ids, and a changed part of
/// it changes no other part's id where headings, row numbers or given ids allow.
///
/// # Errors
/// [`IngestError`], which says why the document cannot be read and repeats nothing of it.
pub fn read_document(source: &Source<'_>) -> Result<Reading, IngestError> {
    let format = Format::of(source.name).ok_or(IngestError::Format)?;
    if source.bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(IngestError::TooLarge);
    }
    let faq = source.label.unwrap_or(Label::Public);
    let document = source.label.unwrap_or(Label::Internal);
    let text = || decode(source.bytes);
    let entries = match format {
        Format::JsonLines => pack::read_entries(source.collection, faq, &text()?)?,
        Format::Csv { separator } => csv::read(source, faq, &text()?, separator)?,
        Format::Markdown => markdown::read(source, document, &text()?)?,
        Format::Text => text::read(source, document, &text()?)?,
        Format::Html => {
            let (shown, hidden) = html::read(&text()?);
            let sections = markdown::sections(&shown);
            return read_extract(source, Extract { sections, hidden, tables: Vec::new() });
        }
        Format::Foreign(_) => return Err(IngestError::NoParser),
        Format::Archive => return Err(ReadFault::Nested.into()),
    };
    if entries.is_empty() {
        return Err(IngestError::Empty);
    }
    Ok(Reading { entries, hidden: Vec::new() })
}

/// The entries of a document whose format was taken off.
pub(crate) fn read_extract(source: &Source<'_>, extract: Extract) -> Result<Reading, IngestError> {
    let reading = extract::entries(source, extract)?;
    if reading.entries.is_empty() && reading.hidden.is_empty() {
        return Err(IngestError::Empty);
    }
    Ok(reading)
}

/// The text of a file in UTF-8, or in UTF-16 with its mark.
fn decode(bytes: &[u8]) -> Result<String, IngestError> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        if rest.is_empty() { String::from_utf16(&units).ok() } else { None }
    };
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    };
    text.filter(|text| !text.contains('\0')).ok_or(IngestError::Encoding)
}

/// The name of a file without folders and ending: what it is called where it has no title.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

#[cfg(test)]
mod tests;
