//! Why a rule of injection fired, in a sentence for people.

/// What the rule with this name says about a text; `None` for a name that is none of injection's.
#[allow(dead_code, reason = "explanations call it")]
pub(crate) fn reason(rule: &str) -> Option<&'static str> {
    let group = rule.split_once('/').map_or(rule, |(group, _)| group);
    REASONS.iter().find(|(name, _)| *name == group).map(|(_, sentence)| *sentence).or_else(|| {
        (rule == super::LEARNED)
            .then_some("The text reads like known attempts to command the assistant.")
    })
}

/// The groups of rules, by the first part of their names.
#[allow(dead_code, reason = "explanations call it")]
const REASONS: &[(&str, &str)] = &[
    ("override", "It asks the assistant to set its instructions aside."),
    ("extraction", "It asks for the assistant's own instructions or configuration."),
    ("persona", "It gives the assistant a role or mode without its rules."),
    ("refusal", "It forbids the assistant to refuse or dictates how the answer begins."),
    ("framing", "It uses a story or a hypothetical case to get around the rules."),
    ("planted", "It holds instructions for an AI that reads it, rather than for people."),
    ("splitting", "It cuts an instruction into parts that are to be put together."),
    ("many_shot", "It shows a row of made-up turns to teach the assistant a bad habit."),
    ("delimiter", "It imitates the borders between messages or roles."),
    ("exfiltration", "It asks to send data away or to reveal secrets."),
    ("authority", "It claims a right to lift the assistant's rules."),
    ("command", "It contains commands for a shell or a database."),
];

#[cfg(test)]
mod tests {
    use super::{
        super::{LEARNED, MANY_SHOT, literals::LITERALS, phrases::PHRASES},
        *,
    };

    #[test]
    fn every_rule_has_a_reason() {
        let names = PHRASES.iter().map(|phrase| phrase.name);
        for name in
            names.chain(LITERALS.iter().map(|literal| literal.name)).chain([LEARNED, MANY_SHOT])
        {
            assert!(reason(name).is_some_and(|sentence| sentence.ends_with('.')), "{name}");
        }
        assert_eq!(reason("card/luhn"), None);
    }
}
