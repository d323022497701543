//! Files that are there whole or not at all, and still there after the power failed: keys, spools, receipts, reports.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

pub use open::{open_lock_file, open_regular, open_regular_with, read, read_entry};

mod open;

const TEMPORARY_PREFIX: &str = ".lichtbild-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// Readers of a file or a folder, by its permission bits. Others never write, whatever the umask permits; a stricter umask holds. On
/// Windows the directory's access list applies either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMode {
    /// Its owner alone (mode 0600, of a folder 0700).
    OwnerOnly,
    /// Everybody (mode 0644, of a folder 0755).
    WorldReadable,
}

/// Makes a folder, with its parents, unless it is there. Folders that are there keep their modes.
pub fn make_folder(path: &Path, audience: FileMode) -> io::Result<()> {
    folder_builder(audience).recursive(true).create(path)
}

/// Makes a folder that must not be there yet.
///
/// # Errors
/// `AlreadyExists`; else the operating system's error.
pub fn make_new_folder(path: &Path, audience: FileMode) -> io::Result<()> {
    folder_builder(audience).create(path)
}

fn folder_builder(audience: FileMode) -> fs::DirBuilder {
    // The library's own calls leave it to the umask who may write into a folder, and who writes there replaces files.
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

/// Writes `bytes` to `path`, which must not exist, not even as a symbolic link; on return they are on the disk under that name.
///
/// # Errors
/// `AlreadyExists` when somebody was first: the file there is untouched and complete. Else what the system says.
pub fn write_new(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    // The name appears in one step and only if it is free, so that of two writers one wins and the other sees a whole file.
    write_temporary(path, bytes, audience)?.persist_noclobber(path).map_err(|error| error.error)?;
    sync_dir(path)
}

/// Writes `bytes` to `path` in place of what is there; on return they are on the disk, and at no moment half of them. A symbolic
/// link stays, and the file that it leads to is replaced: bytes that are to be gone must not go on lying behind a link.
///
/// # Errors
/// The system's error; the file that was there is still there. `NotFound` for a link that leads to no file: the medium that it
/// leads to may be away, and what lies there would come back with it.
pub fn replace(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    replace_entry(&resolve_links(path)?, bytes, audience)
}

/// The same for bytes of which some are to be gone for good. A writer that was killed leaves a temporary file with those that were
/// still needed then: older ones of this file are removed first. To be called by one writer at a time.
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

/// Beginning of the names of temporary files that belong to one file alone. Not for all files: a long name would become too long.
fn own_prefix(target: &Path) -> OsString {
    let mut prefix = OsString::from(TEMPORARY_PREFIX);
    prefix.push(target.file_name().unwrap_or_default());
    prefix.push("-");
    prefix
}

/// Writes `bytes` to `path` in place of what is there, be it a symbolic link: for folders in which others may place links that lead
/// to files of this program's user.
///
/// # Errors
/// The system's error; what was there is still there.
pub fn replace_entry(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<()> {
    write_temporary(path, bytes, audience)?.persist(path).map_err(|error| error.error)?;
    sync_dir(path)
}

/// The path itself, or where a symbolic link leads in the end.
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

/// A large file that is written piece by piece and is there under its name only once it is whole. Dropped before that, it leaves
/// nothing behind.
pub struct PendingFile {
    file: NamedTempFile,
    path: PathBuf,
    /// The file that is written: another one where `path` is a symbolic link.
    target: PathBuf,
}

impl PendingFile {
    /// Begins a file that will be `path`, or what a symbolic link of this name leads to.
    ///
    /// # Errors
    /// The system's error; `NotFound` for a link that leads to no file.
    pub fn create(path: &Path, audience: FileMode) -> io::Result<Self> {
        let target = resolve_links(path)?;
        Ok(Self { file: create_temporary(&target, audience)?, path: path.to_owned(), target })
    }

    /// Waits until the bytes are on the disk, still without their name.
    pub fn sync(&self) -> io::Result<()> {
        self.file.as_file().sync_all()
    }

    /// Gives the file its name, which must be free; on return it is on the disk.
    ///
    /// # Errors
    /// `AlreadyExists` when somebody was first: the file there is untouched. Else what the system says.
    pub fn commit_new(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(&self.path).map_err(|error| error.error)?;
        sync_dir(&self.path)
    }

    /// Puts the file in place of the one that has its name; on return it is on the disk.
    ///
    /// # Errors
    /// The operating system's error; the file that was there is still there.
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

/// A folder that is filled file by file and is there under its name only once it is whole. Dropped before that, it leaves nothing
/// behind. Its owner's alone.
pub struct PendingFolder {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl PendingFolder {
    /// Begins a folder that will be `path`.
    ///
    /// # Errors
    /// `AlreadyExists` when something has that name; else what the system says.
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

    /// Returns the path to which a file of this folder is to be written, and creates its parent folders.
    pub fn path_for(&self, inside: &Path) -> io::Result<PathBuf> {
        let place = self.folder.path().join(inside);
        make_folder(parent_dir(&place), FileMode::OwnerOnly)?;
        Ok(place)
    }

    /// Gives the folder its name; on return it is on the disk with all its files.
    ///
    /// # Errors
    /// `AlreadyExists` or `DirectoryNotEmpty` when somebody was first: what is there is untouched. Else what the system says.
    pub fn commit_new(self) -> io::Result<()> {
        sync_tree(self.folder.path())?;
        if self.path.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        fs::rename(self.folder.path(), &self.path)?;
        // It has its name: there is nothing left to remove.
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

/// A file without a name on the same disk, for what does not fit into memory; gone with its owner.
pub fn scratch_file(path: &Path) -> io::Result<File> {
    tempfile::tempfile_in(parent_dir(path))
}

/// Removes the file; that it is gone already is fine.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => sync_dir(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Moves the file, which is its owner's alone, to the first free of `path.1`, `path.2`, …; at no moment it is under neither name. Gives the new name.
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

/// The name of the `number`th file that [`rotate`] has set aside, from 1.
pub fn rotated_name(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    name.into()
}

/// A file on the disk in the same directory, without its name yet.
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

/// Waits until the file's name (or its absence) is on the disk: a name is only safe once its directory is. Windows has no such
/// call and journals names by itself (NTFS).
pub fn sync_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(parent_dir(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Waits until the bytes of somebody else's file are on the disk, however its writer left them.
pub fn sync_file(path: &Path) -> io::Result<()> {
    // Windows flushes only what is open for writing, which a file may forbid.
    match open_regular_with(File::options().write(true), path) {
        Ok(file) => file.sync_all(),
        Err(_) if cfg!(unix) => open_regular(path)?.sync_all(),
        Err(_) => Ok(()),
    }
}

/// Removes what writers that were killed left in `directory`: a temporary file of this module, which may hold a code. To be
/// called only while nobody writes there.
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
