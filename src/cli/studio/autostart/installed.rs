//! The ways in which a system starts `watch`.

use std::path::PathBuf;

use super::error::SystemProgramError;

/// A start at logon that was set up.
#[derive(Debug)]
pub enum InstalledAutostart {
    /// A task of the Task Scheduler. It also starts the watch again a few minutes after it ended.
    WindowsTask,
    /// An entry of the registry, since the Task Scheduler refused the task. Only the next logon starts an ended watch again.
    WindowsRunKey { refused: SystemProgramError },
    /// A unit of systemd's user manager, which runs while the user is logged in, or always with `loginctl enable-linger`.
    SystemdUnit { file: PathBuf },
}
