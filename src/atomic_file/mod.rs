//! Files that exist complete or not at all and survive a power failure: keys, spools, receipts, reports.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

pub use access::{OtherReader, other_readers};
pub use held::is_held;
pub use mode::{FileMode, make_folder, make_new_folder};
use names::parent_dir;
pub use names::{remove, remove_at_once, rename, sync_dir, sync_file};
pub use open::{open_lock_file, open_regular, open_regular_with, read, read_entry};
pub use temporary::remove_temporary_files;

mod access;
mod held;
mod mode;
mod names;
mod open;
mod temporary;

/// Writes `bytes` to `path`, which must not exist, not even as a symbolic link. On return the file and its name are on
/// the disk.
/// `AlreadyExists` if another writer was first: its file is complete and unchanged. Otherwise the error of the
/// operating system.
pub fn write_new(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    temporary::name_new(temporary::write(path, bytes, audience)?, path)
}

/// Replaces the file at `path`. On return the new file is on the disk; at no time is it incomplete. A symbolic link
/// stays and the file that it leads to is replaced, so that old bytes do not survive behind the link. A file that
/// contains these bytes already is not touched, so it may be open in another program.
/// On an error the old file is unchanged. `NotFound` for a link that leads to no file: its
/// medium may be absent, and the old bytes would return with it. An error for which [`is_held`] is true: another program
/// has the file open.
pub fn replace(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    replace_entry(&resolve_links(path)?, bytes, audience)
}

/// Replaces a file whose old bytes must not survive. A writer that was killed may have left a temporary file with such
/// bytes, so older temporary files of this file are removed first. One writer at a time may call it.
pub fn replace_for_good(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    let target = resolve_links(path)?;
    temporary::name_over(temporary::write_alone(&target, bytes, audience)?, &target)
}

/// Replaces the file or symbolic link at `path`: for folders in which other users may place links to files of this
/// program's user.
/// A file that contains these bytes already is not touched.
/// On an error the old entry is unchanged; [`is_held`] as for [`replace`].
pub fn replace_entry(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    if contains_already(path, bytes, audience) {
        return sync_file(path).and_then(|()| sync_dir(path));
    }
    temporary::name_over(temporary::write(path, bytes, audience)?, path)
}

/// Reports whether `path` is a file with these bytes that no other users than those of `audience` can read.
fn contains_already(path: &Path, bytes: &[u8], audience: FileMode) -> bool {
    #[cfg(unix)]
    let is_mode_right = || {
        use std::os::unix::fs::PermissionsExt;
        path.symlink_metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o777 & !audience.bits() == 0)
    };
    #[cfg(not(unix))]
    let is_mode_right =
        || audience == FileMode::WorldReadable || other_readers(path).is_none_or(|others| others.is_empty());
    matches!(read_entry(path).map(|present| present.map(Zeroizing::new)), Ok(Some(present)) if *present == bytes)
        && is_mode_right()
}

/// Follows symbolic links to the end.
fn resolve_links(path: &Path) -> io::Result<PathBuf> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => fs::canonicalize(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::new(
                error.kind(),
                "it is a symbolic link that leads to no file: make the file, or mount its medium",
            ),
            _ => error,
        }),
        _ => Ok(path.to_owned()),
    }
}

/// A large file that is written in parts and gets its name when it is complete. Dropped before that, it leaves nothing
/// behind.
pub struct PendingFile {
    file: NamedTempFile,
    path: PathBuf,
    /// Differs from `path` if that is a symbolic link.
    target: PathBuf,
}

impl PendingFile {
    /// Begins a file for `path`, or for the target of a symbolic link at `path`.
    /// The error of the operating system; `NotFound` for a link that leads to no file.
    pub fn create(path: &Path, audience: FileMode) -> io::Result<Self> {
        let target = resolve_links(path)?;
        Ok(Self { file: temporary::create(&target, audience)?, path: path.to_owned(), target })
    }

    /// Waits until the bytes are on the disk; the file has no name yet.
    pub fn sync(&self) -> io::Result<()> {
        self.file.as_file().sync_all()
    }

    /// Gives the file its name and syncs it to the disk. Fails with `AlreadyExists` if the name is taken, and leaves the existing
    /// file unchanged; otherwise returns the error of the operating system.
    pub fn commit_new(self) -> io::Result<()> {
        self.sync()?;
        temporary::name_new(self.file, &self.path)
    }

    /// Replaces the file at the path. On return the new file is on the disk.
    /// On an error the old file is unchanged; [`is_held`] as for [`replace`].
    pub fn commit_replacing(self) -> io::Result<()> {
        self.sync()?;
        temporary::name_over(self.file, &self.target)
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A folder of its owner that is filled file by file and gets its name when it is complete. Dropped before that, it
/// leaves nothing behind.
pub struct PendingFolder {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl PendingFolder {
    /// Begins a folder for `path`.
    /// `AlreadyExists` if the path exists; otherwise the error of the operating system.
    pub fn create(path: &Path) -> io::Result<Self> {
        if path.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        Ok(Self { folder: temporary::create_folder(path)?, path: path.to_owned() })
    }

    /// Returns the path for a file of this folder, and creates its parent folders.
    pub fn path_for(&self, inside: &Path) -> io::Result<PathBuf> {
        let place = self.folder.path().join(inside);
        make_folder(parent_dir(&place), FileMode::OwnerOnly)?;
        Ok(place)
    }

    /// Gives the folder its name. On return it is on the disk with all its files.
    /// `AlreadyExists` or `DirectoryNotEmpty` if another writer was first: its folder is unchanged. Otherwise the error
    /// of the operating system.
    pub fn commit_new(self) -> io::Result<()> {
        sync_tree(self.folder.path())?;
        if self.path.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        held::retry(|| fs::rename(self.folder.path(), &self.path))?;
        // The folder has its final name, so nothing is left to remove.
        let _ = self.folder.keep();
        sync_dir(&self.path)
    }
}

fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { sync_tree(&path)? } else { sync_file(&path)? }
    }
    sync_dir(&folder.join("any name in it"))
}

/// A file without a name on the same disk, for data that does not fit into memory. It is gone when it is closed.
pub fn scratch_file(path: &Path) -> io::Result<File> {
    tempfile::tempfile_in(parent_dir(path))
}

/// Moves a private file to the first free name of `path.1`, `path.2`, … and returns the new name. At no time is the
/// file without a name. A call that was interrupted, or that failed because another program had the file open, leaves
/// both names; the next call finishes it.
pub fn rotate(path: &Path) -> io::Result<PathBuf> {
    let bytes = read(path)?.ok_or(io::ErrorKind::NotFound)?;
    for number in 1_u32.. {
        let name = rotated_name(path, number);
        match write_new(&name, &bytes, FileMode::OwnerOnly) {
            Ok(()) => return remove(path).map(|()| name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if read(&name).is_ok_and(|present| present.as_ref() == Some(&bytes)) {
                    return remove(path).map(|()| name);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The name of the `number`th file that [`rotate`] has moved, from 1.
pub fn rotated_name(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    name.into()
}

#[cfg(test)]
mod tests;
