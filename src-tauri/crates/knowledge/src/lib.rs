//! The knowledge base: reads documents and packs of entries, indexes them by words and by meaning, and
//! finds the entry that answers a question, or says that none does.
//!
//! **Guarantees.** Every read takes a [`ReadScope`](cloister_types::ReadScope), and the scope is
//! part of the search query. Statistics, typo correction, suggestions and scores are computed from
//! the entries that the scope allows and from nothing else: adding an entry that a reader may not
//! see changes none of their results by one bit. Text is never parsed as a query language. Nothing
//! here writes to disk. Formats that need a library are read in a process of its own, one document a
//! process ([`Parser`]).
//!
//! **Not here.** Who may read what (`cloister-access`), where entries are kept (`cloister-store`),
//! wording an answer (`cloister-chat`), making vectors (`cloister-inference`). Stems and synonyms are
//! English; other languages are found by their words as written.
//!
//! **Terms.** An *entry* is a question, its answer and *alternatives*, other ways to ask it; a
//! *phrasing* is the question or one alternative. A *feature* is a stem, or several words that mean
//! one thing ("send back"). A *concept* is a group of features with a shared meaning.
//! *In scope* is the probability that the knowledge covers a question.
#![forbid(unsafe_code)]

mod answer;
mod bm25;
mod calibration;
mod class;
mod contrast;
mod entry;
mod error;
mod exact;
mod index;
mod ingest;
mod lexicon;
mod pack;
mod parser;
mod parts;
mod profile;
mod question;
mod rank;
mod row;
mod small_talk;
mod vectors;
mod vocabulary;
mod words;

pub use answer::AnswerMode;
pub use calibration::{FEATURES, Features};
pub use entry::Entry;
pub use error::{IngestError, KnowledgeError, PackError, PackFault};
pub use index::{Hit, Index, Search, TopicSuggestion};
pub use ingest::{MAX_DOCUMENT_BYTES, ReadFault, Reading, Source, is_archive, read_document};
pub use pack::{MAX_ENTRIES, read_pack};
pub use parser::{Archive, Member, Parser, worker as parse_worker};
pub use parts::PARTS_VERSION;
pub use small_talk::SmallTalk;
pub use vectors::{Meanings, Vector};
