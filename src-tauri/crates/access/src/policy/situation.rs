//! What the moment adds to a request.

use cloister_types::{Clock, Timestamp};
use jiff::{civil::Weekday, tz::TimeZone};

use crate::Session;

/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;
/// How long a second factor counts as fresh, in minutes; [`Session::elevated_until`] is its end.
const FRESH_MINUTES: i64 = 5;

/// What the moment adds to a request. All times are whole minutes, so that a decision holds for the
/// minute in which it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Situation {
    /// Local time: minutes since midnight, 0 to 1,439.
    pub minute: u16,
    /// The local day, from Monday, 1, to Sunday, 7.
    pub weekday: u8,
    /// Minutes since 1970-01-01T00:00Z.
    pub now: i64,
    /// Whole minutes since the second factor was shown, where one was.
    pub second_factor: Option<i64>,
    /// Whether the appliance has an administrator.
    pub administered: bool,
}

impl Situation {
    /// The situation of `session` now, in `zone`.
    #[must_use]
    pub fn of(session: &Session, clock: &dyn Clock, zone: &TimeZone, administered: bool) -> Self {
        let now = clock.now();
        Self { second_factor: second_factor_age(session, now), ..Self::at(now, zone, administered) }
    }

    /// The situation at `now` of somebody who showed no second factor.
    ///
    /// A time outside the calendar counts as midnight on a Monday, when no rule opens anything.
    #[must_use]
    pub fn at(now: Timestamp, zone: &TimeZone, administered: bool) -> Self {
        let millis = now.as_millis();
        let local = jiff::Timestamp::from_millisecond(millis)
            .map(|time| time.to_zoned(zone.clone()).datetime());
        let (minute, weekday) = local.map_or((0, Weekday::Monday), |local| {
            let hour = u16::from(local.hour().unsigned_abs());
            (hour * 60 + u16::from(local.minute().unsigned_abs()), local.weekday())
        });
        Self {
            minute,
            weekday: weekday.to_monday_one_offset().unsigned_abs(),
            now: millis.div_euclid(MINUTE_MS),
            second_factor: None,
            administered,
        }
    }
}

/// Whole minutes since the session's second factor was shown; below [`FRESH_MINUTES`] exactly while
/// it is fresh.
fn second_factor_age(session: &Session, now: Timestamp) -> Option<i64> {
    let left = session.elevated_until?.as_millis() - now.as_millis();
    Some((FRESH_MINUTES * MINUTE_MS - left).div_euclid(MINUTE_MS).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_is_the_zones_across_its_change_of_the_clock() {
        let zone = TimeZone::get("Europe/Berlin").expect("compiled in");
        let at = |text: &str| {
            let time: jiff::Timestamp = text.parse().expect("a time");
            let situation =
                Situation::at(Timestamp::from_millis(time.as_millisecond()), &zone, false);
            (situation.minute, situation.weekday)
        };
        // 2027-03-28 is a Sunday on which the clock goes from 02:00 to 03:00.
        assert_eq!(at("2027-03-28T00:59:59Z"), (119, 7));
        assert_eq!(at("2027-03-28T01:00:00Z"), (180, 7));
        assert_eq!(at("2027-07-30T07:00:00Z"), (540, 5));
        assert_eq!(at("2027-12-31T23:30:00Z"), (30, 6));
    }
}
