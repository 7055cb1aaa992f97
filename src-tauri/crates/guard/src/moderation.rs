//! Moderation: abuse, hate, sexual content, violence, self-harm, requests for crimes.
//!
//! A first compact rule set, English first. A label is set when its phrases in one sentence reach
//! the threshold together. Self-harm is about the person who writes: a question about prevention
//! or a news item sets nothing, "I want to die" does.

mod lexicon;
mod phrases;

use serde::{Deserialize, Serialize};

use crate::{
    Views,
    phrase::{Phrasebook, Sighting, weigh},
};

/// From this score on, a label is set.
const THRESHOLD: f32 = 0.5;

/// A kind of content that the assistant does not take part in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModerationLabel {
    /// Insults and threats against the reader or another person.
    Abuse,
    /// Contempt for people for what they are.
    Hate,
    /// Sexual content.
    Sexual,
    /// Violence against people, threatened, wished or asked for.
    Violence,
    /// The writer is in danger from themselves. Answered with care, never with a rebuke.
    SelfHarm,
    /// Help with a crime.
    Illegal,
}

impl ModerationLabel {
    /// Every label.
    pub const ALL: [Self; 6] =
        [Self::Abuse, Self::Hate, Self::Sexual, Self::Violence, Self::SelfHarm, Self::Illegal];

    /// The label on the wire, such as `self_harm`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Abuse => "abuse",
            Self::Hate => "hate",
            Self::Sexual => "sexual",
            Self::Violence => "violence",
            Self::SelfHarm => "self_harm",
            Self::Illegal => "illegal",
        }
    }

    /// The label of the rule `name`, whose first part it is.
    fn of(name: &str) -> Option<Self> {
        let (label, _) = name.split_once('/')?;
        Self::ALL.into_iter().find(|one| one.as_str() == label)
    }
}

impl std::fmt::Display for ModerationLabel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl cloister_types::LogSafe for ModerationLabel {}

/// Whether a text calls for a redirect, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moderation {
    /// Whether any label is set.
    pub flagged: bool,
    /// The highest score of any label, 0 to 1.
    pub score: f32,
    /// The labels that are set, in the order of [`ModerationLabel::ALL`].
    pub labels: Vec<ModerationLabel>,
    /// The rules that fired, by name.
    pub rules: Vec<&'static str>,
}

/// The compiled rules.
pub(crate) struct ModerationRules {
    book: Phrasebook,
}

impl ModerationRules {
    pub(crate) fn new() -> Self {
        Self { book: Phrasebook::new(lexicon::LEXICON, phrases::PHRASES) }
    }

    pub(crate) fn judge(&self, views: &Views) -> Moderation {
        let mut verdict =
            Moderation { flagged: false, score: 0.0, labels: Vec::new(), rules: Vec::new() };
        for view in views.folded() {
            let sightings = self.book.find(view.text());
            for label in ModerationLabel::ALL {
                let about: Vec<Sighting> = sightings
                    .iter()
                    .copied()
                    .filter(|sighting| {
                        let phrase = phrases::PHRASES.get(sighting.phrase);
                        phrase.is_some_and(|phrase| ModerationLabel::of(phrase.name) == Some(label))
                    })
                    .collect();
                let score = weigh(phrases::PHRASES, &about, &mut verdict.rules);
                verdict.score = verdict.score.max(score);
                if score >= THRESHOLD && !verdict.labels.contains(&label) {
                    verdict.labels.push(label);
                }
            }
        }
        verdict.labels.sort_unstable();
        verdict.flagged = !verdict.labels.is_empty();
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::Decoder;

    #[test]
    fn every_phrase_fires_on_its_examples_and_passes_over_the_others() {
        let (rules, decoder) = (ModerationRules::new(), Decoder::new());
        let judge = |text: &str| rules.judge(&Views::read(text, &decoder));
        let mut failures = Vec::new();
        for phrase in phrases::PHRASES {
            assert!(ModerationLabel::of(phrase.name).is_some(), "{}", phrase.name);
            for prose in ["{}", "Hello. {} Bye.", "x\n\n{}\n"] {
                for example in phrase.finds {
                    let found = judge(&prose.replace("{}", example));
                    if !found.rules.contains(&phrase.name) {
                        failures.push(format!("{} must find {example:?}: {found:?}", phrase.name));
                    }
                }
                for example in phrase.passes {
                    let found = judge(&prose.replace("{}", example));
                    if found.flagged {
                        failures.push(format!("{} must pass {example:?}: {found:?}", phrase.name));
                    }
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn despair_is_told_from_information_about_it() {
        let (rules, decoder) = (ModerationRules::new(), Decoder::new());
        let labels = |text: &str| rules.judge(&Views::read(text, &decoder)).labels;
        for cry in
            ["I want to kill myself", "i don't want to live anymore", "I'm thinking about suicide"]
        {
            assert_eq!(labels(cry), [ModerationLabel::SelfHarm], "{cry}");
        }
        for question in
            ["Do you have a suicide prevention hotline?", "When was the suicide squad film made?"]
        {
            assert_eq!(labels(question), [], "{question}");
        }
    }
}
