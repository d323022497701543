//! The wall clock held against the monotonic clock, which nobody can set.
//!
//! Erasures cannot be taken back, so a clock that was set forward must not cause any. A bad time server or a bad battery moves the
//! wall clock alone, in one step or in many: the sum of them shows in its distance from the time since the machine was started.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Further ahead than time servers and leap seconds ever move a clock that was right.
pub const MAX_CLOCK_LEAD: Duration = Duration::from_hours(1);

/// Less is how clocks are set every day.
const MIN_REPORTED_JUMP: Duration = Duration::from_mins(1);

/// The distance of the wall clock from the monotonic clock at the time at which it was last known to be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockAnchor {
    /// The start of the machine that the monotonic clock counts from; `None` where the system has no name for it.
    pub boot: Option<String>,
    /// Wall clock less monotonic clock, in milliseconds.
    pub distance_ms: i64,
    /// The last confirmation by an administrator that was taken into account.
    pub confirmed_at: Option<Timestamp>,
}

/// The change of the wall clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockChange {
    /// Since the anchor it ran ahead by more than [`MAX_CLOCK_LEAD`].
    pub ahead: Option<Duration>,
    /// Since it was last seen it went back by more than a minute.
    pub back: Option<Duration>,
}

impl ClockAnchor {
    /// Takes the present distance for right.
    pub fn at(boot: Option<String>, wall: Timestamp, monotonic: Duration) -> Self {
        Self { boot, distance_ms: wall_clock_offset(wall, monotonic), confirmed_at: None }
    }

    /// Compares the clocks. `seen_ms` is their distance when they were last compared. When the wall clock goes behind the anchor the
    /// anchor follows: time that is then made up for in one step is a step ahead.
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

    /// Reports whether a confirmation was not taken into account yet. One that now lies ahead was made by a clock that was set back
    /// since: the next one counts although it is earlier.
    pub fn is_new_confirmation(&self, confirmed_at: Timestamp, wall: Timestamp) -> bool {
        self.confirmed_at
            .is_none_or(|last| confirmed_at > last || (confirmed_at < last && last > wall && confirmed_at <= wall))
    }

    /// Takes the clock for right as an administrator saw it at `confirmed_at`, which is news.
    pub fn confirm(&mut self, confirmed_at: Timestamp, wall: Timestamp, monotonic: Duration) {
        // The administrator has confirmed that moment, not this one: what lies between must be a lead that is borne.
        let lead = confirmed_at.until(wall);
        let since = if lead > MAX_CLOCK_LEAD { confirmed_at } else { wall };
        self.distance_ms = wall_clock_offset(since, monotonic);
        self.confirmed_at = Some(confirmed_at);
    }
}

/// Milliseconds from one distance to a greater one; zero to a smaller one.
fn increase(from: i64, to: i64) -> Duration {
    Duration::from_millis(u64::try_from(to.saturating_sub(from)).unwrap_or(0))
}

/// Wall clock less monotonic clock, in milliseconds.
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

    /// Compares with the clocks as they were at the start.
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
        // Another jump between the confirmation and the moment at which it is heard of.
        anchor.confirm(START + 30 * DAY, START + 60 * DAY, HOUR);
        assert_eq!(ahead(&mut anchor, START + 60 * DAY, HOUR), Some(30 * DAY));
    }
}
