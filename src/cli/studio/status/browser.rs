//! Opening of a page in the browser.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

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
        // No console is opened.
        command = system_program("rundll32.exe")?;
        let path = absolute.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
        command.args(["url.dll,FileProtocolHandler", &windows_file_address(path)]);
    } else {
        command = Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" });
        command.arg(absolute);
    }
    Ok(command)
}

/// The `file:` address of an absolute path, as the function `PathCreateFromUrl` of Windows reads it: it takes encoded octets for characters of
/// the system's code page, so that letters outside ASCII stay as they are. Spaces and quotation marks are encoded, which rundll32 does not take apart as
/// other programs do.
fn windows_file_address(path: &str) -> String {
    let path = path.strip_prefix(r"\\?\").unwrap_or(path).replace('\\', "/");
    let mut address = String::from(if path.starts_with("//") { "file:" } else { "file:///" });
    for character in path.chars() {
        match character {
            ' ' | '"' | '#' | '%' | '?' | '<' | '>' | '`' | '^' | '{' | '}' | '|' => {
                address.push_str(&format!("%{:02X}", u32::from(character)));
            }
            _ => address.push(character),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_windows_keeps_letters_and_encodes_signs() {
        let address = windows_file_address(r"C:\Users\Jörg K\100 % #1\status.html");
        assert_eq!(address, "file:///C:/Users/Jörg%20K/100%20%25%20%231/status.html");
        assert_eq!(windows_file_address(r"\\?\C:\a"), "file:///C:/a");
        assert_eq!(windows_file_address(r"\\server\share\a"), "file://server/share/a");
    }
}
