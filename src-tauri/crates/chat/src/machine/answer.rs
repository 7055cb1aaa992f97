//! The answer as it grows: grounded, filtered, and what of it was shown.

use std::sync::Arc;

use cloister_guard::{AnswerContext, AnswerFilter};
use cloister_types::Label;

use super::{Passage, Setup};
use crate::grounding::{Ending, Grounding};

/// An answer on its way through grounding and the answer filter.
pub(super) struct Answer {
    grounding: Option<Grounding>,
    filter: AnswerFilter,
    shown: String,
}

/// An answer that came to its end.
pub(super) struct Finished {
    /// What was held back until now and may be shown.
    pub(super) tail: String,
    /// The whole answer as shown, the tail included.
    pub(super) shown: String,
    /// Sentences that no passage supported.
    pub(super) dropped: usize,
    /// Findings of the answer filter.
    pub(super) findings: usize,
    /// Whether the answer must be taken back.
    pub(super) withdrawn: bool,
}

impl Answer {
    /// An answer that the model writes over `passages`: each sentence must stand on one of them.
    pub(super) fn composed(setup: &Setup, passages: &[Passage]) -> Self {
        let texts = passages.iter().map(|passage| passage.text.as_str());
        Self { grounding: Some(Grounding::new(texts)), ..Self::quoted(setup, passages) }
    }

    /// An answer that quotes `passages` as they are.
    pub(super) fn quoted(setup: &Setup, passages: &[Passage]) -> Self {
        let context = AnswerContext {
            passages: passages.iter().map(|passage| passage.text.clone()).collect(),
            system_prompt: setup.system.text().to_owned(),
            canary: setup.system.canary().to_owned(),
            citations: passages.len(),
            private_names: private_names(setup, passages),
        };
        let filter = AnswerFilter::new(Arc::clone(&setup.guard), context);
        Self { grounding: None, filter, shown: String::new() }
    }

    /// What was shown so far.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Takes more text and returns what may now be shown.
    pub(super) fn push(&mut self, text: &str) -> String {
        let safe = match &mut self.grounding {
            Some(grounding) => {
                let grounded = grounding.push(text);
                self.filter.push(&grounded)
            }
            None => self.filter.push(text),
        };
        self.shown.push_str(&safe);
        safe
    }

    /// Ends the answer.
    pub(super) fn finish(mut self, ending: Ending) -> Finished {
        let mut tail = String::new();
        let mut dropped = 0;
        if let Some(grounding) = self.grounding.take() {
            let (last, unsupported) = grounding.finish(ending);
            dropped = unsupported;
            tail.push_str(&self.filter.push(&last));
        }
        let filtered = self.filter.finish();
        tail.push_str(&filtered.tail);
        self.shown.push_str(&tail);
        Finished {
            tail,
            shown: self.shown.trim_end().to_owned(),
            dropped,
            findings: filtered.findings.len(),
            withdrawn: filtered.withdrawn,
        }
    }
}

/// The names in passages that are not public, without those that a public one holds: an answer
/// drawn from both shows the latter alone.
fn private_names(setup: &Setup, passages: &[Passage]) -> Vec<String> {
    let (public, closed): (Vec<&Passage>, Vec<&Passage>) =
        passages.iter().partition(|passage| passage.label == Label::Public);
    let names = closed.iter().flat_map(|passage| setup.guard.names_in(&passage.text));
    names.filter(|name| !public.iter().any(|passage| passage.text.contains(name))).collect()
}
