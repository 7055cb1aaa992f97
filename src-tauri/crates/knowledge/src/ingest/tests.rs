//! Formats that are read here, and, in the modules, those that libraries read.

mod books;
mod files;
mod hostile;
mod mails;
mod mutations;
mod pdfs;
mod workbooks;

use super::*;

fn read(name: &str, bytes: &[u8]) -> Result<Vec<Entry>, IngestError> {
    let source = Source { name, collection: "test", label: None, bytes };
    read_document(&source).map(|reading| reading.entries)
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

/// Reads a document of a foreign format as its process does, in this one.
fn foreign(name: &str, bytes: &[u8]) -> Result<Reading, IngestError> {
    let extract = Foreign::of(name).expect("a foreign format").extract(bytes.to_vec())?;
    read_extract(&Source { name, collection: "test", label: None, bytes }, extract)
}

/// Topic, title and text of each entry.
fn texts(entries: &[Entry]) -> Vec<(&str, &str, &str)> {
    entries
        .iter()
        .map(|entry| (entry.topic.as_str(), entry.question.as_str(), entry.answer.as_str()))
        .collect()
}
