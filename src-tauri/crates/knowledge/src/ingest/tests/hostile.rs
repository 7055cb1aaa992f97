//! Documents that mean harm: each is refused with its reason, and none takes the process along.

use super::{
    files::{docx, paragraph, pdf_of, row, stream, xlsx, zip},
    foreign,
};
use crate::{IngestError, ReadFault};

fn fault(name: &str, bytes: &[u8]) -> Option<IngestError> {
    foreign(name, bytes).err()
}

#[test]
fn a_bomb_is_defused_by_what_it_unpacks_to() {
    // 300 MB of the same byte pack to some hundred kilobytes.
    let zeros = vec![b' '; 300 << 20];
    let bomb = zip(&[("word/document.xml", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(fault("a.docx", &bomb), Some(ReadFault::Expands.into()));
    assert_eq!(fault("a.xlsx", &bomb), Some(ReadFault::Expands.into()));
}

#[test]
fn elements_within_elements_end_somewhere() {
    let deep = "<w:x>".repeat(10_000) + &"</w:x>".repeat(10_000);
    assert_eq!(fault("a.docx", &docx(&deep)), Some(ReadFault::TooDeep.into()));
}

#[test]
fn entities_of_a_document_are_not_expanded() {
    let bomb = r#"<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
        <w:document xmlns:w="w"><w:p><w:r><w:t>Before &b; after &#x20AC;.</w:t></w:r></w:p></w:document>"#;
    let reading = foreign("a.docx", &zip(&[("word/document.xml", bomb.as_bytes())])).expect("read");
    assert_eq!(reading.entries[0].answer, "Before  after €.");
}

#[test]
fn a_sheet_that_claims_the_far_corner_takes_no_room_for_it() {
    let far = r#"<row r="1048576"><c r="A1048576"><v>1</v></c></row>"#;
    let rows = row(1, &["A"]) + far;
    let reading = foreign("a.xlsx", &xlsx(&[("S", "visible", &rows)])).expect("two rows");
    assert_eq!(reading.entries.len(), 1);
    let wide = r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#;
    let wide = xlsx(&[("S", "visible", wide)]);
    assert_eq!(fault("a.xlsx", &wide), Some(ReadFault::TooManyParts.into()));
}

#[test]
fn a_pdf_that_goes_in_circles_comes_to_an_end() {
    let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned();
    let content = "BT /F 10 Tf 50 700 Td (Here.) Tj ET /X Do";
    let resources = "/Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> >>";
    let circle = pdf_of(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        // A page tree that holds itself.
        "<< /Type /Pages /Count 2 /Kids [3 0 R 2 0 R] /Parent 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R {resources} >>"
        ),
        stream("", content),
        font,
        // A form that draws itself, twice.
        stream(&format!("/Type /XObject /Subtype /Form {resources}"), "/X Do /X Do"),
    ]);
    let reading = foreign("a.pdf", &circle).expect("the text around the circle");
    assert_eq!(reading.entries[0].answer, "Here.");
}

#[test]
fn half_a_file_is_damaged_or_half_read() {
    let whole = super::files::pdf(&["BT /F 10 Tf 50 700 Td (Whole.) Tj ET"]);
    for part in 0..20 {
        // Whatever comes of it, it comes back.
        drop(foreign("a.pdf", &whole[..whole.len() * part / 20]));
    }
    assert_eq!(fault("a.pdf", b"%PDF-1.7"), Some(ReadFault::Damaged.into()));
    let whole = docx(&paragraph("", "", "Whole."));
    assert_eq!(fault("a.docx", &whole[..whole.len() / 2]), Some(ReadFault::Damaged.into()));
}

#[test]
fn an_archive_in_an_archive_stays_shut() {
    let source = crate::Source { name: "in.zip", collection: "c", label: None, bytes: b"" };
    assert_eq!(crate::read_document(&source).err(), Some(ReadFault::Nested.into()));
}
