//! Attaches each sentence that the model writes to the passage that supports it, or drops it.

use std::collections::BTreeSet;

/// Share of a sentence's content words that one passage must hold to support it.
///
/// Chosen on the sample pack: sentences copied or lightly rephrased from a passage score 0.7 to 1,
/// sentences invented by the default model 0 to 0.45.
const SUPPORT: f32 = 0.6;
/// Share of a sentence's neighbouring content words that must be neighbours in the passage too: a
/// small model puts the right words into a wrong claim ("the label is your refund").
const SUPPORTED_PAIRS: f32 = 0.6;
/// A sentence that does not end by then is cut there, so that the buffer stays bounded.
const LONGEST_SENTENCE: usize = 600;

/// Words too common to support anything.
const COMMON: &[&str] = &[
    "a", "about", "also", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can",
    "could", "do", "does", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i",
    "if", "in", "is", "it", "its", "may", "me", "must", "my", "no", "not", "of", "on", "or", "our",
    "please", "shall", "she", "should", "so", "that", "the", "their", "them", "then", "there",
    "these", "they", "this", "those", "to", "us", "was", "we", "were", "what", "when", "which",
    "who", "will", "with", "would", "yes", "you", "your",
];

/// What became of one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A passage supports it; its number, from 1.
    Supported(u32),
    /// No passage does, or it names a figure that no passage holds.
    Unsupported,
}

/// Cuts a stream of text into sentences and keeps those that a passage supports.
pub(crate) struct Grounding {
    passages: Vec<Support>,
    pending: String,
    /// What goes between the last sentence that was shown and the next.
    gap: &'static str,
    dropped: usize,
}

struct Support {
    words: BTreeSet<String>,
    pairs: BTreeSet<(String, String)>,
    figures: BTreeSet<String>,
}

impl Grounding {
    /// Grounds in `passages`, numbered from 1 in their order.
    pub(crate) fn new<'a>(passages: impl IntoIterator<Item = &'a str>) -> Self {
        let support = |text| Support {
            words: content_words(text).collect(),
            pairs: pairs(text).collect(),
            figures: figures(text).collect(),
        };
        Self {
            passages: passages.into_iter().map(support).collect(),
            pending: String::new(),
            gap: "",
            dropped: 0,
        }
    }

    /// Takes more text and returns the finished sentences to show, each with its mark.
    pub(crate) fn push(&mut self, text: &str) -> String {
        self.pending.push_str(text);
        let mut shown = String::new();
        while let Some(end) = sentence_end(&self.pending) {
            let rest = self.pending.split_off(end);
            let sentence = std::mem::replace(&mut self.pending, rest);
            self.ground(&sentence, &mut shown);
        }
        shown
    }

    /// Takes the end of the text. An unfinished last sentence is dropped unless `ended` says that
    /// the model meant to stop there.
    pub(crate) fn finish(mut self, ended: Ending) -> (String, usize) {
        let mut shown = String::new();
        let last = std::mem::take(&mut self.pending);
        if ended == Ending::Complete && !last.trim().is_empty() {
            self.ground(&last, &mut shown);
        }
        (shown, self.dropped)
    }

    fn ground(&mut self, sentence: &str, shown: &mut String) {
        if content_words(sentence).next().is_none() {
            return;
        }
        match self.judge(sentence) {
            Verdict::Supported(number) => {
                let text = strip_marks(sentence);
                for part in [self.gap, text.trim(), " [", &number.to_string(), "]"] {
                    shown.push_str(part);
                }
                self.gap = if text.trim_end_matches(' ').ends_with('\n') { "\n" } else { " " };
            }
            Verdict::Unsupported => self.dropped += 1,
        }
    }

    fn judge(&self, sentence: &str) -> Verdict {
        let sentence = &strip_placeholders(&strip_marks(sentence));
        let words: BTreeSet<String> = content_words(sentence).collect();
        let neighbours: BTreeSet<(String, String)> = pairs(sentence).collect();
        let numbers: Vec<String> = figures(sentence).collect();
        let mut best = (0.0_f32, Verdict::Unsupported);
        for (number, passage) in (1_u32..).zip(&self.passages) {
            if !numbers.iter().all(|figure| passage.figures.contains(figure)) {
                continue;
            }
            let found = words.iter().filter(|word| passage.words.contains(*word)).count();
            let joined = neighbours.iter().filter(|pair| passage.pairs.contains(*pair)).count();
            if !neighbours.is_empty() && ratio(joined, neighbours.len()) < SUPPORTED_PAIRS {
                continue;
            }
            let share = ratio(found, words.len());
            if share >= SUPPORT && share > best.0 {
                best = (share, Verdict::Supported(number));
            }
        }
        best.1
    }
}

/// Whether the model finished what it was writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It stopped by itself.
    Complete,
    /// It was cut off.
    Cut,
}

#[expect(clippy::cast_precision_loss, reason = "counts of words in one sentence are tiny")]
fn ratio(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}

/// Byte index just past the first finished sentence and the white space behind it.
fn sentence_end(text: &str) -> Option<usize> {
    let mut terminated = false;
    let mut end = None;
    for (count, (index, char)) in text.char_indices().enumerate() {
        if end.is_some() && !char.is_whitespace() {
            return end;
        }
        match char {
            '\n' => end = Some(index + char.len_utf8()),
            _ if char.is_whitespace() && (terminated || end.is_some()) => {
                end = Some(index + char.len_utf8());
            }
            '.' | '!' | '?' | '。' | '！' | '？' => terminated = true,
            '"' | '”' | '’' | '\'' | ')' | '*' => {}
            _ => terminated = false,
        }
        if count >= LONGEST_SENTENCE {
            return Some(index + char.len_utf8());
        }
    }
    None
}

/// Removes marks such as `[2]` that the model wrote itself; ours are the ones that count.
fn strip_marks(sentence: &str) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('[') {
        match after.split_once(']') {
            Some((inside, tail)) if is_mark(inside) => {
                text.push_str(before.trim_end_matches(' '));
                rest = tail;
            }
            _ => {
                text.push_str(before);
                text.push('[');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// Removes placeholders such as `[PERSON_1]`: they stand for the reader's own data and are no claim.
fn strip_placeholders(sentence: &str) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('[') {
        text.push_str(before);
        rest = match after.split_once(']') {
            Some((inside, tail)) if is_placeholder(inside) => tail,
            _ => after,
        };
    }
    text.push_str(rest);
    text
}

fn is_placeholder(inside: &str) -> bool {
    inside.starts_with(|first: char| first.is_ascii_uppercase())
        && inside.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}

fn is_mark(inside: &str) -> bool {
    !inside.is_empty() && inside.len() <= 3 && inside.bytes().all(|byte| byte.is_ascii_digit())
}

/// Lower-case words that carry meaning, cut to a crude stem so that "days" meets "day".
fn content_words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|char: char| !char.is_alphanumeric())
        .filter(|word| word.chars().count() > 1)
        .map(str::to_lowercase)
        .filter(|word| COMMON.binary_search(&word.as_str()).is_err())
        .map(|word| stem(&word))
}

/// Content words that follow one another, stems in their order.
fn pairs(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    content_words(text).zip(content_words(text).skip(1))
}

/// The first six letters without an English plural: enough to join forms, too short to confuse.
fn stem(word: &str) -> String {
    let singular = word.strip_suffix('s').filter(|rest| rest.len() > 3).unwrap_or(word);
    singular.chars().take(6).collect()
}

fn figures(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|char: char| !char.is_ascii_digit() && char != '.' && char != ',')
        .map(|figure| figure.trim_matches(['.', ',']).replace(',', ""))
        .filter(|figure| figure.bytes().any(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETURNS: &str =
        "You can return unread volumes within 30 days of delivery for a full refund.";
    const POSTAGE: &str =
        "Return postage is free for damaged books; otherwise it costs 3.50 euros.";

    fn ground(text: &str) -> (String, usize) {
        let mut grounding = Grounding::new([RETURNS, POSTAGE]);
        let mut shown = grounding.push(text);
        let (tail, dropped) = grounding.finish(Ending::Complete);
        shown.push_str(&tail);
        (shown, dropped)
    }

    #[test]
    fn the_list_of_common_words_is_sorted() {
        assert!(COMMON.is_sorted());
    }

    #[test]
    fn each_sentence_gets_the_mark_of_its_passage() {
        let (shown, dropped) = ground(
            "You can return unread volumes within 30 days. Return postage is free for damaged books.",
        );
        assert_eq!(
            shown,
            "You can return unread volumes within 30 days. [1] Return postage is free for damaged \
             books. [2]"
        );
        assert_eq!(dropped, 0);
    }

    #[test]
    fn a_placeholder_is_no_claim_and_no_figure() {
        let (shown, dropped) =
            ground("Dear [PERSON_12], you can return unread volumes within 30 days.");
        assert_eq!(shown, "Dear [PERSON_12], you can return unread volumes within 30 days. [1]");
        assert_eq!(dropped, 0);
        assert_eq!(strip_placeholders("a [PERSON_1] b [see] [2"), "a  b see] 2");
    }

    #[test]
    fn an_invented_sentence_is_dropped() {
        let (shown, dropped) =
            ground("Our founder loves dragons and castles. It costs 3.50 euros.");
        assert_eq!(shown, "It costs 3.50 euros. [2]");
        assert_eq!(dropped, 1);
    }

    #[test]
    fn a_wrong_figure_is_dropped_even_when_the_words_fit() {
        let (shown, dropped) = ground("You can return unread volumes within 60 days of delivery.");
        assert_eq!(shown, "");
        assert_eq!(dropped, 1);
    }

    #[test]
    fn the_right_words_in_a_wrong_claim_are_dropped() {
        let (shown, dropped) = ground("Delivery is a full return of unread refund volumes.");
        assert_eq!((shown.as_str(), dropped), ("", 1));
    }

    #[test]
    fn marks_of_the_model_are_replaced_by_ours() {
        let (shown, _) = ground("You can return unread volumes within 30 days [2].");
        assert_eq!(shown, "You can return unread volumes within 30 days. [1]");
    }

    #[test]
    fn a_sentence_that_was_cut_off_is_not_shown() {
        let mut grounding = Grounding::new([RETURNS]);
        assert_eq!(grounding.push("You can return unread volumes within"), "");
        assert_eq!(grounding.finish(Ending::Cut), (String::new(), 0));
    }

    #[test]
    fn the_cutting_of_the_stream_changes_nothing() {
        let text =
            "You can return unread volumes within 30 days. Bananas dance.\nIt costs 3.50 euros.";
        let whole = ground(text);
        let mut grounding = Grounding::new([RETURNS, POSTAGE]);
        let mut shown = String::new();
        for char in text.chars() {
            shown.push_str(&grounding.push(char.encode_utf8(&mut [0; 4])));
        }
        let (tail, dropped) = grounding.finish(Ending::Complete);
        shown.push_str(&tail);
        assert_eq!((shown, dropped), whole);
    }

    #[test]
    fn endless_text_without_a_stop_stays_bounded() {
        let mut grounding = Grounding::new([RETURNS]);
        grounding.push(&"word ".repeat(10_000));
        assert!(grounding.pending.chars().count() <= LONGEST_SENTENCE);
    }
}
