//! From what the search says to what the machine plans with.

use cloister_guard::{Category, Finding, Guard, Redaction, Treatment, Views};
use cloister_knowledge::{AnswerMode, Entry, Hit, Index, KnowledgeError, TopicSuggestion};
use cloister_types::{PassageId, ReadScope, Secret};

use crate::{
    Passage, Retrieved, Topic,
    capability::{self, Exceeded},
};

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

/// What retrieval can do: read within a scope.
pub(crate) trait Shelf {
    /// How to answer `text` from what `scope` opens.
    fn answer_mode(&self, scope: &ReadScope, text: &str) -> Result<AnswerMode, KnowledgeError>;

    /// The entry `id`, if `scope` opens it.
    fn entry(&self, scope: &ReadScope, id: &PassageId) -> Option<&Entry>;
}

impl Shelf for Index {
    fn answer_mode(&self, scope: &ReadScope, text: &str) -> Result<AnswerMode, KnowledgeError> {
        self.answer_mode(scope, text)
    }

    fn entry(&self, scope: &ReadScope, id: &PassageId) -> Option<&Entry> {
        self.passage(scope, id)
    }
}

/// Why nothing was retrieved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RetrievalError {
    /// The shelf gave out what it may not.
    #[error(transparent)]
    Exceeded(#[from] Exceeded),
    /// The shelf could not be searched.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
}

/// Looks `text` up within `scope`.
///
/// # Errors
/// When the shelf cannot be searched, or gives out what lies outside of `scope`.
pub(crate) fn retrieve(
    shelf: &impl Shelf,
    scope: &ReadScope,
    text: &str,
) -> Result<Retrieved, RetrievalError> {
    let mode = shelf.answer_mode(scope, text)?;
    capability::reads_only(
        scope,
        named_in(&mode).into_iter().map(|id| (id, shelf.entry(scope, id))),
    )?;
    let passage = |hit: &Hit| shelf.entry(scope, &hit.id).map(Passage::from);
    Ok(match mode {
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

/// Every passage that `mode` tells the reader of.
fn named_in(mode: &AnswerMode) -> Vec<&PassageId> {
    match mode {
        AnswerMode::Direct { hit } => vec![&hit.id],
        AnswerMode::Compose { hits } => hits.iter().map(|hit| &hit.id).collect(),
        AnswerMode::Clarify { a, b } => vec![&a.id, &b.id],
        AnswerMode::SmallTalk(_) => Vec::new(),
        AnswerMode::OutOfScope { nearest } => nearest.iter().map(|topic| &topic.id).collect(),
    }
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
    use std::collections::BTreeSet;

    use cloister_types::{AccessClass, Label};

    use super::*;

    /// A shelf that gives out whatever it has, whatever the scope.
    struct Careless(Entry);

    impl Shelf for Careless {
        fn answer_mode(&self, _: &ReadScope, _: &str) -> Result<AnswerMode, KnowledgeError> {
            let topic = TopicSuggestion {
                id: self.0.id.clone(),
                topic: String::new(),
                question: self.0.question.clone(),
            };
            Ok(AnswerMode::OutOfScope { nearest: vec![topic] })
        }

        fn entry(&self, _: &ReadScope, _: &PassageId) -> Option<&Entry> {
            Some(&self.0)
        }
    }

    #[test]
    fn a_shelf_that_names_what_the_scope_closes_is_found_out() {
        let entry = |label| Entry {
            id: "salaries".parse().unwrap(),
            question: "What does the manager earn?".to_owned(),
            label,
            placement: std::sync::Arc::default(),
            collection: String::new(),
            topic: String::new(),
            answer: String::new(),
            alternatives: Vec::new(),
        };
        #[expect(clippy::disallowed_methods, reason = "a test stands in for access control")]
        let scope = ReadScope::mint(BTreeSet::from([AccessClass::plain(Label::Public, "")]));
        assert!(retrieve(&Careless(entry(Label::Public)), &scope, "salary").is_ok());
        let exceeded = retrieve(&Careless(entry(Label::Restricted)), &scope, "salary");
        let Err(RetrievalError::Exceeded(exceeded)) = exceeded else { panic!("{exceeded:?}") };
        assert_eq!(exceeded.part, capability::Part::Retrieval);
        assert_eq!(exceeded.passages, ["salaries".parse().unwrap()]);
    }

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
