//! HTML to the Markdown that its headings and paragraphs make.
//!
//! A scanner, not a browser: it needs no tree, takes any text for some page, and never fails.

/// Elements whose text is not read.
const UNREAD: [&str; 6] = ["script", "style", "template", "noscript", "svg", "head"];
/// Elements that begin a line of their own.
const BLOCKS: [&str; 20] = [
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "ul",
    "ol",
    "table",
    "tr",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "pre",
    "figure",
    "form",
    "nav",
    "hr",
];

/// The readable text of a page, headings marked as Markdown does.
pub(super) fn to_markdown(page: &str) -> String {
    let mut page = page;
    let mut text = String::new();
    let mut unread: Option<String> = None;
    while let Some(at) = page.find('<') {
        let (before, rest) = page.split_at(at);
        if unread.is_none() {
            push(&mut text, before);
        }
        if let Some(comment) = rest.strip_prefix("<!--") {
            page = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = Tag::read(rest) else {
            if unread.is_none() {
                text.push('<');
            }
            page = rest.strip_prefix('<').unwrap_or_default();
            continue;
        };
        page = after;
        match &unread {
            Some(open) if tag.closes && *open == tag.name => unread = None,
            Some(_) => {}
            None if !tag.closes && !tag.empty && UNREAD.contains(&tag.name.as_str()) => {
                unread = Some(tag.name);
            }
            None => text.push_str(&tag.mark()),
        }
    }
    if unread.is_none() {
        push(&mut text, page);
    }
    tidy(&text)
}

/// `<name …>` or `</name>`.
struct Tag {
    name: String,
    closes: bool,
    empty: bool,
}

impl Tag {
    /// The tag that `text` begins with, and what stands behind it.
    fn read(text: &str) -> Option<(Self, &str)> {
        let inner = text.strip_prefix('<')?;
        let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |rest| (true, rest));
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?') {
            return None;
        }
        let mut quote = None;
        let end = inner.char_indices().find(|(_, char)| match (quote, char) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(*char);
                false
            }
            (Some(open), char) if open == *char => {
                quote = None;
                false
            }
            _ => false,
        });
        let (tag, after) = inner.split_at(end?.0);
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let tag = Self { name: name.to_ascii_lowercase(), closes, empty: tag.ends_with('/') };
        Some((tag, after.strip_prefix('>').unwrap_or_default()))
    }

    /// What it becomes.
    fn mark(&self) -> String {
        let level = self.name.strip_prefix('h').and_then(|level| level.parse::<usize>().ok());
        match (self.name.as_str(), level) {
            (_, Some(level @ 1..=6)) if !self.closes => format!("\n\n{} ", "#".repeat(level)),
            (_, Some(1..=6)) => "\n\n".to_owned(),
            ("li", _) if !self.closes => "\n- ".to_owned(),
            ("br" | "li" | "tr", _) => "\n".to_owned(),
            ("td" | "th", _) if self.closes => " | ".to_owned(),
            (name, _) if BLOCKS.contains(&name) => "\n\n".to_owned(),
            _ => String::new(),
        }
    }
}

/// Adds text, white space as one space, and references to characters as those.
fn push(text: &mut String, raw: &str) {
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        let (before, reference) = rest.split_at(at);
        push_plain(text, before);
        let name = reference.strip_prefix('&').unwrap_or_default().split(';').next();
        let char = name.filter(|name| name.len() <= 8).and_then(character);
        let taken = if let Some((char, name)) = char.zip(name) {
            text.push(char);
            name.len() + 2
        } else {
            text.push('&');
            1
        };
        rest = reference.get(taken..).unwrap_or_default();
    }
    push_plain(text, rest);
}

fn push_plain(text: &mut String, raw: &str) {
    for char in raw.chars() {
        if !char.is_whitespace() {
            text.push(char);
        } else if !text.ends_with(char::is_whitespace) {
            text.push(' ');
        }
    }
}

/// The character that a reference (without `&` and `;`) stands for.
fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = match hex {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32).filter(|char| !char.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "rsquo" => '’',
        "lsquo" => '‘',
        "rdquo" => '”',
        "ldquo" => '“',
        "euro" => '€',
        "pound" => '£',
        "copy" => '©',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        _ => return None,
    })
}

/// Lines without white space at their ends, and at most one empty line between two.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut gap = 0;
    for line in text.lines().map(|line| line.trim().trim_end_matches('|').trim_end()) {
        if line.is_empty() {
            gap += 1;
            continue;
        }
        if !tidy.is_empty() {
            tidy.push_str(if gap > 0 { "\n\n" } else { "\n" });
        }
        gap = 0;
        tidy.push_str(line);
    }
    tidy
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headings_paragraphs_lists_and_tables_stay_readable() {
        let page = "<!doctype html><head><title>x</title></head><body><h1 class='a>b'>Shop &amp; co</h1>\
                    <p>Open\n  daily<br>from 9&#x2013;5.<script>alert('<p>')</script></p>\
                    <ul><li>One<li>Two</ul><table><tr><td>A<td>B</td></tr></table><!-- no --> a < b";
        assert_eq!(
            to_markdown(page),
            "# Shop & co\n\nOpen daily\nfrom 9–5.\n\n- One\n- Two\n\nAB\n\na < b"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_some_page(page in "[a-z<>/&;!# \"'-]{0,200}") {
            prop_assert!(to_markdown(&page).len() <= page.len() * 4 + 4);
        }
    }
}
