//! How fast, and how much at once, one device may upload: a device gone wild slows down nobody but itself.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Gateway;
use super::authenticate::StudioCaller;
use crate::clock::Timestamp;
use crate::domain::id::DeviceId;

/// Admits an upload of up to `bytes` before any of it is read, so that a refusal costs neither side anything.
///
/// # Errors
/// [`TooFast`] when the device has used up its minute or has too much under way.
pub fn admit(gateway: &Gateway, studio: &StudioCaller, bytes: u64) -> Result<AdmittedUpload, TooFast> {
    gateway.pace.take(studio.device_id, bytes, gateway.now()).map(AdmittedUpload)
}

/// An upload that was admitted; its place is free again when this is dropped. What takes it can only run for one that was.
#[derive(Debug)]
pub struct AdmittedUpload(#[expect(dead_code, reason = "kept for its end")] Admitted<DeviceId>);

/// What was admitted, of a device or of whoever else is paced.
#[derive(Debug)]
pub(super) struct Admitted<K: Eq + Hash + Copy> {
    callers: Arc<Mutex<HashMap<K, Bucket>>>,
    caller: K,
    bytes: u64,
}

/// The device has to slow down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooFast {
    /// How long to wait.
    pub wait: Duration,
}

/// A token bucket for each caller, refilled by the passing of time, with the bytes it has under way.
pub(super) struct Pace<K> {
    per_minute: u32,
    bytes_at_once: u64,
    callers: Arc<Mutex<HashMap<K, Bucket>>>,
}

#[derive(Debug)]
pub(super) struct Bucket {
    /// In sixty-thousandths of an upload: what one millisecond adds at a rate of one a minute.
    tokens: u64,
    filled_at: Timestamp,
    bytes_under_way: u64,
}

const UPLOAD: u64 = 60_000;
/// With its share of memory full, a device may try again so soon.
const NEXT_PLACE: Duration = Duration::from_secs(1);
/// More callers than this have not been seen by any town; where callers are strangers' addresses, the full buckets go then.
const CALLERS_REMEMBERED: usize = 10_000;

impl<K: Eq + Hash + Copy + fmt::Debug> Pace<K> {
    /// `per_minute` uploads in the long run, and as many in a burst; `bytes_at_once` under way, or one upload.
    pub(super) fn new(per_minute: u32, bytes_at_once: u64) -> Self {
        Self { per_minute, bytes_at_once, callers: Arc::default() }
    }

    pub(super) fn take(&self, caller: K, bytes: u64, now: Timestamp) -> Result<Admitted<K>, TooFast> {
        let full = u64::from(self.per_minute) * UPLOAD;
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= CALLERS_REMEMBERED && !callers.contains_key(&caller) {
            callers.retain(|_, bucket| bucket.bytes_under_way > 0 || self.refilled(bucket, now) < full);
            if callers.len() >= CALLERS_REMEMBERED {
                // Whoever commands so many addresses is not stopped by a pace; memory is what has to be saved.
                callers.retain(|_, bucket| bucket.bytes_under_way > 0);
            }
        }
        let bucket = callers.entry(caller).or_insert(Bucket { tokens: full, filled_at: now, bytes_under_way: 0 });
        bucket.tokens = self.refilled(bucket, now);
        bucket.filled_at = now;
        if bucket.tokens < UPLOAD {
            let missing = (UPLOAD - bucket.tokens).div_ceil(u64::from(self.per_minute).max(1));
            return Err(TooFast { wait: Duration::from_millis(missing) });
        }
        let under_way = bucket.bytes_under_way.saturating_add(bytes);
        if under_way > self.bytes_at_once && bucket.bytes_under_way > 0 {
            return Err(TooFast { wait: NEXT_PLACE });
        }
        bucket.tokens -= UPLOAD;
        bucket.bytes_under_way = under_way;
        Ok(Admitted { callers: Arc::clone(&self.callers), caller, bytes })
    }

    /// What a bucket holds by now.
    fn refilled(&self, bucket: &Bucket, now: Timestamp) -> u64 {
        let full = u64::from(self.per_minute) * UPLOAD;
        let passed = u64::try_from(bucket.filled_at.until(now).as_millis()).unwrap_or(u64::MAX);
        bucket.tokens.saturating_add(passed.saturating_mul(u64::from(self.per_minute))).min(full)
    }
}

impl<K: Eq + Hash + Copy> Drop for Admitted<K> {
    fn drop(&mut self) {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = callers.get_mut(&self.caller) {
            bucket.bytes_under_way = bucket.bytes_under_way.saturating_sub(self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    const START: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn device(seed: u64) -> DeviceId {
        DeviceId::generate(START, &SeededEntropy::new(seed)).unwrap()
    }

    #[test]
    fn a_device_that_has_used_up_its_minute_waits_and_another_does_not() {
        let pace = Pace::new(2, 8);
        assert!(pace.take(device(1), 10, START).is_ok());
        assert!(pace.take(device(1), 10, START).is_ok());
        let TooFast { wait } = pace.take(device(1), 10, START).unwrap_err();
        assert_eq!(wait, Duration::from_secs(30));
        assert!(pace.take(device(2), 10, START).is_ok());
        assert!(pace.take(device(1), 10, START + wait).is_ok());
        assert!(pace.take(device(1), 10, START + wait).is_err());
    }

    #[test]
    fn a_device_has_its_share_of_memory_and_gets_it_back() {
        let pace = Pace::new(100, 25);
        let first = pace.take(device(1), 10, START).unwrap();
        let _second = pace.take(device(1), 10, START).unwrap();
        assert_eq!(pace.take(device(1), 10, START).unwrap_err(), TooFast { wait: NEXT_PLACE });
        assert!(pace.take(device(2), 10, START).is_ok());
        assert!(pace.take(device(3), 1_000, START).is_ok(), "one upload is always possible");
        drop(first);
        assert!(pace.take(device(1), 10, START).is_ok());
    }

    #[test]
    fn a_crowd_of_callers_is_forgotten_once_each_has_had_its_rest() {
        let pace = Pace::new(2, 8);
        for caller in 0..CALLERS_REMEMBERED {
            assert!(pace.take(caller, 0, START).is_ok());
        }
        let later = START + Duration::from_secs(60);
        let patient = pace.take(0, 1, later).unwrap();
        assert!(pace.take(usize::MAX, 0, later).is_ok());
        assert_eq!(pace.callers.lock().unwrap().len(), 2, "one under way, one new");
        drop(patient);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        let pace = Pace::new(1, 8);
        assert!(pace.take(device(1), 10, START).is_ok());
        assert!(pace.take(device(1), 10, START - Duration::from_secs(3600)).is_err());
    }
}
