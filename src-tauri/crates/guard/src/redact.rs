//! Personal data out, placeholders in.
//!
//! **Overlaps.** What is replaced beats what is only reported; then the stronger evidence wins
//! (validated, context, shape), then the longer, then the earlier finding. The loser is dropped;
//! the text is looked at again until nothing is found, so that no rest of it stays.

use std::{cmp::Reverse, ops::Range};

use cloister_types::{Sanitized, Tag, Tagging};
use serde::Serialize;

use crate::{
    Category, Guard,
    finding::{CodePoints, Evidence, Finding, Span, Treatment},
    guard::vouch,
    names::{Heard, Source},
    normalise::{View, Views, part},
};

/// How often the text is looked at again. Two rounds are usual; each takes something away.
const MAX_ROUNDS: usize = 12;

/// A placeholder in a sanitised text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Placeholder {
    /// Where it stands, in code points of the *sanitised* text.
    pub span: Span,
    /// What it stands for.
    pub category: Category,
}

/// A text without its personal data and secrets.
#[derive(Debug, Clone)]
pub struct Redaction {
    /// The text with placeholders; the text itself when nothing was found.
    pub sanitized: Sanitized,
    /// What was found, in order, in code points of the original. Replaced findings do not overlap.
    pub findings: Vec<Finding>,
    /// The placeholders, in order.
    pub placeholders: Vec<Placeholder>,
    /// How much of the text the tagger read.
    pub names: NameCoverage,
}

/// How names and addresses were looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameCoverage {
    /// By the tagger and by rules, in the whole text.
    Whole,
    /// By the tagger at the beginning of a very long text, and by rules in all of it.
    Beginning,
    /// By rules and lists alone, for there is no tagger.
    RulesOnly,
    /// By rules and lists alone, for the tagger failed.
    Failed,
}

/// A finding in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Located {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) category: Category,
    pub(crate) rule: &'static str,
    pub(crate) score: f32,
    pub(crate) evidence: Evidence,
    pub(crate) treatment: Treatment,
    /// What stands in its place.
    pub(crate) shown: &'static str,
}

impl Located {
    pub(crate) fn finding(&self, points: &mut CodePoints<'_>) -> Finding {
        Finding {
            span: points.span(&(self.start..self.end)),
            category: self.category,
            rule: self.rule,
            score: self.score,
            evidence: self.evidence,
            treatment: self.treatment,
        }
    }
}

/// Everything that the rules find in `views`, in bytes of the original, overlaps resolved. What the
/// site allows is left out.
pub(crate) fn locate(guard: &Guard, views: &[View]) -> Vec<Located> {
    resolve(hits(guard, views))
}

fn hits(guard: &Guard, views: &[View]) -> Vec<Located> {
    let site = guard.site();
    let mut found = Vec::new();
    for view in views {
        for hit in guard.detectors().find(view.text()) {
            if site.allows(hit.rule.category, part(view.text(), hit.range.clone())) {
                continue;
            }
            let Range { start, end } = view.origin(&hit.range);
            let rule = hit.rule;
            found.push(Located {
                start,
                end,
                category: rule.category,
                rule: rule.name,
                score: rule.score,
                evidence: rule.evidence,
                treatment: rule.treatment,
                shown: rule.category.placeholder(),
            });
        }
    }
    found
}

/// Keeps the winners of the overlaps, in order of their starts.
pub(crate) fn resolve(mut found: Vec<Located>) -> Vec<Located> {
    found.sort_by_key(|f| {
        (Reverse(f.treatment), Reverse(f.evidence), Reverse(f.end - f.start), f.start, f.rule)
    });
    let mut taken = std::collections::BTreeMap::new();
    let mut kept: Vec<Located> = Vec::new();
    for one in found {
        // the nearest taken finding that starts before this one's end is the only one to overlap
        let before = taken.range(..one.end).next_back();
        if before.is_none_or(|(_, end)| *end <= one.start) && one.start < one.end {
            taken.insert(one.start, one.end);
            kept.push(one);
        }
    }
    kept.sort_by_key(|f| f.start);
    kept
}

/// A text in the making: stretches of the original, and what was replaced.
pub(crate) enum Piece {
    Kept(Range<usize>),
    Slot(Located),
}

impl Piece {
    pub(crate) fn text<'t>(&self, original: &'t str) -> &'t str {
        match self {
            Self::Kept(range) => part(original, range.clone()),
            Self::Slot(located) => located.shown,
        }
    }
}

impl Guard {
    /// Replaces personal data and secrets in `text`, whose readings are `views`.
    ///
    /// Scanning the result again, the rules and lists find nothing more to replace; nor does a
    /// tagger that says of each word what it said of it in `text`. One that goes by the words around
    /// may say something else of the result, for it is asked once: what it said of a word holds as
    /// long as the word stays whole, and it is asked anew only where a placeholder cut one.
    #[must_use]
    pub fn redact(&self, text: &str, views: &Views) -> Redaction {
        let mut pieces = vec![Piece::Kept(0..text.len())];
        let mut heard = None;
        let (mut found, coverage) =
            self.look(views.plain(), &Sources::new(text, &pieces), &mut heard);
        for _ in 0..MAX_ROUNDS {
            let replaced = to_replace(&found);
            if replaced.is_empty() {
                return finish(text, &pieces, &found, coverage);
            }
            pieces = replace(text, &pieces, &replaced);
            let current: String = pieces.iter().map(|piece| piece.text(text)).collect();
            let readings = self.plain_readings(&current);
            found = self.look(&readings, &Sources::new(text, &pieces), &mut heard).0;
        }
        if to_replace(&found).is_empty() {
            return finish(text, &pieces, &found, coverage);
        }
        // A text built to outlast every round is not shown at all.
        let everything = Located { start: 0, end: text.len(), ..UNSETTLED };
        finish(text, &[Piece::Slot(everything)], &[], coverage)
    }

    /// Everything that rules, lists, the tagger and the health profile find in `views`, overlaps
    /// resolved.
    ///
    /// The tagger reads the surface alone: what is decoded is looked at by the rules. What it says
    /// is `heard`, and it is not asked about the same words again.
    fn look(
        &self,
        views: &[View],
        sources: &Sources<'_>,
        heard: &mut Option<Heard>,
    ) -> (Vec<Located>, NameCoverage) {
        let mut found = hits(self, views);
        found.extend(views.iter().flat_map(|view| self.site().find(view)));
        let Some(surface) = views.first() else { return (resolve(found), NameCoverage::Whole) };
        let (tags, coverage) = self.tags(surface, sources, heard);
        let mut names = self.names().find(surface.text(), &tags);
        let site = self.site();
        names.retain(|one| !site.allows(one.category, part(surface.text(), one.start..one.end)));
        if let Some(health) = self.health() {
            let people = names.iter().filter(|one| one.category == Category::Person);
            let people: Vec<Range<usize>> = people.map(|one| one.start..one.end).collect();
            found.extend(health.find(surface, &people));
        }
        found.extend(names.into_iter().map(|one| {
            let Range { start, end } = surface.origin(&(one.start..one.end));
            Located { start, end, ..one }
        }));
        (resolve(found), coverage)
    }

    fn tags(
        &self,
        surface: &View,
        sources: &Sources<'_>,
        heard: &mut Option<Heard>,
    ) -> (Vec<Tag>, NameCoverage) {
        let Some(tagger) = self.tagger() else { return (Vec::new(), NameCoverage::RulesOnly) };
        let text = surface.text();
        let source = |word: &Range<usize>| sources.of(&surface.origin(word));
        if let Some(tags) = heard.as_ref().and_then(|heard| heard.again(text, source)) {
            return (tags, NameCoverage::Whole);
        }
        let (tags, coverage) = match tagger.tag(&[text]).ok().and_then(|mut all| all.pop()) {
            Some(Tagging { tags, read }) if read >= text.len() => (tags, NameCoverage::Whole),
            Some(Tagging { tags, .. }) => (tags, NameCoverage::Beginning),
            None => (Vec::new(), NameCoverage::Failed),
        };
        *heard = Some(Heard::new(text, &tags, source));
        (tags, coverage)
    }
}

/// Leads from a text in the making back to the original.
struct Sources<'p> {
    pieces: &'p [Piece],
    /// Where each piece begins.
    starts: Vec<usize>,
}

impl<'p> Sources<'p> {
    fn new(original: &str, pieces: &'p [Piece]) -> Self {
        let mut end = 0;
        let starts = pieces.iter().map(|piece| {
            let start = end;
            end += piece.text(original).len();
            start
        });
        Self { starts: starts.collect(), pieces }
    }

    /// Where the bytes `range` of the text come from; no word reaches over the brackets around a
    /// placeholder.
    fn of(&self, range: &Range<usize>) -> Source {
        let index = self.starts.partition_point(|start| *start <= range.start).saturating_sub(1);
        match (self.pieces.get(index), self.starts.get(index)) {
            (Some(Piece::Kept(kept)), Some(start)) => {
                Source::Kept(kept.start + range.start - start..kept.start + range.end - start)
            }
            (Some(Piece::Slot(_)) | None, _) | (_, None) => Source::Placeholder,
        }
    }
}

const UNSETTLED: Located = Located {
    start: 0,
    end: 0,
    category: Category::Other,
    rule: "redact/unsettled",
    score: 1.0,
    evidence: Evidence::Shape,
    treatment: Treatment::Replace,
    shown: Category::Other.placeholder(),
};

fn to_replace(found: &[Located]) -> Vec<Located> {
    found.iter().copied().filter(|located| located.treatment == Treatment::Replace).collect()
}

/// Puts slots in the place of `found`, whose offsets are those of the text that `pieces` make.
pub(crate) fn replace(original: &str, pieces: &[Piece], found: &[Located]) -> Vec<Piece> {
    let mut made = Vec::new();
    let mut next = found.iter().peekable();
    let mut open: Option<Located> = None;
    let mut at = 0;
    for piece in pieces {
        let (start, end) = (at, at + piece.text(original).len());
        at = end;
        let (origin, mut from) = match piece {
            Piece::Kept(range) => (range.clone(), start),
            Piece::Slot(slot) => (slot.start..slot.end, start),
        };
        let whole = matches!(piece, Piece::Slot(_));
        let origin_of = |offset: usize| {
            if !whole {
                origin.start + (offset - start)
            } else if offset >= end {
                origin.end
            } else {
                origin.start
            }
        };
        let mut swallowed = false;
        while let Some(finding) = next.peek().filter(|finding| finding.start < end) {
            let slot = open.get_or_insert_with(|| {
                let cut = finding.start.max(start);
                if !whole && cut > from {
                    made.push(Piece::Kept(origin_of(from)..origin_of(cut)));
                }
                Located { start: origin_of(cut), ..**finding }
            });
            swallowed = true;
            let stop = finding.end.min(end);
            slot.end = if whole { origin.end } else { origin_of(stop) };
            from = stop;
            if finding.end > end {
                break;
            }
            made.extend(open.take().map(Piece::Slot));
            next.next();
        }
        match piece {
            Piece::Slot(slot) if !swallowed => made.push(Piece::Slot(*slot)),
            Piece::Kept(_) if from < end && open.is_none() => {
                made.push(Piece::Kept(origin_of(from)..origin_of(end)));
            }
            Piece::Slot(_) | Piece::Kept(_) => {}
        }
    }
    made.extend(open.map(Piece::Slot));
    made
}

/// The redaction that `pieces` make; `reported` has offsets in the sanitised text.
fn finish(
    original: &str,
    pieces: &[Piece],
    reported: &[Located],
    names: NameCoverage,
) -> Redaction {
    let mut text = String::with_capacity(original.len());
    let mut placeholders = Vec::new();
    let mut located = Vec::new();
    let mut starts = Vec::with_capacity(pieces.len());
    let mut point = 0;
    for piece in pieces {
        let shown = piece.text(original);
        starts.push(text.len());
        text.push_str(shown);
        let end = point + shown.chars().count();
        if let Piece::Slot(slot) = piece {
            placeholders
                .push(Placeholder { span: Span { start: point, end }, category: slot.category });
            located.push(*slot);
        }
        point = end;
    }
    let origin_of = |offset: usize, last: bool| {
        let index = starts.partition_point(|start| *start <= offset).saturating_sub(1);
        match pieces.get(index) {
            Some(Piece::Kept(range)) => {
                range.start + (offset - starts.get(index).copied().unwrap_or(0))
            }
            Some(Piece::Slot(slot)) if last => slot.end,
            Some(Piece::Slot(slot)) => slot.start,
            None => 0,
        }
    };
    located.extend(reported.iter().filter(|one| one.end > one.start).map(|one| Located {
        start: origin_of(one.start, false),
        end: last_of(&origin_of, &text, one.end),
        ..*one
    }));
    located.sort_by_key(|one| (one.start, one.end));
    let mut points = CodePoints::new(original);
    let findings = located.iter().map(|one| one.finding(&mut points)).collect();
    Redaction { sanitized: vouch(text), findings, placeholders, names }
}

/// The original's offset after the character that ends at `end` of the sanitised text.
fn last_of(origin_of: &impl Fn(usize, bool) -> usize, text: &str, end: usize) -> usize {
    let last = part(text, ..end).chars().next_back().map_or(0, char::len_utf8);
    let start = origin_of(end - last, false);
    let whole = origin_of(end - last, true);
    if start == whole { start + last } else { whole }
}

#[cfg(test)]
mod tests;
