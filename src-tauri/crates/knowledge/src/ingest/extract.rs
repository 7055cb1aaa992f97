//! What the parser of a foreign format makes of a document: text, and nothing that acts.

use cloister_types::Label;
use serde::{Deserialize, Serialize};

use super::{
    Source, csv,
    outline::{self, Section},
    text::{passage, passages},
};
use crate::{IngestError, Reading};

/// The title of what a document hides.
const HIDDEN: &str = "Hidden text";
/// Most passages of hidden text that are kept to be looked at.
const MAX_HIDDEN: usize = 20;

/// A document without its format.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Extract {
    /// What a reader of the document sees.
    pub(crate) sections: Vec<Section>,
    /// Its tables that stand alone, as the sheets of a workbook do.
    pub(crate) tables: Vec<Table>,
    /// What is in it and nobody sees: white on white, off the page, marked as hidden.
    pub(crate) hidden: Vec<String>,
}

/// A table; its first row names the columns.
#[derive(Serialize, Deserialize)]
pub(crate) struct Table {
    /// What it is called.
    pub(crate) title: String,
    /// Its cells, row by row.
    pub(crate) rows: Vec<Vec<String>>,
}

/// The entries of a document: its sections, the rows of its tables, and what it hides.
pub(super) fn entries(source: &Source<'_>, extract: Extract) -> Result<Reading, IngestError> {
    let faq = source.label.unwrap_or(Label::Public);
    let document = source.label.unwrap_or(Label::Internal);
    let mut entries = outline::entries(source, document, extract.sections)?;
    for (number, table) in (1..).zip(extract.tables) {
        let within = format!("table-{number}/");
        let mut rows = csv::table(source, faq, &within, table.rows)?;
        for row in rows.iter_mut().filter(|row| row.topic.is_empty()) {
            row.topic.clone_from(&table.title);
        }
        entries.append(&mut rows);
    }
    let texts = passages(&extract.hidden.join("\n\n")).into_iter().take(MAX_HIDDEN);
    let hidden = (1..).zip(texts).map(|(number, text): (usize, String)| {
        passage(source, document, &format!("hidden-{number}"), "", HIDDEN, text)
    });
    Ok(Reading { entries, hidden: hidden.collect::<Result<_, _>>()? })
}
