//! PDF files.

use super::{files::pdf, foreign, texts};
use crate::ReadFault;

#[test]
fn lines_become_paragraphs_and_large_ones_headings() {
    let page = "BT /F 20 Tf 50 740 Td (Opening hours) Tj /F 10 Tf 0 -40 Td (The counter opens at nine and it \
                clo-) Tj 0 -12 Td (ses at five.) Tj 0 -30 Td [(On holi) -20 (days) -300 (it is \
                shut.)] TJ ET BT /C 10 Tf 50 600 Td <0001> Tj ET";
    let reading = foreign("hours.pdf", &pdf(&[page])).expect("a file");
    assert_eq!(
        texts(&reading.entries),
        [(
            "",
            "Opening hours",
            "The counter opens at nine and it closes at five.\n\nOn holidays it is shut.\n\nü"
        )]
    );
}

#[test]
fn gaps_in_a_line_part_cells() {
    let page = "BT /F 10 Tf 1 0 0 1 50 700 Tm (Zone) Tj 1 0 0 1 200 700 Tm (Price) Tj 1 0 0 1 50 688 Tm (A) Tj \
                1 0 0 1 200 688 Tm (2,40 \\200) Tj ET";
    let reading = foreign("prices.pdf", &pdf(&[page])).expect("a file");
    assert_eq!(texts(&reading.entries), [("", "prices", "Zone | Price\nA | 2,40 €")]);
}

#[test]
fn what_a_page_hides_is_told_apart() {
    let page = "BT /F 10 Tf 50 700 Td (Seen.) Tj ET BT /F 10 Tf 1 1 1 rg 50 650 Td (White.) Tj ET \
                BT /F 10 Tf 0 g 3 Tr 50 600 Td (Inkless.) Tj 0 Tr ET BT /F 0.5 Tf 50 550 Td (Tiny.) Tj ET \
                BT /F 10 Tf 900 500 Td (Outside.) Tj ET 0 0 1 rg 40 440 200 40 re f BT /F 10 Tf 1 g \
                50 450 Td (White on blue.) Tj ET";
    let reading = foreign("a.pdf", &pdf(&[page])).expect("a file");
    assert_eq!(texts(&reading.entries), [("", "a", "Seen.\n\nWhite on blue.")]);
    assert_eq!(texts(&reading.hidden), [("", "Hidden text", "White.\nInkless.\nTiny.\nOutside.")]);
}

#[test]
fn running_titles_and_page_numbers_are_no_text() {
    let page = |number: usize, text: &str| {
        format!(
            "BT /F 10 Tf 50 780 Td (Handbook) Tj 0 -40 Td ({text}) Tj 0 -700 Td (Page {number}) Tj ET"
        )
    };
    let pages = [page(1, "A sentence that goes"), page(2, "on overleaf."), page(3, "The end.")];
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let reading = foreign("h.pdf", &pdf(&pages)).expect("a file");
    assert_eq!(
        texts(&reading.entries),
        [("", "h", "A sentence that goes on overleaf.\n\nThe end.")]
    );
}

#[test]
fn pages_without_text_are_named_as_such() {
    assert_eq!(
        foreign("scan.pdf", &pdf(&["0 0 10 10 re f"])).err(),
        Some(ReadFault::NoText.into())
    );
    assert_eq!(
        foreign("glyphs.pdf", &pdf(&["BT /C 10 Tf <00020003> Tj ET"])).err(),
        Some(ReadFault::NoText.into())
    );
}
