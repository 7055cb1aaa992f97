//! PDF (ISO 32000): the text of each page by its lines, headings by their size.

mod encoding;
mod font;
mod layout;
mod matrix;
mod page;

use hayro_syntax::{LoadPdfError, Pdf};

use super::extract::Extract;
use crate::ReadFault;

/// Most pages of a document.
const MAX_PAGES: usize = 5_000;

/// Reads a document. Forms, notes and what is attached are not read, and nothing of it is run.
pub(super) fn read(bytes: Vec<u8>) -> Result<Extract, ReadFault> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => ReadFault::Encrypted,
        LoadPdfError::Invalid => ReadFault::Damaged,
    })?;
    if pdf.pages().len() > MAX_PAGES {
        return Err(ReadFault::TooManyParts);
    }
    let mut reader = page::Reader::default();
    let pages: Vec<Vec<page::Run>> =
        pdf.pages().iter().map(|page| reader.read(page)).collect::<Result<_, _>>()?;
    if pages.is_empty() {
        return Err(ReadFault::Damaged);
    }
    let extract = layout::extract(pages)?;
    if extract.sections.is_empty() && extract.hidden.is_empty() {
        return Err(ReadFault::NoText);
    }
    Ok(extract)
}
