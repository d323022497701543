//! Taking a photo out of the exporting program's way, into a folder of its own: the next photo may have the same name.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::atomic_file::FileMode;
use crate::client::photo::{spool, stored_receipt};
use crate::client::watch::files::folder::WatchedFolder;
use crate::clock::Clock;
use crate::entropy::{Entropy, random_bytes};
use crate::{atomic_file, failpoint};

/// A photo in the working folder: `<job>/NAME.jpg/photo.jpg`. Its name is a folder's, so that any name is kept as it is and
/// there is room for what is laid beside the photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Sorts by the time of taking.
    pub id: String,
    /// The name under which it arrived.
    pub name: OsString,
    job_dir: PathBuf,
}

impl Job {
    /// The photo's file.
    pub fn photo(&self) -> PathBuf {
        self.photo_dir().join("photo.jpg")
    }

    /// Its unfinished deposit's file.
    pub fn spool(&self) -> PathBuf {
        self.photo_dir().join(format!("photo.jpg{}", spool::SUFFIX))
    }

    /// Its receipt's file.
    pub fn receipt(&self) -> PathBuf {
        self.photo_dir().join(format!("photo.jpg{}", stored_receipt::SUFFIX))
    }

    fn photo_dir(&self) -> PathBuf {
        self.job_dir.join(&self.name)
    }

    /// Reports whether the photo is there.
    ///
    /// # Errors
    /// The system's error if that cannot be known.
    pub fn has_photo(&self) -> io::Result<bool> {
        self.photo().try_exists()
    }

    /// Reports whether the file in the photo's place is a symbolic link. A link is never claimed; but a user who may write to the watched
    /// folder can replace a photo by one just before that, and another user's file would be sent.
    ///
    /// # Errors
    /// The operating system's error.
    pub fn is_link(&self) -> io::Result<bool> {
        fs::symlink_metadata(self.photo()).map(|metadata| metadata.is_symlink())
    }

    /// Waits until the photo is in its place for good, with its bytes: whoever exported it has perhaps not waited for the disk.
    ///
    /// # Errors
    /// The operating system's error.
    pub fn sync(&self, folder: &WatchedFolder) -> io::Result<()> {
        atomic_file::sync_file(&self.photo())?;
        atomic_file::sync_dir(&self.photo())?;
        atomic_file::sync_dir(&folder.arrivals().join(&self.name))
    }

    /// Removes the job, whose photo is gone. Gives the path of what has no place anywhere and is kept.
    ///
    /// # Errors
    /// The operating system's error; to be called again.
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
                fs::rename(&self.job_dir, &leftovers)?;
                atomic_file::sync_dir(&leftovers)?;
                Some(leftovers)
            }
            Err(error) => return Err(error),
        };
        atomic_file::sync_dir(&self.job_dir)?;
        failpoint::reached("watch.closed");
        Ok(leftovers)
    }
}

/// Removes an empty folder; that it is gone already is fine.
fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Moves `name` into the working folder.
///
/// # Errors
/// The operating system's error: the photo is still where it was.
pub fn claim_file(
    folder: &WatchedFolder,
    name: &OsStr,
    number: u32,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> io::Result<Job> {
    let random = u32::from_be_bytes(random_bytes(entropy).map_err(io::Error::other)?);
    // By time, then by turn within this run; the random part keeps it unique when the clock goes back.
    let id = format!("{:013}-{number:06}-{random:08x}", clock.now().unix_milliseconds());
    let job = Job { job_dir: folder.working().join(&id), id, name: name.to_owned() };
    atomic_file::make_new_folder(&job.job_dir, FileMode::OwnerOnly)?;
    let moved = move_into(&job, &folder.arrivals().join(name));
    if moved.is_err() {
        // Best effort: what stays is swept up at the next start.
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

/// The jobs that are in the working folder, oldest first. Folders that never got their photo are removed.
///
/// # Errors
/// The operating system's error.
pub fn list_unfinished(folder: &WatchedFolder) -> io::Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for entry in fs::read_dir(folder.working())? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() || entry.path() == folder.leftovers() {
            continue;
        }
        match fs::read_dir(entry.path())?.next().transpose()? {
            None => remove_folder(&entry.path())?,
            // Nothing that we made.
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
