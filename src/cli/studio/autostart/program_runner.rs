//! Programs of the operating system that set up a start at logon.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::SystemProgramError;
use crate::system_program::without_window;

/// Runs programs of the system. Tests replace it.
pub(super) trait ProgramRunner {
    /// Runs a program to its end, without a window.
    fn run(&self, program: &Path, arguments: &[OsString]) -> Result<(), SystemProgramError>;

    /// Starts a program that outlives this one and has no streams.
    fn start(&self, program: &Path, arguments: &[OsString], folder: &Path) -> Result<(), SystemProgramError>;
}

/// The programs of this system.
pub(super) struct SystemPrograms;

impl ProgramRunner for SystemPrograms {
    fn run(&self, program: &Path, arguments: &[OsString]) -> Result<(), SystemProgramError> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        without_window(&mut command);
        let output = command.output().map_err(|source| not_started(program, source))?;
        if output.status.success() {
            return Ok(());
        }
        let printed = [output.stderr, output.stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let mut lines = printed.iter().flat_map(|text| text.lines()).map(str::trim);
        let told = lines.find(|line| !line.is_empty()).map_or_else(|| output.status.to_string(), str::to_owned);
        Err(SystemProgramError::Failed { program: name(program), told })
    }

    fn start(&self, program: &Path, arguments: &[OsString], folder: &Path) -> Result<(), SystemProgramError> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        without_window(&mut command);
        command.spawn().map(drop).map_err(|source| not_started(program, source))
    }
}

fn not_started(program: &Path, source: std::io::Error) -> SystemProgramError {
    SystemProgramError::NotStarted { program: name(program), source }
}

fn name(program: &Path) -> String {
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Runner that notes the command lines and fails those that contain one of the given texts.
    #[derive(Default)]
    pub(in super::super) struct NotingRunner {
        pub(in super::super) failing: Vec<&'static str>,
        pub(in super::super) run: RefCell<Vec<String>>,
    }

    impl NotingRunner {
        pub(in super::super) fn failing(failing: &[&'static str]) -> Self {
            Self { failing: failing.to_vec(), ..Self::default() }
        }
    }

    impl ProgramRunner for NotingRunner {
        fn run(&self, program: &Path, arguments: &[OsString]) -> Result<(), SystemProgramError> {
            let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
            let line = format!("{} {}", program.display(), words.join(" "));
            let fails = self.failing.iter().any(|part| line.contains(part));
            self.run.borrow_mut().push(line);
            match fails {
                true => Err(SystemProgramError::Failed { program: name(program), told: "no".to_owned() }),
                false => Ok(()),
            }
        }

        fn start(&self, program: &Path, arguments: &[OsString], folder: &Path) -> Result<(), SystemProgramError> {
            self.run.borrow_mut().push(format!("in {}:", folder.display()));
            self.run(program, arguments)
        }
    }
}
