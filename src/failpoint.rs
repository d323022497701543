//! Named steps at which a crash test can stop the process, and a clock that it can set wrong.
//!
//! Built only with the feature `failpoints`. `LICHTBILD_HALT_AT=<step>` makes the process write the marker file named by
//! `LICHTBILD_HALT_MARKER` when it reaches that step and then stand still for good: the test sees the marker and sends
//! SIGKILL, so that the process dies exactly there, as a machine would that loses its power. `<step>#3` means the third time.
//!
//! `LICHTBILD_CLOCK_SHIFT=<file>` makes the system's clock go wrong by as many milliseconds as the file says at each moment, so
//! that it jumps when the file is replaced.
//!
//! The process stays dumpable, so that a test can read its memory, unless `LICHTBILD_FORBID_DUMPS=1` makes it as a release is.

/// Says that `step` has been reached. Does nothing in a release.
#[inline]
pub fn reached(step: &str) {
    #[cfg(feature = "failpoints")]
    armed::halt_at(step);
    #[cfg(not(feature = "failpoints"))]
    let _ = step;
}

/// By how many milliseconds the system's clock is to be wrong at this moment. Never in a release.
#[inline]
pub fn clock_shift_milliseconds() -> i64 {
    #[cfg(feature = "failpoints")]
    let shift = armed::clock_shift_milliseconds();
    #[cfg(not(feature = "failpoints"))]
    let shift = 0;
    shift
}

/// Reports whether a test may read this process's memory. Never in a release.
#[inline]
pub fn stays_dumpable() -> bool {
    cfg!(feature = "failpoints") && std::env::var_os("LICHTBILD_FORBID_DUMPS").is_none()
}

#[cfg(feature = "failpoints")]
mod armed {
    use std::env;
    use std::ffi::OsString;
    use std::fs;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    /// Number of times that the armed step has been reached.
    static TIMES: AtomicU32 = AtomicU32::new(0);

    fn is_due(armed: &str, step: &str) -> bool {
        let (name, due) = armed.split_once('#').map_or((armed, 1), |(name, due)| (name, due.parse().unwrap_or(1)));
        name == step && TIMES.fetch_add(1, Ordering::SeqCst) + 1 == due
    }

    pub(super) fn halt_at(step: &str) {
        if env::var("LICHTBILD_HALT_AT").is_ok_and(|armed| is_due(&armed, step))
            && let Ok(marker) = env::var("LICHTBILD_HALT_MARKER")
            && fs::write(&marker, step).is_ok()
        {
            loop {
                thread::park();
            }
        }
    }

    pub(super) fn clock_shift_milliseconds() -> i64 {
        static FILE: OnceLock<Option<OsString>> = OnceLock::new();
        let Some(file) = FILE.get_or_init(|| env::var_os("LICHTBILD_CLOCK_SHIFT")) else { return 0 };
        fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }
}
