//! Documents to entries: one file of a known format, whole or not at all.
//!
//! Formats whose reading needs no library are read here: JSON Lines, CSV, Markdown, text and HTML.
//! Nothing of a document is executed, followed or loaded.

mod csv;
mod html;
mod markdown;
mod text;

use cloister_types::Label;

use crate::{Entry, IngestError, pack};

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

/// What a file is made of, by the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    JsonLines,
    Csv { separator: char },
    Markdown,
    Text,
    Html,
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
            _ => return None,
        })
    }
}

/// Reads the entries of a document. The same document gives the same ids, and a changed part of it
/// changes no other part's id where headings, row numbers or given ids allow.
///
/// # Errors
/// [`IngestError`], which says why the document cannot be read and repeats nothing of it.
pub fn read_document(source: &Source<'_>) -> Result<Vec<Entry>, IngestError> {
    let format = Format::of(source.name).ok_or(IngestError::Format)?;
    if source.bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(IngestError::TooLarge);
    }
    let text = decode(source.bytes)?;
    let faq = source.label.unwrap_or(Label::Public);
    let document = source.label.unwrap_or(Label::Internal);
    let entries = match format {
        Format::JsonLines => pack::read_entries(source.collection, faq, &text)?,
        Format::Csv { separator } => csv::read(source, faq, &text, separator)?,
        Format::Markdown => markdown::read(source, document, &text)?,
        Format::Text => text::read(source, document, &text)?,
        Format::Html => markdown::read(source, document, &html::to_markdown(&text))?,
    };
    if entries.is_empty() { Err(IngestError::Empty) } else { Ok(entries) }
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
mod tests {
    use super::*;

    fn read(name: &str, bytes: &[u8]) -> Result<Vec<Entry>, IngestError> {
        read_document(&Source { name, collection: "test", label: None, bytes })
    }

    #[test]
    fn the_ending_tells_the_format_and_the_label_is_closed_unless_it_is_a_faq() {
        let faq = read("a.JSONL", br#"{"id":"a","question":"Q","answer":"A"}"#).expect("a FAQ");
        let table = read("a.csv", b"question,answer\nQ,A\n").expect("a table");
        let page = read("a.md", b"# T\n\nText.").expect("a page");
        let label = |entries: &[Entry]| entries[0].label;
        assert_eq!((label(&faq), label(&table)), (Label::Public, Label::Public));
        assert_eq!(label(&page), Label::Internal);
        assert!(matches!(read("a.exe", b""), Err(IngestError::Format)));
        assert!(matches!(read("a.txt", b" \n"), Err(IngestError::Empty)));
    }

    #[test]
    fn utf_16_is_read_and_bytes_that_are_no_text_are_not() {
        let wide: Vec<u8> = "\u{feff}Grüße.".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read("a.txt", &wide).expect("text")[0].answer, "Grüße.");
        for bytes in [&b"\xff\xfe\x00"[..], b"\xff\xfe\x00\xd8", b"caf\xe9", b"a\0b"] {
            assert!(matches!(read("a.txt", bytes), Err(IngestError::Encoding)), "{bytes:?}");
        }
    }

    #[test]
    fn ids_are_stable_and_belong_to_the_document() {
        let page = "# Returns\n\nThirty days.\n\n## Postage\n\nFree.\n";
        let more = page.replace("## Postage", "## New part\n\nNew.\n\n## Postage");
        let ids = |text: &str| -> Vec<String> {
            let entries = read("help/shop.md", text.as_bytes()).expect("a page");
            entries.iter().map(|entry| entry.id.to_string()).collect()
        };
        assert_eq!(ids(page), ["help/shop.md#returns", "help/shop.md#returns/postage"]);
        assert!(ids(&more).contains(&"help/shop.md#returns/postage".to_owned()));
    }
}
