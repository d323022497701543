//! Named steps at which a crash test can stop the process.
//!
//! Built only with the feature `failpoints`. `LICHTBILD_HALT_AT=<step>` makes the process write the marker file named by
//! `LICHTBILD_HALT_MARKER` when it reaches that step and then stand still for good: the test sees the marker and sends
//! SIGKILL, so that the process dies exactly there, as a machine would that loses its power.

/// Says that `step` has been reached. Does nothing in a release.
#[inline]
pub fn reached(step: &str) {
    #[cfg(feature = "failpoints")]
    armed::halt_at(step);
    #[cfg(not(feature = "failpoints"))]
    let _ = step;
}

#[cfg(feature = "failpoints")]
mod armed {
    use std::env;
    use std::fs;
    use std::thread;

    pub(super) fn halt_at(step: &str) {
        if env::var("LICHTBILD_HALT_AT").is_ok_and(|armed| armed == step)
            && let Ok(marker) = env::var("LICHTBILD_HALT_MARKER")
            && fs::write(&marker, step).is_ok()
        {
            loop {
                thread::park();
            }
        }
    }
}
