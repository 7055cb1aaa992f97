//! HTML character references: by name, decimal, hexadecimal.

use super::{decode::Stretch, disguise::Disguise, part};

/// Most characters of a reference: `&NegativeMediumSpace;` is among the longest that matter.
const MAX_LENGTH: usize = 24;

pub(super) fn read(text: &str, at: usize) -> Option<Stretch> {
    let rest = part(text, at + 1..);
    let name_end = rest.bytes().take(MAX_LENGTH).position(|byte| !is_name(byte));
    let name = part(rest, ..name_end.unwrap_or(rest.len().min(MAX_LENGTH)));
    let (used, clear) = match name.strip_prefix('#') {
        Some(number) => numeric(number).map(|(digits, c)| (1 + digits, c))?,
        None => {
            (name.len(), named(name).filter(|_| rest.as_bytes().get(name.len()) == Some(&b';'))?)
        }
    };
    // browsers read a number without its semicolon, too
    let end = at + 1 + used + usize::from(rest.as_bytes().get(used) == Some(&b';'));
    Some(Stretch { end, clear: Some(clear.to_string()), disguise: Disguise::Entity })
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'#'
}

/// The character of `#105` or `#x69`, and how many bytes the number takes.
fn numeric(number: &str) -> Option<(usize, char)> {
    let (prefix, radix) = if number.starts_with(['x', 'X']) { (1, 16) } else { (0, 10) };
    let digits = part(number, prefix..);
    let count = digits.chars().take_while(|c| c.is_digit(radix)).count();
    let code = u32::from_str_radix(digits.get(..count)?, radix).ok()?;
    Some((prefix + count, char::from_u32(code)?))
}

fn named(name: &str) -> Option<char> {
    NAMES.iter().find(|(entity, _)| *entity == name).map(|(_, c)| *c)
}

/// Names of signs that divide or hide words (HTML standard, named character references).
const NAMES: [(&str, char); 27] = [
    ("lt", '<'),
    ("gt", '>'),
    ("amp", '&'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("shy", '\u{ad}'),
    ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
    ("ZeroWidthSpace", '\u{200b}'),
    ("colon", ':'),
    ("semi", ';'),
    ("comma", ','),
    ("excl", '!'),
    ("quest", '?'),
    ("lpar", '('),
    ("rpar", ')'),
    ("num", '#'),
    ("commat", '@'),
    ("period", '.'),
    ("sol", '/'),
    ("lsqb", '['),
    ("NewLine", '\n'),
    ("Tab", '\t'),
];
