//! The six promises: each is tried now, and reported with what was seen and what it does not cover.

use std::{collections::BTreeSet, sync::PoisonError};

use cloister_access::{Peer, Policy, Session, Trial};
use cloister_knowledge::AnswerMode;
use cloister_store::{ClockState, Place, SlotKind, is_restored_without_tombstones};
use cloister_types::unlocked_keys;

use crate::{App, AppError, DoctorDto, ErrorCode, PromiseDto, PromiseState, self_test};

/// Entries asked for themselves when P6 is tried.
const MOST_TEST_QUESTIONS: usize = 200;
/// Questions that no appliance of ours has documents about.
const FOREIGN_QUESTIONS: &[&str] = &[
    "How do black holes evaporate?",
    "What is the boiling point of tungsten?",
    "Who composed the Goldberg Variations?",
    "How do I prune an apple tree?",
];

impl App {
    /// Tries every promise and looks at the parts that answers depend on.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`](crate::ErrorCode::Denied) from elsewhere than this machine: the trial
    /// costs time, and its findings are for those who run the appliance.
    pub async fn examine(&self, peer: &Peer) -> Result<DoctorDto, AppError> {
        if *peer != Peer::Device {
            let message = "The promises are tried on the machine itself.";
            return Err(AppError::new(ErrorCode::Denied, message));
        }
        let finding = self.check_integrity().await?;
        let promises = match (self.doctor().await, finding) {
            (tried, None) => tried?,
            (Ok(tried), Some(finding)) => in_doubt(tried, &finding),
            // What is damaged may be what the trial needs.
            (Err(_), Some(finding)) => in_doubt(self.untried(), &finding),
        };
        Ok(DoctorDto {
            promises,
            model: self.model_when_settled().await,
            engine: self.engine_figures(),
            names_trouble: self.names_trouble().await.map(|error| error.message),
        })
    }

    /// The promises where the database lets none be tried that rests on it.
    fn untried(&self) -> Vec<PromiseDto> {
        let evidence = || "It could not be tried, since the database does not verify.".to_owned();
        let rest = [P2, P3, P4, P5, P6].map(|promise| promise.broken(evidence()));
        std::iter::once(self.nothing_leaves()).chain(rest).collect()
    }

    /// Tries every promise and keeps the result for [`App::status`].
    ///
    /// # Errors
    /// An error of the store or the guard when the trial itself could not be made.
    pub async fn doctor(&self) -> Result<Vec<PromiseDto>, AppError> {
        let session = self.access.start_guest(Place::terminal()).await?.1;
        let tried = self.try_promises(&session).await;
        self.leave(&session).await?;
        let promises = tried?;
        self.promises.write().unwrap_or_else(PoisonError::into_inner).clone_from(&promises);
        Ok(promises)
    }

    async fn try_promises(&self, session: &Session) -> Result<Vec<PromiseDto>, AppError> {
        Ok(vec![
            self.nothing_leaves(),
            self.nothing_readable(session).await?,
            self.nobody_beyond_role().await?,
            self.every_decision_recorded().await?,
            self.data_ends().await?,
            self.answers_stand_on_sources(session).await?,
        ])
    }

    fn nothing_leaves(&self) -> PromiseDto {
        let report = self.options.egress.probe();
        let promise = P1;
        if !report.open.is_empty() {
            let open = report.open.join(", ");
            return promise.broken(format!("A connection was possible: {open}."));
        }
        let evidence = format!("{} ways out were tried from inside and refused.", report.tried);
        if report.limits.is_empty() {
            promise.held(evidence)
        } else {
            promise.limited(evidence, report.limits.join(" "))
        }
    }

    async fn nothing_readable(&self, session: &Session) -> Result<PromiseDto, AppError> {
        let promise = P2;
        let trial = self_test::plant_and_search(self, session).await?;
        if let Some(file) = trial.found_in {
            let file = file.display();
            return Ok(promise.broken(format!("A marker phrase was found in {file}.")));
        }
        let evidence = format!(
            "{} marker phrases searched for in {} files; none found. Store sealed by SQLCipher {}.",
            trial.markers, trial.files, trial.cipher
        );
        let slots = self.store.key_slots().await;
        let mut limits = Vec::new();
        if slots.iter().any(|slot| slot.kind == SlotKind::KeyFile) {
            limits.push(
                "The key file protects a copied folder or backup, not a stolen disk that also \
                 holds the key."
                    .to_owned(),
            );
        }
        limits.push("The window’s own memory is not covered.".to_owned());
        match unlocked_keys() {
            Some(0) => {}
            Some(keys) => limits.push(format!(
                "{keys} keys lie in memory that may be swapped out: the limit on locked memory \
                 (RLIMIT_MEMLOCK, `ulimit -l`) allows no more."
            )),
            None => limits.push("Keys lie in memory that may be swapped out.".to_owned()),
        }
        if !slots.iter().any(|slot| slot.kind == SlotKind::Recovery && slot.confirmed_at.is_some())
        {
            limits.push(
                "No recovery code was confirmed: whoever loses the key loses the data. Make one \
                 with `cloister key recovery new`."
                    .to_owned(),
            );
        }
        if trial.swap {
            limits.push("This machine swaps; use encrypted swap.".to_owned());
        }
        Ok(promise.limited(evidence, limits.join(" ")))
    }

    async fn every_decision_recorded(&self) -> Result<PromiseDto, AppError> {
        let promise = P4;
        let seen = self.store.verify_audit(&[]).await?;
        if let Some(finding) = seen.finding {
            let place = finding.seq.map_or_else(String::new, |seq| format!(" at record {seq}"));
            let what = finding.kind.sentence();
            return Ok(promise.broken(format!("The audit log does not hold{place}: {what}.")));
        }
        let evidence = format!(
            "{} records verified, {} signed heads; head {}. Each turn has two records, committed \
             before its first word and before its end.",
            seen.records, seen.checkpoints, seen.head
        );
        let copies = self.store.checkpoint_copies().await?;
        let Some(last) = copies.iter().max_by_key(|copy| copy.at) else {
            let limit = "No signed head is kept elsewhere, so that whoever holds the root key \
                         could rewrite the log unseen. Add a place with `cloister destination add`, \
                         or print one with `cloister audit checkpoint --print`.";
            return Ok(promise.limited(evidence, limit.to_owned()));
        };
        let age = self.options.clock.now().since(last.at).as_secs() / 3_600;
        let limit = format!(
            "Whoever holds the root key could rewrite what came after the last signed head that is \
             kept elsewhere: in {}, {age} hours old.",
            last.place
        );
        Ok(promise.limited(evidence, limit))
    }

    async fn data_ends(&self) -> Result<PromiseDto, AppError> {
        let promise = P5;
        let now = self.options.clock.now();
        if self.clock_state().await? == ClockState::Jumped {
            let evidence = "Nothing is deleted: the clock jumped, or the appliance was off for more \
                            than a day.";
            let limit = format!(
                "By the clock it is {now}. Confirm that with `cloister purge --confirm-clock`."
            );
            return Ok(promise.limited(evidence.to_owned(), limit));
        }
        let report = self.store.purge(now, ClockState::Trusted).await?;
        self.access.forget(&report.ended);
        self.desk.forget(&report.ended);
        let overdue: u64 = self.store.due(now).await?.iter().map(|due| due.rows).sum();
        if overdue > 0 {
            return Ok(promise.broken(format!("{overdue} items are overdue and were not deleted.")));
        }
        let holds = self.store.holds().await?;
        let held = holds.iter().filter(|hold| hold.is_active(now)).count();
        let erased = self.store.tombstones().await?.len();
        let evidence = format!(
            "{} items were due since the last minute and are gone; none is overdue. {held} legal \
             holds, {erased} erasures.",
            report.total()
        );
        let limit = if is_restored_without_tombstones(&self.store).await? {
            "This vault was restored without tombstones: whoever was erased after the backup was \
             made may be back."
        } else {
            "Whoever was erased stays gone from a restored backup only where the tombstones beside \
             it are applied."
        };
        Ok(promise.limited(evidence, limit.to_owned()))
    }

    async fn nobody_beyond_role(&self) -> Result<PromiseDto, AppError> {
        let promise = P3;
        // The matrix says what the shipped policy must answer; a site's own answers otherwise on
        // purpose, and every change of it was shown as who gains and loses what.
        let version = self.access.policy().policy().version();
        let policy = Policy::shipped();
        let failed = || AppError::new(ErrorCode::StoreFailed, "The policy could not be tried.");
        let trial = tokio::task::spawn_blocking(move || Trial::run(&policy))
            .await
            .map_err(|_| failed())?
            .map_err(|_| failed())?;
        if let Some((role, permission)) = trial.wrong.first() {
            let count = trial.wrong.len();
            let evidence =
                format!("{count} answered otherwise; the first is {role}, {permission}.");
            return Ok(promise.broken(evidence));
        }
        let evidence =
            format!("{} combinations of role, act and label answered as written.", trial.requests);
        let evidence = match version.0 {
            0 => evidence,
            version => format!("{evidence} The site’s own policy is in force, version {version}."),
        };
        Ok(promise.held(evidence))
    }

    async fn answers_stand_on_sources(&self, session: &Session) -> Result<PromiseDto, AppError> {
        let promise = P6;
        let scope = self.access.read_scope(session);
        let index = self.index();
        let known = index.suggestions(&scope, MOST_TEST_QUESTIONS);
        let failed = |error: cloister_knowledge::KnowledgeError| crate::open::failed(&error);
        let mut right = 0;
        let mut wrong = BTreeSet::new();
        for topic in &known {
            match index.answer_mode(&scope, &topic.question).map_err(failed)? {
                AnswerMode::Direct { hit } if hit.id == topic.id => right += 1,
                AnswerMode::Direct { .. } => drop(wrong.insert(topic.id.clone())),
                _ => {}
            }
        }
        let mut declined = 0;
        for question in FOREIGN_QUESTIONS {
            let mode = index.answer_mode(&scope, question).map_err(failed)?;
            declined += usize::from(matches!(mode, AnswerMode::OutOfScope { .. }));
        }
        let evidence = format!(
            "{right} of {} test questions found their own entry, {} a wrong one; {declined} of {} \
             foreign questions were declined.",
            known.len(),
            wrong.len(),
            FOREIGN_QUESTIONS.len()
        );
        if !wrong.is_empty() || declined < FOREIGN_QUESTIONS.len() {
            return Ok(promise.broken(evidence));
        }
        let mut limit = "A composed answer is checked sentence by sentence for the words and \
                         figures of its source, not for its meaning."
            .to_owned();
        if let Some(why) = self.encoder_trouble().await {
            limit.push_str(" The search goes by words alone: ");
            limit.push_str(&why.message);
        }
        Ok(promise.limited(evidence, limit))
    }
}

const P1: Promise = Promise { id: "P1", title: "Nothing leaves this machine" };
const P2: Promise = Promise { id: "P2", title: "Nothing readable lies on disk" };
const P3: Promise = Promise { id: "P3", title: "Nobody sees beyond their role" };
const P4: Promise = Promise { id: "P4", title: "Every decision is recorded, and tampering shows" };
const P5: Promise = Promise { id: "P5", title: "Data ends when it should" };
const P6: Promise =
    Promise { id: "P6", title: "Answers stand on sources, or say that they do not know" };

/// What rests on the database is in doubt with it, the audit log first.
fn in_doubt(mut promises: Vec<PromiseDto>, finding: &str) -> Vec<PromiseDto> {
    for promise in promises.iter_mut().filter(|promise| promise.id == P4.id) {
        promise.state = PromiseState::Broken;
        promise.evidence = format!("The database does not verify: {finding}. Restore a backup.");
        promise.limit = None;
    }
    promises
}

struct Promise {
    id: &'static str,
    title: &'static str,
}

impl Promise {
    fn report(&self, state: PromiseState, evidence: String, limit: Option<String>) -> PromiseDto {
        PromiseDto { id: self.id.to_owned(), title: self.title.to_owned(), state, evidence, limit }
    }

    fn held(&self, evidence: String) -> PromiseDto {
        self.report(PromiseState::Held, evidence, None)
    }

    fn limited(&self, evidence: String, limit: String) -> PromiseDto {
        self.report(PromiseState::HeldWithLimit, evidence, Some(limit))
    }

    fn broken(&self, evidence: String) -> PromiseDto {
        self.report(PromiseState::Broken, evidence, None)
    }
}
