//! Which backups stay: the newest of each of the last days and weeks that have one.

use std::collections::BTreeSet;

use cloister_types::Timestamp;

const DAY_MS: i64 = 86_400_000;
/// The first of January 1970 was a Thursday; weeks begin on Monday.
const DAYS_BEFORE_MONDAY: i64 = 3;

/// How many backups stay in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Of so many days, the newest of each.
    pub daily: usize,
    /// Of so many weeks, the newest of each.
    pub weekly: usize,
}

/// Those of `made` that may go. The newest never does. Days and weeks without a backup do not count,
/// so that a machine that was off for a month keeps what it had.
#[must_use]
pub fn superseded(made: &[Timestamp], keep: Keep) -> Vec<Timestamp> {
    let mut newest_first = made.to_vec();
    newest_first.sort_by_key(|at| std::cmp::Reverse(at.as_millis()));
    newest_first.dedup();
    let mut stay: BTreeSet<i64> =
        newest_first.first().map(|at| at.as_millis()).into_iter().collect();
    let day = |at: Timestamp| at.as_millis().div_euclid(DAY_MS);
    let week = |at: Timestamp| (day(at) + DAYS_BEFORE_MONDAY).div_euclid(7);
    for (most, period) in [(keep.daily, &day as &dyn Fn(Timestamp) -> i64), (keep.weekly, &week)] {
        let mut seen = BTreeSet::new();
        for at in &newest_first {
            if seen.len() < most && seen.insert(period(*at)) {
                stay.insert(at.as_millis());
            }
        }
    }
    newest_first.into_iter().filter(|at| !stay.contains(&at.as_millis())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 2 November 2026, at noon.
    const MONDAY: i64 = 1_793_620_800_000;

    fn at(days: i64, hours: i64) -> Timestamp {
        Timestamp::from_millis(MONDAY + days * DAY_MS + hours * 3_600_000)
    }

    #[test]
    fn the_newest_of_each_day_and_week_stays() {
        let made: Vec<_> = (0..28).flat_map(|day| [at(day, 0), at(day, 6)]).collect();
        let gone = superseded(&made, Keep { daily: 3, weekly: 2 });
        let stay: Vec<_> = made.into_iter().filter(|at| !gone.contains(at)).collect();
        // The last three days, of which the last is a Sunday, and the Sunday before.
        assert_eq!(stay, [at(20, 6), at(25, 6), at(26, 6), at(27, 6)]);
    }

    #[test]
    fn days_without_a_backup_do_not_count_and_the_newest_always_stays() {
        let made = [at(0, 0), at(30, 0), at(300, 0)];
        assert_eq!(superseded(&made, Keep { daily: 3, weekly: 0 }), []);
        assert_eq!(superseded(&made, Keep { daily: 0, weekly: 0 }), [at(30, 0), at(0, 0)]);
        assert_eq!(superseded(&[], Keep { daily: 0, weekly: 0 }), []);
    }
}
