//! Names of people: the tagger's words and the lists', joined into whole names.

use std::ops::Range;

use super::word::{Case, Word};
use crate::{
    Category,
    finding::{Evidence, Treatment},
    normalise::part,
    redact::Located,
};

/// Share from which a word is a name beyond doubt.
const SURE: f32 = 0.5;

/// Share from which a word with a capital is a name within a sentence, and one of several words.
const LIKELY: f32 = 0.3;

/// Share from which a listed name, or a word beside a name, is one.
const POSSIBLE: f32 = 0.15;

/// Share from which one word that begins a sentence, where any word has a capital, is a name.
const SURE_START: f32 = 0.9;

/// Share from which a word that begins no name otherwise is one.
const CERTAIN: f32 = 0.97;

/// Words of a text that is too short to tell a name from a misspelt greeting.
const FEW_WORDS: usize = 4;

/// More than any share.
const NEVER: f32 = 2.0;

/// Ends of surnames that ordinary words with a capital do not have.
const ENDS: [&str; 37] = [
    "dottir", "sson", "ovic", "evic", "escu", "oglu", "shvili", "opoulos", "akis", "wicz", "czyk",
    "ewski", "owski", "inski", "ewska", "owska", "enko", "chuk", "chenko", "ovsky", "evsky",
    "ovich", "evich", "ikov", "akov", "olov", "anov", "strom", "qvist", "quist", "ов", "ова", "ев",
    "ева", "енко", "ский", "ская",
];

/// Words of one name at most.
const LONGEST: usize = 8;

/// Every name in `words`, in order.
pub(super) fn find(text: &str, words: &[Word]) -> Vec<Located> {
    let style = style_of(words);
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let end = at + run_length(text, &words[at..]);
        if end == at {
            at += 1;
            continue;
        }
        let start = first_of(text, words, at);
        if let Some(score) = judge(text, words, &(start..end), style) {
            found.push(located(&words[start], &words[end - 1], score));
        }
        at = end;
    }
    found
}

fn located(first: &Word, last: &Word, (score, rule): (f32, &'static str)) -> Located {
    Located {
        start: first.range.start,
        end: last.range.end,
        category: Category::Person,
        rule,
        score,
        evidence: if score >= SURE { Evidence::Context } else { Evidence::Shape },
        treatment: Treatment::Replace,
        shown: Category::Person.placeholder(),
    }
}

/// Whether a name may begin with the word, or go on with it.
fn may_be_name(word: &Word) -> bool {
    if word.taken || word.case == Case::Number {
        return false;
    }
    let share = word.name_share();
    let small = word.case == Case::Lower;
    share >= POSSIBLE && !(word.no_name && (small || share < CERTAIN))
        || (word.given || (word.surname || word.formed) && !small)
            && !word.no_name
            && word.place().is_none_or(|(_, share)| share < SURE)
}

/// How many words from the first on make one name: 0 when the first cannot begin one.
fn run_length(text: &str, words: &[Word]) -> usize {
    let Some(first) = words.first() else { return 0 };
    if !may_be_name(first) && (first.case != Case::Initial || first.taken) {
        return 0;
    }
    let mut end = usize::from(may_be_name(first));
    let mut at = 1;
    while at < words.len().min(LONGEST) {
        let word = &words[at];
        let gap = part(text, words[at - 1].range.end..word.range.start);
        if !joins(gap, &words[at - 1]) {
            break;
        }
        if may_be_name(word)
            && (word.case != Case::Lower || first.case == Case::Lower || gap != " ")
            || goes_on(words, at)
        {
            end = at + 1;
        } else if !(word.particle || word.case == Case::Initial) || word.taken {
            break;
        }
        at += 1;
    }
    end
}

/// Where a name begins whose first known word is `at`: a given name that nobody lists may stand
/// before a surname that its end gives away.
fn first_of(text: &str, words: &[Word], at: usize) -> usize {
    let Some(before) = at.checked_sub(1).and_then(|before| words.get(before)) else { return at };
    let gap = part(text, before.range.end..words[at].range.start);
    let fits = words[at].formed
        && gap == " "
        && before.case == Case::Capital
        && !before.no_name
        && !before.taken
        && before.place().is_none()
        && !begins_sentence(text, before);
    if fits { at - 1 } else { at }
}

/// Whether a word with a capital right after a given name belongs to it, though nothing else says
/// so.
fn goes_on(words: &[Word], at: usize) -> bool {
    let (word, before) = (&words[at], &words[at - 1]);
    let sure = before.given || before.particle || before.name_share() >= SURE;
    sure && !word.no_name
        && !word.taken
        && word.place().is_none()
        && (word.case == Case::Capital || word.case == Case::Upper && before.case == Case::Upper)
}

/// Whether what stands between two words joins them into one name.
fn joins(gap: &str, before: &Word) -> bool {
    match gap {
        " " | "-" | "'" | "\u{2019}" | "\u{2010}" | "\u{2011}" | "  " | "\u{b7}" => true,
        "." | ". " => before.case == Case::Initial,
        _ => false,
    }
}

/// How sure it is that the words are a name; nothing when they are none.
fn judge(
    text: &str,
    words: &[Word],
    at: &Range<usize>,
    style: Style,
) -> Option<(f32, &'static str)> {
    let run = &words[at.clone()];
    let best = run.iter().map(Word::name_share).fold(0.0, f32::max);
    if run.len() == 1 && is_part_of_more(text, &run[0]) {
        return None;
    }
    let introduced = is_introduced(text, &run[0]);
    if best >= least(text, run, words.len(), style, introduced) {
        return Some((best.max(0.3), "tagger/person"));
    }
    let small = run.iter().any(|word| word.case == Case::Lower && !word.particle);
    let pair = run.windows(2).any(|pair| {
        pair[0].given && (pair[1].given || pair[1].surname || pair[1].capital() && !pair[1].no_name)
            || pair[0].capital() && !pair[0].no_name && pair[1].formed
    });
    if pair && !small {
        return Some((0.7, "names/listed"));
    }
    let inside = !begins_sentence(text, &run[0]);
    let formed = run.iter().any(|word| word.formed && word.capital());
    (formed && inside).then_some((0.6, "names/form"))
}

/// The share that the surest word of a run must have.
///
/// The tagger does not see capitals and is sure of odd words in small letters, so that the lists
/// and what introduces a name decide there.
fn least(text: &str, run: &[Word], all: usize, style: Style, introduced: bool) -> f32 {
    let given = run.iter().any(|word| word.given);
    let listed = given || run.iter().any(|word| word.surname);
    let single = run.len() == 1;
    if introduced && !run[0].no_name {
        return if listed { POSSIBLE } else { SURE };
    }
    if run.iter().all(|word| word.case == Case::Lower) {
        let whole =
            given && !single && run.iter().all(|word| word.name_share() >= SURE || word.particle);
        return if whole { SURE } else { NEVER };
    }
    if run.iter().any(|word| word.case == Case::Caseless) {
        return if listed { POSSIBLE } else { NEVER };
    }
    if single && run[0].case == Case::Upper && style != Style::Shouted {
        return if given { SURE } else { NEVER };
    }
    match (listed, single, begins_sentence(text, &run[0])) {
        (true, _, _) => POSSIBLE,
        (false, true, true) if all < FEW_WORDS => NEVER,
        (false, true, true) => SURE_START,
        (false, true, false) => SURE,
        (false, false, _) => LIKELY,
    }
}

/// What a person says before a name, in small letters too.
const INTRODUCTIONS: [&str; 40] = [
    "name is",
    "names",
    "my name's",
    "name:",
    "name",
    "i am",
    "i'm",
    "im",
    "call me",
    "called",
    "mr",
    "mr.",
    "mrs",
    "mrs.",
    "ms",
    "ms.",
    "miss",
    "dr",
    "dr.",
    "prof",
    "patient",
    "patient:",
    "dear",
    "regards,",
    "sincerely,",
    "signed",
    "author:",
    "from:",
    "to:",
    "ich bin",
    "ich heiße",
    "mein name ist",
    "je m'appelle",
    "me llamo",
    "mi chiamo",
    "meu nome é",
    "herr",
    "frau",
    "thanks,",
    "cheers,",
];

/// Whether the words before say that a name follows.
fn is_introduced(text: &str, word: &Word) -> bool {
    let before = part(text, ..word.range.start).trim_end();
    INTRODUCTIONS.iter().any(|lead| {
        let Some(start) = before.len().checked_sub(lead.len()) else { return false };
        before.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(lead))
            && !part(before, ..start).ends_with(char::is_alphanumeric)
    })
}

/// Whether a sentence or line begins with the word.
fn begins_sentence(text: &str, word: &Word) -> bool {
    let before = part(text, ..word.range.start);
    let open = before.trim_end_matches([
        ' ', '"', '\'', '(', '\u{201c}', '\u{2018}', '*', '-', '\u{a1}', '\u{bf}',
    ]);
    open.is_empty() || open.ends_with(['.', '!', '?', ':', '\n', '\u{3002}'])
}

/// How the writer uses capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Some words have one.
    Mixed,
    /// All words are in capitals.
    Shouted,
}

fn style_of(words: &[Word]) -> Style {
    let written = |case| words.iter().any(|word| word.case == case);
    if written(Case::Upper) && !written(Case::Lower) && !written(Case::Capital) {
        Style::Shouted
    } else {
        Style::Mixed
    }
}

/// Whether the word ends as surnames do.
pub(super) fn is_formed(folded: &str) -> bool {
    folded.len() > 5 && ENDS.iter().any(|end| folded.ends_with(end))
}

/// Whether a single word is a part of something that is not a name: an address, a file, a handle.
fn is_part_of_more(text: &str, word: &Word) -> bool {
    let before = part(text, ..word.range.start).chars().next_back();
    let mut after = part(text, word.range.end..).chars();
    let next = after.next();
    matches!(before, Some('@' | '/' | '_' | '\\' | '#' | '$'))
        || matches!(next, Some('@' | '_' | '\\' | '/'))
        || next == Some('.') && after.next().is_some_and(char::is_alphanumeric)
}
