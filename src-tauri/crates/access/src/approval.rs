//! Whether somebody may approve what somebody else asked for: one rule for wider policies and for
//! access to message logs.

use std::{collections::BTreeSet, time::Duration};

use cloister_store::Actor;
use cloister_types::Timestamp;

/// How long an account that one person made has existed before it approves anything, so that nobody
/// makes an approver for the occasion.
pub const APPROVER_AGE: Duration = Duration::from_hours(7 * 24);
/// How long a request waits at a site with one administrator, where nobody else could approve it.
pub const LONE_WAIT: Duration = Duration::from_hours(24);

/// What somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApprovalRequest {
    /// Who asked; nobody stands for the operator.
    pub requester: Actor,
    /// When.
    pub requested_at: Timestamp,
    /// Whether there was at most one administrator then, so that the wait was announced.
    pub alone: bool,
}

/// Who would approve it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approver {
    /// Who it is; nobody stands for the operator.
    pub actor: Actor,
    /// When their account was made.
    pub made_at: Timestamp,
    /// Who made it what it is: who made the account, and who gave it the role that approves.
    pub makers: BTreeSet<Actor>,
}

/// On what an approval rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// A second person gave it.
    SecondPerson,
    /// There is no second person, and the time has passed in which the alert could be heeded.
    Waited,
}

/// Why an approval does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefused {
    /// The requester would approve their own request.
    #[error("a second person has to approve this")]
    OwnRequest,
    /// The requester made the approver's account, or gave it the role.
    #[error("this account was made by who asks")]
    MadeByRequester,
    /// One person made the account, less than seven days ago.
    #[error("this account is younger than seven days")]
    TooYoung {
        /// When it is old enough.
        until: Timestamp,
    },
    /// There is one administrator, and 24 hours have not passed.
    #[error("with one administrator this waits 24 hours")]
    Waiting {
        /// Until when it waits.
        until: Timestamp,
    },
}

/// Whether `approver` may approve `request` at a site with `administrators` who may sign in.
///
/// The wait of a site with one administrator counts only where it was announced when the request was
/// made and nobody joined since: disabling the others afterwards does not open that way.
///
/// # Errors
/// [`ApprovalRefused`], the reason that is hardest to change first.
pub fn approve(
    request: &ApprovalRequest,
    approver: &Approver,
    administrators: u64,
    now: Timestamp,
) -> Result<Approval, ApprovalRefused> {
    if approver.actor == request.requester {
        if administrators > 1 || !request.alone {
            return Err(ApprovalRefused::OwnRequest);
        }
        let until = request.requested_at + LONE_WAIT;
        return if now < until {
            Err(ApprovalRefused::Waiting { until })
        } else {
            Ok(Approval::Waited)
        };
    }
    if approver.makers.contains(&request.requester) {
        return Err(ApprovalRefused::MadeByRequester);
    }
    let until = approver.made_at + APPROVER_AGE;
    if approver.makers.len() < 2 && now < until {
        return Err(ApprovalRefused::TooYoung { until });
    }
    Ok(Approval::SecondPerson)
}

#[cfg(test)]
mod tests {
    use cloister_types::{Pseudonym, SeededEntropy};

    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    type Case<'a> = (Actor, Actor, &'a [Actor], bool, u64, i64, Result<Approval, ApprovalRefused>);

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(hours * HOUR_MS)
    }

    /// Four people and the operator, who is nobody.
    fn people() -> [Actor; 5] {
        let entropy = SeededEntropy::new(4);
        let person = || Some(Pseudonym::random(&entropy));
        [person(), person(), person(), person(), None]
    }

    #[test]
    fn the_rule_holds_case_by_case() {
        use ApprovalRefused::{MadeByRequester, OwnRequest, TooYoung, Waiting};
        let [asker, second, maker, other, operator] = people();
        let young = Err(TooYoung { until: at(168) });
        let waiting = Err(Waiting { until: at(24) });
        let person = Ok(Approval::SecondPerson);
        // Requester, approver, the approver's makers; alone at the request, administrators now; hours
        // since the request and the approver's making, which are one here; the answer.
        let table: [Case<'_>; 17] = [
            (asker, second, &[maker], false, 2, 167, young),
            (asker, second, &[maker], false, 2, 168, person),
            (asker, second, &[maker, other], false, 2, 0, person),
            (asker, second, &[operator], false, 2, 0, young),
            (asker, second, &[operator, maker], false, 2, 0, person),
            (asker, second, &[second], false, 2, 168, person),
            (asker, second, &[asker], false, 2, 9_999, Err(MadeByRequester)),
            (asker, second, &[maker, asker], false, 2, 9_999, Err(MadeByRequester)),
            (operator, second, &[operator], true, 1, 9_999, Err(MadeByRequester)),
            (asker, asker, &[maker, other], false, 2, 9_999, Err(OwnRequest)),
            (asker, asker, &[operator], true, 2, 9_999, Err(OwnRequest)),
            (asker, asker, &[operator], false, 1, 9_999, Err(OwnRequest)),
            (asker, asker, &[operator], true, 1, 0, waiting),
            (asker, asker, &[operator], true, 1, 23, waiting),
            (asker, asker, &[operator], true, 1, 24, Ok(Approval::Waited)),
            (operator, operator, &[], true, 0, 24, Ok(Approval::Waited)),
            (asker, second, &[maker], true, 2, 24, young),
        ];
        for (case, (requester, actor, makers, alone, administrators, hours, expected)) in
            table.into_iter().enumerate()
        {
            let request = ApprovalRequest { requester, requested_at: at(0), alone };
            let approver =
                Approver { actor, made_at: at(0), makers: makers.iter().copied().collect() };
            let answer = approve(&request, &approver, administrators, at(hours));
            assert_eq!(answer, expected, "case {case}");
        }
    }

    #[test]
    fn the_requester_never_counts_as_a_second_person() {
        let people = people();
        for requester in people {
            for makers in people.map(|maker| BTreeSet::from([maker])) {
                for alone in [false, true] {
                    for administrators in 0..4 {
                        let request = ApprovalRequest { requester, requested_at: at(0), alone };
                        let approver = Approver {
                            actor: requester,
                            made_at: at(-9_999),
                            makers: makers.clone(),
                        };
                        let answer = approve(&request, &approver, administrators, at(9_999));
                        assert_ne!(answer, Ok(Approval::SecondPerson));
                    }
                }
            }
        }
    }
}
