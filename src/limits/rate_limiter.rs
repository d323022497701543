//! Rate limiter: a token bucket for each caller, and a bound on its bytes in flight. A fast caller slows down only itself.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

/// An admitted request of a device or of another caller; its bytes count as in flight until this is dropped.
#[derive(Debug)]
pub(crate) struct RatePermit<K: Eq + Hash + Copy> {
    buckets: Arc<Mutex<HashMap<K, Bucket>>>,
    caller: K,
    bytes: u64,
}

/// The device has to slow down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimited {
    /// Time to wait before the next request.
    pub wait: Duration,
}

/// A token bucket for each caller, refilled by the passing of time, with the bytes it has under way.
pub(crate) struct RateLimiter<K> {
    per_minute: u32,
    max_bytes_in_flight: u64,
    buckets: Arc<Mutex<HashMap<K, Bucket>>>,
}

#[derive(Debug)]
pub(super) struct Bucket {
    /// In sixty-thousandths of an upload: what one millisecond adds at a rate of one a minute.
    tokens: u64,
    filled_at: Timestamp,
    bytes_in_flight: u64,
}

const TOKENS_PER_REQUEST: u64 = 60_000;
/// With its share of memory full, a device may try again so soon.
const BYTES_RETRY_AFTER: Duration = Duration::from_secs(1);
/// More than the devices of any town; of anonymous addresses there may be more, and then full buckets are removed.
const MAX_BUCKETS: usize = 10_000;

impl<K: Eq + Hash + Copy + fmt::Debug> RateLimiter<K> {
    /// `per_minute` uploads in the long run, and as many in a burst; `max_bytes_in_flight` under way, or one upload.
    pub(crate) fn new(per_minute: u32, max_bytes_in_flight: u64) -> Self {
        Self { per_minute, max_bytes_in_flight, buckets: Arc::default() }
    }

    pub(crate) fn acquire(&self, caller: K, bytes: u64, now: Timestamp) -> Result<RatePermit<K>, RateLimited> {
        let full = u64::from(self.per_minute) * TOKENS_PER_REQUEST;
        let mut callers = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= MAX_BUCKETS && !callers.contains_key(&caller) {
            callers.retain(|_, bucket| bucket.bytes_in_flight > 0 || self.refilled(bucket, now) < full);
            if callers.len() >= MAX_BUCKETS {
                // Whoever commands so many addresses is not stopped by a pace; memory is what has to be saved.
                callers.retain(|_, bucket| bucket.bytes_in_flight > 0);
            }
        }
        let bucket = callers.entry(caller).or_insert(Bucket { tokens: full, filled_at: now, bytes_in_flight: 0 });
        bucket.tokens = self.refilled(bucket, now);
        bucket.filled_at = now;
        if bucket.tokens < TOKENS_PER_REQUEST {
            let missing = (TOKENS_PER_REQUEST - bucket.tokens).div_ceil(u64::from(self.per_minute).max(1));
            return Err(RateLimited { wait: Duration::from_millis(missing) });
        }
        let under_way = bucket.bytes_in_flight.saturating_add(bytes);
        if under_way > self.max_bytes_in_flight && bucket.bytes_in_flight > 0 {
            return Err(RateLimited { wait: BYTES_RETRY_AFTER });
        }
        bucket.tokens -= TOKENS_PER_REQUEST;
        bucket.bytes_in_flight = under_way;
        Ok(RatePermit { buckets: Arc::clone(&self.buckets), caller, bytes })
    }

    /// Tokens in a bucket at the time `now`.
    fn refilled(&self, bucket: &Bucket, now: Timestamp) -> u64 {
        let full = u64::from(self.per_minute) * TOKENS_PER_REQUEST;
        let passed = u64::try_from(bucket.filled_at.until(now).as_millis()).unwrap_or(u64::MAX);
        bucket.tokens.saturating_add(passed.saturating_mul(u64::from(self.per_minute))).min(full)
    }
}

impl<K: Eq + Hash + Copy> Drop for RatePermit<K> {
    fn drop(&mut self) {
        let mut callers = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = callers.get_mut(&self.caller) {
            bucket.bytes_in_flight = bucket.bytes_in_flight.saturating_sub(self.bytes);
        }
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
        let limiter = RateLimiter::new(2, 8);
        assert!(limiter.acquire(device(1), 10, START).is_ok());
        assert!(limiter.acquire(device(1), 10, START).is_ok());
        let RateLimited { wait } = limiter.acquire(device(1), 10, START).unwrap_err();
        assert_eq!(wait, Duration::from_secs(30));
        assert!(limiter.acquire(device(2), 10, START).is_ok());
        assert!(limiter.acquire(device(1), 10, START + wait).is_ok());
        assert!(limiter.acquire(device(1), 10, START + wait).is_err());
    }

    #[test]
    fn a_device_has_its_share_of_memory_and_gets_it_back() {
        let limiter = RateLimiter::new(100, 25);
        let first = limiter.acquire(device(1), 10, START).unwrap();
        let _second = limiter.acquire(device(1), 10, START).unwrap();
        assert_eq!(limiter.acquire(device(1), 10, START).unwrap_err(), RateLimited { wait: BYTES_RETRY_AFTER });
        assert!(limiter.acquire(device(2), 10, START).is_ok());
        assert!(limiter.acquire(device(3), 1_000, START).is_ok(), "one upload is always possible");
        drop(first);
        assert!(limiter.acquire(device(1), 10, START).is_ok());
    }

    #[test]
    fn full_buckets_are_removed_when_there_are_too_many() {
        let limiter = RateLimiter::new(2, 8);
        for caller in 0..MAX_BUCKETS {
            assert!(limiter.acquire(caller, 0, START).is_ok());
        }
        let later = START + Duration::from_secs(60);
        let in_flight = limiter.acquire(0, 1, later).unwrap();
        assert!(limiter.acquire(usize::MAX, 0, later).is_ok());
        assert_eq!(limiter.buckets.lock().unwrap().len(), 2, "one under way, one new");
        drop(in_flight);
    }

    #[test]
    fn a_clock_that_goes_back_adds_no_tokens() {
        let limiter = RateLimiter::new(1, 8);
        assert!(limiter.acquire(device(1), 10, START).is_ok());
        assert!(limiter.acquire(device(1), 10, START - Duration::from_secs(3600)).is_err());
    }
}
