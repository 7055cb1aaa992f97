//! Why a rule of moderation fired, in a sentence for people.

/// One sentence for the group that `rule` belongs to; `None` for a rule of another stage.
#[allow(dead_code, reason = "explanations of findings call it")]
pub(crate) fn reason(rule: &str) -> Option<&'static str> {
    let (group, name) = rule.split_once('/')?;
    Some(match (group, name) {
        ("abuse", "die" | "hope-you") => "It wishes somebody death or harm.",
        ("abuse", "vulgar" | "vulgar-foreign") => "It uses a coarse word for a person.",
        ("abuse", _) => "It insults somebody.",
        ("hate", "slur" | "slur-foreign") => "It uses a slur for people of a group.",
        ("hate", "destroy-group" | "group-deserve") => {
            "It calls for violence or exclusion against people for what they are."
        }
        ("hate", _) => "It shows contempt for people for what they are.",
        ("sexual", _) => "It is sexually explicit.",
        ("violence", "how-to") => "It asks how to harm somebody.",
        ("violence", _) => "It threatens or wishes violence.",
        ("self_harm", "method") => "It asks for a way to hurt oneself.",
        ("self_harm", _) => "The writer may be in danger from themselves.",
        ("illegal", "make-weapon" | "how-weapon" | "weapon-foreign") => {
            "It asks how to make or get a weapon, a poison or malicious software."
        }
        ("illegal", "drugs" | "make-drug") => "It asks how to make or trade illegal drugs.",
        ("illegal", _) => "It asks for help with a crime.",
        ("learned", "abuse") => "Its wording resembles insults and threats.",
        ("learned", "hate") => "Its wording resembles contempt for people for what they are.",
        ("learned", "sexual") => "Its wording resembles sexually explicit text.",
        ("learned", "violence") => "Its wording resembles threats and descriptions of violence.",
        ("learned", "self_harm") => "Its wording resembles that of people in danger of self-harm.",
        ("learned", "illegal") => "Its wording resembles requests for help with a crime.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModerationLabel;

    #[test]
    fn every_label_has_reasons_and_other_stages_have_none() {
        for label in ModerationLabel::ALL {
            assert!(reason(&format!("{label}/any")).is_some(), "{label}");
            assert!(reason(&format!("learned/{label}")).is_some(), "{label}");
        }
        assert_eq!(reason("card/luhn"), None);
        assert_eq!(reason("learned/injection"), None);
    }
}
