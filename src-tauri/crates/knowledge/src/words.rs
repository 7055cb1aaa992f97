//! Text to words and stems, the same way for entries and for questions.

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, RemoveLongFilter, SimpleTokenizer,
    Stemmer, TextAnalyzer, TokenStream,
};
use unicode_normalization::UnicodeNormalization;

/// Bytes from which on a word is left out: no word that people ask about is as long.
const MAX_WORD_BYTES: usize = 40;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// As written, in lower case and without accents.
    pub(crate) surface: String,
    /// What its inflections share: the English stem (Porter 2) of its base form.
    pub(crate) stem: String,
}

/// Splits, folds and stems.
#[derive(Clone)]
pub(crate) struct Words {
    splitter: TextAnalyzer,
    stemmer: TextAnalyzer,
}

impl Words {
    pub(crate) fn new() -> Self {
        let splitter = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(RemoveLongFilter::limit(MAX_WORD_BYTES))
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter);
        let stemmer =
            TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(Language::English));
        Self { splitter: splitter.build(), stemmer: stemmer.build() }
    }

    /// The words of `text` in their order.
    pub(crate) fn split(&mut self, text: &str) -> Vec<Word> {
        let text: String = text.nfkc().collect();
        let mut tokens = self.splitter.token_stream(&text);
        let mut words = Vec::new();
        while let Some(token) = tokens.next() {
            let surface = token.text.clone();
            let mut stem = String::new();
            let base = base_form(&surface).unwrap_or(&surface);
            self.stemmer.token_stream(base).process(&mut |token| stem.clone_from(&token.text));
            words.push(Word { surface, stem });
        }
        words
    }
}

/// The base form of an irregular form, which no stemmer finds.
fn base_form(surface: &str) -> Option<&'static str> {
    let place = IRREGULAR.binary_search_by_key(&surface, |(form, _)| form).ok()?;
    Some(IRREGULAR[place].1)
}

/// Irregular English forms and their base forms, sorted by form.
const IRREGULAR: &[(&str, &str)] = &[
    ("arose", "arise"),
    ("ate", "eat"),
    ("became", "become"),
    ("began", "begin"),
    ("begun", "begin"),
    ("bent", "bend"),
    ("bit", "bite"),
    ("bought", "buy"),
    ("broke", "break"),
    ("broken", "break"),
    ("brought", "bring"),
    ("came", "come"),
    ("caught", "catch"),
    ("children", "child"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("dealt", "deal"),
    ("drawn", "draw"),
    ("drew", "draw"),
    ("driven", "drive"),
    ("drove", "drive"),
    ("eaten", "eat"),
    ("fallen", "fall"),
    ("fell", "fall"),
    ("felt", "feel"),
    ("forgot", "forget"),
    ("forgotten", "forget"),
    ("fought", "fight"),
    ("found", "find"),
    ("froze", "freeze"),
    ("frozen", "freeze"),
    ("gave", "give"),
    ("given", "give"),
    ("gone", "go"),
    ("grew", "grow"),
    ("grown", "grow"),
    ("heard", "hear"),
    ("held", "hold"),
    ("hid", "hide"),
    ("hidden", "hide"),
    ("kept", "keep"),
    ("knew", "know"),
    ("known", "know"),
    ("laid", "lay"),
    ("learnt", "learn"),
    ("lent", "lend"),
    ("lost", "lose"),
    ("made", "make"),
    ("meant", "mean"),
    ("men", "man"),
    ("met", "meet"),
    ("mistaken", "mistake"),
    ("mistook", "mistake"),
    ("paid", "pay"),
    ("ran", "run"),
    ("rang", "ring"),
    ("rose", "rise"),
    ("said", "say"),
    ("sang", "sing"),
    ("saw", "see"),
    ("seen", "see"),
    ("sent", "send"),
    ("shown", "show"),
    ("slept", "sleep"),
    ("sold", "sell"),
    ("spelt", "spell"),
    ("spent", "spend"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("stole", "steal"),
    ("stolen", "steal"),
    ("stood", "stand"),
    ("swapped", "swap"),
    ("taken", "take"),
    ("taught", "teach"),
    ("thought", "think"),
    ("threw", "throw"),
    ("thrown", "throw"),
    ("told", "tell"),
    ("took", "take"),
    ("tore", "tear"),
    ("torn", "tear"),
    ("understood", "understand"),
    ("went", "go"),
    ("wives", "wife"),
    ("woke", "wake"),
    ("women", "woman"),
    ("won", "win"),
    ("wore", "wear"),
    ("worn", "wear"),
    ("wrapped", "wrap"),
    ("written", "write"),
    ("wrote", "write"),
];

/// Whether a word says nothing about what a question is about.
///
/// Function words, courtesies and the verbs that every question may hold ("want", "tell", "get"),
/// and what the tokeniser leaves of contractions ("don", "t").
pub(crate) fn is_filler(surface: &str) -> bool {
    FILLERS.binary_search(&surface).is_ok()
}

/// Sorted, for the binary search.
const FILLERS: &[&str] = &[
    "a",
    "about",
    "actually",
    "after",
    "again",
    "all",
    "already",
    "also",
    "am",
    "an",
    "and",
    "any",
    "anyone",
    "anything",
    "are",
    "aren",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "but",
    "by",
    "can",
    "cannot",
    "cant",
    "could",
    "couldn",
    "d",
    "dear",
    "did",
    "didn",
    "do",
    "does",
    "doesn",
    "doing",
    "don",
    "done",
    "dont",
    "each",
    "else",
    "even",
    "ever",
    "every",
    "explain",
    "for",
    "from",
    "get",
    "gets",
    "getting",
    "give",
    "go",
    "goes",
    "going",
    "gonna",
    "good",
    "got",
    "had",
    "hadn",
    "happen",
    "happens",
    "has",
    "hasn",
    "have",
    "haven",
    "having",
    "he",
    "hello",
    "help",
    "her",
    "here",
    "hey",
    "hi",
    "him",
    "his",
    "how",
    "hows",
    "hv",
    "i",
    "if",
    "im",
    "in",
    "information",
    "into",
    "is",
    "isn",
    "it",
    "its",
    "ive",
    "just",
    "kind",
    "know",
    "let",
    "like",
    "ll",
    "m",
    "make",
    "makes",
    "many",
    "may",
    "maybe",
    "me",
    "might",
    "mine",
    "more",
    "most",
    "much",
    "must",
    "my",
    "need",
    "no",
    "not",
    "now",
    "of",
    "off",
    "ok",
    "okay",
    "on",
    "one",
    "only",
    "or",
    "other",
    "our",
    "ours",
    "out",
    "over",
    "own",
    "people",
    "please",
    "pls",
    "plz",
    "possible",
    "question",
    "quite",
    "r",
    "re",
    "really",
    "s",
    "say",
    "shall",
    "she",
    "should",
    "shouldn",
    "show",
    "so",
    "some",
    "somebody",
    "someone",
    "something",
    "soon",
    "still",
    "such",
    "sure",
    "t",
    "tell",
    "than",
    "thank",
    "thanks",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "things",
    "this",
    "those",
    "though",
    "thx",
    "to",
    "too",
    "ty",
    "u",
    "up",
    "ur",
    "us",
    "use",
    "ve",
    "very",
    "wanna",
    "want",
    "wants",
    "was",
    "wasn",
    "way",
    "we",
    "were",
    "weren",
    "what",
    "whats",
    "when",
    "where",
    "wheres",
    "whether",
    "which",
    "while",
    "who",
    "whose",
    "why",
    "will",
    "with",
    "won",
    "would",
    "wouldn",
    "ya",
    "yes",
    "yet",
    "you",
    "your",
    "yours",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> Vec<String> {
        Words::new().split(text).into_iter().map(|word| word.stem).collect()
    }

    #[test]
    fn inflections_accents_and_width_fold_together() {
        assert_eq!(stems("Returned volumes"), stems("return VOLUME"));
        assert_eq!(stems("stole broken children"), stems("steal break child"));
        assert_eq!(stems("tankōbon"), stems("tanko\u{304}bon"));
        assert_eq!(stems("ｒｅｆｕｎｄ"), stems("refund"));
    }

    #[test]
    fn no_text_breaks_it() {
        assert!(stems("").is_empty());
        assert!(stems("?!… \u{200b}\u{202e} 🎉").is_empty());
        assert_eq!(stems("返品は? a\u{0}b").len(), 3);
        assert!(stems(&"x".repeat(8_000)).is_empty());
    }

    #[test]
    fn the_tables_are_sorted() {
        assert!(FILLERS.is_sorted() && IRREGULAR.is_sorted());
        assert!(is_filler("the") && !is_filler("refund"));
    }
}
