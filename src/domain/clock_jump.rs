//! Comparison of the wall clock with the monotonic clock, which cannot be set.
//!
//! An erasure is final, so a wall clock that was set forward must not cause one. A bad time server or an empty battery moves the wall
//! clock only, in one step or in many. The offset between both clocks shows the sum of these steps.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Lead that time servers and leap seconds never give to a correct clock.
pub const MAX_CLOCK_LEAD: Duration = Duration::from_hours(1);

/// Smaller changes are everyday corrections.
const MIN_REPORTED_JUMP: Duration = Duration::from_mins(1);

/// Offset between both clocks when the wall clock was last known to be correct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockAnchor {
    /// Identifier of the boot from which the monotonic clock counts; `None` if the system has none.
    pub boot: Option<String>,
    /// Wall clock minus monotonic clock, in milliseconds.
    pub distance_ms: i64,
    /// The last confirmation by an administrator that was applied.
    pub confirmed_at: Option<Timestamp>,
}

/// Unexpected changes of the wall clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockChange {
    /// Lead since the anchor, if it exceeds [`MAX_CLOCK_LEAD`].
    pub ahead: Option<Duration>,
    /// Step back since the last comparison, if it is a minute or more.
    pub back: Option<Duration>,
}

impl ClockAnchor {
    /// Anchors the present offset.
    pub fn at(boot: Option<String>, wall: Timestamp, monotonic: Duration) -> Self {
        Self { boot, distance_ms: wall_clock_offset(wall, monotonic), confirmed_at: None }
    }

    /// Compares the clocks. `seen_ms` is the offset at the last comparison. If the wall clock falls behind the anchor, the anchor follows
    /// it, so that a later correction counts as a step ahead.
    pub fn compare(&mut self, seen_ms: i64, wall: Timestamp, monotonic: Duration) -> ClockChange {
        let distance_ms = wall_clock_offset(wall, monotonic);
        if increase(distance_ms, self.distance_ms) >= MIN_REPORTED_JUMP {
            self.distance_ms = distance_ms;
        }
        let ahead = increase(self.distance_ms, distance_ms);
        let back = increase(distance_ms, seen_ms);
        ClockChange {
            ahead: (ahead > MAX_CLOCK_LEAD).then_some(ahead),
            back: (back >= MIN_REPORTED_JUMP).then_some(back),
        }
    }

    /// True for a confirmation that was not applied yet. If the last one lies in the future, the clock was set back since, and an
    /// earlier confirmation counts as new.
    pub fn is_new_confirmation(&self, confirmed_at: Timestamp, wall: Timestamp) -> bool {
        self.confirmed_at
            .is_none_or(|last| confirmed_at > last || (confirmed_at < last && last > wall && confirmed_at <= wall))
    }

    /// Applies a new confirmation, made when the wall clock showed `confirmed_at`.
    pub fn confirm(&mut self, confirmed_at: Timestamp, wall: Timestamp, monotonic: Duration) {
        // The administrator confirmed that moment, not this one: the clock may have jumped again in between.
        let lead = confirmed_at.until(wall);
        let since = if lead > MAX_CLOCK_LEAD { confirmed_at } else { wall };
        self.distance_ms = wall_clock_offset(since, monotonic);
        self.confirmed_at = Some(confirmed_at);
    }
}

/// Difference between two offsets in milliseconds; zero if the second one is smaller.
fn increase(from: i64, to: i64) -> Duration {
    Duration::from_millis(u64::try_from(to.saturating_sub(from)).unwrap_or(0))
}

/// Wall clock minus monotonic clock, in milliseconds.
pub fn wall_clock_offset(wall: Timestamp, monotonic: Duration) -> i64 {
    wall.unix_milliseconds().saturating_sub(i64::try_from(monotonic.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    const HOUR: Duration = Duration::from_hours(1);
    const DAY: Duration = Duration::from_hours(24);

    fn anchor() -> ClockAnchor {
        ClockAnchor::at(None, START, HOUR)
    }

    /// Compares with the clocks at the start.
    fn ahead(anchor: &mut ClockAnchor, wall: Timestamp, monotonic: Duration) -> Option<Duration> {
        anchor.compare(anchor.distance_ms, wall, monotonic).ahead
    }

    #[test]
    fn time_that_both_clocks_have_seen_is_no_lead() {
        let mut anchor = anchor();
        assert_eq!(ahead(&mut anchor, START + 400 * DAY, HOUR + 400 * DAY), None);
        assert_eq!(ahead(&mut anchor, START + 400 * DAY + HOUR, HOUR + 400 * DAY), None);
    }

    #[test]
    fn steps_ahead_add_up() {
        let mut anchor = anchor();
        let step = Duration::from_mins(25);
        let leads: Vec<_> = (1..=3).map(|steps| ahead(&mut anchor, START + steps * step, HOUR)).collect();
        assert_eq!(leads, [None, None, Some(3 * step)]);
    }

    #[test]
    fn a_step_back_is_reported_once_and_its_correction_is_a_step_ahead() {
        let mut anchor = anchor();
        let first = wall_clock_offset(START, HOUR);
        let behind = wall_clock_offset(START - DAY, HOUR);
        assert_eq!(anchor.compare(first, START - DAY, HOUR), ClockChange { ahead: None, back: Some(DAY) });
        assert_eq!(anchor.compare(behind, START - DAY, HOUR), ClockChange::default());
        assert_eq!(anchor.compare(behind, START, HOUR), ClockChange { ahead: Some(DAY), back: None });
        assert_eq!(ahead(&mut anchor, START - DAY - Duration::from_secs(30), HOUR), None);
    }

    #[test]
    fn a_clock_that_comes_part_of_the_way_back_is_still_ahead() {
        let mut anchor = anchor();
        let seen = wall_clock_offset(START + 5 * DAY, HOUR);
        let change = anchor.compare(seen, START + 2 * DAY, HOUR);
        assert_eq!(change, ClockChange { ahead: Some(2 * DAY), back: Some(3 * DAY) });
        let seen = wall_clock_offset(START + 2 * DAY, HOUR);
        assert_eq!(anchor.compare(seen, START, HOUR), ClockChange { ahead: None, back: Some(2 * DAY) });
    }

    #[test]
    fn a_confirmation_counts_for_the_time_that_was_confirmed() {
        let mut anchor = anchor();
        assert_eq!(ahead(&mut anchor, START + 30 * DAY, HOUR), Some(30 * DAY));
        anchor.confirm(START + 30 * DAY, START + 30 * DAY, HOUR);
        assert_eq!(ahead(&mut anchor, START + 30 * DAY, HOUR), None);
        // Another jump between the confirmation and its application.
        anchor.confirm(START + 30 * DAY, START + 60 * DAY, HOUR);
        assert_eq!(ahead(&mut anchor, START + 60 * DAY, HOUR), Some(30 * DAY));
    }
}
