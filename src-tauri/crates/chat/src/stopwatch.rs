//! How long each stage of a turn took.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use cloister_types::Clock;

/// Measures stages one after the other, and the whole.
pub(crate) struct Stopwatch {
    clock: Arc<dyn Clock>,
    start: Duration,
    last: Duration,
    laps: BTreeMap<&'static str, Duration>,
}

impl Stopwatch {
    pub(crate) fn start(clock: Arc<dyn Clock>) -> Self {
        let now = clock.monotonic();
        Self { clock, start: now, last: now, laps: BTreeMap::new() }
    }

    /// Ends the stage called `name`: the time since the stage before it ended.
    pub(crate) fn lap(&mut self, name: &'static str) {
        let now = self.clock.monotonic();
        self.laps.insert(name, now.saturating_sub(self.last));
        self.last = now;
    }

    /// Notes the time from the start under `name`, the first time only.
    pub(crate) fn mark_once(&mut self, name: &'static str) {
        let elapsed = self.clock.monotonic().saturating_sub(self.start);
        self.laps.entry(name).or_insert(elapsed);
    }

    /// Takes over the stages that `other` measured meanwhile.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.laps.extend(other.laps);
        self.last = self.clock.monotonic();
    }

    /// Milliseconds by stage, and `total`, rounded to a thousandth.
    pub(crate) fn report(&self) -> BTreeMap<String, f64> {
        let total = self.clock.monotonic().saturating_sub(self.start);
        let millis = |span: Duration| (span.as_secs_f64() * 1e6).round() / 1e3;
        let laps = self.laps.iter().map(|(name, span)| ((*name).to_owned(), millis(*span)));
        laps.chain([("total".to_owned(), millis(total))]).collect()
    }
}

#[cfg(test)]
mod tests {
    use cloister_types::{FixedClock, Timestamp};

    use super::*;

    #[test]
    fn laps_and_total_add_up() {
        let clock = Arc::new(FixedClock::new(Timestamp::from_millis(0)));
        let mut stopwatch = Stopwatch::start(Arc::clone(&clock) as Arc<dyn Clock>);
        clock.advance(Duration::from_millis(3));
        stopwatch.lap("guard");
        clock.advance(Duration::from_millis(4));
        stopwatch.mark_once("first_text");
        stopwatch.lap("retrieve");
        let report = stopwatch.report();
        let expected = [("first_text", 7.0), ("guard", 3.0), ("retrieve", 4.0), ("total", 7.0)];
        let expected = expected.map(|(name, millis)| (name.to_owned(), millis));
        assert_eq!(report, BTreeMap::from(expected));
    }
}
