//! From what the search says to what the machine plans with.

use cloister_guard::{Category, Finding, Guard, Redaction, Treatment, Views};
use cloister_knowledge::{AnswerMode, Entry, Hit, Index, KnowledgeError, TopicSuggestion};
use cloister_types::{ReadScope, Secret};

use crate::{Passage, Retrieved, Topic};

/// What is looked up for `text`: its normalised original without the findings that can tell nothing
/// about what is asked, such as card numbers. Names, places and what is said about health stay:
/// "volumes by Naoki Urasawa" must find them. It is kept in memory for the search and wiped.
pub(crate) fn query(
    guard: &Guard,
    text: &str,
    views: &Views,
    redaction: &Redaction,
) -> Secret<String> {
    let hides = |finding: &&Finding| {
        finding.treatment == Treatment::Replace
            && !matches!(finding.category, Category::Person | Category::Address | Category::Health)
    };
    let mut hidden = redaction.findings.iter().filter(hides).map(|finding| finding.span).peekable();
    if hidden.peek().is_none() {
        return Secret::new(views.surface().to_owned());
    }
    let mut kept = Secret::new(String::with_capacity(text.len()));
    for (place, char) in text.chars().enumerate() {
        while hidden.next_if(|span| span.end <= place).is_some() {}
        let inside = hidden.peek().is_some_and(|span| span.start <= place);
        kept.expose_mut().push(if inside { ' ' } else { char });
    }
    Secret::new(guard.normalise(kept.expose()).surface().to_owned())
}

/// Looks `text` up within `scope`.
///
/// # Errors
/// When the index cannot be searched.
pub(crate) fn retrieve(
    index: &Index,
    scope: &ReadScope,
    text: &str,
) -> Result<Retrieved, KnowledgeError> {
    let passage = |hit: &Hit| index.passage(scope, &hit.id).map(Passage::from);
    Ok(match index.answer_mode(scope, text)? {
        AnswerMode::Direct { hit } => match passage(&hit) {
            Some(passage) => Retrieved::Direct(passage),
            None => Retrieved::Nothing(Vec::new()),
        },
        AnswerMode::Compose { hits } => {
            Retrieved::Compose(hits.iter().filter_map(passage).collect())
        }
        AnswerMode::Clarify { a, b } => Retrieved::Clarify(vec![a.into(), b.into()]),
        AnswerMode::SmallTalk(kind) => Retrieved::SmallTalk(kind),
        AnswerMode::OutOfScope { nearest } => {
            Retrieved::Nothing(nearest.into_iter().map(Topic::from).collect())
        }
    })
}

impl From<TopicSuggestion> for Topic {
    fn from(topic: TopicSuggestion) -> Self {
        Self { id: topic.id, question: topic.question }
    }
}

impl From<&Entry> for Passage {
    fn from(entry: &Entry) -> Self {
        Self {
            id: entry.id.clone(),
            title: entry.question.clone(),
            text: entry.answer.clone(),
            label: entry.label,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_of_mail_are_left_out_of_the_search_and_nothing_else_is() {
        let guard = Guard::default();
        let look = |text: &str| {
            let views = guard.normalise(text);
            let redaction = guard.redact(text, &views);
            query(&guard, text, &views, &redaction).expose().clone()
        };
        let kept = look("Is 👋 ann@example.org or 4111 1111 1111 1111 kept?");
        let words: Vec<&str> = kept.split_whitespace().collect();
        assert_eq!(words, ["Is", "👋", "or", "kept?"]);
        assert_eq!(look("volumes by Naoki Urasawa"), "volumes by Naoki Urasawa");
    }
}
