//! Looks at what people write and at what the model answers.
//!
//! **Purpose.** Stages 2 to 5 and 11 of a turn: normalise, injection, moderation, redact, and the
//! filter of the answer; and the screening of documents. [`Guard`] holds the compiled rules; [`AnswerFilter`] takes an answer in
//! chunks and gives out what may be shown.
//!
//! **Guarantees.** Pure: no clock, file, network or thread. It cannot fail on text: any UTF-8 gives
//! findings, never an error or a panic, in time linear in its length. Redaction leaves nothing that
//! the scanner finds again. The answer filter gives the same output for every way of cutting its
//! input. Findings carry offsets and names, never text.
//!
//! **Not here.** The model behind the tagger of names and addresses (a trait), learned scores, the
//! wording of refusals, strikes and cool-downs, what is logged. A rule set finds what it knows; it is one layer among several.
//!
//! **Terms.** A *view* is a reading of a text with a disguise taken off; a *finding* is a stretch of
//! the original with a category, a rule and its evidence; a *placeholder* stands where a finding
//! was; *treatment* says whether a finding is replaced or only reported; a *phrase* is a sequence of
//! word classes that means something; *sanitised* text went through redaction or the answer filter.
#![forbid(unsafe_code)]

mod answer;
mod category;
mod explain;
mod finding;
mod guard;
mod health;
mod injection;
mod linear;
mod moderation;
mod names;
mod normalise;
mod opinion;
mod phrase;
mod pii;
mod profile;
mod redact;
mod screening;
mod site;
mod tokens;

pub use answer::{AnswerContext, AnswerFilter, Filtered, MAX_HELD, MAX_OPEN, filter_whole};
pub use category::Category;
pub use finding::{Evidence, Finding, Span, Treatment};
pub use guard::{Action, Guard, GuardOptions, Scan, VouchedPiece};
pub use injection::Injection;
pub use moderation::{Moderation, ModerationLabel};
pub use normalise::{Disguise, Views};
pub use profile::Profile;
pub use redact::{NameCoverage, Placeholder, Redaction};
pub use screening::{Concern, Screened};
pub use site::{MOST_ALLOWED, MOST_PATTERNS, PatternDraft, SiteDraft, SiteError, SiteRules};
pub use tokens::{MOST_TOKENS, SessionTokens};
