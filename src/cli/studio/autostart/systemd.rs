//! Start at logon on Linux: a unit of systemd's user manager.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{AutostartError, SystemProgramError};
use super::installed::InstalledAutostart;
use super::program_runner::ProgramRunner;
use super::systemd_unit::{UNIT_NAME, unit};
use super::watch_command::WatchCommand;
use crate::atomic_file::{self, FileMode};

/// Start at logon of one user of Linux.
pub(super) struct SystemdAutostart<R> {
    runner: R,
    /// Folder of the user's units.
    folder: PathBuf,
}

impl<R: ProgramRunner> SystemdAutostart<R> {
    /// `None` if the user's home folder is not known.
    pub(super) fn of_this_user(runner: R) -> Option<Self> {
        let set = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
        let config = set.or_else(|| Some(env::home_dir()?.join(".config")))?;
        Some(Self { runner, folder: config.join("systemd/user") })
    }

    pub(super) fn install(&self, command: &WatchCommand) -> Result<InstalledAutostart, AutostartError> {
        let unit = unit(command).ok_or(AutostartError::ImpossibleText)?;
        let file = self.folder.join(UNIT_NAME);
        let cannot_write = |source| AutostartError::File { path: file.clone(), source };
        fs::create_dir_all(&self.folder).map_err(cannot_write)?;
        atomic_file::replace(&file, format!("{unit}\n").as_bytes(), FileMode::OwnerOnly).map_err(cannot_write)?;
        self.systemctl(&["daemon-reload"])?;
        self.systemctl(&["enable", UNIT_NAME])?;
        Ok(InstalledAutostart::SystemdUnit { file })
    }

    /// Starts the unit; a running one is ended first.
    pub(super) fn restart(&self) -> Result<(), AutostartError> {
        Ok(self.systemctl(&["restart", UNIT_NAME])?)
    }

    pub(super) fn remove(&self) -> Result<bool, AutostartError> {
        let file = self.folder.join(UNIT_NAME);
        if !file.exists() {
            return Ok(false);
        }
        self.systemctl(&["disable", "--now", UNIT_NAME])?;
        match fs::remove_file(&file) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(AutostartError::File { path: file, source });
            }
            _ => {}
        }
        self.systemctl(&["daemon-reload"])?;
        Ok(true)
    }

    fn systemctl(&self, arguments: &[&str]) -> Result<(), SystemProgramError> {
        let arguments = [&["--user"], arguments].concat().into_iter().map(Into::into).collect::<Vec<_>>();
        self.runner.run(Path::new("systemctl"), &arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::super::program_runner::tests::NotingRunner;
    use super::*;

    fn command() -> WatchCommand {
        let [program, config] = ["/usr/bin/lichtbild-studio", "/home/k/studio.toml"].map(PathBuf::from);
        WatchCommand { program, config, dir: None, options: Vec::new() }
    }

    #[test]
    fn a_unit_is_written_enabled_and_removed() {
        let home = tempfile::tempdir().unwrap();
        let autostart = SystemdAutostart { runner: NotingRunner::default(), folder: home.path().join("systemd/user") };
        assert!(!autostart.remove().unwrap(), "nothing is installed");
        let InstalledAutostart::SystemdUnit { file } = autostart.install(&command()).unwrap() else { panic!("a unit") };
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.contains("\"watch\" \"--config\" \"/home/k/studio.toml\"\n") && text.ends_with("default.target\n"),
            "{text}"
        );
        autostart.restart().unwrap();
        assert!(autostart.remove().unwrap());
        assert!(!file.exists());
        assert_eq!(
            *autostart.runner.run.borrow(),
            ["daemon-reload", "enable U", "restart U", "disable --now U", "daemon-reload"]
                .map(|line| format!("systemctl --user {}", line.replace('U', UNIT_NAME)))
        );
    }

    #[test]
    fn a_system_without_systemd_is_an_error_and_not_a_silent_success() {
        let home = tempfile::tempdir().unwrap();
        let autostart = SystemdAutostart { runner: NotingRunner::failing(&["enable"]), folder: home.path().to_owned() };
        assert!(matches!(autostart.install(&command()), Err(AutostartError::Program(_))));
    }
}
