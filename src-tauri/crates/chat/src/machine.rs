//! The turn as a pure state machine: inputs in, effects out, no I/O.

use std::time::Duration;

use cloister_guard::ModerationLabel;
use cloister_inference::FinishReason;
use cloister_types::{ReadScope, Sanitized, Timestamp};

use crate::{
    Citation, Event, Hidden, Outcome, Question, Reason, Stage, Topic, TurnView, compose,
    grounding::Ending, phrases,
};

mod answer;
mod interface;

#[cfg(test)]
mod tests;

use answer::Answer;
pub use interface::{
    Authorisation, Completion, Effect, Input, ModelTrouble, Passage, Retrieved, Setup, Situation,
};

/// What was decided before the first word.
enum Plan {
    Direct(Passage),
    Compose(Vec<Passage>),
    Say { outcome: Outcome, reason: Option<Reason>, text: String, topics: Vec<Topic> },
}

enum Phase {
    Guarding,
    Authorising,
    Retrieving,
    Authorised(Plan),
    Generating { answer: Box<Answer>, passages: Vec<Passage> },
    Completing { answer: String },
    Over,
}

/// One turn.
pub struct Machine {
    setup: Setup,
    phase: Phase,
    question: Question,
    sanitized: Option<Sanitized>,
    rules: Vec<&'static str>,
    citations: Vec<Citation>,
    topics: Vec<Topic>,
    ending: Option<(Outcome, Option<Reason>)>,
    retry_after_s: Option<u64>,
    cancelled: bool,
}

impl Machine {
    /// Starts a turn.
    #[must_use]
    pub fn begin(setup: Setup) -> (Self, Vec<Effect>) {
        let machine = Self {
            setup,
            phase: Phase::Guarding,
            question: Question { text: String::new(), hidden: Vec::new() },
            sanitized: None,
            rules: Vec::new(),
            citations: Vec::new(),
            topics: Vec::new(),
            ending: None,
            retry_after_s: None,
            cancelled: false,
        };
        (machine, vec![Effect::Emit(Event::Stage(Stage::Guard)), Effect::Guard])
    }

    /// Whether the turn is over.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// The turn as it stands, for the record and the reader. `model` and timings are the driver's.
    #[must_use]
    pub fn view(&self, completed_at: Option<Timestamp>) -> TurnView {
        let answer = match &self.phase {
            Phase::Completing { answer } => answer.clone(),
            Phase::Generating { answer, .. } => answer.shown().to_owned(),
            _ => String::new(),
        };
        TurnView {
            completed_at,
            answer,
            outcome: self.ending.map(|(outcome, _)| outcome),
            reason: self.ending.and_then(|(_, reason)| reason),
            citations: self.citations.clone(),
            topics: self.topics.clone(),
            retry_after_s: self.retry_after_s,
            ..TurnView::asked(self.setup.id, self.setup.asked_at, self.question.clone())
        }
    }

    /// Takes what happened and says what to do. An input that does not belong to the present
    /// phase changes nothing: it comes from something that was stopped.
    pub fn step(&mut self, input: Input) -> Vec<Effect> {
        match input {
            Input::Cancelled => self.cancel(),
            Input::RecordFailed => self.refuse_unrecorded(),
            Input::Guarded(situation) => self.guarded(*situation),
            Input::Struck(pause) => self.struck(pause),
            Input::GuardFailed => self.guard_failed(),
            Input::Authorised(scope) => self.authorised(scope),
            Input::Retrieved(retrieved) => self.retrieved(retrieved),
            Input::SearchFailed => self.search_failed(),
            Input::AuthorisedRecorded => self.answer(),
            Input::Queued(position) => self.while_generating(Event::Queued(position)),
            Input::Started => self.while_generating(Event::Stage(Stage::Generate)),
            Input::Text(text) => self.text(&text),
            Input::Finished(reason) => self.finished(reason),
            Input::ModelFailed(trouble) => self.model_failed(trouble),
            Input::CompletedRecorded(at) => self.completed(at),
        }
    }

    fn guarded(&mut self, situation: Situation) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Guarding) {
            return Vec::new();
        }
        let Situation { injection, moderation, redaction } = situation;
        let hidden = redaction.placeholders.iter().map(|placeholder| Hidden {
            start: placeholder.span.start,
            end: placeholder.span.end,
            category: placeholder.category,
        });
        let text = redaction.sanitized.as_str().to_owned();
        self.question = Question { text, hidden: hidden.collect() };
        self.sanitized = Some(redaction.sanitized);
        self.rules = redaction.findings.iter().map(|finding| finding.rule).collect();
        let mut effects = vec![Effect::Emit(Event::Question {
            turn: self.setup.id,
            asked_at: self.setup.asked_at,
            question: self.question.clone(),
        })];
        if injection.flagged {
            self.rules.extend(&injection.rules);
            effects.push(Effect::Strike);
        } else if moderation.flagged {
            self.rules.extend(moderation.labels.iter().map(|label| label.as_str()));
            let self_harm = moderation.labels.contains(&ModerationLabel::SelfHarm);
            let reason = if self_harm { Reason::SelfHarm } else { Reason::Moderation };
            effects.extend(self.decline(Outcome::Redirected, Some(reason)));
        } else {
            self.phase = Phase::Authorising;
            effects.push(Effect::Authorise);
        }
        effects
    }

    /// An attack is blocked; the pause that it brought is told.
    fn struck(&mut self, pause: Option<Duration>) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Guarding) {
            return Vec::new();
        }
        self.retry_after_s = pause.map(|pause| pause.as_secs());
        let reason = if pause.is_some() { Reason::Cooldown } else { Reason::Injection };
        self.decline(Outcome::Blocked, Some(reason))
    }

    /// An error in the guard refuses the question.
    fn guard_failed(&mut self) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Guarding) {
            return Vec::new();
        }
        self.decline(Outcome::Failed, Some(Reason::GuardFailed))
    }

    fn authorised(&mut self, scope: ReadScope) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Authorising) {
            return Vec::new();
        }
        self.phase = Phase::Retrieving;
        vec![Effect::Emit(Event::Stage(Stage::Retrieve)), Effect::Retrieve(scope)]
    }

    fn retrieved(&mut self, retrieved: Retrieved) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Retrieving) {
            return Vec::new();
        }
        match retrieved {
            Retrieved::Direct(passage) => self.plan(Plan::Direct(passage)),
            Retrieved::Compose(passages) => self.plan(Plan::Compose(passages)),
            Retrieved::SmallTalk(kind) => {
                self.say(Outcome::SmallTalk, None, phrases::small_talk(kind).to_owned(), Vec::new())
            }
            Retrieved::Clarify(topics) => self.offer(Outcome::Clarify, topics),
            Retrieved::Nothing(topics) => self.offer(Outcome::OutOfScope, topics),
        }
    }

    fn search_failed(&mut self) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Retrieving) {
            return Vec::new();
        }
        self.decline(Outcome::Failed, Some(Reason::SearchFailed))
    }

    fn offer(&mut self, outcome: Outcome, topics: Vec<Topic>) -> Vec<Effect> {
        let text = phrases::with_topics(phrases::sentence(outcome, None), &topics);
        self.say(outcome, None, text, topics)
    }

    fn decline(&mut self, outcome: Outcome, reason: Option<Reason>) -> Vec<Effect> {
        let own = self.setup.care.as_deref().filter(|_| reason == Some(Reason::SelfHarm));
        let text = own.unwrap_or_else(|| phrases::sentence(outcome, reason)).to_owned();
        self.say(outcome, reason, text, Vec::new())
    }

    fn say(
        &mut self,
        outcome: Outcome,
        reason: Option<Reason>,
        text: String,
        topics: Vec<Topic>,
    ) -> Vec<Effect> {
        self.plan(Plan::Say { outcome, reason, text, topics })
    }

    /// Fixes what will be answered and asks for the *authorised* record.
    fn plan(&mut self, plan: Plan) -> Vec<Effect> {
        let plan = if self.cancelled { stopped() } else { plan };
        let (decision, passages) = match &plan {
            Plan::Direct(passage) => ("direct", vec![passage.id.clone()]),
            Plan::Compose(passages) => {
                ("compose", passages.iter().map(|passage| passage.id.clone()).collect())
            }
            Plan::Say { outcome, .. } => (outcome.as_str(), Vec::new()),
        };
        self.phase = Phase::Authorised(plan);
        let (question, rules) = (self.question.clone(), self.rules.clone());
        vec![Effect::RecordAuthorised(Authorisation { question, decision, passages, rules })]
    }

    /// The record stands: the first word may be shown.
    fn answer(&mut self) -> Vec<Effect> {
        let Phase::Authorised(plan) = std::mem::replace(&mut self.phase, Phase::Over) else {
            return Vec::new();
        };
        let plan = if self.cancelled { stopped() } else { plan };
        match plan {
            Plan::Say { outcome, reason, text, topics } => {
                self.topics = topics;
                self.ending = Some((outcome, reason));
                self.complete(text, 0, 0)
            }
            Plan::Direct(passage) => {
                let passages = vec![passage];
                let text = format!("{} [1]", passages[0].text.trim_end());
                self.quote(&passages, &text, None)
            }
            Plan::Compose(passages) => {
                self.citations = cite(&passages);
                let question = self.sanitized.take();
                let messages = question.map_or_else(Vec::new, |question| {
                    compose(&self.setup.system, &self.setup.history, &passages, &question)
                });
                let answer = Answer::composed(&self.setup, &passages);
                self.phase = Phase::Generating { answer: Box::new(answer), passages };
                vec![
                    Effect::Emit(Event::Sources(self.citations.clone())),
                    Effect::Emit(Event::Stage(Stage::Queue)),
                    Effect::Generate(messages),
                ]
            }
        }
    }

    /// Shows `text`, which quotes `passages`, without the model.
    fn quote(&mut self, passages: &[Passage], text: &str, reason: Option<Reason>) -> Vec<Effect> {
        self.citations = cite(passages);
        let mut effects = vec![Effect::Emit(Event::Sources(self.citations.clone()))];
        let mut answer = Answer::quoted(&self.setup, passages);
        effects.extend(delta(answer.push(text)));
        let finished = answer.finish(Ending::Complete);
        effects.extend(delta(finished.tail));
        self.ending = Some((Outcome::Answered, reason));
        effects.extend(self.complete(finished.shown, 0, finished.findings));
        effects
    }

    fn while_generating(&self, event: Event) -> Vec<Effect> {
        match self.phase {
            Phase::Generating { .. } => vec![Effect::Emit(event)],
            _ => Vec::new(),
        }
    }

    fn text(&mut self, text: &str) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Generating { answer, .. } => delta(answer.push(text)).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn finished(&mut self, reason: FinishReason) -> Vec<Effect> {
        let (ending, outcome) = match reason {
            FinishReason::Stop => (Ending::Complete, (Outcome::Answered, None)),
            FinishReason::Length | FinishReason::Repetition => {
                (Ending::Cut, (Outcome::Answered, None))
            }
            FinishReason::Deadline => (Ending::Cut, (Outcome::Failed, Some(Reason::Deadline))),
            FinishReason::Cancelled => (Ending::Cut, (Outcome::Cancelled, None)),
        };
        self.end_generation(ending, outcome)
    }

    fn model_failed(&mut self, trouble: ModelTrouble) -> Vec<Effect> {
        if trouble == ModelTrouble::Missing {
            let phase = std::mem::replace(&mut self.phase, Phase::Over);
            let Phase::Generating { passages, .. } = phase else {
                self.phase = phase;
                return Vec::new();
            };
            let quoted = (1..).zip(&passages).map(|(number, passage)| {
                let Passage { title, text, .. } = passage;
                format!("\n\n**{title}**\n\n{} [{number}]", text.trim_end())
            });
            let text: String =
                std::iter::once(phrases::WITHOUT_MODEL.to_owned()).chain(quoted).collect();
            return self.quote(&passages, &text, Some(Reason::ModelMissing));
        }
        let reason = match trouble {
            ModelTrouble::Busy => Reason::Busy,
            ModelTrouble::TooLong => Reason::TooLong,
            ModelTrouble::WorkerEnded | ModelTrouble::Missing => Reason::WorkerEnded,
        };
        self.end_generation(Ending::Cut, (Outcome::Failed, Some(reason)))
    }

    fn end_generation(
        &mut self,
        ending: Ending,
        outcome: (Outcome, Option<Reason>),
    ) -> Vec<Effect> {
        let phase = std::mem::replace(&mut self.phase, Phase::Over);
        let Phase::Generating { answer, passages } = phase else {
            self.phase = phase;
            return Vec::new();
        };
        let finished = answer.finish(ending);
        let mut effects: Vec<Effect> = delta(finished.tail).into_iter().collect();
        if finished.withdrawn {
            self.ending = Some((Outcome::Failed, Some(Reason::Withdrawn)));
            let text = phrases::sentence(Outcome::Failed, Some(Reason::Withdrawn)).to_owned();
            self.citations.clear();
            effects.extend(self.complete(text, finished.dropped, finished.findings));
            return effects;
        }
        if outcome.0 == Outcome::Answered && finished.shown.trim().is_empty() {
            // Nothing that the model wrote stands on a source: the best passage speaks for itself.
            let best = passages.first().cloned();
            let Some(best) = best else { return self.decline_late(effects) };
            let text = format!("{} [1]", best.text.trim_end());
            effects.extend(self.quote(&[best], &text, None));
            return effects;
        }
        self.ending = Some(outcome);
        let shown = match outcome {
            (Outcome::Failed, reason) if finished.shown.trim().is_empty() => {
                phrases::sentence(Outcome::Failed, reason).to_owned()
            }
            _ => finished.shown,
        };
        self.keep_cited(&shown);
        effects.extend(self.complete(shown, finished.dropped, finished.findings));
        effects
    }

    fn decline_late(&mut self, mut effects: Vec<Effect>) -> Vec<Effect> {
        self.ending = Some((Outcome::OutOfScope, None));
        let text = phrases::sentence(Outcome::OutOfScope, None).to_owned();
        effects.extend(self.complete(text, 0, 0));
        effects
    }

    /// Keeps only the sources that the answer names.
    fn keep_cited(&mut self, answer: &str) {
        self.citations.retain(|citation| answer.contains(&format!("[{}]", citation.number)));
    }

    fn complete(&mut self, answer: String, dropped: usize, findings: usize) -> Vec<Effect> {
        let (outcome, reason) = self.ending.unwrap_or((Outcome::Failed, None));
        self.phase = Phase::Completing { answer };
        let cited = self.citations.iter().map(|citation| citation.id.clone()).collect();
        vec![
            Effect::Emit(Event::Stage(Stage::Check)),
            Effect::RecordCompleted(Completion {
                outcome,
                reason,
                cited,
                dropped_sentences: dropped,
                answer_findings: findings,
            }),
        ]
    }

    fn completed(&mut self, at: Timestamp) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Completing { .. }) {
            return Vec::new();
        }
        let view = self.view(Some(at));
        self.phase = Phase::Over;
        vec![Effect::Emit(Event::Done(Box::new(view))), Effect::End]
    }

    fn cancel(&mut self) -> Vec<Effect> {
        self.cancelled = true;
        if !matches!(self.phase, Phase::Generating { .. }) {
            return Vec::new();
        }
        let mut effects = vec![Effect::StopGeneration];
        effects.extend(self.end_generation(Ending::Cut, (Outcome::Cancelled, None)));
        effects
    }

    /// No record, no act: whatever was planned is not shown.
    fn refuse_unrecorded(&mut self) -> Vec<Effect> {
        if self.is_over() {
            return Vec::new();
        }
        self.ending = Some((Outcome::Failed, Some(Reason::NotRecorded)));
        self.citations.clear();
        self.topics.clear();
        let text = phrases::sentence(Outcome::Failed, Some(Reason::NotRecorded)).to_owned();
        self.phase = Phase::Completing { answer: text };
        let view = self.view(None);
        self.phase = Phase::Over;
        vec![Effect::StopGeneration, Effect::Emit(Event::Done(Box::new(view))), Effect::End]
    }
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine").field("turn", &self.setup.id).finish_non_exhaustive()
    }
}

fn stopped() -> Plan {
    let text = phrases::sentence(Outcome::Cancelled, None).to_owned();
    Plan::Say { outcome: Outcome::Cancelled, reason: None, text, topics: Vec::new() }
}

fn delta(text: String) -> Option<Effect> {
    (!text.is_empty()).then_some(Effect::Emit(Event::Delta(text)))
}

fn cite(passages: &[Passage]) -> Vec<Citation> {
    (1..)
        .zip(passages)
        .map(|(number, passage)| Citation {
            number,
            id: passage.id.clone(),
            title: passage.title.clone(),
            label: passage.label,
        })
        .collect()
}
