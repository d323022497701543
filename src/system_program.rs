//! Programs that are a part of Windows.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, io};

/// A program in the folder of the operating system, without a window and without input. It is not searched for on the path, where another
/// program may have the same name.
/// `NotFound` if the environment does not name the folder.
pub fn system_program(name: &str) -> io::Result<Command> {
    let mut command = Command::new(system_folder()?.join(name));
    command.stdin(Stdio::null());
    without_window(&mut command);
    Ok(command)
}

/// `C:\Windows\System32`; `NotFound` if the environment does not name it.
pub fn system_folder() -> io::Result<PathBuf> {
    let windows = env::var_os("SystemRoot").ok_or(io::ErrorKind::NotFound)?;
    Ok(PathBuf::from(windows).join("System32"))
}

/// Has the program run without a console window, which appears for a moment when a program without a console starts one with a console. Without
/// effect on other systems.
pub fn without_window(command: &mut Command) {
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    #[cfg(not(windows))]
    let _ = command;
}
