//! The clock that a gateway watches, and the steps back that it saw.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::domain::clock_watch::{ClockAnchor, distance};

/// Shared by all that ask for the time of erasures.
pub(super) struct ClockWatch(Mutex<Watched>);

pub(super) struct Watched {
    pub(super) anchor: ClockAnchor,
    /// The distance of the clocks when they were last compared.
    pub(super) seen_ms: i64,
    pub(super) went_back: Option<Step>,
}

/// A step back of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The distance.
    pub by: Duration,
    /// The time that the clock showed after it.
    pub to: Timestamp,
}

impl ClockWatch {
    pub(super) fn new(clock: &dyn Clock) -> Self {
        let anchor = ClockAnchor::at(clock.boot(), clock.now(), clock.since_boot());
        let seen_ms = distance(clock.now(), clock.since_boot());
        Self(Mutex::new(Watched { anchor, seen_ms, went_back: None }))
    }

    pub(super) fn locked<T>(&self, act: impl FnOnce(&mut Watched) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
