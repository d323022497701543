//! Renewal of certificates: limits on their number and rate per device.

use std::time::Duration;

use crate::clock::Timestamp;

/// Maximum number of valid certificates per device: the two newest, and of the others the newest that was ever used (the first counts as
/// used). This bounds the revocations per device. A device that never receives the responses to its renewals keeps its certificate.
pub const MAX_LIVE_CERTIFICATES: u32 = 3;

/// Interval in which a device may renew once. After the middle of the certificate's life it may renew [`MAX_LIVE_CERTIFICATES`] times,
/// because responses can be lost.
pub const RENEWAL_INTERVAL: Duration = Duration::from_hours(1);

/// Validity of the certificate that is to be renewed.
#[derive(Debug, Clone, Copy)]
pub struct Validity {
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

impl Validity {
    /// Reports whether half of the time has passed. A client renews after two thirds.
    pub fn is_past_its_middle(&self, now: Timestamp) -> bool {
        self.not_before + self.not_before.until(self.not_after) / 2 <= now
    }
}

/// Time until a device may renew; `None` if it may renew now.
///
/// `renewals` are the starts of its newest certificates, at most [`MAX_LIVE_CERTIFICATES`], without the enrolment; `next` is the start of
/// the new one. Starts after `next` come from a clock that was ahead and are ignored.
pub fn renewal_wait(presented: Validity, renewals: &[Timestamp], next: Timestamp, now: Timestamp) -> Option<Duration> {
    let allowed = if presented.is_past_its_middle(now) { MAX_LIVE_CERTIFICATES as usize } else { 1 };
    let mut recent: Vec<_> =
        renewals.iter().filter(|at| **at <= next && at.until(next) < RENEWAL_INTERVAL).copied().collect();
    recent.sort_unstable();
    let oldest_in_the_way = recent[recent.len().checked_sub(allowed)?];
    Some(RENEWAL_INTERVAL - oldest_in_the_way.until(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    const MINUTE: Duration = Duration::from_secs(60);
    const DAY: Duration = Duration::from_secs(86_400);

    fn wait(age: Duration, minutes_ago: &[u32]) -> Option<Duration> {
        let presented = Validity { not_before: NOW - age, not_after: NOW - age + 60 * DAY };
        let renewals: Vec<_> = minutes_ago.iter().map(|minutes| NOW - *minutes * MINUTE).collect();
        renewal_wait(presented, &renewals, NOW, NOW)
    }

    #[test]
    fn a_certificate_that_is_not_due_is_renewed_once_an_hour() {
        assert_eq!(wait(DAY, &[]), None);
        assert_eq!(wait(DAY, &[60, 300]), None);
        assert_eq!(wait(DAY, &[20, 59]), Some(40 * MINUTE));
    }

    #[test]
    fn one_past_its_middle_is_renewed_three_times_an_hour() {
        assert_eq!(wait(30 * DAY, &[0, 20, 61]), None);
        assert_eq!(wait(30 * DAY, &[0, 20, 50]), Some(10 * MINUTE));
        assert_eq!(wait(30 * DAY - MINUTE, &[0]), Some(60 * MINUTE));
    }

    #[test]
    fn certificates_of_a_clock_that_was_ahead_keep_nobody_waiting() {
        let presented = Validity { not_before: NOW - DAY, not_after: NOW + 59 * DAY };
        assert_eq!(renewal_wait(presented, &[NOW + DAY], NOW, NOW), None);
    }
}
