//! Moderation: abuse, hate, sexual content, violence, self-harm, requests for crimes.
//!
//! Two judges, either of which sets a label. Phrases do when those of one sentence reach the
//! threshold together; the learned score does from the threshold of the profile on. Words for
//! people say nothing on their own, and who quotes, reports or rebukes is not who says. Self-harm
//! is about the person who writes: a question about prevention or a news item sets nothing, "I want
//! to die" does.

mod lexicon;
mod phrases;
mod reasons;
mod tags;

use serde::{Deserialize, Serialize};

use crate::{
    Profile, Views,
    linear::LinearModel,
    phrase::{Phrasebook, Sighting, weigh},
};

pub(crate) use reasons::reason;
use tags::Tags;

/// From this score of its phrases on, a label is set.
const THRESHOLD: f32 = 0.5;

/// Fewest words around a quotation that make it one, and not a text in quotation marks.
const FEWEST_AROUND: usize = 3;

/// Readings beside the first that the learned score looks at, at most; a limit on time alone.
const MOST_DISGUISES: usize = 3;

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

    /// The name under which the learned score of the label is reported.
    const fn learned(self) -> &'static str {
        match self {
            Self::Abuse => "learned/abuse",
            Self::Hate => "learned/hate",
            Self::Sexual => "learned/sexual",
            Self::Violence => "learned/violence",
            Self::SelfHarm => "learned/self_harm",
            Self::Illegal => "learned/illegal",
        }
    }

    /// Whether a sentence that quotes or rebukes such words is none of them itself.
    const fn may_be_reported(self) -> bool {
        match self {
            Self::Abuse | Self::Hate => true,
            Self::Sexual | Self::Violence | Self::SelfHarm | Self::Illegal => false,
        }
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

/// The compiled rules and the learned score.
pub(crate) struct ModerationRules {
    book: Phrasebook,
    tags: Tags,
    learned: LinearModel,
}

impl ModerationRules {
    pub(crate) fn new() -> Self {
        let weights = include_bytes!("../../../../models/guard/moderation.weights");
        Self {
            book: Phrasebook::new(lexicon::LEXICON, phrases::PHRASES),
            tags: Tags::new(),
            learned: LinearModel::parse(weights).expect("a test parses the built-in weights"),
        }
    }

    /// The labels that phrases set in any reading.
    pub(crate) fn said_outright(&self, views: &Views) -> Vec<ModerationLabel> {
        self.phrases(views).labels
    }

    fn phrases(&self, views: &Views) -> Moderation {
        let mut verdict =
            Moderation { flagged: false, score: 0.0, labels: Vec::new(), rules: Vec::new() };
        for view in views.folded() {
            self.judge_phrases(view.text(), &mut verdict);
        }
        verdict
    }

    pub(crate) fn judge(&self, views: &Views, profile: Profile) -> Moderation {
        let mut verdict = self.phrases(views);
        self.judge_learned(views, profile, &mut verdict);
        verdict.labels.sort_unstable();
        verdict.labels.dedup();
        verdict.flagged = !verdict.labels.is_empty();
        verdict
    }

    /// What stands in quotation marks is nobody's abuse or hate; the other labels read it, too.
    fn judge_phrases(&self, folded: &str, verdict: &mut Moderation) {
        match outside_quotes(folded) {
            None => self.judge_sentences(folded, &ModerationLabel::ALL, verdict),
            Some(outside) => {
                let (reported, plain): (Vec<_>, Vec<_>) =
                    ModerationLabel::ALL.into_iter().partition(|label| label.may_be_reported());
                self.judge_sentences(&outside, &reported, verdict);
                self.judge_sentences(folded, &plain, verdict);
            }
        }
    }

    fn judge_sentences(&self, folded: &str, labels: &[ModerationLabel], verdict: &mut Moderation) {
        let sightings = self.book.find(folded);
        let is_of = |sighting: &Sighting, group: &str| {
            let phrase = phrases::PHRASES.get(sighting.phrase);
            phrase.is_some_and(|phrase| phrase.name.starts_with(group))
        };
        let spoken_of: Vec<u32> = sightings
            .iter()
            .filter(|sighting| is_of(sighting, phrases::SPEECH))
            .map(|sighting| sighting.sentence)
            .collect();
        for label in labels {
            let about: Vec<Sighting> = sightings
                .iter()
                .copied()
                .filter(|sighting| is_of(sighting, label.as_str()))
                .filter(|sighting| {
                    !(label.may_be_reported() && spoken_of.contains(&sighting.sentence))
                })
                .collect();
            let score = weigh(phrases::PHRASES, &about, &mut verdict.rules);
            verdict.score = verdict.score.max(score);
            if score >= THRESHOLD {
                verdict.labels.push(*label);
            }
        }
    }

    /// The first reading, and of the disguised ones those with more telling words than it has.
    fn judge_learned(&self, views: &Views, profile: Profile, verdict: &mut Moderation) {
        let mut first = None;
        let mut left = MOST_DISGUISES;
        for view in views.folded() {
            let tagged = self.tags.tag(view.text());
            match first {
                // without one word that it knows, a score would rest on chance
                None if tagged.telling == 0 => {
                    first = Some(0);
                    continue;
                }
                None => first = Some(tagged.telling),
                Some(telling) if left > 0 && tagged.telling > telling => left -= 1,
                Some(_) => continue,
            }
            let scores = self.learned.scores(&tagged.text);
            for (index, (label, score)) in ModerationLabel::ALL.into_iter().zip(scores).enumerate()
            {
                verdict.score = verdict.score.max(score);
                if score >= self.learned.threshold(index, profile) {
                    verdict.labels.push(label);
                    if !verdict.rules.contains(&label.learned()) {
                        verdict.rules.push(label.learned());
                    }
                }
            }
        }
    }
}

/// `text` without what it quotes, when it says something besides.
fn outside_quotes(text: &str) -> Option<String> {
    if !text.contains(['"', '«', '„']) {
        return None;
    }
    let mut outside = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(['"', '«', '„']) {
        outside.push_str(before);
        let Some((_, behind)) = after.split_once(['"', '»']) else {
            outside.push_str(after);
            rest = "";
            break;
        };
        outside.push(' ');
        rest = behind;
    }
    outside.push_str(rest);
    (outside.split_whitespace().count() >= FEWEST_AROUND).then_some(outside)
}

/// The names of the rules, for the test that asks each for its reason.
#[cfg(test)]
pub(crate) fn rule_names() -> impl Iterator<Item = &'static str> {
    let names = phrases::PHRASES.iter().map(|phrase| phrase.name);
    // what excuses a text is not reported
    names.filter(|name| !name.starts_with("speech/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{linear::tests::agrees_with_training, normalise::Decoder};

    #[test]
    fn every_phrase_fires_on_its_examples_and_passes_over_the_others() {
        let (rules, decoder) = (ModerationRules::new(), Decoder::new());
        let judge = |text: &str| rules.judge(&Views::read(text, &decoder), Profile::Office);
        let mut failures = Vec::new();
        for phrase in phrases::PHRASES {
            let speech = phrase.name.starts_with(phrases::SPEECH);
            assert!(reason(phrase.name).is_some() || speech, "{} has no reason", phrase.name);
            for prose in ["{}", "Hello. {} Bye.", "x\n\n{}\n"] {
                for example in phrase.finds {
                    let found = judge(&prose.replace("{}", example));
                    if found.rules.contains(&phrase.name) == speech {
                        failures.push(format!("{} must find {example:?}: {found:?}", phrase.name));
                    }
                    if speech && found.rules.iter().any(|rule| !rule.starts_with("learned/")) {
                        failures
                            .push(format!("{} must excuse {example:?}: {found:?}", phrase.name));
                    }
                }
                for example in phrase.passes {
                    let found = judge(&prose.replace("{}", example));
                    if found.rules.contains(&phrase.name) {
                        failures.push(format!("{} must pass {example:?}: {found:?}", phrase.name));
                    }
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn the_model_scores_as_its_training_did() {
        let rules = ModerationRules::new();
        let labels: Vec<_> = rules.learned.labels().collect();
        assert_eq!(labels, ModerationLabel::ALL.map(ModerationLabel::as_str));
        let fixtures = include_str!("../../../../models/guard/moderation.fixtures.jsonl");
        agrees_with_training(&rules.learned, |text| rules.tags.tag(text).text, fixtures);
    }

    #[test]
    fn who_one_is_sets_nothing() {
        let (rules, decoder) = (ModerationRules::new(), Decoder::new());
        for plain in [
            "I am a black woman.",
            "Sono una donna.",
            "Eu sou um homem negro",
            "Ich bin Muslim.",
            "Je suis une femme noire",
            "Soy gitana.",
        ] {
            let verdict = rules.judge(&Views::read(plain, &decoder), Profile::Office);
            assert!(!verdict.flagged, "{plain}: {verdict:?}");
        }
    }

    #[test]
    fn who_reports_or_quotes_is_not_who_says() {
        let (rules, decoder) = (ModerationRules::new(), Decoder::new());
        let flagged =
            |text: &str| rules.judge(&Views::read(text, &decoder), Profile::Office).flagged;
        for hateful in ["Muslims are vermin.", "\"Muslims are vermin.\"", "You are a stupid bitch."]
        {
            assert!(flagged(hateful), "{hateful}");
        }
        for report in [
            "A man wrote \"Muslims are vermin\" on our wall, whom do I call?",
            "It is wrong to say that Muslims are vermin.",
            "My manager called me a stupid bitch. Where can I complain?",
        ] {
            let verdict = rules.judge(&Views::read(report, &decoder), Profile::Office);
            assert!(verdict.rules.iter().all(|rule| rule.starts_with("learned/")), "{report}");
        }
    }

    #[test]
    fn despair_is_told_from_information_about_it() {
        let (rules, decoder) = (ModerationRules::new(), Decoder::new());
        let labels = |text: &str| rules.judge(&Views::read(text, &decoder), Profile::Office).labels;
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
