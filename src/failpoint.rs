//! Named steps at which a crash test can halt the process, and a clock that a test can shift.
//!
//! Built only with the feature `failpoints`. `LICHTBILD_HALT_AT=<step>` makes the process write the marker file
//! `LICHTBILD_HALT_MARKER` when it reaches that step, and then halt. The test waits for the marker and sends SIGKILL,
//! so that the process dies at this step, as after a power failure. `<step>#3` means the third time.
//!
//! `LICHTBILD_CLOCK_SHIFT=<file>` shifts the system's clock by the number of milliseconds in the file, which is read
//! each time.
//!
//! The process stays dumpable, so that a test can read its memory, unless `LICHTBILD_FORBID_DUMPS=1` forbids it as in a
//! release.

/// Reports that `step` has been reached. Does nothing in a release.
#[inline]
pub fn reached(step: &str) {
    #[cfg(feature = "failpoints")]
    armed::halt_at(step);
    #[cfg(not(feature = "failpoints"))]
    let _ = step;
}

/// Shift of the system's clock in milliseconds; 0 in a release.
#[inline]
pub fn clock_shift_milliseconds() -> i64 {
    #[cfg(feature = "failpoints")]
    let shift = armed::clock_shift_milliseconds();
    #[cfg(not(feature = "failpoints"))]
    let shift = 0;
    shift
}

/// Reports whether a test may read this process's memory; false in a release.
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
