//! The clock, asked whether it can be trusted with erasures.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::clock_jump::{ClockAnchor, ClockChange, wall_clock_offset};
pub use crate::flows::clock_watch::ClockStep;
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;

/// Longer than a gateway rests over the holidays, much shorter than a photo is kept.
pub const MAX_SWEEP_GAP: Duration = Duration::from_secs(31 * 86_400);

/// The clock, as far as erasures are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// Nothing speaks against it.
    Plausible,
    /// The last sweep was longer ago than [`MAX_SWEEP_GAP`]: sweeps are minutes apart, so the clock is wrong, or the gateway rested.
    SweepGap { last_sweep: Timestamp },
    /// It ran ahead of the monotonic clock, in one step or in many.
    Ahead(Duration),
}

impl Gateway {
    /// The anchor of the clock, to be kept for the next start of the program.
    pub fn clock_anchor(&self) -> ClockAnchor {
        self.clock_watch.locked(|state| state.anchor.clone())
    }

    /// Goes on with the anchor of an earlier run of the program, if the machine has not been started since.
    pub fn resume_clock_anchor(&self, anchor: ClockAnchor) {
        if anchor.boot.is_some() && anchor.boot == self.clock.boot_id() {
            self.clock_watch.locked(|state| state.anchor = anchor);
        }
    }

    /// The last step back of the clock since the start of the program that no administrator has confirmed.
    pub fn last_backward_step(&self) -> Option<ClockStep> {
        self.clock_watch.locked(|state| state.backward_step)
    }
}

/// Begins to watch the clock: a confirmation that is in the store already was for an earlier anchor, and is no news for this one.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
pub async fn begin_clock_watch(gateway: &Gateway) -> Result<(), StoreError> {
    let confirmed_at = gateway.store.clock_confirmed_at().await?;
    gateway.clock_watch.locked(|state| state.anchor.confirmed_at = confirmed_at);
    Ok(())
}

/// Asks whether the clock can be trusted with erasures.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
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
        _ => ClockState::Plausible,
    })
}
