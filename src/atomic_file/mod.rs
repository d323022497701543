//! Files that exist complete or not at all and survive a power failure: keys, spools, receipts, reports.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

pub use open::{open_lock_file, open_regular, open_regular_with, read, read_entry};

mod open;

const TEMPORARY_PREFIX: &str = ".lichtbild-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// Readers of a file or folder, as permission bits. Other users can never write, whatever the umask permits; a stricter
/// umask has effect. On Windows the access list of the folder applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMode {
    /// Mode 0600; 0700 for a folder.
    OwnerOnly,
    /// Mode 0644; 0755 for a folder.
    WorldReadable,
}

/// Creates a folder with its parents, unless it exists. Existing folders keep their modes.
pub fn make_folder(path: &Path, audience: FileMode) -> io::Result<()> {
    folder_builder(audience).recursive(true).create(path)
}

/// Creates a folder.
/// `AlreadyExists` if it exists.
pub fn make_new_folder(path: &Path, audience: FileMode) -> io::Result<()> {
    folder_builder(audience).create(path)
}

fn folder_builder(audience: FileMode) -> fs::DirBuilder {
    // Without a mode the umask would decide which users can replace files in the folder.
    #[cfg_attr(not(unix), expect(unused_mut, reason = "the mode is set on Unix only"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(match audience {
            FileMode::OwnerOnly => 0o700,
            FileMode::WorldReadable => 0o755,
        });
    }
    #[cfg(not(unix))]
    let _ = audience;
    builder
}

/// Writes `bytes` to `path`, which must not exist, not even as a symbolic link. On return the file and its name are on
/// the disk.
/// `AlreadyExists` if another writer was first: its file is complete and unchanged. Otherwise the error of the
/// operating system.
pub fn write_new(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    // The name is created in one step if it is free: of two writers one succeeds and the other finds a complete file.
    write_temporary(path, bytes, audience)?.persist_noclobber(path).map_err(|error| error.error)?;
    sync_dir(path)
}

/// Replaces the file at `path`. On return the new file is on the disk; at no time is it incomplete. A symbolic link
/// stays and the file that it leads to is replaced, so that old bytes do not survive behind the link.
/// On an error the old file is unchanged. `NotFound` for a link that leads to no file: its
/// medium may be absent, and the old bytes would return with it.
pub fn replace(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    replace_entry(&resolve_links(path)?, bytes, audience)
}

/// Replaces a file whose old bytes must not survive. A writer that was killed may have left a temporary file with such
/// bytes, so older temporary files of this file are removed first. One writer at a time may call it.
pub fn replace_for_good(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    let target = resolve_links(path)?;
    let prefix = own_prefix(&target);
    remove_temporaries_with(parent_dir(&target), &prefix)?;
    let mut file = create_temporary_with(&prefix, &target, audience)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    sync_dir(&target)
}

/// Prefix of temporary files of one file. Other files do not use it, because a long name would become too long.
fn own_prefix(target: &Path) -> OsString {
    let mut prefix = OsString::from(TEMPORARY_PREFIX);
    prefix.push(target.file_name().unwrap_or_default());
    prefix.push("-");
    prefix
}

/// Replaces the file or symbolic link at `path`: for folders in which other users may place links to files of this
/// program's user.
/// On an error the old entry is unchanged.
pub fn replace_entry(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    write_temporary(path, bytes, audience)?.persist(path).map_err(|error| error.error)?;
    sync_dir(path)
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
        Ok(Self { file: create_temporary(&target, audience)?, path: path.to_owned(), target })
    }

    /// Waits until the bytes are on the disk; the file has no name yet.
    pub fn sync(&self) -> io::Result<()> {
        self.file.as_file().sync_all()
    }

    /// Gives the file its name and syncs it to the disk. Fails with `AlreadyExists` if the name is taken, and leaves the existing
    /// file unchanged; otherwise returns the error of the operating system.
    pub fn commit_new(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(&self.path).map_err(|error| error.error)?;
        sync_dir(&self.path)
    }

    /// Replaces the file at the path. On return the new file is on the disk.
    /// On an error the old file is unchanged.
    pub fn commit_replacing(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.target).map_err(|error| error.error)?;
        sync_dir(&self.target)
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
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o700));
        }
        Ok(Self { folder: builder.tempdir_in(parent_dir(path))?, path: path.to_owned() })
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
        fs::rename(self.folder.path(), &self.path)?;
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

/// Removes a file; succeeds if it does not exist.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => sync_dir(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Moves a private file to the first free name of `path.1`, `path.2`, … and returns the new name. At no time is the
/// file without a name.
pub fn rotate(path: &Path) -> io::Result<PathBuf> {
    let bytes = read(path)?.ok_or(io::ErrorKind::NotFound)?;
    for number in 1_u32.. {
        let name = rotated_name(path, number);
        match write_new(&name, &bytes, FileMode::OwnerOnly) {
            Ok(()) => return remove(path).map(|()| name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
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

/// A complete file on the disk in the same folder, without its final name.
fn write_temporary(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<NamedTempFile> {
    let mut file = create_temporary(path, audience)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn create_temporary(path: &Path, audience: FileMode) -> io::Result<NamedTempFile> {
    create_temporary_with(OsStr::new(TEMPORARY_PREFIX), path, audience)
}

fn create_temporary_with(prefix: &OsStr, path: &Path, audience: FileMode) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).suffix(TEMPORARY_SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = match audience {
            FileMode::OwnerOnly => 0o600,
            FileMode::WorldReadable => 0o644,
        };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = audience;
    builder.tempfile_in(parent_dir(path))
}

fn parent_dir(path: &Path) -> &Path {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    }
}

/// Waits until a new or removed name is on the disk: a name is durable once its folder is synced. Windows has no such
/// call; NTFS journals names.
pub fn sync_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(parent_dir(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
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

/// Removes temporary files of this module that killed writers have left in `directory`; they may contain codes. No
/// writer may be active there.
pub fn remove_temporary_files(directory: &Path) -> io::Result<()> {
    remove_temporaries_with(directory, OsStr::new(TEMPORARY_PREFIX))
}

fn remove_temporaries_with(directory: &Path, prefix: &OsStr) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(prefix.as_encoded_bytes()) && name.ends_with(TEMPORARY_SUFFIX.as_bytes()) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
