//! Entries as the store keeps them.

use cloister_store::{Passage, PassageRow};

use crate::Entry;

impl From<PassageRow> for Entry {
    fn from(row: PassageRow) -> Self {
        let PassageRow { passage, collection, placement, imported_at: _, digest: _ } = row;
        let Passage { id, topic, label, question, answer, alternatives } = passage;
        Self { id, collection, topic, label, placement, question, answer, alternatives }
    }
}

/// Collection and placement are not part of a passage: the store takes them beside it.
impl From<Entry> for Passage {
    fn from(entry: Entry) -> Self {
        let Entry { id, collection: _, placement: _, topic, label, question, answer, alternatives } =
            entry;
        Self { id, topic, label, question, answer, alternatives }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cloister_types::{Label, Placement, Timestamp};

    use super::*;

    #[test]
    fn an_entry_survives_the_store() {
        let placement = Placement { team: Some(String::from("north")), ..Placement::default() };
        let entry = Entry {
            id: "returns/window".parse().expect("a valid id"),
            collection: String::from("manga"),
            topic: String::from("Returns"),
            label: Label::Internal,
            placement: Arc::new(placement),
            question: String::from("Q"),
            answer: String::from("A"),
            alternatives: vec![String::from("B")],
        };
        let row = PassageRow {
            passage: entry.clone().into(),
            collection: entry.collection.clone(),
            placement: Arc::clone(&entry.placement),
            imported_at: Timestamp::from_millis(0),
            digest: [0; 32],
        };
        assert!(Entry::from(row) == entry);
    }
}
