//! The command that is started at logon.

use std::io;
use std::path::{Path, PathBuf};

/// Copy of the program that opens no console window. It lies beside the program in the package for Windows.
pub(super) const WINDOWLESS_PROGRAM: &str = "lichtbild-studiow.exe";

/// `PROGRAM watch --config CONFIG OPTIONS -- DIR`, with absolute paths.
#[derive(Debug, Clone)]
pub struct WatchCommand {
    pub program: PathBuf,
    pub config: PathBuf,
    /// `None` for the folder that the configuration names, so that a change of it needs no new command.
    pub dir: Option<PathBuf>,
    pub options: Vec<String>,
}

impl WatchCommand {
    /// The command for this program; on Windows for its copy without a console window, if that is installed.
    ///
    /// # Errors
    /// The system does not tell the program's path or the current folder.
    pub fn of_this_program(config: &Path, dir: Option<&Path>, options: Vec<String>) -> io::Result<Self> {
        let program = std::env::current_exe()?;
        Ok(Self {
            program: if cfg!(windows) { windowless(program) } else { program },
            config: std::path::absolute(config)?,
            dir: dir.map(std::path::absolute).transpose()?,
            options,
        })
    }

    /// Folder in which the watch runs, so that it keeps no other one in use.
    pub(super) fn working_folder(&self) -> &Path {
        self.config.parent().unwrap_or(&self.config)
    }

    /// Arguments of the program; `None` if a path is not Unicode.
    pub(super) fn arguments(&self) -> Option<Vec<&str>> {
        let mut arguments = vec!["watch", "--config", self.config.to_str()?];
        arguments.extend(self.options.iter().map(String::as_str));
        if let Some(dir) = &self.dir {
            arguments.extend(["--", dir.to_str()?]);
        }
        Some(arguments)
    }
}

fn windowless(program: PathBuf) -> PathBuf {
    let other = program.with_file_name(WINDOWLESS_PROGRAM);
    if other.is_file() { other } else { program }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_copy_without_a_console_is_started_where_it_is_installed() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("lichtbild-studio.exe");
        assert_eq!(windowless(program.clone()), program);
        let copy = folder.path().join("lichtbild-studiow.exe");
        fs::write(&copy, "").unwrap();
        assert_eq!(windowless(program), copy);
    }

    #[test]
    fn paths_are_absolute_and_the_configuration_may_name_the_folder() {
        let command = WatchCommand::of_this_program(Path::new("studio.toml"), None, vec!["--lang".into()]).unwrap();
        assert!(command.program.is_absolute() && command.config.is_absolute());
        assert_eq!(command.working_folder(), std::env::current_dir().unwrap());
        let config = command.config.to_str().unwrap();
        assert_eq!(command.arguments().unwrap(), ["watch", "--config", config, "--lang"]);
    }
}
