//! Pieces of text to lines, lines to paragraphs and headings.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::page::Run;
use crate::{
    ReadFault,
    ingest::{extract::Extract, outline::Outline},
};

/// Pieces whose lines differ by less than this part of their size stand on one line.
const SAME_LINE: f64 = 0.45;
/// From this part of the size on a gap is a space.
const SPACE: f64 = 0.17;
/// From this part of the size on a gap parts two cells.
const CELL: f64 = 2.0;
/// From this part of the size on lines are of two paragraphs.
const PARAGRAPH: f64 = 1.75;
/// How much larger than the text a heading is.
const HEADING: f64 = 1.12;
/// Longest heading.
const HEADING_CHARS: usize = 160;
/// Levels of headings that are told apart, by size.
const LEVELS: usize = 4;
/// Pages from which on a line that most of them begin or end with is no text of theirs.
const RUNNING_PAGES: usize = 3;
/// Of so much of its characters a text may be unreadable.
const UNREADABLE: f64 = 0.3;

/// A line of a page.
struct Line {
    text: String,
    base: f64,
    size: f64,
    /// Where its last piece ends.
    end: f64,
    /// Whether gaps part it into cells.
    cells: bool,
}

/// What the pages say; each as its pieces of text in the order in which they are drawn.
pub(super) fn extract(pages: Vec<Vec<Run>>) -> Result<Extract, ReadFault> {
    let mut hidden = Vec::new();
    let mut shown = Vec::new();
    for runs in pages {
        let (seen, unseen): (Vec<Run>, Vec<Run>) = runs.into_iter().partition(|run| run.seen);
        let unseen: Vec<String> = lines(unseen).into_iter().map(|line| line.text).collect();
        hidden.extend(Some(unseen.join("\n")).filter(|text| !text.trim().is_empty()));
        shown.push(lines(seen));
    }
    drop_running_lines(&mut shown);
    refuse_unreadable(&shown)?;
    let levels = heading_sizes(&shown);
    let mut writer = Writer::default();
    for page in &shown {
        for line in page {
            writer.line(line, &levels);
        }
        writer.end_page();
    }
    Ok(Extract { sections: writer.finish(), hidden, tables: Vec::new() })
}

/// Puts pieces together to lines.
fn lines(runs: Vec<Run>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for run in runs {
        let text: String =
            run.text.nfkc().filter(|char| *char == '\t' || !char.is_control()).collect();
        if text.is_empty() {
            continue;
        }
        match lines.last_mut() {
            Some(line) if continues(line, &run) => {
                let gap = run.start - line.end;
                if gap > CELL * run.size && !line.text.trim().is_empty() {
                    line.text.truncate(line.text.trim_end().len());
                    line.text.push_str(" | ");
                    line.cells = true;
                } else if gap > SPACE * run.size && !line.text.ends_with(' ') {
                    line.text.push(' ');
                }
                line.text.push_str(&text);
                line.end = run.end;
                line.size = line.size.max(run.size);
            }
            _ => {
                let (base, size, end) = (run.base, run.size, run.end);
                lines.push(Line { text, base, size, end, cells: false });
            }
        }
    }
    for line in &mut lines {
        line.text = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    lines.retain(|line| !line.text.is_empty());
    lines
}

/// Whether a piece goes on where the line stopped.
fn continues(line: &Line, run: &Run) -> bool {
    let size = line.size.max(run.size);
    // Kerning goes back a little, a new column far.
    (line.base - run.base).abs() <= SAME_LINE * size && run.start > line.end - size
}

/// Leaves out what most pages begin or end with: titles and numbers of pages.
fn drop_running_lines(pages: &mut [Vec<Line>]) {
    if pages.len() < RUNNING_PAGES {
        return;
    }
    let form = |line: &Line| {
        line.text.chars().map(|char| if char.is_numeric() { '0' } else { char }).collect::<String>()
    };
    for edge in [0_usize, 1] {
        let at = |page: &[Line]| if edge == 0 { 0 } else { page.len().saturating_sub(1) };
        let mut forms: HashMap<String, usize> = HashMap::new();
        for page in pages.iter() {
            if let Some(line) = page.get(at(page)) {
                *forms.entry(form(line)).or_default() += 1;
            }
        }
        let often = pages.len().div_ceil(2);
        for page in pages.iter_mut() {
            let index = at(page);
            let running = page.get(index).is_some_and(|line| forms[&form(line)] >= often);
            if running && page.len() > 1 {
                page.remove(index);
            }
        }
    }
}

/// Refuses a text whose fonts do not say what their glyphs mean.
fn refuse_unreadable(pages: &[Vec<Line>]) -> Result<(), ReadFault> {
    let chars = || pages.iter().flatten().flat_map(|line| line.text.chars());
    let (all, unknown) =
        (chars().count(), chars().filter(|char| *char == char::REPLACEMENT_CHARACTER).count());
    #[expect(clippy::cast_precision_loss, reason = "counts of characters below 2^52")]
    let unreadable = unknown as f64 > all as f64 * UNREADABLE;
    if unreadable { Err(ReadFault::NoText) } else { Ok(()) }
}

/// A size that can be compared: tenths of a point.
fn tenths(size: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounded, not negative and cut at a thousand points"
    )]
    let tenths = (size.clamp(0.0, 1_000.0) * 10.0).round() as u32;
    tenths
}

/// The sizes of headings, largest first: larger than the size of most of the text.
fn heading_sizes(pages: &[Vec<Line>]) -> Vec<u32> {
    let mut chars: HashMap<u32, usize> = HashMap::new();
    for line in pages.iter().flatten() {
        *chars.entry(tenths(line.size)).or_default() += line.text.chars().count();
    }
    let Some(body) =
        chars.iter().max_by_key(|(size, count)| (**count, **size)).map(|(size, _)| *size)
    else {
        return Vec::new();
    };
    let least = tenths(f64::from(body) / 10.0 * HEADING);
    let mut sizes: Vec<u32> = chars.into_keys().filter(|size| *size >= least).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    sizes
}

/// Paragraphs and headings under way.
#[derive(Default)]
struct Writer {
    outline: Outline,
    paragraph: String,
    heading: Option<(usize, String)>,
    /// The base and size of the line before.
    before: Option<(f64, f64)>,
}

impl Writer {
    fn line(&mut self, line: &Line, sizes: &[u32]) {
        let level = sizes.iter().position(|size| *size == tenths(line.size));
        let words = line.text.chars().any(char::is_alphabetic);
        let fits = line.text.chars().count() <= HEADING_CHARS && words;
        if let Some(level) = level.map(|level| level.min(LEVELS - 1) + 1).filter(|_| fits) {
            return self.heading_line(level, line);
        }
        self.end_heading();
        let apart = self.before.is_none_or(|(base, size)| {
            let gap = base - line.base;
            gap > PARAGRAPH * size.max(line.size) || gap < -size
        });
        // The first line of a page goes on with the sentence of the page before.
        let open = !self.paragraph.ends_with(['.', '!', '?', ':']);
        if apart && !(self.before.is_none() && open) {
            self.end_paragraph();
        }
        self.add(line);
        self.before = Some((line.base, line.size));
    }

    /// Lines of one size are one heading.
    fn heading_line(&mut self, level: usize, line: &Line) {
        self.end_paragraph();
        match &mut self.heading {
            Some((open, title)) if *open == level && title.chars().count() <= HEADING_CHARS => {
                title.push(' ');
                title.push_str(&line.text);
            }
            _ => {
                self.end_heading();
                self.heading = Some((level, line.text.clone()));
            }
        }
        self.before = Some((line.base, line.size));
    }

    fn add(&mut self, line: &Line) {
        let listed = line.text.starts_with(['•', '–', '▪', '●', '◦', '·', '*'])
            || line.text.starts_with("- ");
        if self.paragraph.is_empty() || line.cells || listed || self.paragraph.ends_with('\n') {
            if !self.paragraph.is_empty() && !self.paragraph.ends_with('\n') {
                self.paragraph.push('\n');
            }
            self.paragraph.push_str(&line.text);
            if line.cells {
                self.paragraph.push('\n');
            }
            return;
        }
        let lower = line.text.starts_with(char::is_lowercase);
        let word = self.paragraph.trim_end_matches(['-', '\u{AD}']);
        if lower && word.len() < self.paragraph.len() && word.ends_with(char::is_alphabetic) {
            self.paragraph.truncate(word.len());
        } else {
            self.paragraph.push(' ');
        }
        self.paragraph.push_str(&line.text);
    }

    fn end_page(&mut self) {
        self.end_heading();
        self.before = None;
    }

    fn end_heading(&mut self) {
        if let Some((level, title)) = self.heading.take() {
            self.outline.heading(level, &title);
        }
    }

    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        self.outline.paragraph(&text);
    }

    fn finish(mut self) -> Vec<crate::ingest::outline::Section> {
        self.end_heading();
        self.end_paragraph();
        self.outline.finish()
    }
}
