//! Pace of audit rows about one device: a device in a loop must not fill the log, which is stored for ten years.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use super::rate_limiter::RateLimiter;
use crate::clock::Timestamp;

/// Limit of keys with counts of left-out rows; at the limit all counts are dropped.
const MAX_KEYS: usize = 10_000;

/// Adds the number of left-out rows, if any, to the details of an audit row.
pub(crate) fn note_left_out(details: &mut serde_json::Value, left_out: u64) {
    if left_out > 0 {
        details["left_out"] = left_out.into();
    }
}

/// Admits rows at a limited rate for each key, such as a device, and counts the rows that it leaves out.
pub(crate) struct RowPace<K> {
    limiter: RateLimiter<K>,
    left_out: Mutex<HashMap<K, u64>>,
}

impl<K: Eq + Hash + Copy + fmt::Debug> RowPace<K> {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self { limiter: RateLimiter::new(per_minute), left_out: Mutex::default() }
    }

    /// The number of rows about this key that were left out since the last admitted one; `None` to leave this one out too.
    pub(crate) fn admit(&self, key: K, now: Timestamp) -> Option<u64> {
        let is_due = self.limiter.acquire(key, now).is_ok();
        let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        if is_due {
            return Some(left_out.remove(&key).unwrap_or(0));
        }
        if left_out.len() >= MAX_KEYS && !left_out.contains_key(&key) {
            left_out.clear();
        }
        *left_out.entry(key).or_default() += 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::id::DeviceId;
    use crate::entropy::SeededEntropy;

    #[test]
    fn rows_beyond_the_pace_are_counted_in_the_next_one() {
        let start = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        let device = |seed| DeviceId::generate(start, &SeededEntropy::new(seed)).unwrap();
        let pace = RowPace::new(2);
        let admitted: Vec<_> = (0..5).map(|_| pace.admit(device(1), start)).collect();
        assert_eq!(admitted, [Some(0), Some(0), None, None, None]);
        assert_eq!(pace.admit(device(2), start), Some(0), "another device has a pace of its own");
        let later = start + Duration::from_secs(30);
        assert_eq!(pace.admit(device(1), later), Some(3));
        assert_eq!(pace.admit(device(1), later), None);
    }

    #[test]
    fn a_full_table_of_counts_is_emptied_for_another_key_only() {
        let start = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        let later = start + Duration::from_secs(60);
        for (another, counted) in [(5, 3), (MAX_KEYS, 0)] {
            let pace = RowPace::new(1);
            for key in 0..MAX_KEYS {
                assert_eq!([pace.admit(key, start), pace.admit(key, start)], [Some(0), None]);
            }
            pace.admit(another, start);
            assert_eq!(pace.admit(another, start), None);
            assert_eq!(pace.admit(5, later), Some(counted));
        }
    }
}
