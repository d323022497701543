//! Watch over the wall clock: its anchor, and the last backward step.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::domain::clock_jump::{ClockAnchor, wall_clock_offset};

pub(super) struct ClockWatch(Mutex<ClockWatchState>);

pub(super) struct ClockWatchState {
    pub(super) anchor: ClockAnchor,
    /// Wall clock minus monotonic clock at the last comparison.
    pub(super) offset_ms: i64,
    pub(super) backward_step: Option<ClockStep>,
}

/// A backward step of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockStep {
    pub by: Duration,
    /// Time after the step.
    pub to: Timestamp,
}

impl ClockWatch {
    pub(super) fn new(clock: &dyn Clock) -> Self {
        let anchor = ClockAnchor::at(clock.boot_id(), clock.now(), clock.since_boot());
        let offset_ms = wall_clock_offset(clock.now(), clock.since_boot());
        Self(Mutex::new(ClockWatchState { anchor, offset_ms, backward_step: None }))
    }

    pub(super) fn locked<T>(&self, act: impl FnOnce(&mut ClockWatchState) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
