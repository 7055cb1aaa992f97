//! Word documents and books.

use super::{
    files::{docx, epub, paragraph},
    foreign, texts,
};
use crate::ReadFault;

#[test]
fn a_word_document_is_read_by_its_headings_lists_and_tables() {
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", paragraph("", "", text));
    let row = |cells: [&str; 2]| format!("<w:tr>{}</w:tr>", cells.map(cell).concat());
    let listed = "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>One</w:t></w:r></w:p>";
    let body = [
        paragraph("Big", "", "Tariffs &amp; trams"),
        paragraph("", "", "Valid from <!-- no --> May.<w:tab/>"),
        paragraph("Small", "", "Prices"),
        listed.repeat(2),
        format!("<w:tbl>{}{}</w:tbl>", row(["Zone", "Price"]), row(["A", "2,40 €"])),
        "<w:p><w:del><w:r><w:delText>Gone.</w:delText><w:t>Gone.</w:t></w:r></w:del></w:p>"
            .to_owned(),
        paragraph("", "", "After."),
    ];
    let reading = foreign("trams.docx", &docx(&body.concat())).expect("a document");
    assert_eq!(
        texts(&reading.entries),
        [
            ("", "Tariffs & trams", "Valid from  May."),
            (
                "Tariffs & trams",
                "Prices",
                "- One\n- One\n\n| Zone | Price |\n| A | 2,40 € |\n\nAfter."
            ),
        ]
    );
    assert_eq!(reading.entries[1].id.as_str(), "trams.docx#tariffs-trams/prices");
    assert!(reading.hidden.is_empty());
}

#[test]
fn what_a_word_document_hides_is_told_apart() {
    let unseen = [
        ("<w:vanish/>", "Vanished."),
        (r#"<w:color w:val="FFFFFF"/>"#, "White."),
        (r#"<w:sz w:val="2"/>"#, "Tiny."),
    ];
    let seen = [
        (r#"<w:vanish w:val="0"/>"#, "Not vanished."),
        (r#"<w:color w:val="FFFFFF"/><w:shd w:fill="000000"/>"#, "White on black."),
    ];
    let part = |(look, text): (&str, &str)| paragraph("", look, text);
    let body = seen.map(part).concat() + &unseen.map(part).concat();
    let reading = foreign("a.docx", &docx(&body)).expect("a document");
    assert_eq!(texts(&reading.entries), [("", "a", "Not vanished.\n\nWhite on black.")]);
    assert_eq!(texts(&reading.hidden), [("", "Hidden text", "Vanished.\n\nWhite.\n\nTiny.")]);
    assert_eq!(reading.hidden[0].id.as_str(), "a.docx#hidden-1");
}

#[test]
fn a_book_is_read_along_its_spine() {
    let book = epub(&["<h1>One</h1><p>First.</p>", "<h1>Two</h1><p>Second.</p><p hidden>Not.</p>"]);
    let reading = foreign("tales.epub", &book).expect("a book");
    assert_eq!(texts(&reading.entries), [("", "One", "First."), ("", "Two", "Second.")]);
    assert_eq!(texts(&reading.hidden), [("", "Hidden text", "Not.")]);
    assert_eq!(foreign("a.epub", &docx("")).err(), Some(ReadFault::Damaged.into()));
}
