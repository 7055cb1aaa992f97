//! The guard: every rule compiled, and one call for each stage.

use std::sync::Arc;

use cloister_types::{Judge, Sanitized, Tagger};
use serde::Serialize;

use crate::{
    Category, Finding, Injection, Moderation, ModerationLabel, NameCoverage, Placeholder, Profile,
    Redaction, SiteRules, Treatment, Views,
    answer::AnswerRules,
    health::HealthTerms,
    injection::InjectionRules,
    moderation::ModerationRules,
    names::NameFinder,
    normalise::{Decoder, View},
    opinion,
    pii::Detectors,
    screening::ScreeningRules,
};

/// How a guard is set up.
#[derive(Clone, Default)]
pub struct GuardOptions {
    /// How strict it is.
    pub profile: Profile,
    /// Finds names and addresses; without it the rules alone do.
    pub tagger: Option<Arc<dyn Tagger>>,
    /// What the site adds.
    pub site: SiteRules,
    /// A model-based second opinion on attacks and harm; none by default. It never lowers a verdict,
    /// and a judge that cannot run refuses the text.
    pub judge: Option<Arc<dyn Judge>>,
}

/// The compiled rules. Made once and shared behind an `Arc`; it holds no text.
pub struct Guard {
    options: GuardOptions,
    health: Option<HealthTerms>,
    decoder: Decoder,
    detectors: Detectors,
    names: NameFinder,
    answer: AnswerRules,
    injection: InjectionRules,
    moderation: ModerationRules,
    screening: ScreeningRules,
}

/// What is done with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It goes on as it is.
    Allow,
    /// It goes on with placeholders.
    Redact,
    /// It is answered with a neutral or caring text.
    Redirect,
    /// It is refused.
    Block,
}

/// Everything that the guard has to say about a text.
#[derive(Debug, Clone)]
pub struct Scan {
    /// What is to be done: an attack blocks, moderation redirects, findings redact.
    pub action: Action,
    /// The text without personal data and secrets.
    pub sanitized: Sanitized,
    /// What was found, in code points of the original.
    pub findings: Vec<Finding>,
    /// The placeholders, in code points of the sanitised text.
    pub placeholders: Vec<Placeholder>,
    /// How much of the text the tagger read for names and addresses.
    pub names: NameCoverage,
    /// Whether it is an attack.
    pub injection: Injection,
    /// Whether it calls for a redirect.
    pub moderation: Moderation,
}

/// A piece of a text that the program composes itself.
#[derive(Debug, Clone, Copy)]
pub enum VouchedPiece<'a> {
    /// A sentence of the program.
    Fixed(&'static str),
    /// Text that was sanitised before.
    Clean(&'a Sanitized),
}

impl Default for Guard {
    fn default() -> Self {
        Self::new(GuardOptions::default())
    }
}

impl Guard {
    /// Compiles the rules, which takes some milliseconds. It cannot fail: the rules are constant.
    #[must_use]
    pub fn new(options: GuardOptions) -> Self {
        let detectors = Detectors::new();
        let health = (options.profile == Profile::Health).then(HealthTerms::new);
        Self {
            options,
            health,
            decoder: Decoder::new(),
            answer: AnswerRules::new(),
            detectors,
            names: NameFinder::new(),
            injection: InjectionRules::new(),
            moderation: ModerationRules::new(),
            screening: ScreeningRules::new(),
        }
    }

    /// The place that it is set up for.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.options.profile
    }

    /// Whether a tagger finds names and addresses.
    #[must_use]
    pub const fn has_tagger(&self) -> bool {
        self.options.tagger.is_some()
    }

    /// The site's own rules.
    pub(crate) const fn site(&self) -> &SiteRules {
        &self.options.site
    }

    /// The terms of the health profile, where it is on.
    pub(crate) const fn health(&self) -> Option<&HealthTerms> {
        self.health.as_ref()
    }

    pub(crate) const fn detectors(&self) -> &Detectors {
        &self.detectors
    }

    pub(crate) const fn screening(&self) -> &ScreeningRules {
        &self.screening
    }

    pub(crate) const fn names(&self) -> &NameFinder {
        &self.names
    }

    pub(crate) fn tagger(&self) -> Option<&dyn Tagger> {
        self.options.tagger.as_deref()
    }

    pub(crate) const fn answer_rules(&self) -> &AnswerRules {
        &self.answer
    }

    /// The readings that keep letter case, which the detectors of personal data look at.
    pub(crate) fn plain_readings(&self, text: &str) -> Vec<View> {
        Views::plain_readings(text, &self.decoder)
    }

    /// Reads `text` without its disguises (stage 2). The text itself stays as it is.
    #[must_use]
    pub fn normalise(&self, text: &str) -> Views {
        Views::read(text, &self.decoder)
    }

    /// Both verdicts on `text`, whose readings are `views`, the second opinion included
    /// (stages 3 and 4).
    #[must_use]
    pub fn verdicts(&self, text: &str, views: &Views) -> (Injection, Moderation) {
        let mut injection = self.injection(views);
        let mut moderation = self.moderation(views);
        if let Some(judge) = &self.options.judge {
            opinion::ask(&**judge, text, &mut injection, &mut moderation);
        }
        (injection, moderation)
    }

    /// Judges whether any reading is an attack on the assistant (stage 3).
    #[must_use]
    pub fn injection(&self, views: &Views) -> Injection {
        self.injection.judge(views, self.options.profile)
    }

    /// Judges whether any reading calls for a redirect (stage 4).
    #[must_use]
    pub fn moderation(&self, views: &Views) -> Moderation {
        self.moderation.judge(views, self.options.profile)
    }

    /// The labels that phrases set in any reading, whatever the learned score says.
    pub(crate) fn said_outright(&self, views: &Views) -> Vec<ModerationLabel> {
        self.moderation.said_outright(views)
    }

    /// Runs every stage over `text`.
    #[must_use]
    pub fn scan(&self, text: &str) -> Scan {
        let views = self.normalise(text);
        let (injection, moderation) = self.verdicts(text, &views);
        let Redaction { sanitized, findings, placeholders, names } = self.redact(text, &views);
        let replaced = findings.iter().any(|finding| finding.treatment == Treatment::Replace);
        let action = match (injection.flagged, moderation.flagged, replaced) {
            (true, _, _) => Action::Block,
            (false, true, _) => Action::Redirect,
            (false, false, true) => Action::Redact,
            (false, false, false) => Action::Allow,
        };
        Scan { action, sanitized, findings, placeholders, names, injection, moderation }
    }

    /// The names of people in `text`, as they stand there.
    #[must_use]
    pub fn names_in(&self, text: &str) -> Vec<String> {
        let redaction = self.redact(text, &self.normalise(text));
        let named = redaction.findings.iter().filter(|one| one.category == Category::Person);
        let name = |one: &Finding| {
            text.chars().skip(one.span.start).take(one.span.end - one.span.start).collect()
        };
        named.map(name).collect()
    }

    /// Puts together a text from the program's own sentences and text that is already sanitised.
    #[must_use]
    pub fn vouch_answer(&self, pieces: &[VouchedPiece<'_>]) -> Sanitized {
        vouch(
            pieces
                .iter()
                .map(|piece| match piece {
                    VouchedPiece::Fixed(sentence) => sentence,
                    VouchedPiece::Clean(text) => text.as_str(),
                })
                .collect(),
        )
    }
}

/// The one place that vouches for sanitised text.
#[expect(clippy::disallowed_methods, reason = "the guard is the one that mints sanitised text")]
pub(crate) const fn vouch(text: String) -> Sanitized {
    Sanitized::mint(text)
}
