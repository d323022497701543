//! No copy of the gateway's memory in a file or in another process: it holds photos and codes while they are in use, and keys always.

use std::io;

#[cfg(any(target_os = "linux", target_os = "android"))]
use crate::failpoint;

/// Forbids core dumps, and that other processes of the same user read this one's memory (Linux only). `root` can do it all the same.
///
/// The limit alone does not suffice: a kernel that hands core dumps to a program (`kernel.core_pattern` beginning with `|`, as with
/// systemd-coredump) does so whatever the limit is, but not for a process that is not dumpable.
///
/// # Errors
/// The operating system's, where something like a sandbox forbids to change these settings.
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

/// There are no core dumps here.
#[cfg(not(unix))]
pub fn forbid() -> io::Result<()> {
    Ok(())
}
