//! The fixed sentences of answers that no model writes. The window has its own, richer notices;
//! these are what the command line and `answer` fields say.

use cloister_knowledge::SmallTalk;

use crate::{Outcome, Reason, Topic};

/// What a turn says when it ends with `outcome` for `reason` and nothing was written.
pub(crate) fn sentence(outcome: Outcome, reason: Option<Reason>) -> &'static str {
    match (outcome, reason) {
        (Outcome::Redirected, Some(Reason::SelfHarm)) => {
            "You don’t have to carry this alone. Please talk to someone now: a person you trust, \
             your doctor or a crisis line. If you are in danger, call your local emergency number."
        }
        (Outcome::Redirected, _) => "That is not something I answer here.",
        (Outcome::Blocked, Some(Reason::Cooldown)) => {
            "Questions are paused. Several messages could not be used."
        }
        (Outcome::Blocked, _) => {
            "I can’t act on that message. It reads as instructions to me rather than a question. \
             Please ask in plain words."
        }
        (Outcome::Denied | Outcome::MfaRequired, _) => "Your role does not open this.",
        (Outcome::OutOfScope, _) => {
            "I have nothing on that. No document you may read answers this, so I won’t guess."
        }
        (Outcome::Clarify, _) => "Which of these do you mean?",
        (Outcome::RateLimited, _) => "A short pause: too many messages in a minute.",
        (Outcome::Escalated, _) => "A person will take it from here.",
        (Outcome::Cancelled, _) => "Stopped by you.",
        (Outcome::Failed, Some(reason)) => failure(reason),
        (Outcome::Answered | Outcome::SmallTalk | Outcome::Failed, _) => {
            "The answer could not be finished. Please ask again."
        }
    }
}

fn failure(reason: Reason) -> &'static str {
    match reason {
        Reason::WorkerEnded => {
            "The answer stopped half-way. The model is starting again; please ask again."
        }
        Reason::Deadline => "The answer took too long and was stopped. Please ask again.",
        Reason::Busy => "Too many answers are waiting. Please ask again in a moment.",
        Reason::TooLong => "The question is too long for the model. Please ask more briefly.",
        Reason::Withdrawn => "The answer held something that may not be shown and was withdrawn.",
        Reason::NotRecorded => {
            "The answer could not be recorded, so it was not given. Check the disk’s free space."
        }
        Reason::GuardFailed => "The question could not be checked, so it was refused.",
        Reason::SearchFailed => "The documents could not be searched. Please ask again.",
        Reason::ModelMissing => "No model is loaded yet, so I can’t write an answer.",
        Reason::SelfHarm | Reason::Moderation | Reason::Injection | Reason::Cooldown => {
            "The answer could not be finished. Please ask again."
        }
    }
}

/// What introduces passages that are shown as they are because no model is loaded.
pub(crate) const WITHOUT_MODEL: &str =
    "No model is loaded yet, so I can’t write an answer. These passages match your question:";

/// The reply to small talk.
pub(crate) fn small_talk(kind: SmallTalk) -> &'static str {
    match kind {
        SmallTalk::Greeting => "Hello. What would you like to know?",
        SmallTalk::Thanks => "You’re welcome.",
        SmallTalk::Farewell => "Goodbye. What you asked here is destroyed when you leave.",
        SmallTalk::Wellbeing => "All is well here, thank you. What would you like to know?",
        SmallTalk::Acknowledgement => "Good. Ask whenever you like.",
        SmallTalk::Identity => {
            "I am the help desk of this place, running on this machine alone. I answer from the \
             documents kept here and show where each answer comes from."
        }
        SmallTalk::Capabilities => {
            "I answer questions from the documents kept here and show the source of each answer. \
             What I find no source for, I say so."
        }
    }
}

/// `lead`, then the topics as a list.
pub(crate) fn with_topics(lead: &str, topics: &[Topic]) -> String {
    let mut text = String::from(lead);
    for topic in topics {
        text.push_str("\n- ");
        text.push_str(&topic.question);
    }
    text
}
