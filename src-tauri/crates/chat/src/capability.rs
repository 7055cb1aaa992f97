//! What each part of a turn may do, checked on what it gives back.
//!
//! Types keep most of it: the guard's function takes a text, the model takes messages, connections
//! that read cannot write. What types cannot keep is checked here, where a part hands over its work.

use cloister_knowledge::Entry;
use cloister_types::{LogSafe, PassageId, ReadScope};

/// A part of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Looks passages up, within a read scope.
    Retrieval,
    /// Writes from the passages that it was given.
    Answer,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Retrieval => "retrieval",
            Self::Answer => "answer",
        })
    }
}

impl LogSafe for Part {}

/// A part went beyond what it may do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part} went beyond its capability")]
pub struct Exceeded {
    /// The part.
    pub part: Part,
    /// The passages that it may not have used.
    pub passages: Vec<PassageId>,
}

/// Holds retrieval to `scope`: everything that it names exists for the reader and is open to them.
pub(crate) fn reads_only<'a>(
    scope: &ReadScope,
    named: impl Iterator<Item = (&'a PassageId, Option<&'a Entry>)>,
) -> Result<(), Exceeded> {
    let closed =
        named.filter(|(_, entry)| !entry.is_some_and(|entry| scope.allows(&entry.class())));
    refuse(Part::Retrieval, closed.map(|(id, _)| id.clone()).collect())
}

/// Holds an answer to the passages that its record names.
pub(crate) fn cites_only(given: &[PassageId], cited: &[PassageId]) -> Result<(), Exceeded> {
    let foreign = cited.iter().filter(|id| !given.contains(id));
    refuse(Part::Answer, foreign.cloned().collect())
}

fn refuse(part: Part, passages: Vec<PassageId>) -> Result<(), Exceeded> {
    if passages.is_empty() { Ok(()) } else { Err(Exceeded { part, passages }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_cites_what_it_was_given_and_nothing_else() {
        let [a, b, c] = ["a", "b", "c"].map(|id| id.parse::<PassageId>().unwrap());
        let given = [a.clone(), b];
        assert_eq!(cites_only(&given, std::slice::from_ref(&a)), Ok(()));
        let exceeded = cites_only(&given, &[a, c.clone()]);
        assert_eq!(exceeded, Err(Exceeded { part: Part::Answer, passages: vec![c] }));
    }
}
