//! Check of the wall clock before erasures.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::clock_jump::{ClockAnchor, ClockChange, wall_clock_offset};
pub use crate::flows::clock_watch::ClockStep;
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;

/// Longer than a holiday shutdown of a gateway, much shorter than the retention of a photo.
pub const MAX_SWEEP_GAP: Duration = Duration::from_secs(31 * 86_400);

/// State of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// Erasures may be decided by this time, and by no later one: the clock may be set forward at any moment.
    Plausible { now: Timestamp },
    /// The last sweep was longer ago than [`MAX_SWEEP_GAP`]: the clock is wrong, or the gateway did not run.
    SweepGap { last_sweep: Timestamp },
    /// The clock gained this much on the monotonic clock, in one step or in many.
    Ahead(Duration),
}

impl Gateway {
    /// The anchor, to be stored for the next start of the program.
    pub fn clock_anchor(&self) -> ClockAnchor {
        self.clock_watch.locked(|state| state.anchor.clone())
    }

    /// Continues with the anchor of an earlier run of the program, unless the machine was started since.
    pub fn resume_clock_anchor(&self, anchor: ClockAnchor) {
        if anchor.boot.is_some() && anchor.boot == self.clock.boot_id() {
            self.clock_watch.locked(|state| state.anchor = anchor);
        }
    }

    /// The last backward step since the start of the program that no administrator has confirmed.
    pub fn last_backward_step(&self) -> Option<ClockStep> {
        self.clock_watch.locked(|state| state.backward_step)
    }
}

/// Begins to watch the clock. A confirmation that is in the database already belongs to an earlier anchor.
pub async fn begin_clock_watch(gateway: &Gateway) -> Result<(), StoreError> {
    let confirmed_at = gateway.store.clock_confirmed_at().await?;
    gateway.clock_watch.locked(|state| state.anchor.confirmed_at = confirmed_at);
    Ok(())
}

/// Compares the clock with the last sweep and with the monotonic clock.
pub async fn clock_state(gateway: &Gateway) -> Result<ClockState, StoreError> {
    let confirmed_at = gateway.store.clock_confirmed_at().await?;
    let last = gateway.store.last_swept_at().await?;
    let (wall, monotonic) = (gateway.now(), gateway.clock.since_boot());
    let ahead = gateway.clock_watch.locked(|state| {
        if let Some(confirmed_at) = confirmed_at.filter(|at| state.anchor.is_new_confirmation(*at, wall)) {
            state.anchor.confirm(confirmed_at, wall, monotonic);
            state.backward_step = None;
        }
        let last_offset_ms = std::mem::replace(&mut state.offset_ms, wall_clock_offset(wall, monotonic));
        let ClockChange { ahead, back } = state.anchor.compare(last_offset_ms, wall, monotonic);
        if let Some(by) = back {
            state.backward_step = Some(ClockStep { by, to: wall });
        }
        ahead
    });
    if let Some(by) = ahead {
        return Ok(ClockState::Ahead(by));
    }
    Ok(match last {
        Some(last) if wall > last + MAX_SWEEP_GAP => ClockState::SweepGap { last_sweep: last },
        _ => ClockState::Plausible { now: wall },
    })
}
