//! Rewrites one stretch of an answer: everything that must not be shown leaves it.
//!
//! **Links.** A Markdown link becomes its text, an image its alternative text; HTML tags that load
//! or lead somewhere are left out. A bare address stays when a passage holds it, or when it is
//! short and carries nothing: no query, fragment or credentials, a host of at most 64 and a path of
//! at most 40 characters. Any other becomes `[link removed]`.

use regex::Regex;

use super::passages::Passages;
use crate::{
    Category, Evidence, Guard, Treatment,
    normalise::part,
    redact::{Located, Piece, locate, replace},
};

/// Taking one thing away may bring another to light; a stretch that needs more rounds is replaced.
const MAX_ROUNDS: usize = 8;

/// Longest host and path of a bare address that may stay, in bytes.
const MAX_HOST: usize = 64;
const MAX_PATH: usize = 40;

/// The compiled rules for what is no datum.
pub(super) struct Rewriter {
    control: Regex,
    link: Regex,
    target: Regex,
    tag: Regex,
    address: Regex,
    citation: Regex,
}

/// What a rewriting is based on.
pub(super) struct Basis<'a> {
    pub(super) guard: &'a Guard,
    pub(super) passages: &'a Passages,
    /// Lower case, letters and digits only; empty for none.
    pub(super) canary: &'a str,
    pub(super) citations: usize,
}

impl Rewriter {
    pub(super) fn new() -> Self {
        let compile = |pattern| Regex::new(pattern).expect("constant; each test compiles them all");
        Self {
            control: compile(
                r"(?i)<\|[^<>|\s]{1,64}\|>|<｜[^<>｜\s]{1,64}｜>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|</?think>",
            ),
            link: compile(
                r"!?\[[^\[\]]*\]\(\s{0,3}<?[^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s[^()]*)?\)",
            ),
            target: compile(r"\]\(\s{0,3}(?:[^()\s]*//|data:|javascript:|mailto:)[^()\s]*\)?"),
            tag: compile(
                r"(?i)</?(?:img|a|iframe|script|link|video|audio|source|object|embed|form|input|button|meta|base|svg|style|picture|track|area|map|body|html|head|frame|image)(?:[\s/][^<>]*)?(?:>|$)",
            ),
            address: compile(
                r#"(?i)(?:[a-z][a-z0-9+.-]{1,20}:)?//[^\s<>"'`\])}]{3,}|www\.[^\s<>"'`\])}]{3,}|(?:data|javascript):[^\s<>"'`\])}]{3,}"#,
            ),
            citation: compile(r"\s?\[[0-9]{1,4}(?:\s?[,;–-]\s?[0-9]{1,4}){0,20}\]"),
        }
    }

    /// Rewrites `text`, of which the bytes up to `from` were shown before and only give context.
    ///
    /// `forced` are stretches that are replaced whatever the rules say. Returns what may be
    /// shown and what was changed, in bytes of `text`.
    pub(super) fn rewrite(
        &self,
        basis: &Basis<'_>,
        text: &str,
        from: usize,
        forced: &[Located],
    ) -> (String, Vec<Located>) {
        let mut pieces = vec![Piece::Kept(0..from), Piece::Kept(from..text.len())];
        if !forced.is_empty() {
            pieces = replace(text, &pieces, forced);
        }
        for _ in 0..MAX_ROUNDS {
            let current: String = pieces.iter().map(|piece| piece.text(text)).collect();
            let edits = self.edits(basis, &current, from);
            if edits.is_empty() {
                let changes = pieces
                    .iter()
                    .filter_map(|piece| match piece {
                        Piece::Slot(slot) => Some(*slot),
                        Piece::Kept(_) => None,
                    })
                    .collect();
                return (part(&current, from..).to_owned(), changes);
            }
            pieces = replace(text, &pieces, &edits);
        }
        let everything = change(from, text.len(), Category::Other, "answer/unsettled", "[removed]");
        ("[removed]".to_owned(), vec![everything])
    }

    /// What the first rule with anything to say changes in `text`, not before byte `from`.
    fn edits(&self, basis: &Basis<'_>, text: &str, from: usize) -> Vec<Located> {
        let rules: [&dyn Fn() -> Vec<Located>; 6] = [
            &|| self.control_tokens(text),
            &|| self.links(basis, text),
            &|| self.addresses(basis, text),
            &|| self.citations(basis, text),
            &|| canary(basis, text),
            &|| data(basis, text),
        ];
        for rule in rules {
            let edits: Vec<Located> = rule()
                .into_iter()
                .filter(|edit| edit.end > from)
                .map(|edit| Located { start: edit.start.max(from), ..edit })
                .collect();
            if !edits.is_empty() {
                return edits;
            }
        }
        Vec::new()
    }

    fn control_tokens(&self, text: &str) -> Vec<Located> {
        self.control
            .find_iter(text)
            .map(|m| change(m.start(), m.end(), Category::ControlToken, "answer/control-token", ""))
            .collect()
    }

    fn links(&self, basis: &Basis<'_>, text: &str) -> Vec<Located> {
        let gone = |start, end| change(start, end, Category::Link, "answer/link", "");
        let mut edits = Vec::new();
        for link in self.link.find_iter(text) {
            let Some(close) = link.as_str().find("](") else { continue };
            let open = link.as_str().find('[').unwrap_or(0);
            let words = part(link.as_str(), open + 1..close);
            let is_citation =
                words.parse().is_ok_and(|n: usize| (1..=basis.citations).contains(&n));
            if !is_citation || open == 1 {
                edits.push(gone(link.start(), link.start() + open + 1));
                edits.push(gone(link.start() + close, link.end()));
            } else {
                edits.push(gone(link.start() + close + 1, link.end()));
            }
        }
        if edits.is_empty() {
            edits.extend(self.target.find_iter(text).map(|m| gone(m.start(), m.end())));
        }
        if edits.is_empty() {
            edits.extend(self.tag.find_iter(text).map(|m| gone(m.start(), m.end())));
        }
        edits
    }

    fn addresses(&self, basis: &Basis<'_>, text: &str) -> Vec<Located> {
        self.address
            .find_iter(text)
            .filter_map(|found| {
                let address = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?']);
                let stays = carries_nothing(address) || basis.passages.hold_address(address);
                let end = found.start() + address.len();
                (!stays).then(|| {
                    let shown = Category::Link.placeholder();
                    change(found.start(), end, Category::Link, "answer/address", shown)
                })
            })
            .collect()
    }

    fn citations(&self, basis: &Basis<'_>, text: &str) -> Vec<Located> {
        let gone = |start, end| change(start, end, Category::Citation, "answer/citation", "");
        let mut edits = Vec::new();
        for found in self.citation.find_iter(text) {
            let numbers = digits_in(found.as_str());
            let exists = |range: &std::ops::Range<usize>| {
                let number = part(found.as_str(), range.clone()).parse().unwrap_or(0);
                (1..=basis.citations).contains(&number)
            };
            if !numbers.iter().any(exists) {
                edits.push(gone(found.start(), found.end()));
                continue;
            }
            let at = found.start();
            let mut kept_before = false;
            for (place, number) in numbers.iter().enumerate() {
                let next = numbers.get(place + 1).map_or(number.end, |next| next.start);
                let previous = place.checked_sub(1).and_then(|p| numbers.get(p));
                match (exists(number), kept_before, previous) {
                    (true, _, _) => kept_before = true,
                    (false, true, Some(previous)) => {
                        edits.push(gone(at + previous.end, at + number.end));
                    }
                    (false, _, _) => edits.push(gone(at + number.start, at + next)),
                }
            }
        }
        edits
    }
}

fn change(
    start: usize,
    end: usize,
    category: Category,
    rule: &'static str,
    shown: &'static str,
) -> Located {
    Located {
        start,
        end,
        category,
        rule,
        score: 1.0,
        evidence: Evidence::Validated,
        treatment: Treatment::Replace,
        shown,
    }
}

/// A stretch of the system prompt, as a change.
pub(super) fn prompt_leak(start: usize, end: usize) -> Located {
    change(start, end, Category::PromptLeak, "answer/prompt", Category::PromptLeak.placeholder())
}

/// A private key, as a change.
pub(super) fn key_block(start: usize, end: usize) -> Located {
    change(start, end, Category::Secret, "secret/private-key", Category::Secret.placeholder())
}

/// An unbroken word or key block that grew beyond every bound, as a change.
pub(super) fn endless(start: usize, end: usize) -> Located {
    change(start, end, Category::Other, "answer/endless", "[removed]")
}

/// Whether a bare address has no room for data.
fn carries_nothing(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let rest = match lower.split_once("//") {
        Some(("http:" | "https:" | "", rest)) => rest,
        None if lower.starts_with("www.") => lower.as_str(),
        Some(_) | None => return false,
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    !rest.contains(['?', '#', '@', '%', '=', '&', '\\'])
        && host.len() <= MAX_HOST
        && path.len() <= MAX_PATH
}

fn canary(basis: &Basis<'_>, text: &str) -> Vec<Located> {
    if basis.canary.is_empty() {
        return Vec::new();
    }
    let mut compact = String::new();
    let mut origin = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        for lower in c.to_lowercase() {
            compact.push(lower);
            origin.resize(compact.len(), at);
        }
    }
    let end_of = |at: usize| at + part(text, at..).chars().next().map_or(0, char::len_utf8);
    compact
        .match_indices(basis.canary)
        .filter_map(|(at, found)| Some((*origin.get(at)?, *origin.get(at + found.len() - 1)?)))
        .map(|(first, last)| {
            let shown = Category::PromptLeak.placeholder();
            change(first, end_of(last), Category::PromptLeak, CANARY, shown)
        })
        .collect()
}

/// The rule that finds the canary.
pub(super) const CANARY: &str = "answer/canary";

/// Personal data that no passage holds, and secrets wherever they come from.
fn data(basis: &Basis<'_>, text: &str) -> Vec<Located> {
    let views = basis.guard.plain_readings(text);
    locate(basis.guard, &views)
        .into_iter()
        .filter(|found| {
            let datum = part(text, found.start..found.end);
            let known = found.category != Category::Secret && basis.passages.hold(datum);
            found.treatment == Treatment::Replace && !known
        })
        .collect()
}

/// The runs of digits in `text`.
fn digits_in(text: &str) -> Vec<std::ops::Range<usize>> {
    crate::normalise::runs_of(text, |c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_when_it_has_no_room_for_data() {
        for stays in ["https://example.com", "http://example.com/help/returns", "www.example.org/a"]
        {
            assert!(carries_nothing(stays), "{stays}");
        }
        for goes in [
            "https://example.com/?q=1",
            "https://example.com/#x",
            "https://u:p@example.com/",
            "ftp://example.com/a",
            "data:text/html,x",
            "javascript:alert(1)",
            "https://example.com/0123456789012345678901234567890123456789x",
        ] {
            assert!(!carries_nothing(goes), "{goes}");
        }
    }
}
