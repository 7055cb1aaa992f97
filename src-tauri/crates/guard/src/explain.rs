//! Why something was found, in a sentence for people.

use std::borrow::Cow;

use crate::{Guard, injection, moderation, pii};

/// Reasons of the rules that stand in no table of their own.
const REASONS: &[(&str, &str)] = &[
    ("tagger/person", "The name tagger reads this as a person’s name."),
    ("tagger/address", "The name tagger reads this as a postal address or a part of one."),
    ("names/listed", "A name out of the list of frequent names."),
    ("names/form", "A name by its form, beside another one or after words that announce it."),
    ("address/format", "A postal address by its form."),
    ("health/diagnosis", "A disease or injury, in a sentence that speaks of a person."),
    ("health/medication", "A medicine, in a sentence that speaks of a person."),
    ("health/procedure", "A treatment or examination, in a sentence that speaks of a person."),
    ("judge/injection", "The second opinion takes this for an attack on the assistant."),
    ("judge/harm", "The second opinion takes this for abusive or harmful."),
    ("judge/unavailable", "The second opinion could not be asked, so the text is refused."),
    (
        "redact/unsettled",
        "Whatever is taken out, the rest says something new: all of it is hidden.",
    ),
    ("answer/canary", "A secret mark of the system prompt: the model repeats its instructions."),
    ("answer/prompt", "Words of the system prompt, which are not for readers."),
    ("answer/control-token", "A control token of a chat template, which no answer may hold."),
    ("answer/private-name", "A name out of a document that is not public."),
    ("answer/invisible", "Characters that nobody sees, which could carry data."),
    ("answer/endless", "A stretch without end, which is not shown."),
    (
        "answer/unsettled",
        "Whatever is taken out, the rest says something new: all of it is removed.",
    ),
    ("answer/link", "A link or image whose address could carry data away."),
    ("answer/address", "A web address that could carry data away."),
    ("answer/citation", "A source that was not among the passages given."),
];

impl Guard {
    /// The reason behind `rule`, as findings and verdicts name it, in a sentence for people.
    #[must_use]
    pub fn reason(&self, rule: &str) -> Cow<'static, str> {
        if let Some(name) = self.site().pattern_name(rule) {
            return Cow::Owned(format!("It matches the site’s own pattern “{name}”."));
        }
        let known = REASONS.iter().find(|(name, _)| *name == rule).map(|(_, reason)| *reason);
        let known = known
            .or_else(|| pii::reason(rule))
            .or_else(|| injection::reason(rule))
            .or_else(|| moderation::reason(rule));
        Cow::Borrowed(known.unwrap_or("A rule of the guard matched."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_guard_says_why() {
        let guard = Guard::default();
        let fallback = guard.reason("no/such-rule");
        let phrases = injection::rule_names().chain(moderation::rule_names());
        let listed = REASONS.iter().map(|(name, _)| *name);
        let rules = pii::rules().map(|rule| rule.name).chain(phrases).chain(listed);
        let learned = ["learned/injection", "learned/hate", "learned/self_harm"];
        let silent: Vec<&str> =
            rules.chain(learned).filter(|rule| guard.reason(rule) == fallback).collect();
        assert!(silent.is_empty(), "{silent:?}");
    }
}
