//! Names of files: their removal and change, and the wait until they are on the disk.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::held;
use super::open::{open_regular, open_regular_with};

/// Removes a file as [`remove`] does, without waiting for other programs: for files of which many may be open, and which are tried again.
pub fn remove_at_once(path: &Path) -> io::Result<()> {
    removed(path, fs::remove_file(path))
}

/// Removes a file; succeeds if it does not exist.
/// An error for which [`is_held`](held::is_held) is true: another program has the file open.
pub fn remove(path: &Path) -> io::Result<()> {
    removed(path, held::retry(|| fs::remove_file(path)))
}

fn removed(path: &Path, removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Ok(()) => sync_dir(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Renames a file or folder, also to another folder of the same disk, where it replaces a file. On return the new name
/// is on the disk.
/// The error of the operating system; [`is_held`](held::is_held) if another program has the file open.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    held::retry(|| fs::rename(from, to))?;
    sync_dir(to)?;
    sync_dir(from)
}

pub(super) fn parent_dir(path: &Path) -> &Path {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    }
}

/// Waits until a new or removed name is on the disk: a name is durable once its folder is synced. Windows cannot sync a
/// folder. NTFS journals names in order, so the sync of the file itself writes its name, and a removed name is written
/// with the next one.
pub fn sync_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(parent_dir(path))?.sync_all()?;
    #[cfg(not(unix))]
    if path.is_file() {
        sync_file(path)?;
    }
    Ok(())
}

/// Waits until the bytes of a file that another program has written are on the disk.
pub fn sync_file(path: &Path) -> io::Result<()> {
    // Windows syncs only files that are open for writing, which a file may forbid.
    match open_regular_with(File::options().write(true), path) {
        Ok(file) => file.sync_all(),
        Err(_) if cfg!(unix) => open_regular(path)?.sync_all(),
        Err(_) => Ok(()),
    }
}
