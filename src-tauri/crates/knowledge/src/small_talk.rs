//! Courtesies and questions about the assistant itself, which no entry answers.

/// A kind of small talk; the wording of a reply belongs to the conversation, not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SmallTalk {
    /// "Hello", "good morning".
    Greeting,
    /// "Thanks", "that helped".
    Thanks,
    /// "Bye", "see you".
    Farewell,
    /// "How are you?"
    Wellbeing,
    /// "Who are you?", "are you a robot?"
    Identity,
    /// "What can you do?", "help".
    Capabilities,
    /// "Ok", "great": nothing to answer.
    Acknowledgement,
}

impl SmallTalk {
    /// The kind of small talk that `text` is as a whole; nothing when it also asks something.
    pub(crate) fn detect(text: &str) -> Option<Self> {
        let words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
            .map(|word| word.replace(['\'', '’'], "").to_lowercase())
            .filter(|word| !word.is_empty())
            .take(MAX_WORDS + 1)
            .collect();
        if words.len() > MAX_WORDS {
            return None;
        }
        Self::of(&words)
    }

    /// The kind of the last part after peeling openings ("hi", "thanks") off, or of the openings.
    fn of(words: &[String]) -> Option<Self> {
        let mut kind = None;
        let mut rest = words;
        while !rest.is_empty() {
            let (found, length) = PHRASES
                .iter()
                .filter(|(_, phrase)| starts_with(rest, phrase))
                .map(|(found, phrase)| (*found, phrase.split(' ').count()))
                .max_by_key(|(_, length)| *length)?;
            kind = found.or(kind);
            rest = &rest[length..];
        }
        kind
    }
}

/// Longer messages say more than a courtesy.
const MAX_WORDS: usize = 14;

fn starts_with(words: &[String], phrase: &str) -> bool {
    let length = phrase.split(' ').count();
    words.len() >= length && phrase.split(' ').eq(words[..length].iter().map(String::as_str))
}

/// The parts of which small talk consists; those without a kind only accompany others.
const PHRASES: &[(Option<SmallTalk>, &str)] = {
    use SmallTalk::{
        Acknowledgement, Capabilities, Farewell, Greeting, Identity, Thanks, Wellbeing,
    };
    &[
        (Some(Greeting), "hello"),
        (Some(Greeting), "hi"),
        (Some(Greeting), "hey"),
        (Some(Greeting), "hiya"),
        (Some(Greeting), "howdy"),
        (Some(Greeting), "yo"),
        (Some(Greeting), "greetings"),
        (Some(Greeting), "good morning"),
        (Some(Greeting), "good afternoon"),
        (Some(Greeting), "good evening"),
        (Some(Greeting), "good day"),
        (Some(Greeting), "morning"),
        (Some(Greeting), "nice to meet you"),
        (Some(Greeting), "anyone there"),
        (Some(Greeting), "is anyone there"),
        (Some(Greeting), "is anybody there"),
        (Some(Greeting), "are you there"),
        (Some(Thanks), "thanks"),
        (Some(Thanks), "thank you"),
        (Some(Thanks), "thx"),
        (Some(Thanks), "ty"),
        (Some(Thanks), "cheers"),
        (Some(Thanks), "much appreciated"),
        (Some(Thanks), "i appreciate it"),
        (Some(Thanks), "thats helpful"),
        (Some(Thanks), "that was helpful"),
        (Some(Thanks), "that helped"),
        (Some(Thanks), "that helps"),
        (Some(Thanks), "very helpful"),
        (Some(Thanks), "youre very helpful"),
        (Some(Farewell), "bye"),
        (Some(Farewell), "goodbye"),
        (Some(Farewell), "good bye"),
        (Some(Farewell), "see you"),
        (Some(Farewell), "see you later"),
        (Some(Farewell), "see ya"),
        (Some(Farewell), "good night"),
        (Some(Farewell), "have a nice day"),
        (Some(Farewell), "have a good day"),
        (Some(Farewell), "have a great day"),
        (Some(Farewell), "take care"),
        (Some(Farewell), "thats all"),
        (Some(Farewell), "that is all"),
        (Some(Wellbeing), "how are you"),
        (Some(Wellbeing), "how are you doing"),
        (Some(Wellbeing), "how are things"),
        (Some(Wellbeing), "hows it going"),
        (Some(Wellbeing), "how is it going"),
        (Some(Wellbeing), "how do you do"),
        (Some(Wellbeing), "whats up"),
        (Some(Wellbeing), "what is up"),
        (Some(Wellbeing), "how is your day"),
        (Some(Identity), "who are you"),
        (Some(Identity), "what are you"),
        (Some(Identity), "who is this"),
        (Some(Identity), "what is your name"),
        (Some(Identity), "whats your name"),
        (Some(Identity), "your name"),
        (Some(Identity), "do you have a name"),
        (Some(Identity), "are you a robot"),
        (Some(Identity), "are you a bot"),
        (Some(Identity), "are you a chatbot"),
        (Some(Identity), "are you an ai"),
        (Some(Identity), "are you ai"),
        (Some(Identity), "are you human"),
        (Some(Identity), "are you a human"),
        (Some(Identity), "are you real"),
        (Some(Identity), "are you a real person"),
        (Some(Identity), "are you a person"),
        (Some(Identity), "am i talking to a human"),
        (Some(Identity), "am i talking to a robot"),
        (Some(Identity), "am i talking to a bot"),
        (Some(Identity), "am i talking to a real person"),
        (Some(Identity), "who made you"),
        (Some(Identity), "who built you"),
        (Some(Identity), "tell me about yourself"),
        (Some(Capabilities), "help"),
        (Some(Capabilities), "help me"),
        (Some(Capabilities), "can you help me"),
        (Some(Capabilities), "i need help"),
        (Some(Capabilities), "what can you do"),
        (Some(Capabilities), "what do you do"),
        (Some(Capabilities), "what can i ask"),
        (Some(Capabilities), "what can i ask you"),
        (Some(Capabilities), "what do you know"),
        (Some(Capabilities), "what can you help me with"),
        (Some(Capabilities), "what can you help with"),
        (Some(Capabilities), "how can you help me"),
        (Some(Capabilities), "how does this work"),
        (Some(Capabilities), "i have a question"),
        (Some(Acknowledgement), "ok"),
        (Some(Acknowledgement), "okay"),
        (Some(Acknowledgement), "k"),
        (Some(Acknowledgement), "great"),
        (Some(Acknowledgement), "cool"),
        (Some(Acknowledgement), "nice"),
        (Some(Acknowledgement), "perfect"),
        (Some(Acknowledgement), "awesome"),
        (Some(Acknowledgement), "got it"),
        (Some(Acknowledgement), "i see"),
        (Some(Acknowledgement), "understood"),
        (Some(Acknowledgement), "alright"),
        (Some(Acknowledgement), "good"),
        (Some(Acknowledgement), "yes"),
        (Some(Acknowledgement), "no"),
        (Some(Acknowledgement), "sure"),
        (None, "there"),
        (None, "today"),
        (None, "everyone"),
        (None, "all"),
        (None, "again"),
        (None, "so much"),
        (None, "very much"),
        (None, "a lot"),
        (None, "for your help"),
        (None, "for the help"),
        (None, "for helping"),
        (None, "for helping me"),
        (None, "for that"),
        (None, "and"),
        (None, "please"),
        (None, "exactly"),
        (None, "then"),
        (None, "for now"),
        (None, "now"),
        (None, "oh"),
        (None, "well"),
        (None, "sir"),
        (None, "madam"),
        (None, "friend"),
        (None, "bot"),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesies_are_recognised_however_they_are_written() {
        for (text, kind) in [
            ("Hello!", SmallTalk::Greeting),
            ("hi there 👋", SmallTalk::Greeting),
            ("Hi, how are you doing today?", SmallTalk::Wellbeing),
            ("THANKS A LOT for your help", SmallTalk::Thanks),
            ("ok, thank you. bye!", SmallTalk::Farewell),
            ("What’s your name?", SmallTalk::Identity),
            ("Are you a robot?", SmallTalk::Identity),
            ("hey, what can you do?", SmallTalk::Capabilities),
            ("Great.", SmallTalk::Acknowledgement),
        ] {
            assert_eq!(SmallTalk::detect(text), Some(kind), "{text}");
        }
    }

    #[test]
    fn a_question_with_a_courtesy_is_a_question() {
        for text in [
            "Hello, how do I return a volume?",
            "thanks, and what about shipping?",
            "help with my order",
            "and",
            "",
            "?!",
            "hi hi hi hi hi hi hi hi hi hi hi hi hi hi hi hi",
        ] {
            assert_eq!(SmallTalk::detect(text), None, "{text}");
        }
    }
}
