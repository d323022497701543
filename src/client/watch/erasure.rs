//! Erasure of sent photos and their receipts at the end of their retention. Refused photos stay, because a person has to look at them.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::{fs, io};

use super::event::{WatchEvent, WatchObserver};
use super::files::filing::{RECEIPT_JSON, RECEIPT_PDF, RECEIPT_TEXT, claimed_by};
use super::files::folder::WatchedFolder;
use super::files::retention::SentRetention;
use crate::atomic_file;
use crate::client::photo::file_kind::{FileKind, file_kind, starts_as_jpeg};
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::clock::Timestamp;

/// Result of an erasure.
#[derive(Debug, Default)]
pub struct Erasure {
    /// Names without extension, of photos that were erased with their receipts.
    pub erased: Vec<OsString>,
    /// Files that are due and still there.
    pub failures: Vec<ErasureFailure>,
}

/// A file in `sent/` that is due and could not be erased; on Windows another program may have it open.
#[derive(Debug)]
pub struct ErasureFailure {
    pub path: PathBuf,
    pub error: io::Error,
}

/// Erases photos that are due, with their receipts. The time is taken from the receipts, because other programs may change a file's own
/// time. Files in `sent/` without a receipt are not touched. A file that cannot be erased does not protect the other ones; the next call
/// tries it again.
///
/// # Errors
/// The operating system's error if `sent/` cannot be listed.
pub fn erase_sent(folder: &WatchedFolder, keep: SentRetention, now: Timestamp) -> io::Result<Erasure> {
    let mut erasure = Erasure::default();
    if keep == SentRetention::Forever {
        return Ok(erasure);
    }
    let sent = folder.sent();
    // All names are read first, so that an error hides nothing that was erased.
    let entries = fs::read_dir(&sent)?.collect::<io::Result<Vec<_>>>()?;
    for path in entries.into_iter().map(|entry| entry.path()) {
        let Some(stem) = claimed_by(&path) else { continue };
        let _alone = folder.sent_lock.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = match is_due(&path, keep, now) {
            Ok(true) => erase_photo(&sent, &stem),
            Ok(false) => continue,
            Err(error) => vec![ErasureFailure { path, error }],
        };
        if failures.is_empty() {
            erasure.erased.push(stem);
        }
        erasure.failures.extend(failures);
    }
    Ok(erasure)
}

/// Reports whether the file is the receipt of a photo whose retention has ended.
/// The operating system's error if it cannot be read, and may be a receipt.
fn is_due(path: &Path, keep: SentRetention, now: Timestamp) -> io::Result<bool> {
    let content = match atomic_file::read_entry(path) {
        // Not made by this program: a link or a large file.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => None,
        read => read?,
    };
    let receipt = content.and_then(|content| StoredReceipt::parse(&content));
    Ok(receipt.is_some_and(|receipt| keep.expires_at(receipt.stored_at).is_some_and(|end| end <= now)))
}

/// Erases the files of one photo, as many as possible. The receipt that claims the name goes last and only after all the others: as long
/// as it exists, they are found again.
fn erase_photo(sent: &Path, stem: &OsStr) -> Vec<ErasureFailure> {
    let named = |suffix: &str| {
        let mut name = stem.to_owned();
        name.push(suffix);
        sent.join(name)
    };
    let mut failures = Vec::new();
    let mut others = photos_of(sent, stem, &mut failures);
    others.extend([RECEIPT_TEXT, RECEIPT_PDF].map(named));
    for path in others {
        if let Err(error) = atomic_file::remove_at_once(&path) {
            failures.push(ErasureFailure { path, error });
        }
    }
    if failures.is_empty() {
        let path = named(RECEIPT_JSON);
        if let Err(error) = atomic_file::remove_at_once(&path) {
            failures.push(ErasureFailure { path, error });
        }
    }
    failures
}

/// The files that are due and were reported to the user.
#[derive(Debug, Default)]
pub struct ToldFailures(HashSet<PathBuf>);

impl ToldFailures {
    /// Reports the new failures, and forgets the files that are gone.
    pub fn tell(&mut self, failures: &[ErasureFailure], observer: &dyn WatchObserver) {
        self.0.retain(|told| failures.iter().any(|failure| failure.path == *told));
        for ErasureFailure { path, error } in failures {
            if self.0.insert(path.clone()) {
                observer.event(&WatchEvent::ErasureFailed { path, error });
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The photo with its original extension. A file that may be the photo and cannot be read is one of the `failures`.
fn photos_of(sent: &Path, stem: &OsStr, failures: &mut Vec<ErasureFailure>) -> Vec<PathBuf> {
    let mut failed = |path: &Path, error| failures.push(ErasureFailure { path: path.to_owned(), error });
    let entries = match fs::read_dir(sent) {
        Ok(entries) => entries,
        Err(error) => {
            failed(sent, error);
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = match entry {
            Ok(entry) => entry.path(),
            Err(error) => {
                failed(sent, error);
                break;
            }
        };
        if path.file_stem() != Some(stem) {
            continue;
        }
        let is_photo = match path.file_name().map(file_kind) {
            // A folder is not of this program.
            Some(FileKind::Jpeg) => !path.is_dir(),
            // Another file may have the same stem.
            Some(FileKind::OtherImage | FileKind::NoExtension) if path.is_file() => match starts_as_jpeg(&path) {
                Ok(starts) => starts,
                Err(error) => {
                    failed(&path, error);
                    false
                }
            },
            _ => false,
        };
        if is_photo {
            found.push(path);
        }
    }
    found
}
