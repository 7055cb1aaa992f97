//! An entry in parts of a size that the sentence encoder reads.

use crate::Entry;

/// Words of an answer that are encoded together: about as many as 128 pieces hold.
const PART_WORDS: usize = 80;
/// Parts of an answer that are encoded: 5,000 words.
const MAX_PARTS: usize = 64;

/// Names this way of cutting: vectors that were made of other parts are made anew.
pub const PARTS_VERSION: u32 = 1;

impl Entry {
    /// What is encoded of it: each phrasing, then the answer in parts, each behind the topic that it
    /// belongs to.
    #[must_use]
    pub fn parts(&self) -> Vec<String> {
        let mut parts: Vec<String> = self.phrasings().map(str::to_owned).collect();
        if !is_list_of_phrasings(self) {
            parts.extend(cut(&self.answer));
        }
        parts
    }
}

/// How many of an entry's parts are phrasings.
pub(crate) const fn phrasings(entry: &Entry) -> usize {
    1 + entry.alternatives.len()
}

/// Whether the answer only repeats the example utterances that were imported as phrasings.
fn is_list_of_phrasings(entry: &Entry) -> bool {
    let lines = entry.answer.lines().map(str::trim).filter(|line| !line.is_empty());
    !entry.alternatives.is_empty() && lines.eq(entry.alternatives.iter().map(String::as_str))
}

/// `text` in parts of whole sentences where they are short enough, of whole words otherwise.
fn cut(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut words_in_part = 0;
    for sentence in text.split_inclusive(['.', '!', '?', '\n']) {
        let words: Vec<&str> = sentence.split_whitespace().collect();
        let fits = words_in_part + words.len() <= PART_WORDS;
        for (at, word) in words.iter().enumerate() {
            let begins = at == 0 && !fits && words_in_part > 0;
            if begins || words_in_part == PART_WORDS {
                parts.push(String::new());
                words_in_part = 0;
            }
            if let Some(part) = parts.last_mut() {
                if !part.is_empty() {
                    part.push(' ');
                }
                part.push_str(word);
            }
            words_in_part += 1;
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.truncate(MAX_PARTS);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_whole_sentences_and_lose_no_word() {
        let sentence = "one two three four five six seven eight nine ten. ";
        let parts = cut(&sentence.repeat(20));
        assert_eq!(parts.len(), 3);
        assert!(parts.iter().all(|part| part.ends_with("ten.")));
        let endless = "word ".repeat(200);
        let parts = cut(&endless);
        assert_eq!(
            parts.iter().map(|part| part.split(' ').count()).collect::<Vec<_>>(),
            [80, 80, 40]
        );
        assert!(cut(" \n ").is_empty());
    }

    #[test]
    fn utterances_are_encoded_once() {
        let entries = crate::read_pack(
            "test",
            "{\"id\":\"a\",\"question\":\"Q\",\"text\":\"one\\ntwo\"}\n\
             {\"id\":\"b\",\"question\":\"Q\",\"answer\":\"A. B.\"}",
        );
        let entries = entries.expect("a pack");
        assert_eq!(entries[0].parts(), ["Q", "one", "two"]);
        assert_eq!(entries[1].parts(), ["Q", "A. B."]);
    }
}
