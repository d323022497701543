//! The folder with its three parts, and the lock that keeps a second watch away.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{fmt, io};

use crate::atomic_file::{self, FileMode};

/// The working folder. Hidden, on the same file system as the photos, so that they are moved and not copied.
const WORKING: &str = ".lichtbild";
/// Deposited photos with their receipts.
const SENT: &str = "sent";
/// Refused photos with their reports.
const REFUSED: &str = "refused";
/// Folder for files that no rule has a place for; in the working folder.
const LEFTOVERS: &str = "kept";

/// A watched folder. Nobody else watches it while this lives.
#[derive(Debug)]
pub struct WatchedFolder {
    directory: PathBuf,
    /// Held while the papers of one photo are laid into `sent/` and while they are erased there.
    pub(crate) sent_lock: Mutex<()>,
    /// Locked; the system unlocks it whatever happens to the process.
    _lock: File,
}

impl WatchedFolder {
    /// Makes what is missing of the folder's parts, locks it and removes what writers left that were killed.
    ///
    /// # Errors
    /// [`WatchedFolderError`].
    pub fn open(directory: &Path) -> Result<Self, WatchedFolderError> {
        let unusable = |source| WatchedFolderError::Unusable { path: directory.to_owned(), source };
        let directory = std::path::absolute(directory).map_err(unusable)?;
        if !fs::metadata(&directory).map_err(unusable)?.is_dir() {
            return Err(unusable(io::ErrorKind::NotADirectory.into()));
        }
        let working = directory.join(WORKING);
        atomic_file::make_folder(&working.join(LEFTOVERS), FileMode::OwnerOnly).map_err(unusable)?;
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(working.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(WatchedFolderError::AlreadyWatched { path: directory }),
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let folder = Self { directory, sent_lock: Mutex::default(), _lock: lock };
        for part in [folder.sent(), folder.refused()] {
            atomic_file::make_folder(&part, FileMode::WorldReadable).map_err(unusable)?;
            atomic_file::remove_temporary_files(&part).map_err(unusable)?;
        }
        atomic_file::remove_temporary_files(&folder.working()).map_err(unusable)?;
        atomic_file::sync_dir(&folder.sent()).map_err(unusable)?;
        Ok(folder)
    }

    /// Returns the folder in which photos arrive.
    pub fn arrivals(&self) -> &Path {
        &self.directory
    }

    /// Returns the folder in which photos are processed.
    pub fn working(&self) -> PathBuf {
        self.directory.join(WORKING)
    }

    /// Returns the folder for deposited photos.
    pub fn sent(&self) -> PathBuf {
        self.directory.join(SENT)
    }

    /// Returns the folder for refused photos.
    pub fn refused(&self) -> PathBuf {
        self.directory.join(REFUSED)
    }

    /// Returns the folder for leftovers.
    pub(super) fn leftovers(&self) -> PathBuf {
        self.working().join(LEFTOVERS)
    }

    /// The gateway's rules as they were last heard.
    pub(crate) fn profile_path(&self) -> PathBuf {
        self.working().join("profile.json")
    }
}

/// Reason why a folder cannot be watched.
#[derive(Debug)]
pub enum WatchedFolderError {
    /// It is not there, no folder, or cannot be written.
    Unusable {
        /// The folder.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// Another watch is at work there.
    AlreadyWatched {
        /// The folder.
        path: PathBuf,
    },
}

impl fmt::Display for WatchedFolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable { path, .. } => write!(f, "{}: cannot be watched", path.display()),
            Self::AlreadyWatched { path } => write!(f, "{}: is being watched already", path.display()),
        }
    }
}

impl std::error::Error for WatchedFolderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unusable { source, .. } => Some(source),
            Self::AlreadyWatched { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_watch_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = WatchedFolder::open(directory.path()).unwrap();
        assert!(matches!(WatchedFolder::open(directory.path()), Err(WatchedFolderError::AlreadyWatched { .. })));
        drop(first);
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
    fn a_folder_that_is_not_there_is_not_made() {
        let directory = tempfile::tempdir().unwrap();
        let typo = directory.path().join("exprot");
        assert!(matches!(WatchedFolder::open(&typo), Err(WatchedFolderError::Unusable { .. })));
        assert!(!typo.exists());
    }
}
