//! Erasing sent photos and their receipts when their time is over. Refused ones stay: somebody has to look at them.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::{fs, io};

use super::files::filing::{RECEIPT_JSON, RECEIPT_PDF, RECEIPT_TEXT, claimed_by};
use super::files::folder::WatchedFolder;
use super::files::retention::SentRetention;
use crate::atomic_file;
use crate::client::photo::file_kind::{FileKind, file_kind, starts_as_jpeg};
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::clock::Timestamp;

/// Erases what is due, by the time that stands in the receipts: a file's own time is whatever the last program made it. Files
/// in `sent/` without a receipt are somebody else's. Gives the names.
///
/// # Errors
/// The operating system's error; the rest is erased the next time.
pub fn erase_sent(folder: &WatchedFolder, keep: SentRetention, now: Timestamp) -> io::Result<Vec<OsString>> {
    let mut erased = Vec::new();
    if keep == SentRetention::Forever {
        return Ok(erased);
    }
    let sent = folder.sent();
    for entry in fs::read_dir(&sent)? {
        let path = entry?.path();
        let Some(stem) = claimed_by(&path) else { continue };
        let _alone = folder.sent_lock.lock().unwrap_or_else(PoisonError::into_inner);
        // What cannot be read is no receipt of ours.
        let Ok(Some(content)) = atomic_file::read_entry(&path) else { continue };
        let Some(receipt) = StoredReceipt::parse(&content) else { continue };
        if keep.expires_at(receipt.stored_at).is_none_or(|end| end > now) {
            continue;
        }
        for photo in photos_of(&sent, &stem)? {
            atomic_file::remove(&photo)?;
        }
        // The claiming paper last: as long as it is there, the rest is found again.
        for suffix in [RECEIPT_TEXT, RECEIPT_PDF, RECEIPT_JSON] {
            let mut name = stem.clone();
            name.push(suffix);
            atomic_file::remove(&sent.join(name))?;
        }
        erased.push(stem);
    }
    Ok(erased)
}

/// The photo with the extension that it came with, in whatever case.
fn photos_of(sent: &Path, stem: &OsStr) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(sent)? {
        let path = entry?.path();
        if path.file_stem() != Some(stem) {
            continue;
        }
        let is_photo = match path.file_name().map(file_kind) {
            Some(FileKind::Jpeg) => true,
            // Somebody else's picture or text may have the same stem.
            Some(FileKind::OtherImage | FileKind::NoExtension) => path.is_file() && starts_as_jpeg(&path)?,
            Some(FileKind::Other | FileKind::Ignored) | None => false,
        };
        if is_photo {
            found.push(path);
        }
    }
    Ok(found)
}
