//! Temporary files: complete on the disk before they get their names.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::held::{self, is_held};
use super::mode::FileMode;
use super::names::{parent_dir, remove};

const PREFIX: &str = ".lichtbild-";
const SUFFIX: &str = ".tmp";

/// A complete file on the disk in the folder of `path`, without its final name.
pub(super) fn write(path: &Path, bytes: &[u8], audience: FileMode) -> io::Result<NamedTempFile> {
    filled(create(path, audience)?, bytes)
}

/// Like [`write()`], but removes the temporary files that killed writers of this file have left. One writer at a time may
/// call it.
pub(super) fn write_alone(target: &Path, bytes: &[u8], audience: FileMode) -> io::Result<NamedTempFile> {
    let prefix = own_prefix(target);
    remove_with(parent_dir(target), &prefix)?;
    filled(create_with(&prefix, target, audience)?, bytes)
}

fn filled(mut file: NamedTempFile, bytes: &[u8]) -> io::Result<NamedTempFile> {
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Prefix of temporary files of one file. Other files do not use it, because a long name would become too long.
pub(super) fn own_prefix(target: &Path) -> OsString {
    let mut prefix = OsString::from(PREFIX);
    prefix.push(target.file_name().unwrap_or_default());
    prefix.push("-");
    prefix
}

pub(super) fn create(path: &Path, audience: FileMode) -> io::Result<NamedTempFile> {
    create_with(OsStr::new(PREFIX), path, audience)
}

pub(super) fn create_with(prefix: &OsStr, path: &Path, audience: FileMode) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(prefix).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(audience.bits()));
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        /// Other programs may rename and delete the open file, as this one does, and not read it.
        const FILE_SHARE_DELETE: u32 = 4;
        let open = |path: &Path| {
            let mut options = fs::File::options();
            options.read(true).write(true).create_new(true).share_mode(FILE_SHARE_DELETE).open(path)
        };
        let file = builder.make_in(parent_dir(&in_long_form(path)), open)?;
        if audience == FileMode::OwnerOnly {
            // While it is empty: no other program has been able to open it.
            super::access::protect_file(file.path());
        }
        Ok(file)
    }
    #[cfg(not(windows))]
    {
        #[cfg(not(unix))]
        let _ = audience;
        builder.tempfile_in(parent_dir(&in_long_form(path)))
    }
}

pub(super) fn create_folder(path: &Path) -> io::Result<TempDir> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o700));
    }
    let folder = builder.tempdir_in(parent_dir(&in_long_form(path)))?;
    #[cfg(windows)]
    super::access::protect_folder(folder.path());
    Ok(folder)
}

/// Gives a synced file its name if that is free, in one step: of two writers one succeeds and the other finds a complete
/// file. On return the name is on the disk.
pub(super) fn name_new(file: NamedTempFile, target: &Path) -> io::Result<()> {
    let target = &in_long_form(target);
    let mut file = Some(file);
    // A failed try returns the file. A virus scanner may have it open at this moment.
    let named = held::retry(|| match file.take().map(|file| file.persist_noclobber(target)) {
        Some(Ok(named)) => Ok(named),
        Some(Err(error)) => {
            file = Some(error.file);
            Err(error.error)
        }
        None => Err(io::ErrorKind::NotFound.into()),
    })?;
    sync_name(&named, target)
}

/// Gives a synced file the name of another one, which it replaces. On return the name is on the disk.
pub(super) fn name_over(file: NamedTempFile, target: &Path) -> io::Result<()> {
    // Of the two functions only `fs::rename` replaces a file on Windows that a program has opened with permission to
    // delete it.
    let (file, path) = file.keep().map_err(|error| error.error)?;
    if let Err(error) = held::retry(|| fs::rename(&path, target)) {
        let _ = held::retry(|| fs::remove_file(&path));
        return Err(error);
    }
    sync_name(&file, target)
}

/// Waits until the name of a file is on the disk.
fn sync_name(file: &fs::File, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let _ = file;
        super::names::sync_dir(path)
    }
    // NTFS writes its journal, and the name with it, when a file is synced.
    #[cfg(not(unix))]
    {
        let _ = path;
        file.sync_all()
    }
}

/// The path as `tempfile` has to get it on Windows, where it would not find a file whose path has 260 or more characters;
/// the standard library does.
fn in_long_form(path: &Path) -> PathBuf {
    match (cfg!(windows), fs::canonicalize(parent_dir(path)), path.file_name()) {
        (true, Ok(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}

/// Removes temporary files of this module that killed writers have left in `directory`; they may contain codes. No
/// writer may be active there. A file that another program has open stays for the next call.
pub fn remove_temporary_files(directory: &Path) -> io::Result<()> {
    remove_with(directory, OsStr::new(PREFIX))
}

fn remove_with(directory: &Path, prefix: &OsStr) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if !name.starts_with(prefix.as_encoded_bytes()) || !name.ends_with(SUFFIX.as_bytes()) {
            continue;
        }
        match remove(&entry.path()) {
            Err(error) if !is_held(&error) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
