//! Circuit breaker for uploads, shared by all photos. While the gateway is unavailable, only one photo tries at a time.

use std::time::Duration;

use crate::client::backoff;
use crate::clock::Timestamp;

/// Pause between two uploads while the gateway rejects this device. Chosen freely: a person has to act, and a handshake costs the gateway
/// little.
const UNAUTHORIZED_PAUSE: Duration = Duration::from_secs(300);

/// State of the gateway as uploads found it. Durations count from the begin of the [`Timer`](crate::client::timer::Timer).
#[derive(Debug, Clone, Copy, Default)]
pub struct CircuitBreaker {
    open_state: Option<OpenState>,
    /// Increases with every failure, so that of many uploads that fail at the same time only one counts.
    generation: u64,
}

#[derive(Debug, Clone, Copy)]
struct OpenState {
    since: Timestamp,
    failures: u32,
    next_try: Duration,
    reason: OpenReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OpenReason {
    Unavailable,
    Unauthorized,
}

/// Generation in which an upload began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerGeneration(u64);

impl CircuitBreaker {
    /// The present generation.
    pub fn generation(&self) -> BreakerGeneration {
        BreakerGeneration(self.generation)
    }

    /// Reports whether an upload may begin while `in_progress` others run.
    pub fn allows(&self, now: Duration, in_progress: usize) -> bool {
        self.open_state.is_none_or(|open| in_progress == 0 && now >= open.next_try)
    }

    /// Reports whether the gateway rejects this device.
    pub fn is_unauthorized(&self) -> bool {
        self.open_state.is_some_and(|open| open.reason == OpenReason::Unauthorized)
    }

    /// Begin of the outage.
    pub fn open_since(&self) -> Option<Timestamp> {
        self.open_state.map(|open| open.since)
    }

    /// Time of the next upload, if it is after `now`.
    pub fn next_try(&self, now: Duration) -> Option<Duration> {
        self.open_state.map(|open| open.next_try).filter(|next_try| *next_try > now)
    }

    /// Notes that the gateway answered. Gives the begin of the outage that this ends.
    pub fn record_success(&mut self) -> Option<Timestamp> {
        self.open_state.take().map(|open| open.since)
    }

    /// Notes that an upload failed because the gateway is unavailable, and returns true if the outage is new. `retry_after` is the pause
    /// that the gateway asked for, `draw` a random number.
    pub fn record_failure(
        &mut self,
        generation: BreakerGeneration,
        at: Timestamp,
        now: Duration,
        retry_after: Duration,
        draw: u32,
    ) -> bool {
        self.open(generation, at, OpenReason::Unavailable, |failures| {
            now + backoff::pause(failures, draw).max(retry_after)
        })
    }

    /// Notes that the gateway rejected an upload, and returns true if this is new.
    pub fn record_unauthorized(&mut self, generation: BreakerGeneration, at: Timestamp, now: Duration) -> bool {
        self.open(generation, at, OpenReason::Unauthorized, |_| now + UNAUTHORIZED_PAUSE)
    }

    /// Allows an upload at once, for example after a new certificate.
    pub fn retry_now(&mut self) {
        if let Some(open) = &mut self.open_state {
            open.next_try = Duration::ZERO;
        }
    }

    fn open(
        &mut self,
        generation: BreakerGeneration,
        at: Timestamp,
        reason: OpenReason,
        next_try: impl FnOnce(u32) -> Duration,
    ) -> bool {
        if generation != self.generation() {
            return false;
        }
        self.generation += 1;
        let before = self.open_state;
        let failures = before.map_or(0, |open| open.failures).saturating_add(1);
        let since = before.map_or(at, |open| open.since);
        self.open_state = Some(OpenState { since, failures, next_try: next_try(failures), reason });
        before.is_none_or(|open| open.reason != reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn uploads_that_fail_together_count_once_and_one_tries_at_a_time() {
        let mut breaker = CircuitBreaker::default();
        let generation = breaker.generation();
        assert!(breaker.record_failure(generation, AT, Duration::ZERO, Duration::ZERO, u32::MAX));
        assert!(!breaker.record_failure(generation, AT, Duration::ZERO, 60 * SECOND, u32::MAX));
        assert!(!breaker.allows(Duration::ZERO, 0));
        assert!(breaker.allows(SECOND, 0) && !breaker.allows(SECOND, 1));
        assert_eq!(breaker.record_success(), Some(AT));
        assert!(breaker.allows(Duration::ZERO, 3) && breaker.record_success().is_none());
    }

    #[test]
    fn a_pause_that_was_asked_for_is_kept() {
        let mut breaker = CircuitBreaker::default();
        breaker.record_failure(breaker.generation(), AT, SECOND, 60 * SECOND, 0);
        assert!(!breaker.allows(60 * SECOND, 0) && breaker.allows(61 * SECOND, 0));
    }

    #[test]
    fn an_unauthorized_studio_retries_slowly_until_something_changes() {
        let mut breaker = CircuitBreaker::default();
        assert!(breaker.record_unauthorized(breaker.generation(), AT, Duration::ZERO) && breaker.is_unauthorized());
        assert!(!breaker.record_unauthorized(breaker.generation(), AT, Duration::ZERO), "said once");
        assert!(!breaker.allows(299 * SECOND, 0) && breaker.allows(300 * SECOND, 0));
        breaker.retry_now();
        assert!(breaker.allows(Duration::ZERO, 0));
    }
}
