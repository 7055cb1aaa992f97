//! Takes the targets of links and images out of a stretch of an answer.
//!
//! A Markdown link becomes its text, an image its alternative text; HTML tags that load or lead
//! somewhere are left out. A bare address stays when a passage holds it, or when it is short and
//! carries nothing: plain words and short numbers only, no query, fragment or credentials, no
//! other alphabet. Any other becomes `[link removed]`, as do data, script and network share
//! addresses and style sheets' `url(…)`.

use regex::Regex;

use super::{passages::Passages, rewrite::change};
use crate::{Category, normalise::part, redact::Located};

/// Longest host and path of a bare address that may stay, in bytes.
const MAX_HOST: usize = 64;
const MAX_PATH: usize = 40;

/// Longest word and most digits in a row of such an address: no room for what is worth hiding.
const MAX_WORD: usize = 20;
const MAX_DIGITS: usize = 4;

/// The compiled rules.
pub(super) struct Links {
    link: Regex,
    definition: Regex,
    target: Regex,
    tag: Regex,
    address: Regex,
    placeholder: Regex,
}

impl Links {
    pub(super) fn new() -> Self {
        let compile = |pattern| Regex::new(pattern).expect("constant; each test compiles them all");
        Self {
            link: compile(
                r"!?\[[^\[\]]*\]\(\s{0,3}<?[^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s[^()]*)?\)",
            ),
            definition: compile(
                r#"(?i)\[[^\[\]\n]*\]:\s{0,3}<?(?P<to>(?:[a-z][a-z0-9+.-]{1,20}://|(?:data|javascript|vbscript|mailto|tel|file|blob|cid):|[/?#\\]|\.{1,2}/|www\.)[^\s<>]*)>?(?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)))?"#,
            ),
            target: compile(r"\]\(\s{0,3}<?[^()\s]+\)?"),
            tag: compile(
                r"(?ix)</?(?:img|a|iframe|script|link|video|audio|source|object|embed|form|input
                    |button|meta|base|svg|style|picture|track|area|map|body|html|head|frame|frameset
                    |image|use|applet|portal|template|math|param|table|td|th|blockquote|q|ins|del)
                    (?:[\s/][^<>]*)?(?:>|$)
                  | <[a-z][^<>]*[\s/](?:src|srcset|href|xlink:href|style|action|formaction|background
                    |poster|data|cite|ping|on[a-z]{3,20})\s{0,3}=[^<>]*(?:>|$)",
            ),
            address: compile(
                r#"(?ix)(?:(?-u:\b)[a-z][a-z0-9+.-]{1,20}:)?//[^\s<>"'`\])}]{3,}
                  | (?-u:\b)www\.[^\s<>"'`\])}]{3,}
                  | (?-u:\b)(?:data:[a-z0-9/+.;=-]{0,80},|(?:javascript|vbscript|blob|file):)
                    [^\s<>"'`\])}]{2,}
                  | \\\\[a-z0-9.@-]{2,64}\\[^\s<>"'`]*
                  | (?-u:\b)url\(\s{0,3}["']?[^\s()"']+["']?\s{0,3}\)?
                  | (?-u:\b)(?:[a-z0-9-]{1,40}\.){1,6}[a-z]{2,12}(?::[0-9]{1,5})?
                    /[^\s<>"'`\])}?\#=&%]*[?\#=&%][^\s<>"'`\])}]*"#,
            ),
            placeholder: compile(r"^[A-Z][A-Z_]{1,30}_[0-9]{1,9}$"),
        }
    }

    /// Links, images, definitions of targets, and tags in `text`.
    pub(super) fn markup(&self, text: &str, citations: usize, passages: &Passages) -> Vec<Located> {
        let gone = |start, end| change(start, end, Category::Link, "answer/link", "");
        let mut edits = Vec::new();
        if text.contains("](") {
            for link in self.link.find_iter(text) {
                let Some(close) = link.as_str().find("](") else { continue };
                let open = link.as_str().find('[').unwrap_or(0);
                let words = part(link.as_str(), open + 1..close);
                let is_citation = words.parse().is_ok_and(|n: usize| (1..=citations).contains(&n));
                // what stands for a person's own words keeps its brackets
                if (is_citation || self.placeholder.is_match(words)) && open == 0 {
                    edits.push(gone(link.start() + close + 1, link.end()));
                } else {
                    edits.push(gone(link.start(), link.start() + open + 1));
                    edits.push(gone(link.start() + close, link.end()));
                }
            }
            if edits.is_empty() {
                edits.extend(self.target.find_iter(text).map(|m| gone(m.start(), m.end())));
            }
        }
        if edits.is_empty() && text.contains("]:") {
            let definitions = self.definition.captures_iter(text).filter_map(|found| {
                let stays = stays(found.name("to")?.as_str(), passages);
                found.get(0).filter(|_| !stays)
            });
            edits.extend(definitions.map(|m| gone(m.start(), m.end())));
        }
        if edits.is_empty() && text.contains('<') {
            edits.extend(self.tag.find_iter(text).map(|m| gone(m.start(), m.end())));
        }
        edits
    }

    /// Bare addresses in `text`.
    pub(super) fn addresses(&self, text: &str, passages: &Passages) -> Vec<Located> {
        if !may_hold_address(text) {
            return Vec::new();
        }
        self.address
            .find_iter(text)
            .filter_map(|found| {
                let address = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?']);
                let end = found.start() + address.len();
                (!stays(address, passages)).then(|| {
                    let shown = Category::Link.placeholder();
                    change(found.start(), end, Category::Link, "answer/address", shown)
                })
            })
            .collect()
    }
}

fn stays(address: &str, passages: &Passages) -> bool {
    carries_nothing(address) || passages.hold_address(address)
}

/// Whether `text` holds a sign that every address holds.
fn may_hold_address(text: &str) -> bool {
    let bytes = text.as_bytes();
    let goes_on = |at: usize| bytes.get(at + 1).is_some_and(|next| !next.is_ascii_whitespace());
    let after = |at: usize, word: &[u8]| {
        let before = at.checked_sub(3).and_then(|from| bytes.get(from..at));
        before.is_some_and(|before| before.eq_ignore_ascii_case(word))
    };
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'/' | b'\\' => true,
        b':' => goes_on(at) && at > 0 && bytes[at - 1].is_ascii_alphabetic(),
        b'.' => goes_on(at) && after(at, b"www"),
        b'(' => after(at, b"url"),
        _ => false,
    })
}

/// Whether a bare address has no room for data.
fn carries_nothing(address: &str) -> bool {
    let rest = match address.split_once("//") {
        Some((scheme, rest)) => {
            let web = ["http:", "https:", ""].iter().any(|web| scheme.eq_ignore_ascii_case(web));
            if !web {
                return false;
            }
            rest
        }
        None if address.get(..4).is_some_and(|www| www.eq_ignore_ascii_case("www.")) => address,
        None => return false,
    };
    let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = place.split_once(':').unwrap_or((place, "0"));
    let lower = host.to_ascii_lowercase();
    port.len() <= 5
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && host.len() <= MAX_HOST
        && path.len() <= MAX_PATH
        && lower.split('.').all(|label| !label.starts_with("xn--"))
        && lower.split(['.', '-']).all(is_plain)
        && path.split(['/', '.', '-', '_', '~', '+', ',']).all(is_plain)
}

/// Whether `word` is a word in one letter case, its first letter aside, or a short number.
fn is_plain(word: &str) -> bool {
    let rest = word.get(1..).unwrap_or_default();
    let number = word.len() <= MAX_DIGITS && word.bytes().all(|byte| byte.is_ascii_digit());
    let letters = word.is_empty() || word.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let one_case = rest.bytes().all(|byte| byte.is_ascii_lowercase())
        || (word.len() <= 5 && rest.bytes().all(|byte| byte.is_ascii_uppercase()));
    number || (letters && one_case && word.len() <= MAX_WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_when_it_has_no_room_for_data() {
        for stays in [
            "https://example.com",
            "http://example.com/help/returns",
            "www.example.org/a",
            "https://example.com:8443/Guide-2024.pdf",
            "//example.com/FAQ",
        ] {
            assert!(carries_nothing(stays), "{stays}");
        }
        for goes in [
            "https://example.com/?q=1",
            "https://example.com/#x",
            "https://u:p@example.com/",
            "https://example.com@evil.example",
            "ftp://example.com/a",
            "data:text/html,x",
            "javascript:alert(1)",
            "https://example.com/0123456789012345678901234567890123456789x",
            "https://xn--exmple-cua.com",
            "https://ex\u{430}mple.com",
            "https://c2vjcmv0ihbsyw4g.example.com",
            "https://example.com/c2VjcmV0",
            "https://example.com/98765",
            "https://example.com:80a/",
        ] {
            assert!(!carries_nothing(goes), "{goes}");
        }
    }
}
