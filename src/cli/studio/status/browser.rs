//! Opening of a page in the browser.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use reqwest::Url;

use crate::system_program::system_program;

/// Number of times that the opening program is asked for its end. It may be the browser itself, which runs until it is closed.
const POLLS: u32 = 60;
const POLL_PAUSE: Duration = Duration::from_millis(50);

/// Opens the file with the program that the desktop has chosen for pages.
///
/// # Errors
/// The operating system's error, or that the opening program failed within three seconds.
pub(super) fn open(page: &Path) -> io::Result<()> {
    let mut opening = opener(page)?.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    for _ in 0..POLLS {
        match opening.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(io::Error::other(status.to_string())),
            None => thread::sleep(POLL_PAUSE),
        }
    }
    Ok(())
}

fn opener(page: &Path) -> io::Result<Command> {
    let absolute = std::path::absolute(page)?;
    let mut command;
    if cfg!(windows) {
        // The address has no spaces or quotation marks, which rundll32 does not take apart as other programs do. No console is opened.
        let address = Url::from_file_path(&absolute).map_err(|()| io::ErrorKind::InvalidFilename)?;
        command = system_program("rundll32.exe")?;
        command.args(["url.dll,FileProtocolHandler", address.as_str()]);
    } else {
        command = Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" });
        command.arg(absolute);
    }
    Ok(command)
}
