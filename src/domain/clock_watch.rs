//! The wall clock held against the monotonic clock, which nobody can set.
//!
//! Erasures cannot be taken back, so a clock that was set forward must not cause any. A bad time server or a bad battery moves the
//! wall clock alone, in one step or in many: the sum of them shows in its distance from the time since the machine was started.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Further ahead than time servers and leap seconds ever move a clock that was right.
pub const LONGEST_LEAD: Duration = Duration::from_hours(1);

/// Less is how clocks are set every day.
const NOTABLE: Duration = Duration::from_mins(1);

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

/// The wall clock, as compared with its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockChange {
    /// Within what happens every day.
    None,
    /// Ran ahead by more than [`LONGEST_LEAD`].
    Ahead(Duration),
    /// Went back by more than a minute.
    Back(Duration),
}

impl ClockAnchor {
    /// Takes the present distance for right.
    pub fn at(boot: Option<String>, wall: Timestamp, monotonic: Duration) -> Self {
        Self { boot, distance_ms: distance(wall, monotonic), confirmed_at: None }
    }

    /// Compares the clocks. After a step back the anchor follows: time that is then made up for in one step is a step ahead.
    pub fn compare(&mut self, wall: Timestamp, monotonic: Duration) -> ClockChange {
        let ahead = distance(wall, monotonic).saturating_sub(self.distance_ms);
        let by = Duration::from_millis(ahead.unsigned_abs());
        if ahead < 0 && by >= NOTABLE {
            self.distance_ms = distance(wall, monotonic);
            return ClockChange::Back(by);
        }
        if ahead > 0 && by > LONGEST_LEAD { ClockChange::Ahead(by) } else { ClockChange::None }
    }

    /// Takes the clock for right as an administrator saw it at `confirmed_at`, which is news.
    pub fn confirm(&mut self, confirmed_at: Timestamp, wall: Timestamp, monotonic: Duration) {
        // The administrator has confirmed that moment, not this one: what lies between must be a lead that is borne.
        let lead = confirmed_at.until(wall);
        let since = if lead > LONGEST_LEAD { confirmed_at } else { wall };
        self.distance_ms = distance(since, monotonic);
        self.confirmed_at = Some(confirmed_at);
    }
}

fn distance(wall: Timestamp, monotonic: Duration) -> i64 {
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

    #[test]
    fn time_that_both_clocks_have_seen_is_no_lead() {
        let mut anchor = anchor();
        assert_eq!(anchor.compare(START + 400 * DAY, HOUR + 400 * DAY), ClockChange::None);
        assert_eq!(anchor.compare(START + 400 * DAY + HOUR, HOUR + 400 * DAY), ClockChange::None);
    }

    #[test]
    fn steps_ahead_add_up() {
        let mut anchor = anchor();
        let step = Duration::from_mins(25);
        let changes: Vec<_> = (1..=3).map(|steps| anchor.compare(START + steps * step, HOUR)).collect();
        assert_eq!(changes, [ClockChange::None, ClockChange::None, ClockChange::Ahead(3 * step)]);
    }

    #[test]
    fn a_step_back_is_told_once_and_making_up_for_it_is_a_step_ahead() {
        let mut anchor = anchor();
        assert_eq!(anchor.compare(START - DAY, HOUR), ClockChange::Back(DAY));
        assert_eq!(anchor.compare(START - DAY, HOUR), ClockChange::None);
        assert_eq!(anchor.compare(START, HOUR), ClockChange::Ahead(DAY));
        assert_eq!(anchor.compare(START - DAY - Duration::from_secs(30), HOUR), ClockChange::None);
    }

    #[test]
    fn a_confirmation_counts_for_the_time_that_was_confirmed() {
        let mut anchor = anchor();
        assert_eq!(anchor.compare(START + 30 * DAY, HOUR), ClockChange::Ahead(30 * DAY));
        anchor.confirm(START + 30 * DAY, START + 30 * DAY, HOUR);
        assert_eq!(anchor.compare(START + 30 * DAY, HOUR), ClockChange::None);
        // Another jump between the confirmation and the moment at which it is heard of.
        anchor.confirm(START + 30 * DAY, START + 60 * DAY, HOUR);
        assert_eq!(anchor.compare(START + 60 * DAY, HOUR), ClockChange::Ahead(30 * DAY));
    }
}
