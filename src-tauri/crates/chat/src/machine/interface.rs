//! What goes into the machine and what comes out of it.

use std::{sync::Arc, time::Duration};

use cloister_guard::{Guard, Injection, Moderation, Redaction};
use cloister_inference::{FinishReason, Message};
use cloister_knowledge::SmallTalk;
use cloister_types::{Label, PassageId, ReadScope, Timestamp, TurnId};

use crate::{Event, Exchange, Outcome, Question, Reason, SystemPrompt, Topic};

/// What a turn starts with.
pub struct Setup {
    /// The turn.
    pub id: TurnId,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// The rules that check the answer.
    pub guard: Arc<Guard>,
    /// The fixed text of every prompt.
    pub system: SystemPrompt,
    /// Earlier exchanges of the conversation, oldest first.
    pub history: Vec<Exchange>,
    /// The site's own words to somebody who may be thinking of harming themselves.
    pub care: Option<Arc<str>>,
}

/// What the guard found in the question.
pub struct Situation {
    /// The verdict on instructions to the model.
    pub injection: Injection,
    /// The verdict on the content.
    pub moderation: Moderation,
    /// The question as everything else will see it.
    pub redaction: Redaction,
}

/// A passage as the answer uses it.
#[derive(Clone, PartialEq, Eq)]
pub struct Passage {
    /// Its stable id.
    pub id: PassageId,
    /// Its title.
    pub title: String,
    /// Its text, markdown.
    pub text: String,
    /// Its label.
    pub label: Label,
}

impl std::fmt::Debug for Passage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passage({})", self.id)
    }
}

/// What the search says should be done with the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retrieved {
    /// One entry answers it in its own words.
    Direct(Passage),
    /// Several passages together do.
    Compose(Vec<Passage>),
    /// Candidates are close: ask which.
    Clarify(Vec<Topic>),
    /// Not a question to the knowledge.
    SmallTalk(SmallTalk),
    /// Nothing does; the nearest topics.
    Nothing(Vec<Topic>),
}

/// Why the model could not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelTrouble {
    /// There is none.
    Missing,
    /// Its worker ended.
    WorkerEnded,
    /// Too many answers are waiting.
    Busy,
    /// The prompt does not fit.
    TooLong,
}

/// What is decided before the first word: the content of the *authorised* record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorisation {
    /// The question to seal.
    pub question: Question,
    /// How the turn goes on: `direct`, `compose`, or the outcome that ends it.
    pub decision: &'static str,
    /// The passages that the answer may use.
    pub passages: Vec<PassageId>,
    /// Rules of the guard that fired, by name.
    pub rules: Vec<&'static str>,
}

/// How the turn ended: the content of the *completed* record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// How it ended.
    pub outcome: Outcome,
    /// Why, where the outcome does not say.
    pub reason: Option<Reason>,
    /// The passages that the answer cites.
    pub cited: Vec<PassageId>,
    /// Sentences of the model that no passage supported.
    pub dropped_sentences: usize,
    /// Findings of the answer filter.
    pub answer_findings: usize,
}

/// Something that happened, fed to [`Machine::step`].
pub enum Input {
    /// The guard has looked at the question.
    Guarded(Box<Situation>),
    /// The strike is counted; questions are paused for so long, if they are.
    Struck(Option<Duration>),
    /// The guard could not come to a verdict.
    GuardFailed,
    /// Access control opened a scope.
    Authorised(ReadScope),
    /// The search is done.
    Retrieved(Retrieved),
    /// The search could not be made.
    SearchFailed,
    /// The *authorised* record is committed.
    AuthorisedRecorded,
    /// The answer waits at this place in line.
    Queued(usize),
    /// The model reads the prompt.
    Started,
    /// The model wrote this.
    Text(String),
    /// The model is done.
    Finished(FinishReason),
    /// The model could not go on.
    ModelFailed(ModelTrouble),
    /// The reader asked to stop.
    Cancelled,
    /// The *completed* record is committed, at this time.
    CompletedRecorded(Timestamp),
    /// A record could not be written.
    RecordFailed,
}

/// Something to do, returned by [`Machine::begin`] and [`Machine::step`].
pub enum Effect {
    /// Look at the raw question; answer with [`Input::Guarded`].
    Guard,
    /// Count a strike against the reader's peer; answer with [`Input::Struck`].
    Strike,
    /// Ask access control for a scope; answer with [`Input::Authorised`].
    Authorise,
    /// Search within this scope; answer with [`Input::Retrieved`] or [`Input::SearchFailed`].
    Retrieve(ReadScope),
    /// Commit the *authorised* record and the question; answer with [`Input::AuthorisedRecorded`].
    RecordAuthorised(Authorisation),
    /// Let the model answer these messages; it answers with its own inputs.
    Generate(Vec<Message>),
    /// Stop the model now.
    StopGeneration,
    /// Commit the *completed* record and the turn; answer with [`Input::CompletedRecorded`].
    RecordCompleted(Completion),
    /// Show this to the reader.
    Emit(Event),
    /// The turn is over.
    End,
}
