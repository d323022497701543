//! Start of `watch` at each logon of this user, without rights of an administrator: a task of the Windows Task Scheduler, or a unit of
//! systemd's user manager.

pub mod error;
pub mod installed;
mod messages;
mod program_runner;
mod systemd;
mod systemd_unit;
pub mod watch_command;
mod windows;
mod windows_task;

pub use error::AutostartError;
pub use installed::InstalledAutostart;
pub use messages::{about_autostart_error, about_installed_autostart, about_removal_failure, about_start_failure};
pub use systemd_unit::{UNIT_FILE, unit};
pub use watch_command::WatchCommand;

use program_runner::SystemPrograms;
use systemd::SystemdAutostart;
use windows::{WindowsAccount, WindowsAutostart};
use windows_task::task;

/// Has this system start `command` at each logon of this user from now on. An earlier start is replaced. Does not start it now: [`start`].
///
/// # Errors
/// [`AutostartError`]; nothing is started at the next logon.
pub fn install(command: &WatchCommand) -> Result<InstalledAutostart, AutostartError> {
    if cfg!(windows) {
        windows()?.install(command)
    } else if cfg!(target_os = "linux") {
        systemd()?.install(command)
    } else {
        Err(AutostartError::NotSupported)
    }
}

/// Starts what was installed, in the background. A running watch is ended first, so that it runs with the new settings.
///
/// # Errors
/// [`AutostartError`]
pub fn start(command: &WatchCommand, installed: &InstalledAutostart) -> Result<(), AutostartError> {
    match installed {
        InstalledAutostart::WindowsTask => windows()?.restart_task(),
        InstalledAutostart::WindowsRunKey { .. } => windows()?.restart_program(command),
        InstalledAutostart::SystemdUnit { .. } => systemd()?.restart(),
    }
}

/// Ends the watch that was started and has it not started again. False if nothing was installed.
///
/// # Errors
/// [`AutostartError`]
pub fn remove() -> Result<bool, AutostartError> {
    if cfg!(windows) {
        windows()?.remove()
    } else if cfg!(target_os = "linux") {
        systemd()?.remove()
    } else {
        Ok(false)
    }
}

/// Task of the Task Scheduler for this user, as XML. `None` if a text cannot be written into it.
pub fn task_of_this_user(command: &WatchCommand) -> Option<String> {
    task(command, &WindowsAccount::of_this_user()?.qualified())
}

fn windows() -> Result<WindowsAutostart<SystemPrograms>, AutostartError> {
    let account = WindowsAccount::of_this_user().ok_or(AutostartError::UnknownUser)?;
    Ok(WindowsAutostart::new(SystemPrograms, account))
}

fn systemd() -> Result<SystemdAutostart<SystemPrograms>, AutostartError> {
    SystemdAutostart::of_this_user(SystemPrograms).ok_or(AutostartError::UnknownUser)
}
