//! Entries as the store keeps them.

use cloister_store::{Passage, PassageRow};

use crate::Entry;

impl From<PassageRow> for Entry {
    fn from(row: PassageRow) -> Self {
        let Passage { id, topic, label, question, answer, alternatives } = row.passage;
        Self { id, collection: row.collection, topic, label, question, answer, alternatives }
    }
}

/// The collection is not part of a passage: the store takes it beside them.
impl From<Entry> for Passage {
    fn from(entry: Entry) -> Self {
        let Entry { id, collection: _, topic, label, question, answer, alternatives } = entry;
        Self { id, topic, label, question, answer, alternatives }
    }
}

#[cfg(test)]
mod tests {
    use cloister_types::{Label, Timestamp};

    use super::*;

    #[test]
    fn an_entry_survives_the_store() {
        let entry = Entry {
            id: "returns/window".parse().expect("a valid id"),
            collection: String::from("manga"),
            topic: String::from("Returns"),
            label: Label::Internal,
            question: String::from("Q"),
            answer: String::from("A"),
            alternatives: vec![String::from("B")],
        };
        let row = PassageRow {
            passage: entry.clone().into(),
            collection: entry.collection.clone(),
            imported_at: Timestamp::from_millis(0),
            digest: [0; 32],
        };
        assert!(Entry::from(row) == entry);
    }
}
