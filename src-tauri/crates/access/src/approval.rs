//! Whether one person may approve what another asked for: the rule for wider policies and for looks
//! into message logs.

use std::time::Duration;

use cloister_types::{Pseudonym, Timestamp};

/// How long an account must have existed before its owner approves anything: nobody makes an
/// accomplice on the day.
pub const PROBATION: Duration = Duration::from_hours(7 * 24);
/// How long a request waits where nobody else could approve it, with an alert for everybody to see.
pub const SOLITARY_WAIT: Duration = Duration::from_hours(24);

/// Whoever approves, by what the rule asks about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approver {
    /// The person.
    pub person: Pseudonym,
    /// When the account was made.
    pub since: Timestamp,
    /// Who made it; nothing for the operator, before there were administrators.
    pub made_by: Option<Pseudonym>,
}

/// Why somebody may not approve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefusal {
    /// Nobody approves what they asked for, while somebody else could.
    #[error("somebody else has to approve it")]
    OwnRequest,
    /// The requester made the approver's account.
    #[error("the account was made by whoever asked for this")]
    MadeByRequester,
    /// The account is too new.
    #[error("the account is too new to approve this until {until}")]
    TooNew {
        /// When it no longer is.
        until: Timestamp,
    },
    /// There is nobody else, and the wait has not ended.
    #[error("there is nobody else to approve it, so it waits until {until}")]
    Waiting {
        /// When it ends.
        until: Timestamp,
    },
}

/// Whether `approver` may approve at `now` what `requester` asked for at `asked_at`, where `others`
/// people besides the requester hold the permission to approve.
///
/// # Errors
/// The part of the rule that is against it.
pub fn may_approve(
    approver: &Approver,
    requester: Pseudonym,
    asked_at: Timestamp,
    others: u64,
    now: Timestamp,
) -> Result<(), ApprovalRefusal> {
    if approver.person == requester {
        let until = asked_at + SOLITARY_WAIT;
        return match others {
            0 if now >= until => Ok(()),
            0 => Err(ApprovalRefusal::Waiting { until }),
            _ => Err(ApprovalRefusal::OwnRequest),
        };
    }
    if approver.made_by == Some(requester) {
        return Err(ApprovalRefusal::MadeByRequester);
    }
    let until = approver.since + PROBATION;
    if now < until { Err(ApprovalRefusal::TooNew { until }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use cloister_types::SeededEntropy;

    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const DAY: Duration = Duration::from_hours(24);
    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn the_rule_at_each_of_its_edges() {
        let entropy = SeededEntropy::new(1);
        let [ann, bob, cleo] = [(); 3].map(|()| Pseudonym::random(&entropy));
        let day = |days: u32| START + days * DAY;
        let rows = [
            // approver, since, made by, others, now, what is said
            (bob, day(0), None, 1, day(7), Ok(())),
            (bob, day(0), Some(cleo), 1, day(7), Ok(())),
            (bob, day(0), Some(ann), 1, day(70), Err(ApprovalRefusal::MadeByRequester)),
            (bob, day(1), Some(cleo), 1, day(7), Err(ApprovalRefusal::TooNew { until: day(8) })),
            (ann, day(0), None, 1, day(70), Err(ApprovalRefusal::OwnRequest)),
            (ann, day(0), None, 0, day(7), Err(ApprovalRefusal::Waiting { until: day(8) })),
            (ann, day(0), None, 0, day(8), Ok(())),
        ];
        for (index, (person, since, made_by, others, now, expected)) in rows.into_iter().enumerate()
        {
            let approver = Approver { person, since, made_by };
            let told = may_approve(&approver, ann, day(7), others, now);
            assert_eq!(told, expected, "row {index}");
        }
        let approver = Approver { person: bob, since: START, made_by: None };
        let almost = START + (7 * DAY - MINUTE);
        let refused = may_approve(&approver, ann, START, 1, almost);
        assert_eq!(refused, Err(ApprovalRefusal::TooNew { until: day(7) }));
    }
}
