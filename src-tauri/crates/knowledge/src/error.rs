//! What can go wrong when knowledge is read or searched.

use cloister_types::PassageId;

use crate::ReadFault;

/// A knowledge operation that could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KnowledgeError {
    /// Two entries carry the same id, so that a citation could mean either.
    #[error("two entries share the id {0}")]
    DuplicateId(PassageId),
    /// The search engine failed.
    #[error("the search engine failed")]
    Engine(#[from] tantivy::TantivyError),
}

/// A document that could not be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The ending of the name is none that is read.
    #[error(
        "this format is not read; JSON Lines, CSV, Markdown, text, HTML, PDF, DOCX, XLSX, EPUB, \
         EML and ZIP are"
    )]
    Format,
    /// Larger than a document may be.
    #[error("the file is larger than 64 MB")]
    TooLarge,
    /// Neither UTF-8 nor UTF-16, or not a text.
    #[error("the file is not a text in UTF-8 or UTF-16")]
    Encoding,
    /// There is nothing to read in it.
    #[error("there is nothing in it to read")]
    Empty,
    /// The name is too long for the ids of its passages.
    #[error("the file's name is too long or not printable")]
    Name,
    /// A row of a table lacks a cell, has a label that is none or a quote that is not closed.
    #[error("row {row} has no question, no answer, an unknown label or an open quote")]
    Row {
        /// The row, counted from 1, the header included.
        row: usize,
    },
    /// A line of a pack is at fault.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A document of a foreign format is at fault.
    #[error(transparent)]
    Fault(#[from] ReadFault),
    /// The process that reads foreign formats cannot be started.
    #[error("the program cannot start the process that reads this format")]
    NoParser,
    /// The process took longer than any document may take.
    #[error("reading the file took too long")]
    TooSlow,
    /// The process ended in the middle of the document.
    #[error("reading the file failed: it is damaged, or needs more memory or time than it may")]
    ParserEnded,
}

/// A pack that could not be read: the first line at fault and why.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct PackError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: PackFault,
}

/// What is wrong with a line of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackFault {
    /// Not a JSON object, or a field of the wrong type.
    #[error("not a JSON object with the fields of an entry (column {column})")]
    Json {
        /// Where reading stopped, counted from 1.
        column: usize,
    },
    /// The id is missing, longer than 200 characters or not printable.
    #[error("the id must have 1 to 200 printable characters")]
    Id,
    /// An earlier line has the same id.
    #[error("the id occurs on an earlier line")]
    DuplicateId,
    /// Neither a question nor a title.
    #[error("an entry needs a question or a title")]
    NoQuestion,
    /// Neither an answer nor a text.
    #[error("an entry needs an answer or a text")]
    NoAnswer,
    /// The label is none of the four.
    #[error("the label must be public, internal, confidential or restricted")]
    Label,
    /// A field is longer than an entry may be.
    #[error("a field is longer than 100,000 characters")]
    TooLong,
    /// More alternatives than an entry may have.
    #[error("an entry may have at most 200 alternatives")]
    TooManyAlternatives,
    /// More entries than a pack may have.
    #[error("a pack may have at most 100,000 entries")]
    TooManyEntries,
}
