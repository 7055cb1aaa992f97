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

/// Elements that hold nothing.
const EMPTY: [&str; 7] = ["br", "hr", "img", "input", "link", "meta", "wbr"];
/// What a style says of an element that nobody sees, without white space.
const UNSEEN_STYLES: [&str; 6] = [
    "display:none",
    "visibility:hidden",
    "font-size:0",
    "opacity:0;",
    "opacity:0\"",
    "color:transparent",
];
/// Text of these colours is not seen on a page that gives no ground to it.
const WHITE_STYLES: [&str; 4] = [";color:white", ";color:#fff", "\"color:white", "\"color:#fff"];

/// The readable text of a page, headings marked as Markdown does, and each text that it hides.
pub(super) fn read(page: &str) -> (String, Vec<String>) {
    let mut scan = Scan::default();
    let mut page = page;
    while let Some(at) = page.find('<') {
        let (before, rest) = page.split_at(at);
        scan.text(before);
        if let Some(comment) = rest.strip_prefix("<!--") {
            page = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = Tag::read(rest) else {
            scan.text("&lt;");
            page = rest.strip_prefix('<').unwrap_or_default();
            continue;
        };
        page = after;
        scan.tag(tag);
    }
    scan.text(page);
    scan.finish()
}

/// A page under way.
#[derive(Default)]
struct Scan {
    shown: String,
    hidden: Vec<String>,
    /// The element whose text is not read.
    unread: Option<String>,
    unseen: Option<Unseen>,
}

/// An element that nobody sees.
struct Unseen {
    name: String,
    /// Elements of its name that are open, itself included.
    open: usize,
    text: String,
}

impl Scan {
    fn text(&mut self, raw: &str) {
        if self.unread.is_none() {
            push(self.unseen.as_mut().map_or(&mut self.shown, |unseen| &mut unseen.text), raw);
        }
    }

    fn tag(&mut self, tag: Tag) {
        if let Some(open) = &self.unread {
            if tag.closes && *open == tag.name {
                self.unread = None;
            }
            return;
        }
        let opens = !tag.closes && !tag.empty && !EMPTY.contains(&tag.name.as_str());
        if opens && UNREAD.contains(&tag.name.as_str()) {
            self.unread = Some(tag.name);
            return;
        }
        match &mut self.unseen {
            Some(unseen) => {
                unseen.text.push_str(&tag.mark());
                if unseen.name == tag.name {
                    unseen.open = if opens { unseen.open + 1 } else { unseen.open - 1 };
                }
                if unseen.open == 0 {
                    self.end_unseen();
                }
            }
            None if opens && tag.hides => {
                self.unseen = Some(Unseen { name: tag.name, open: 1, text: String::new() });
            }
            None => self.shown.push_str(&tag.mark()),
        }
    }

    fn end_unseen(&mut self) {
        let text = self.unseen.take().map(|unseen| tidy(&unseen.text));
        self.hidden.extend(text.filter(|text| !text.is_empty()));
    }

    fn finish(mut self) -> (String, Vec<String>) {
        self.end_unseen();
        (tidy(&self.shown), self.hidden)
    }
}

/// `<name …>` or `</name>`.
struct Tag {
    name: String,
    closes: bool,
    empty: bool,
    /// Whether nobody sees what it holds.
    hides: bool,
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
        let attributes = tag.strip_prefix(name).unwrap_or_default();
        let (hides, empty) = (hides(attributes), tag.ends_with('/'));
        let tag = Self { name: name.to_ascii_lowercase(), closes, empty, hides };
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

/// Whether an element with these attributes keeps its text from people.
fn hides(attributes: &str) -> bool {
    if !attributes.contains('=') && !attributes.contains("hidden") {
        return false;
    }
    let mut words = attributes.split_ascii_whitespace();
    let plain =
        words.any(|word| word.eq_ignore_ascii_case("hidden") || word.starts_with("hidden="));
    let mut style = attributes.to_ascii_lowercase().replace('\'', "\"");
    style.retain(|char| !char.is_whitespace());
    let unseen = UNSEEN_STYLES.iter().any(|style_of| style.contains(style_of));
    let white = WHITE_STYLES.iter().any(|style_of| style.contains(style_of));
    plain || unseen || (white && !style.contains("background"))
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
            read(page).0,
            "# Shop & co\n\nOpen daily\nfrom 9–5.\n\n- One\n- Two\n\nAB\n\na < b"
        );
    }

    #[test]
    fn what_nobody_sees_is_told_apart() {
        let page = "<p>Seen.</p><div style='Display : none'>One <div>two</div> three<br></div>\
                    <p hidden>Four</p><span style=\"color:#FFFFFF\">Five</span>\
                    <th style=\"background:#000;color:#fff\">Head</th> <b class=hidden-xs>End</b>";
        let (shown, hidden) = read(page);
        assert_eq!(shown, "Seen.\n\nHead | End");
        assert_eq!(hidden, ["One\n\ntwo\n\nthree", "Four", "Five"]);
    }

    proptest! {
        #[test]
        fn any_text_is_some_page(page in "[a-z<>/&;!# \"'=:-]{0,200}") {
            let (shown, hidden) = read(&page);
            let all = shown.len() + hidden.iter().map(String::len).sum::<usize>();
            prop_assert!(all <= page.len() * 4 + 4);
        }
    }
}
