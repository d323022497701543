//! Programs that are a part of Windows.

use std::os::windows::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, io};

/// Without it a console window appears for a moment when a program without a console starts one with a console.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// A program in the folder of the operating system, without a window and without input. The folder is not searched for on the path, where
/// another program may have the same name.
/// `NotFound` if the environment does not name the folder.
pub fn system_program(name: &str) -> io::Result<Command> {
    let windows = env::var_os("SystemRoot").ok_or(io::ErrorKind::NotFound)?;
    let mut command = Command::new(PathBuf::from(windows).join("System32").join(name));
    command.creation_flags(CREATE_NO_WINDOW).stdin(Stdio::null());
    Ok(command)
}
