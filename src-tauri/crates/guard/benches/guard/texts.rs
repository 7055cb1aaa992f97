//! The texts that are measured: ordinary ones with some personal data, and hostile ones.

/// Sentences of people at a help desk; one in four holds a datum of some kind.
const SENTENCES: [&str; 16] = [
    "Hello, I would like to know when the reading room opens on Saturdays.",
    "My parcel has not arrived yet and the tracking page says nothing new.",
    "You can reach me at jo.brandt@example.org if that is easier.",
    "Could you tell me which form I need for a change of address?",
    "The second invoice is twenty euros higher than the first one.",
    "I already tried to reset the device, but the light keeps blinking.",
    "My number is +44 20 7946 0018, best after five o'clock.",
    "Is it possible to move the appointment from Tuesday to next week?",
    "We are four people and one of us needs a step-free entrance.",
    "Where do I find the rules for remote work and travel costs?",
    "Please charge it to 4111 1111 1111 1111 as you did last time.",
    "Thank you, that was helpful; one more thing about the warranty.",
    "Does the price include breakfast, and is there a place to park?",
    "I forgot which department handles requests for old contracts.",
    "My name is Carla Winter and I moved to 12 Mill Lane in May.",
    "What happens to my subscription when I cancel in the middle of a month?",
];

/// Sixteen messages of `chars` characters, each beginning with another sentence.
pub(crate) fn messages(chars: usize) -> Vec<String> {
    (0..SENTENCES.len())
        .map(|first| {
            let mut text = String::new();
            for sentence in SENTENCES.iter().cycle().skip(first) {
                text.push_str(sentence);
                if text.chars().count() >= chars {
                    break;
                }
                text.push(' ');
            }
            text.chars().take(chars).collect()
        })
        .collect()
}

/// Patterns that were built to make rules look often, far or again, and what each is aimed at.
pub(crate) const HOSTILE: &[(&str, &str)] = &[
    ("digits", "4111 1111 1111 1112 "),
    ("one-number", "1"),
    ("at-signs", "a@"),
    ("dots", "a.a-"),
    ("base64", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo"),
    ("hex", "4a6f "),
    ("percent", "%2541"),
    ("entities", "&#38;#97;"),
    ("confusables", "\u{456}gn\u{43e}r\u{435} "),
    ("accents", "a\u{301}\u{302}\u{303}"),
    ("invisible", "i\u{200b}"),
    ("spaced", "i g n o r e  "),
    ("leet", "1gn0r3 4ll "),
    ("morse", ".. --. "),
    ("lead-ins", "my name is "),
    ("attack-words", "ignore all previous "),
    ("brackets", "[[!["),
    ("links", "http://a.b/?"),
    ("keys", "-----BEGIN PRIVATE KEY----- "),
    ("wide", "\u{7121}\u{8996}\u{ff10}"),
    ("emoji", "\u{1f642}\u{fe0f}\u{200d}"),
    ("lines", "\n\n"),
];

/// `pattern` over and over, up to `bytes` bytes and never within a character.
pub(crate) fn repeated(pattern: &str, bytes: usize) -> String {
    let mut text = pattern.repeat(bytes / pattern.len() + 1);
    let end = (0..=bytes).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.truncate(end);
    text
}

/// What the reader of the answers below may see.
pub(crate) const PASSAGE: &str = "The reading room is open from 10:00 to 18:30. Reception: \
                                  +44 20 7946 0018, desk@library.example.";

/// The system prompt of the answers below.
pub(crate) const PROMPT: &str = "You serve the visitors of the town library and speak plainly \
                                 about its services, from the passages that were handed to you.";

/// An answer with nothing to change in it.
pub(crate) const ANSWER: &str = "The reading room is open from 10:00 to 18:30 on weekdays [1]. On \
                                 Saturdays it closes at noon, and on Sundays the whole house is \
                                 shut. You may bring a laptop, but no food or drinks; lockers are \
                                 free of charge. If you need help, the desk near the entrance is \
                                 staffed all day [2].\n\n";

/// An answer in which every other sentence is changed.
pub(crate) const ANSWER_WITH_DATA: &str = "You can write to ann.lee@example.org or call \
                                           (212) 555-0142. The form is [here](https://a.example/f). \
                                           Reception has +44 20 7946 0018, as said before [1]. Her \
                                           card is 4111 1111 1111 1111 and it is valid until May \
                                           [7]. Everything else stays as it was.\n\n";
