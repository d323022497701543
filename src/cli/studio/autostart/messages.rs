//! Messages about the start at logon, for the studio's staff.

use super::error::AutostartError;
use super::installed::InstalledAutostart;
use crate::cli::shown_path::shown_path;
use crate::cli::studio::advice::Failure;
use crate::cli::studio::exit::Exit;

use crate::texts::language::Language;
use crate::texts::text;

/// States how the watch is started from now on, and what the user can do about it.
pub fn about_installed_autostart(installed: &InstalledAutostart, language: Language) -> String {
    match installed {
        InstalledAutostart::WindowsTask => text!(language, "studio-autostart-task"),
        InstalledAutostart::WindowsRunKey { refused } => {
            text!(language, "studio-autostart-run-key", cause = refused.to_string())
        }
        InstalledAutostart::SystemdUnit { file } => {
            text!(language, "studio-autostart-unit", file = shown_path(file))
        }
    }
}

/// Explains why the watch is not started at logon.
pub fn about_autostart_error(error: &AutostartError, language: Language) -> Failure {
    let message = match error {
        AutostartError::ImpossibleText => text!(language, "studio-unit-impossible"),
        AutostartError::NotSupported => text!(language, "studio-autostart-not-supported"),
        AutostartError::UnknownUser => text!(language, "studio-autostart-unknown-user"),
        AutostartError::File { path, source } => {
            text!(language, "studio-autostart-file", path = shown_path(path), cause = source.to_string())
        }
        AutostartError::Program(source) => text!(language, "studio-autostart-program", cause = source.to_string()),
    };
    Failure::new(Exit::Setup, message)
}

/// Explains that a start at logon is set up, and that the watch does not run yet.
pub fn about_start_failure(error: &AutostartError, language: Language) -> Failure {
    Failure::new(Exit::Setup, text!(language, "studio-autostart-not-begun", cause = error.to_string()))
}

/// Explains that the watch still starts at logon.
pub fn about_removal_failure(error: &AutostartError, language: Language) -> Failure {
    Failure::new(Exit::Setup, text!(language, "studio-autostart-not-removed", cause = error.to_string()))
}
