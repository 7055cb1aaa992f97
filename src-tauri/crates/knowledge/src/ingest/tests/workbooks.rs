//! Workbooks.

use super::{
    files::{row, xlsx},
    foreign, texts,
};

#[test]
fn each_row_of_a_sheet_is_readable_by_itself() {
    let header = row(1, &["Line", "From", "Since"]);
    let line = r#"<row r="3"><c r="A3"><v>4</v></c><c r="B3" t="inlineStr"><is><t>Harbour</t></is></c><c r="C3" s="1"><v>46083</v></c></row>"#;
    let book = xlsx(&[
        ("Trams", "visible", &(header + line)),
        ("Margins", "hidden", &row(1, &["Secret"])),
    ]);
    let reading = foreign("net.xlsx", &book).expect("a workbook");
    assert_eq!(
        texts(&reading.entries),
        [("Trams", "4", "Line: 4\nFrom: Harbour\nSince: 2026-03-02")]
    );
    assert_eq!(reading.entries[0].id.as_str(), "net.xlsx#table-1/row-2");
    assert_eq!(texts(&reading.hidden), [("", "Hidden text", "Secret")]);
}

#[test]
fn a_sheet_of_questions_gives_entries() {
    let rows = row(1, &["Question", "Answer", "Alternatives"])
        + &row(2, &["Which tram?", "Line 4.", "What tram? | Tram where?"]);
    let reading = foreign("faq.xlsx", &xlsx(&[("FAQ", "visible", &rows)])).expect("a workbook");
    assert_eq!(texts(&reading.entries), [("FAQ", "Which tram?", "Line 4.")]);
    assert_eq!(reading.entries[0].alternatives, ["What tram?", "Tram where?"]);
}
