//! Protection of the gateway's memory, which holds keys, photos and codes, against core dumps and other processes.

use std::io;

#[cfg(any(target_os = "linux", target_os = "android"))]
use crate::failpoint;

/// Forbids core dumps, and on Linux also access by other processes of the same user. `root` still has access.
///
/// The limit alone is not enough: a kernel that pipes core dumps into a program (`kernel.core_pattern` with `|`, as for
/// systemd-coredump) ignores it, but not the dumpable flag. A sandbox may forbid these system calls, which is an error.
#[cfg(unix)]
pub fn forbid() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if !failpoint::stays_dumpable() {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    }
    Ok(())
}

/// Other systems write no core dumps.
#[cfg(not(unix))]
pub fn forbid() -> io::Result<()> {
    Ok(())
}
