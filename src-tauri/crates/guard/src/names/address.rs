//! Postal addresses: the tagger's parts and the rules', joined where only separators stand between.

use cloister_types::TagKind;

use super::word::{Case, Word};
use crate::{
    Category,
    finding::{Evidence, Treatment},
    normalise::part,
    redact::Located,
};

/// Share from which a word is a part of an address beside other parts.
const LIKELY: f32 = 0.4;

/// Share from which a part stands for an address.
const SURE: f32 = 0.6;

/// Bytes between two parts of one address.
const WIDEST_GAP: usize = 6;

/// Every address in `words`, in order. A town, state or country alone is none.
pub(super) fn find(text: &str, words: &[Word]) -> Vec<Located> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let end = at + run_length(text, &words[at..]);
        if end == at {
            at += 1;
            continue;
        }
        if let Some((score, rule)) = judge(text, &words[at..end]) {
            found.push(Located {
                start: words[at].range.start,
                end: words[end - 1].range.end,
                category: Category::Address,
                rule,
                score,
                evidence: if rule == RULE { Evidence::Context } else { Evidence::Shape },
                treatment: Treatment::Replace,
                shown: Category::Address.placeholder(),
            });
        }
        at = end;
    }
    found
}

/// The share of a word that a rule, not the tagger, found in an address.
pub(super) const RULE_SHARE: f32 = 1.5;
const RULE: &str = "address/format";

fn is_part(word: &Word) -> bool {
    !word.taken && word.place().is_some_and(|(_, share)| share >= LIKELY)
}

fn run_length(text: &str, words: &[Word]) -> usize {
    if !words.first().is_some_and(is_part) {
        return 0;
    }
    let mut end = 1;
    // one word, or two beside a number, may stand between two parts
    let mut between = 0;
    for at in 1..words.len() {
        let gap = part(text, words[at - 1].range.end..words[at].range.start);
        let apart = gap.len() > WIDEST_GAP
            || words[at].taken
            || gap.contains("\n\n")
            || gap.contains(['?', '!', ':', '"', '<', '>', '=', '&', '|', '(', '['])
            || gap.contains(". ")
                && words[at - 1].case == Case::Number
                && words[at].place().is_none();
        if apart {
            break;
        }
        if is_part(&words[at]) {
            end = at + 1;
            between = 0;
        } else {
            between += 1;
            let bridge =
                words[at].capital() || words[at].case == Case::Number || words[at].particle;
            if between > 2 || !bridge || gap.contains(". ") {
                break;
            }
        }
    }
    end
}

/// How sure it is that the parts are an address and not only a town.
fn judge(text: &str, words: &[Word]) -> Option<(f32, &'static str)> {
    let best = |wanted: TagKind| {
        words
            .iter()
            .filter_map(Word::place)
            .filter(|(kind, _)| *kind == wanted)
            .map(|(_, share)| share)
            .fold(0.0, f32::max)
    };
    let (street, number, unit) =
        (best(TagKind::Street), best(TagKind::BuildingNumber), best(TagKind::Unit));
    let (postcode, town) =
        (best(TagKind::Postcode), best(TagKind::City).max(best(TagKind::Region)));
    if street >= RULE_SHARE || postcode >= RULE_SHARE || unit >= RULE_SHARE {
        return Some((0.9, RULE));
    }
    let digit =
        words.iter().any(|word| part(text, word.range.clone()).contains(|c: char| c.is_numeric()));
    let capital = words.iter().any(|word| word.case != Case::Lower && word.case != Case::Number);
    let parts = [street, number, unit, postcode, town];
    let kinds = parts.iter().filter(|share| **share >= SURE).count();
    let sure = if digit {
        kinds >= 2 && (street >= SURE || postcode >= SURE || unit >= SURE || number >= SURE)
            || street >= SURE && number >= LIKELY
            || postcode >= 0.8
                && (town >= LIKELY
                    || street >= LIKELY
                    || words.len() == 1 && is_zip(text, &words[0]))
            || street >= 0.8 && capital
    } else {
        street >= 0.8
            && capital
            && words.len() > 1
            && words.iter().any(|word| is_street_word(text, word))
    };
    sure.then(|| (parts.into_iter().fold(0.0, f32::max).min(1.0), "tagger/address"))
}

/// Whether the only word of an address can be a postcode, and nothing before it says otherwise.
fn is_zip(text: &str, word: &Word) -> bool {
    let written = part(text, word.range.clone());
    let before = part(text, ..word.range.start);
    let labelled = before
        .trim_end_matches([' ', ':', '#'])
        .chars()
        .next_back()
        .is_some_and(|c| matches!(c, 'D' | 'd' | 'N' | 'R') && before.len() > 1);
    !labelled
        && matches!(written.len(), 4..=6)
        && written.bytes().all(|byte| byte.is_ascii_digit())
        && !part(text, word.range.end..).starts_with(['-', '/', ':'])
        && !before.ends_with(['-', '/', ':', '#', '$'])
}

/// What streets are called in several languages, alone or at the end of a word.
const STREET_WORDS: [&str; 35] = [
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "ln",
    "drive",
    "dr",
    "boulevard",
    "blvd",
    "court",
    "crescent",
    "highway",
    "parkway",
    "terrace",
    "rue",
    "calle",
    "via",
    "viale",
    "piazza",
    "avenida",
    "rua",
    "straße",
    "strasse",
    "straat",
    "gasse",
    "platz",
    "allee",
    "gatan",
    "vägen",
    "улица",
    "ul",
    "corner",
];

fn is_street_word(text: &str, word: &Word) -> bool {
    let written = part(text, word.range.clone()).to_lowercase();
    STREET_WORDS
        .iter()
        .any(|street| written == *street || street.len() > 4 && written.ends_with(street))
}
