//! A rate limiter on the program's own clock.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use cloister_types::Clock;
use governor::{
    Quota, RateLimiter,
    clock::Clock as _,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};

type Limiter = RateLimiter<NotKeyed, InMemoryState, Hands, NoOpMiddleware<Duration>>;

/// Lets so many pass at once, and then one each time that a minute divided by as many has gone by
/// (the generic cell rate algorithm of `governor`).
#[derive(Debug)]
pub(crate) struct Meter {
    per_minute: u32,
    limiter: Limiter,
}

impl Meter {
    /// A meter that nothing has passed.
    pub(crate) fn new(per_minute: u32, clock: &Arc<dyn Clock>) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let limiter = Limiter::direct_with_clock(quota, Hands(Arc::clone(clock)));
        Self { per_minute, limiter }
    }

    /// Lets one pass, or says how long to wait. A meter whose rate was changed starts anew.
    pub(crate) fn pass(&mut self, per_minute: u32, clock: &Arc<dyn Clock>) -> Result<(), Duration> {
        if self.per_minute != per_minute {
            *self = Self::new(per_minute, clock);
        }
        let hands = self.limiter.clock().now();
        self.limiter.check().map_err(|early| early.wait_time_from(hands))
    }
}

/// The program's clock as `governor` reads it.
#[derive(Clone)]
struct Hands(Arc<dyn Clock>);

impl governor::clock::Clock for Hands {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

impl std::fmt::Debug for Hands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hands")
    }
}
