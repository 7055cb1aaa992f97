//! An answer and a way to cut it: the filter shows the same as for the whole answer, and holds back
//! no more than it promises.
#![no_main]

use std::sync::Arc;

use arbitrary::Arbitrary;
use cloister_fuzz::{Text, guard};
use cloister_guard::{AnswerContext, AnswerFilter, Filtered, MAX_HELD, MAX_OPEN, filter_whole};
use libfuzzer_sys::fuzz_target;

const PROMPT: &str = "You serve the visitors of the town library and speak plainly about its \
                      services, from the passages that were handed to you.";
const CANARY: &str = "c0ffee5eedbead42";

#[derive(Arbitrary, Debug)]
struct Input {
    answer: Vec<Part>,
    passages: Vec<Text>,
    private_names: Vec<Text>,
    /// Characters of each chunk in turn; what is left comes in one piece.
    chunks: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
enum Part {
    Text(Text),
    /// So many words of the system prompt from this one on.
    Prompt(u8, u8),
    Canary,
}

impl Part {
    fn write(&self, answer: &mut String) {
        match self {
            Self::Text(text) => answer.push_str(&text.0),
            Self::Prompt(from, words) => {
                let words = PROMPT
                    .split_inclusive(' ')
                    .skip(usize::from(*from % 24))
                    .take(usize::from(*words % 24));
                answer.extend(words);
            }
            Self::Canary => answer.push_str(CANARY),
        }
    }
}

fuzz_target!(|input: Input| {
    let mut answer = String::new();
    input.answer.iter().for_each(|part| part.write(&mut answer));
    let context = AnswerContext {
        passages: input.passages.iter().take(3).map(|text| text.0.clone()).collect(),
        system_prompt: PROMPT.to_owned(),
        canary: CANARY.to_owned(),
        citations: 2,
        private_names: input.private_names.iter().take(3).map(|text| text.0.clone()).collect(),
    };
    let whole = filter_whole(Arc::clone(guard()), context.clone(), &answer);
    let (shown, held, filtered) = cut(context, &answer, &input.chunks);
    assert_eq!(shown, whole.tail, "the same is shown however it is cut");
    assert_eq!(filtered.answer, whole.answer);
    assert_eq!(filtered.findings, whole.findings);
    assert_eq!(filtered.withdrawn, whole.withdrawn);
    check_held(&answer, &held, &filtered);
});

/// What is shown of `answer` cut into `chunks`; and after each chunk, the characters taken and
/// shown so far.
fn cut(context: AnswerContext, answer: &str, chunks: &[u8]) -> (String, Vec<[usize; 2]>, Filtered) {
    let mut filter = AnswerFilter::new(Arc::clone(guard()), context);
    let (mut shown, mut taken, mut shown_chars) = (String::new(), 0, 0);
    let mut held = Vec::new();
    let mut rest = answer.chars();
    for size in chunks {
        let chunk: String = rest.by_ref().take(usize::from(*size)).collect();
        let out = filter.push(&chunk);
        taken += chunk.chars().count();
        shown_chars += out.chars().count();
        held.push([taken, shown_chars]);
        shown.push_str(&out);
    }
    shown.push_str(&filter.push(rest.as_str()));
    let filtered = filter.finish();
    shown.push_str(&filtered.tail);
    (shown, held, filtered)
}

/// Looks whether what was held fits the bounds. What was taken and is neither shown nor changed is
/// held; a change may have swallowed as many characters as it covers.
fn check_held(answer: &str, held: &[[usize; 2]], filtered: &Filtered) {
    let chars: Vec<char> = answer.chars().collect();
    for &[taken, shown] in held {
        let changed: usize = filtered
            .findings
            .iter()
            .map(|one| one.span.end.min(taken).saturating_sub(one.span.start.min(taken)))
            .sum();
        let most = taken.saturating_sub(shown + changed);
        assert!(most <= MAX_OPEN, "{most} characters are held");
        if most > MAX_HELD {
            let front: String = chars[taken - most..taken].iter().collect();
            assert!(may_be_open(&front), "{most} characters are held in no open finding");
        }
    }
}

/// Whether some finding without its end may lie in `held`: a key, a leak or an endless word.
fn may_be_open(held: &str) -> bool {
    let is_endless = held.split(char::is_whitespace).any(|word| word.chars().count() > MAX_HELD);
    let prompt: Vec<&str> = PROMPT.split(' ').collect();
    let leaks = prompt.windows(4).any(|words| held.contains(&words.join(" ")));
    is_endless || leaks || held.contains("-----BEGIN")
}
