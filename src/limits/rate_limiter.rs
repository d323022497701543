//! Rate limiter: a token bucket for each caller. A fast caller slows down only itself.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

/// The caller has used up its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimited {
    /// Time until the next request is admitted.
    pub wait: Duration,
}

pub(crate) struct RateLimiter<K> {
    per_minute: u32,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    /// In sixty-thousandths of a request: one millisecond adds one token at a rate of one request a minute.
    tokens: u64,
    filled_at: Timestamp,
}

const TOKENS_PER_REQUEST: u64 = 60_000;
/// More buckets than any country has devices. Anonymous addresses can exceed it; full buckets are then removed.
const MAX_BUCKETS: usize = 50_000;

impl<K: Eq + Hash + Copy + fmt::Debug> RateLimiter<K> {
    /// `per_minute` requests in the long run, and as many in a burst.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self { per_minute, buckets: Mutex::default() }
    }

    pub(crate) fn acquire(&self, caller: K, now: Timestamp) -> Result<(), RateLimited> {
        let full = u64::from(self.per_minute) * TOKENS_PER_REQUEST;
        let mut callers = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= MAX_BUCKETS && !callers.contains_key(&caller) {
            callers.retain(|_, bucket| self.refilled(bucket, now) < full);
            if callers.len() >= MAX_BUCKETS {
                // A rate limit cannot stop an attacker with so many addresses, but memory must stay bounded.
                callers.clear();
            }
        }
        let bucket = callers.entry(caller).or_insert(Bucket { tokens: full, filled_at: now });
        bucket.tokens = self.refilled(bucket, now);
        bucket.filled_at = now;
        if bucket.tokens < TOKENS_PER_REQUEST {
            let missing = (TOKENS_PER_REQUEST - bucket.tokens).div_ceil(u64::from(self.per_minute).max(1));
            return Err(RateLimited { wait: Duration::from_millis(missing) });
        }
        bucket.tokens -= TOKENS_PER_REQUEST;
        Ok(())
    }

    fn refilled(&self, bucket: &Bucket, now: Timestamp) -> u64 {
        let full = u64::from(self.per_minute) * TOKENS_PER_REQUEST;
        let passed = u64::try_from(bucket.filled_at.until(now).as_millis()).unwrap_or(u64::MAX);
        bucket.tokens.saturating_add(passed.saturating_mul(u64::from(self.per_minute))).min(full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::DeviceId;
    use crate::entropy::SeededEntropy;

    const START: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn device(seed: u64) -> DeviceId {
        DeviceId::generate(START, &SeededEntropy::new(seed)).unwrap()
    }

    #[test]
    fn a_device_over_its_rate_waits_and_another_does_not() {
        let limiter = RateLimiter::new(2);
        assert!(limiter.acquire(device(1), START).is_ok());
        assert!(limiter.acquire(device(1), START).is_ok());
        let RateLimited { wait } = limiter.acquire(device(1), START).unwrap_err();
        assert_eq!(wait, Duration::from_secs(30));
        assert!(limiter.acquire(device(2), START).is_ok());
        assert!(limiter.acquire(device(1), START + wait).is_ok());
        assert!(limiter.acquire(device(1), START + wait).is_err());
    }

    #[test]
    fn the_wait_is_as_long_as_the_rest_of_a_request_needs() {
        let limiter = RateLimiter::new(2);
        for _ in 0..2 {
            assert!(limiter.acquire(device(1), START).is_ok());
        }
        for (later, wait) in [(10_000, 20_000), (29_999, 1)] {
            let refused = limiter.acquire(device(1), START + Duration::from_millis(later));
            assert_eq!(refused, Err(RateLimited { wait: Duration::from_millis(wait) }));
        }
    }

    #[test]
    fn full_buckets_are_removed_when_there_are_too_many() {
        let limiter = RateLimiter::new(2);
        for caller in 0..MAX_BUCKETS {
            assert!(limiter.acquire(caller, START).is_ok());
        }
        let later = START + Duration::from_secs(60);
        assert!(limiter.acquire(0, later).is_ok());
        assert!(limiter.acquire(usize::MAX, later).is_ok());
        assert_eq!(limiter.buckets.lock().unwrap().len(), 2, "one in use, one new");
    }

    #[test]
    fn a_clock_that_goes_back_adds_no_tokens() {
        let limiter = RateLimiter::new(1);
        assert!(limiter.acquire(device(1), START).is_ok());
        assert!(limiter.acquire(device(1), START - Duration::from_secs(3600)).is_err());
    }
}
