//! What a site adds to the rules: expressions of its own to hide, and texts never to hide.
//!
//! Both are checked before they are used: a pattern must find its own examples and pass over the
//! others, and an allowed text must hold no card number and no secret. Patterns run in linear time,
//! as all regular expressions here do.

use std::{collections::HashSet, fmt};

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::{
    Category, Guard,
    finding::{Evidence, Treatment},
    normalise::View,
    pii::Detectors,
    redact::Located,
};

/// Most patterns of a site.
pub const MOST_PATTERNS: usize = 32;
/// Most allowed texts of a site.
pub const MOST_ALLOWED: usize = 1000;
/// Longest pattern, allowed text or example, in characters.
const LONGEST: usize = 512;
/// Most memory that a compiled pattern may take, in bytes.
const PATTERN_BYTES: usize = 1 << 18;
/// How sure a site's pattern is taken to be.
const SITE_SCORE: f32 = 0.9;

/// The rules' names, by the place of the pattern in the site's list.
const NAMES: [&str; MOST_PATTERNS] = [
    "site/1", "site/2", "site/3", "site/4", "site/5", "site/6", "site/7", "site/8", "site/9",
    "site/10", "site/11", "site/12", "site/13", "site/14", "site/15", "site/16", "site/17",
    "site/18", "site/19", "site/20", "site/21", "site/22", "site/23", "site/24", "site/25",
    "site/26", "site/27", "site/28", "site/29", "site/30", "site/31", "site/32",
];

/// A site's rules as they are written down, not yet checked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SiteDraft {
    /// Texts that are never hidden, such as the site's own hotline. Letter case, spaces and signs
    /// aside. They have no effect on card numbers and secrets.
    pub allow: Vec<String>,
    /// What else is hidden.
    pub patterns: Vec<PatternDraft>,
}

/// A pattern as it is written down.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternDraft {
    /// What the site calls it.
    pub name: String,
    /// What it finds.
    pub category: Category,
    /// A regular expression; its group `v` is the datum, or else the whole match.
    pub pattern: String,
    /// Texts in which it finds something; at least one.
    pub finds: Vec<String>,
    /// Texts in which it finds nothing.
    #[serde(default)]
    pub passes: Vec<String>,
}

/// What is wrong with a site's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteError {
    /// More than [`MOST_PATTERNS`] patterns or [`MOST_ALLOWED`] allowed texts.
    TooMany,
    /// The allowed text at this place, counted from 1, is empty, too short or too long.
    AllowedLength(usize),
    /// The allowed text at this place holds a card number or a secret.
    AllowedSecret(usize),
    /// The pattern's name is empty or too long, or stands twice.
    Name(String),
    /// The pattern is not a regular expression, or too large a one.
    Syntax {
        /// The pattern's name.
        name: String,
        /// What the compiler says.
        cause: String,
    },
    /// The pattern finds empty text.
    Empty(String),
    /// The category is one that only answers have.
    AnswerCategory(String),
    /// The pattern has no example that it finds.
    NoExample(String),
    /// The pattern does not find its example at this place, counted from 1.
    Misses(String, usize),
    /// The pattern finds something in the counter-example at this place, counted from 1.
    Overreaches(String, usize),
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => {
                write!(f, "at most {MOST_PATTERNS} patterns and {MOST_ALLOWED} allowed texts")
            }
            Self::AllowedLength(at) => {
                write!(f, "allowed text {at} must have 2 to {LONGEST} characters")
            }
            Self::AllowedSecret(at) => write!(
                f,
                "allowed text {at} holds a card number or a secret, which is always hidden"
            ),
            Self::Name(name) => write!(f, "pattern name {name:?} is empty, too long or used twice"),
            Self::Syntax { name, cause } => write!(f, "pattern {name:?} cannot be used: {cause}"),
            Self::Empty(name) => write!(f, "pattern {name:?} matches empty text"),
            Self::AnswerCategory(name) => {
                write!(f, "pattern {name:?} has a category that only answers have")
            }
            Self::NoExample(name) => {
                write!(f, "pattern {name:?} needs an example in `finds`")
            }
            Self::Misses(name, at) => write!(f, "pattern {name:?} does not find its example {at}"),
            Self::Overreaches(name, at) => {
                write!(f, "pattern {name:?} finds something in its counter-example {at}")
            }
        }
    }
}

impl std::error::Error for SiteError {}

/// A site's rules, checked.
#[derive(Clone, Default)]
pub struct SiteRules {
    patterns: Vec<Pattern>,
    /// Lower case, letters and digits only.
    allowed: HashSet<String>,
}

#[derive(Clone)]
struct Pattern {
    name: String,
    category: Category,
    expression: Regex,
}

impl SiteRules {
    /// Checks `draft`, every example included, with the rules of `guard`.
    ///
    /// # Errors
    /// Everything that is wrong with it, in its order.
    pub fn check(draft: &SiteDraft, guard: &Guard) -> Result<Self, Vec<SiteError>> {
        let mut errors = Vec::new();
        if draft.patterns.len() > MOST_PATTERNS || draft.allow.len() > MOST_ALLOWED {
            return Err(vec![SiteError::TooMany]);
        }
        let mut allowed = HashSet::new();
        for (place, text) in (1..).zip(&draft.allow) {
            match check_allowed(guard.detectors(), place, text) {
                Ok(compact) => drop(allowed.insert(compact)),
                Err(error) => errors.push(error),
            }
        }
        let mut patterns: Vec<Pattern> = Vec::new();
        for draft in &draft.patterns {
            if patterns.iter().any(|known| known.name == draft.name) {
                errors.push(SiteError::Name(draft.name.clone()));
                continue;
            }
            match Pattern::check(draft) {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(Self { patterns, allowed }) } else { Err(errors) }
    }

    /// Whether there is nothing in them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty() && self.allowed.is_empty()
    }

    /// What the site calls the pattern behind the finding's `rule`.
    #[must_use]
    pub fn pattern_name(&self, rule: &str) -> Option<&str> {
        let place = NAMES.iter().position(|name| *name == rule)?;
        self.patterns.get(place).map(|pattern| pattern.name.as_str())
    }

    /// What the patterns find in `view`, in bytes of the original.
    pub(crate) fn find<'a>(&'a self, view: &'a View) -> impl Iterator<Item = Located> + 'a {
        NAMES.iter().zip(&self.patterns).flat_map(move |(rule, pattern)| {
            pattern.expression.captures_iter(view.text()).filter_map(move |captures| {
                let found = captures.name("v").or_else(|| captures.get(0))?;
                let origin = view.origin(&found.range());
                (!origin.is_empty()).then_some(Located {
                    start: origin.start,
                    end: origin.end,
                    category: pattern.category,
                    rule,
                    score: SITE_SCORE,
                    evidence: Evidence::Context,
                    treatment: Treatment::Replace,
                    shown: pattern.category.placeholder(),
                })
            })
        })
    }

    /// Whether `datum` of `category` may stay: never a card number and never a secret.
    pub(crate) fn allows(&self, category: Category, datum: &str) -> bool {
        !self.allowed.is_empty()
            && !is_protected(category)
            && self.allowed.contains(&compact(datum))
    }
}

impl fmt::Debug for SiteRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteRules({} patterns, {} allowed)", self.patterns.len(), self.allowed.len())
    }
}

impl Pattern {
    fn check(draft: &PatternDraft) -> Result<Self, SiteError> {
        let name = draft.name.clone();
        if name.trim().is_empty() || name.chars().count() > LONGEST {
            return Err(SiteError::Name(name));
        }
        if draft.category.placeholder().is_empty() || is_of_answers(draft.category) {
            return Err(SiteError::AnswerCategory(name));
        }
        if draft.pattern.chars().count() > LONGEST {
            return Err(SiteError::Syntax {
                name,
                cause: format!("longer than {LONGEST} characters"),
            });
        }
        let expression = RegexBuilder::new(&draft.pattern)
            .size_limit(PATTERN_BYTES)
            .build()
            .map_err(|error| SiteError::Syntax { name: name.clone(), cause: error.to_string() })?;
        if expression.is_match("") {
            return Err(SiteError::Empty(name));
        }
        if draft.finds.is_empty() {
            return Err(SiteError::NoExample(name));
        }
        for (place, example) in (1..).zip(&draft.finds) {
            if !expression.is_match(example) {
                return Err(SiteError::Misses(name, place));
            }
        }
        for (place, example) in (1..).zip(&draft.passes) {
            if expression.is_match(example) {
                return Err(SiteError::Overreaches(name, place));
            }
        }
        Ok(Self { name, category: draft.category, expression })
    }
}

fn check_allowed(detectors: &Detectors, place: usize, text: &str) -> Result<String, SiteError> {
    let compact = compact(text);
    if compact.chars().count() < 2 || text.chars().count() > LONGEST {
        return Err(SiteError::AllowedLength(place));
    }
    let holds_secret = detectors.find(text).iter().any(|hit| is_protected(hit.rule.category));
    if holds_secret { Err(SiteError::AllowedSecret(place)) } else { Ok(compact) }
}

const fn is_protected(category: Category) -> bool {
    matches!(category, Category::CreditCard | Category::Secret)
}

const fn is_of_answers(category: Category) -> bool {
    matches!(
        category,
        Category::Link | Category::PromptLeak | Category::ControlToken | Category::Citation
    )
}

/// `text` in lower case, letters and digits only.
fn compact(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(pattern: &str, finds: &[&str], passes: &[&str]) -> PatternDraft {
        PatternDraft {
            name: "ward".to_owned(),
            category: Category::Other,
            pattern: pattern.to_owned(),
            finds: finds.iter().map(|&text| text.to_owned()).collect(),
            passes: passes.iter().map(|&text| text.to_owned()).collect(),
        }
    }

    fn errors(allow: &[&str], patterns: Vec<PatternDraft>) -> Vec<SiteError> {
        let allow = allow.iter().map(|&text| text.to_owned()).collect();
        SiteRules::check(&SiteDraft { allow, patterns }, &Guard::default())
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn a_pattern_must_keep_its_own_promises() {
        let name = || "ward".to_owned();
        let one = |p| errors(&[], vec![p]);
        assert_eq!(one(pattern("W-[0-9]{3}", &["W-123"], &["W-12"])), []);
        assert_eq!(one(pattern("W-[0-9]{3}", &["W-12"], &[])), [SiteError::Misses(name(), 1)]);
        assert_eq!(one(pattern("W", &["W"], &["x", "W"])), [SiteError::Overreaches(name(), 2)]);
        assert_eq!(one(pattern("W*", &["W"], &[])), [SiteError::Empty(name())]);
        assert_eq!(one(pattern("W", &[], &[])), [SiteError::NoExample(name())]);
        assert!(matches!(one(pattern("(", &["("], &[]))[..], [SiteError::Syntax { .. }]));
        assert!(matches!(
            one(pattern(r"(\p{L}{100}){100}", &["x"], &[]))[..],
            [SiteError::Syntax { .. }]
        ));
        let twice = vec![pattern("W", &["W"], &[]), pattern("V", &["V"], &[])];
        assert_eq!(errors(&[], twice), [SiteError::Name(name())]);
    }

    #[test]
    fn an_allowed_text_may_hold_no_card_number_and_no_secret() {
        assert_eq!(errors(&["desk@example.org", "+44 20 7946 0018"], vec![]), []);
        assert_eq!(errors(&["ok", "4111 1111 1111 1111"], vec![]), [SiteError::AllowedSecret(2)]);
        assert_eq!(errors(&["password: hunter2"], vec![]), [SiteError::AllowedSecret(1)]);
        assert_eq!(errors(&["-"], vec![]), [SiteError::AllowedLength(1)]);
    }
}
