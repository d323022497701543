//! Opening of files that other users may have replaced: a pipe in place of a file must not block the program.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Spools and receipts have a few hundred bytes; a larger file is foreign.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads a file, also through a symbolic link; `None` if it does not exist.
/// `InvalidData` for more than 1 MiB or for anything but a regular file.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    read_opened(open_regular(path))
}

/// Like [`read`], but a symbolic link is an error: for folders in which other users may place links to files of this
/// program's user.
pub fn read_entry(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match path.symlink_metadata() {
        // Checked first, since Windows opens the target of a link.
        Ok(metadata) if !metadata.is_file() => Err(not_a_regular_file()),
        _ => read_opened(open_without_waiting(File::options().read(true), path, Links::Refused)),
    }
}

fn read_opened(opened: io::Result<File>) -> io::Result<Option<Vec<u8>>> {
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "far too large"));
    }
    Ok(Some(bytes))
}

/// Opens a regular file for reading, also through a symbolic link. A pipe does not block the program.
/// `InvalidData` for anything but a regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    open_regular_with(File::options().read(true), path)
}

/// Like [`open_regular`], with other options.
pub fn open_regular_with(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    open_without_waiting(options, path, Links::Followed)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    Followed,
    Refused,
}

/// Opens without waiting for another process at the other end of a pipe. The kind is that of the opened file, so it
/// cannot change between check and use.
fn open_without_waiting(options: &mut OpenOptions, path: &Path, links: Links) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;

        use rustix::fs::OFlags;
        let links = if links == Links::Refused { OFlags::NOFOLLOW } else { OFlags::empty() };
        // O_NONBLOCK has no effect on a regular file; O_NOCTTY keeps a terminal from becoming the controlling terminal.
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY | links).bits();
        options.custom_flags(flags.cast_signed());
    }
    #[cfg(not(unix))]
    let _ = links;
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_a_regular_file()) }
}

fn not_a_regular_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not a regular file")
}

/// Opens a lock file that programs share, and creates it for its owner only.
/// `InvalidData` for anything but a regular file.
pub fn open_lock_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    open_regular_with(&mut options, path)
}
