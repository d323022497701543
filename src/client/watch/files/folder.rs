//! The watched folder with its three subfolders, and the lock against a second watch.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::atomic_file::{self, FileMode};

/// The working folder. It is hidden on Unix, and on the same file system as the photos, so that they are moved and not copied.
const WORKING: &str = ".lichtbild";
/// Lock file in the working folder.
const LOCK: &str = "lock";
/// Deposited photos with their receipts.
const SENT: &str = "sent";
/// Refused photos with their reports.
const REFUSED: &str = "refused";
/// Folder for leftover files, in the working folder.
const LEFTOVERS: &str = "kept";
/// Number of further attempts to lock the folder. [`is_watched`] holds the lock for a moment, which must not stop a starting watch.
const LOCK_RETRIES: u32 = 5;
const LOCK_RETRY_PAUSE: Duration = Duration::from_millis(20);

/// A watched folder, locked against other watches.
#[derive(Debug)]
pub struct WatchedFolder {
    directory: PathBuf,
    /// Held while files of a photo are written to `sent/` or erased there.
    pub(crate) sent_lock: Mutex<()>,
    /// The operating system unlocks it when the process ends. `None` while the folder is not available.
    lock: Mutex<Option<File>>,
}

impl WatchedFolder {
    /// Makes missing subfolders, locks the folder, and removes temporary files of processes that were killed.
    pub fn open(directory: &Path) -> Result<Self, WatchedFolderError> {
        let unusable = |source| WatchedFolderError::Unusable { path: directory.to_owned(), source };
        let directory = long_path(std::path::absolute(directory).map_err(unusable)?);
        if !fs::metadata(&directory).map_err(unusable)?.is_dir() {
            return Err(unusable(io::ErrorKind::NotADirectory.into()));
        }
        let working = directory.join(WORKING);
        atomic_file::make_folder(&working.join(LEFTOVERS), FileMode::OwnerOnly).map_err(unusable)?;
        let lock = atomic_file::open_lock_file(&working.join(LOCK)).map_err(unusable)?;
        let mut retries = 0..LOCK_RETRIES;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if retries.next().is_some() => std::thread::sleep(LOCK_RETRY_PAUSE),
                Err(TryLockError::WouldBlock) => return Err(WatchedFolderError::AlreadyWatched { path: directory }),
                Err(TryLockError::Error(source)) => return Err(unusable(source)),
            }
        }
        let folder = Self { directory, sent_lock: Mutex::default(), lock: Mutex::new(Some(lock)) };
        for part in [folder.sent(), folder.refused()] {
            atomic_file::make_folder(&part, FileMode::WorldReadable).map_err(unusable)?;
            atomic_file::remove_temporary_files(&part).map_err(unusable)?;
        }
        atomic_file::remove_temporary_files(&folder.working()).map_err(unusable)?;
        atomic_file::sync_dir(&folder.sent()).map_err(unusable)?;
        Ok(folder)
    }

    /// Checks that the lock file exists. The folder alone is not enough, because the empty mount point of a network share may be left.
    pub fn check_present(&self) -> io::Result<()> {
        fs::metadata(self.working().join(LOCK)).map(drop)
    }

    /// Locks the folder again after its loss, because a network share forgets its locks.
    ///
    /// # Errors
    /// The operating system's error if the folder is still not available, or if another watch has locked it.
    pub fn reopen(&self) -> io::Result<()> {
        let mut held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        // The old lock is dropped first: if it is still held, it would block the new one.
        *held = None;
        let lock = atomic_file::open_regular_with(File::options().write(true), &self.working().join(LOCK))?;
        lock.try_lock()?;
        *held = Some(lock);
        Ok(())
    }

    pub fn arrivals(&self) -> &Path {
        &self.directory
    }

    pub fn working(&self) -> PathBuf {
        self.directory.join(WORKING)
    }

    /// Reports whether a watch has made its subfolders in `directory`.
    pub fn is_prepared(directory: &Path) -> bool {
        directory.join(WORKING).join(LOCK).is_file()
    }

    /// Reports whether `path` is a subfolder of a watched folder, or in one.
    pub fn is_within(path: &Path) -> bool {
        path.ancestors()
            .any(|part| part.file_name().is_some_and(Self::is_part) && part.parent().is_some_and(Self::is_prepared))
    }

    /// Reports whether a name is one of the subfolders.
    pub(super) fn is_part(name: &OsStr) -> bool {
        [WORKING, SENT, REFUSED].iter().any(|part| name == *part)
    }

    pub fn sent(&self) -> PathBuf {
        self.directory.join(SENT)
    }

    pub fn refused(&self) -> PathBuf {
        self.directory.join(REFUSED)
    }

    pub(super) fn leftovers(&self) -> PathBuf {
        self.working().join(LEFTOVERS)
    }

    /// Cache file of the gateway's profile.
    pub(crate) fn profile_path(&self) -> PathBuf {
        self.working().join("profile.json")
    }
}

/// An absolute path to which names can be joined without limit. On Windows a path of more than 259 characters needs the prefix `\\?\`,
/// and standard library and tempfile give it only to some calls.
fn long_path(path: PathBuf) -> PathBuf {
    match path.to_str() {
        Some(text) if cfg!(windows) => verbatim(text).into(),
        _ => path,
    }
}

/// The same absolute path of Windows with the prefix. Unlike `fs::canonicalize` it keeps the drive letter of a network share.
fn verbatim(path: &str) -> String {
    if path.starts_with(r"\\?\") || path.starts_with(r"\\.\") {
        return path.to_owned();
    }
    match path.strip_prefix(r"\\") {
        Some(share) => format!(r"\\?\UNC\{share}"),
        None => format!(r"\\?\{path}"),
    }
}

/// Reports whether a watch holds the lock of the folder `directory`. Changes nothing in the folder.
///
/// # Errors
/// The operating system's error if the folder or its lock cannot be read.
pub fn is_watched(directory: &Path) -> io::Result<bool> {
    fs::read_dir(directory)?;
    // A shared lock needs no permission to write.
    match atomic_file::open_regular(&directory.join(WORKING).join(LOCK)) {
        Ok(lock) => match lock.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The folders of a watched folder, for readers that do not lock it.
pub struct FolderParts {
    pub sent: PathBuf,
    pub refused: PathBuf,
    pub(super) working: PathBuf,
    pub(super) leftovers: PathBuf,
}

impl FolderParts {
    pub fn of(directory: &Path) -> Self {
        let working = directory.join(WORKING);
        Self {
            sent: directory.join(SENT),
            refused: directory.join(REFUSED),
            leftovers: working.join(LEFTOVERS),
            working,
        }
    }
}

/// Reason why a folder cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchedFolderError {
    #[error("{path}: cannot be watched")]
    Unusable { path: PathBuf, source: io::Error },
    #[error("{path}: is already being watched")]
    AlreadyWatched { path: PathBuf },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_watch_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = WatchedFolder::open(directory.path()).unwrap();
        assert!(matches!(WatchedFolder::open(directory.path()), Err(WatchedFolderError::AlreadyWatched { .. })));
        assert!(is_watched(directory.path()).unwrap());
        drop(first);
        assert!(!is_watched(directory.path()).unwrap());
        WatchedFolder::open(directory.path()).unwrap();
    }

    #[test]
    fn leftovers_of_a_killed_writer_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        drop(WatchedFolder::open(directory.path()).unwrap());
        let leftover = directory.path().join("sent/.lichtbild-abc.tmp");
        fs::write(&leftover, "half a receipt").unwrap();
        WatchedFolder::open(directory.path()).unwrap();
        assert!(!leftover.exists());
    }

    #[test]
    fn a_path_of_windows_gets_the_prefix_of_long_paths_once() {
        for (path, long) in [
            (r"C:\Export", r"\\?\C:\Export"),
            (r"Z:\", r"\\?\Z:\"),
            (r"\\server\share\a", r"\\?\UNC\server\share\a"),
            (r"\\?\C:\Export", r"\\?\C:\Export"),
            (r"\\.\X:\a", r"\\.\X:\a"),
        ] {
            assert_eq!(verbatim(path), long);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_not_made() {
        let directory = tempfile::tempdir().unwrap();
        let typo = directory.path().join("exprot");
        assert!(matches!(WatchedFolder::open(&typo), Err(WatchedFolderError::Unusable { .. })));
        assert!(is_watched(&typo).is_err());
        assert!(!is_watched(directory.path()).unwrap() && !directory.path().join(WORKING).exists());
        assert!(!typo.exists());
    }
}
