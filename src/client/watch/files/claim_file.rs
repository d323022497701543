//! Claim of a photo: it is moved to a folder of its own, because the exporting program may reuse its name.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::atomic_file::FileMode;
use crate::client::photo::{spool, stored_receipt};
use crate::client::watch::files::folder::{FolderParts, WatchedFolder};
use crate::clock::Clock;
use crate::entropy::{Entropy, random_bytes};
use crate::{atomic_file, failpoint};

/// A photo in the working folder: `<job>/NAME.jpg/photo.jpg`. The original name is the folder's, so that every name can be kept, and there
/// is room for files beside the photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Sorts by the time of the claim.
    pub id: String,
    /// Original file name.
    pub name: OsString,
    job_dir: PathBuf,
}

impl Job {
    /// File of the photo.
    pub fn photo(&self) -> PathBuf {
        self.photo_dir().join("photo.jpg")
    }

    /// File of the unfinished deposit.
    pub fn spool(&self) -> PathBuf {
        self.photo_dir().join(format!("photo.jpg{}", spool::SUFFIX))
    }

    /// File of the receipt.
    pub fn receipt(&self) -> PathBuf {
        self.photo_dir().join(format!("photo.jpg{}", stored_receipt::SUFFIX))
    }

    fn photo_dir(&self) -> PathBuf {
        self.job_dir.join(&self.name)
    }

    pub fn has_photo(&self) -> io::Result<bool> {
        self.photo().try_exists()
    }

    /// Reports whether the claimed file is a symbolic link. Links are never claimed, but a user with write permission can replace a photo
    /// by a link just before the claim, so that another user's file would be sent.
    pub fn is_link(&self) -> io::Result<bool> {
        fs::symlink_metadata(self.photo()).map(|metadata| metadata.is_symlink())
    }

    /// Syncs the photo and its folder to the disk, because the exporting program may not have done so.
    pub fn sync(&self, folder: &WatchedFolder) -> io::Result<()> {
        atomic_file::sync_file(&self.photo())?;
        atomic_file::sync_dir(&self.photo())?;
        atomic_file::sync_dir(&folder.arrivals().join(&self.name))
    }

    /// Removes a job without a photo. Gives the new path of files that are kept because no rule applies to them.
    ///
    /// # Errors
    /// The operating system's error. The call can be repeated.
    pub fn close(&self, folder: &WatchedFolder) -> io::Result<Option<PathBuf>> {
        atomic_file::remove(&self.receipt())?;
        failpoint::reached("watch.emptied");
        if self.photo_dir().try_exists()? {
            atomic_file::remove_temporary_files(&self.photo_dir())?;
        }
        let emptied = remove_folder(&self.photo_dir()).and_then(|()| remove_folder(&self.job_dir));
        let leftovers = match emptied {
            Ok(()) => None,
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
                let leftovers = folder.leftovers().join(&self.id);
                atomic_file::rename(&self.job_dir, &leftovers)?;
                Some(leftovers)
            }
            Err(error) => return Err(error),
        };
        atomic_file::sync_dir(&self.job_dir)?;
        failpoint::reached("watch.closed");
        Ok(leftovers)
    }
}

/// Removes an empty folder, if it exists.
fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Moves `name` into the working folder.
///
/// # Errors
/// The operating system's error. The photo is still where it was.
pub fn claim_file(
    folder: &WatchedFolder,
    name: &OsStr,
    number: u32,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> io::Result<Job> {
    let random = u32::from_be_bytes(random_bytes(entropy).map_err(io::Error::other)?);
    // Ordered by time, then by number within this run. The random part keeps names unique if the clock is set back.
    let id = format!("{:013}-{number:06}-{random:08x}", clock.now().unix_milliseconds());
    let job = Job { job_dir: folder.working().join(&id), id, name: name.to_owned() };
    atomic_file::make_new_folder(&job.job_dir, FileMode::OwnerOnly)?;
    let moved = move_into(&job, &folder.arrivals().join(name));
    if moved.is_err() {
        // Best effort: the next start removes the rest.
        let _ = fs::remove_dir(job.photo_dir());
        let _ = fs::remove_dir(&job.job_dir);
    }
    moved.map(|()| job)
}

fn move_into(job: &Job, arrived: &Path) -> io::Result<()> {
    atomic_file::make_new_folder(&job.photo_dir(), FileMode::OwnerOnly)?;
    atomic_file::sync_dir(&job.photo_dir())?;
    atomic_file::sync_dir(&job.job_dir)?;
    failpoint::reached("watch.place_made");
    fs::rename(arrived, job.photo())?;
    failpoint::reached("watch.taken");
    Ok(())
}

/// The jobs with a photo in the folder `directory`, oldest first, for readers that do not lock it. A watch may finish them meanwhile.
pub(super) fn list_waiting(directory: &Path) -> io::Result<Vec<Job>> {
    let parts = FolderParts::of(directory);
    let entries = match fs::read_dir(&parts.working) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut jobs = Vec::new();
    for entry in entries {
        let job_dir = entry?.path();
        if job_dir == parts.leftovers {
            continue;
        }
        // The lock and the profile are files, and a job may vanish at any time.
        let Some(Ok(photo)) = fs::read_dir(&job_dir).ok().and_then(|mut photos| photos.next()) else { continue };
        let id = job_dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let job = Job { id, name: photo.file_name(), job_dir };
        if job.has_photo().unwrap_or_default() {
            jobs.push(job);
        }
    }
    jobs.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(jobs)
}

/// The jobs in the working folder, oldest first. Removes folders that never got their photo.
pub fn list_unfinished(folder: &WatchedFolder) -> io::Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for entry in fs::read_dir(folder.working())? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() || entry.path() == folder.leftovers() {
            continue;
        }
        match fs::read_dir(entry.path())?.next().transpose()? {
            // A folder that another program has open must not stop the watch.
            None => drop(remove_folder(&entry.path())),
            // Not made by this program.
            Some(photo) if !photo.file_type()?.is_dir() => {}
            Some(photo) => {
                let id = entry.file_name().to_string_lossy().into_owned();
                jobs.push(Job { id, name: photo.file_name(), job_dir: entry.path() });
            }
        }
    }
    jobs.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(jobs)
}
