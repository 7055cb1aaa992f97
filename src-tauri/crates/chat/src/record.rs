//! The particulars of a turn's two audit records: decisions, ids, codes and times, never text.

use cloister_access::Principal;
use cloister_guard::Category;
use cloister_store::{AuditBody, AuditCode};

use crate::{Authorisation, Completion, TurnView};

/// What stands in the *authorised* record.
pub(crate) fn authorised(principal: &Principal, authorisation: &Authorisation) -> AuditBody {
    let health =
        authorisation.question.hidden.iter().any(|hidden| hidden.category == Category::Health);
    AuditBody::new()
        .list("roles", principal.roles())
        // questions that speak of a person's health are a class of their own in the log
        .list("data_class", health.then_some(Category::Health))
        .list("decision", code(authorisation.decision))
        .passages("passages", &authorisation.passages)
        .list("rules", authorisation.rules.iter().filter_map(|rule| rule.parse::<AuditCode>().ok()))
        .count("hidden", authorisation.question.hidden.len() as u64)
}

/// What stands in the *completed* record.
pub(crate) fn completed(completion: &Completion, view: &TurnView) -> AuditBody {
    let body = AuditBody::new()
        .with("outcome", &completion.outcome)
        .list("reason", completion.reason)
        .list("model", view.model.as_deref().and_then(code))
        .passages("cited", &completion.cited)
        .count("dropped_sentences", completion.dropped_sentences as u64)
        .count("answer_findings", completion.answer_findings as u64);
    let total = view.timings_ms.get("total").copied();
    body.measure("total_ms", total.unwrap_or_default())
}

fn code(name: &str) -> Option<AuditCode> {
    name.parse().ok()
}
