//! How fast one device may upload: a token bucket each, so that a device gone wild slows down nobody but itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::id::DeviceId;

/// Buckets by device, refilled by the passing of time.
pub(super) struct Pace {
    per_minute: u32,
    buckets: Mutex<HashMap<DeviceId, Bucket>>,
}

struct Bucket {
    /// In sixty-thousandths of an upload: what one millisecond adds at a rate of one a minute.
    tokens: u64,
    filled_at: Timestamp,
}

const UPLOAD: u64 = 60_000;

impl Pace {
    /// `per_minute` uploads in the long run, and as many at once.
    pub(super) fn new(per_minute: u32) -> Self {
        Self { per_minute, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one upload.
    ///
    /// # Errors
    /// How long to wait for the next one.
    pub(super) fn take(&self, device: DeviceId, now: Timestamp) -> Result<(), Duration> {
        let full = u64::from(self.per_minute) * UPLOAD;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(device).or_insert(Bucket { tokens: full, filled_at: now });
        let passed = u64::try_from(bucket.filled_at.until(now).as_millis()).unwrap_or(u64::MAX);
        bucket.tokens = bucket.tokens.saturating_add(passed.saturating_mul(u64::from(self.per_minute))).min(full);
        bucket.filled_at = now;
        if bucket.tokens >= UPLOAD {
            bucket.tokens -= UPLOAD;
            return Ok(());
        }
        let missing = (UPLOAD - bucket.tokens).div_ceil(u64::from(self.per_minute).max(1));
        Err(Duration::from_millis(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_device_that_has_used_up_its_minute_waits_and_another_does_not() {
        let start = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        let device = |seed| DeviceId::generate(start, &SeededEntropy::new(seed)).unwrap();
        let pace = Pace::new(2);
        assert_eq!(pace.take(device(1), start), Ok(()));
        assert_eq!(pace.take(device(1), start), Ok(()));
        let wait = pace.take(device(1), start).unwrap_err();
        assert_eq!(wait, Duration::from_secs(30));
        assert_eq!(pace.take(device(2), start), Ok(()));
        assert_eq!(pace.take(device(1), start + wait), Ok(()));
        assert!(pace.take(device(1), start + wait).is_err());
    }
}
