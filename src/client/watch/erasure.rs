//! Erasure of sent photos and their receipts at the end of their retention. Refused photos stay, because a person has to look at them.

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

/// Erases photos that are due and gives their names. The time is taken from the receipts, because other programs may change a file's own
/// time. Files in `sent/` without a receipt are not touched.
///
/// # Errors
/// The operating system's error. The next call erases the rest.
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
        // A file that cannot be parsed is not a receipt of this program.
        let Ok(Some(content)) = atomic_file::read_entry(&path) else { continue };
        let Some(receipt) = StoredReceipt::parse(&content) else { continue };
        if keep.expires_at(receipt.stored_at).is_none_or(|end| end > now) {
            continue;
        }
        for photo in photos_of(&sent, &stem)? {
            atomic_file::remove(&photo)?;
        }
        // The receipt that claims the name goes last. As long as it exists, the other files are found again.
        for suffix in [RECEIPT_TEXT, RECEIPT_PDF, RECEIPT_JSON] {
            let mut name = stem.clone();
            name.push(suffix);
            atomic_file::remove(&sent.join(name))?;
        }
        erased.push(stem);
    }
    Ok(erased)
}

/// The photo with its original extension.
fn photos_of(sent: &Path, stem: &OsStr) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(sent)? {
        let path = entry?.path();
        if path.file_stem() != Some(stem) {
            continue;
        }
        let is_photo = match path.file_name().map(file_kind) {
            Some(FileKind::Jpeg) => true,
            // Another file may have the same stem.
            Some(FileKind::OtherImage | FileKind::NoExtension) => path.is_file() && starts_as_jpeg(&path)?,
            Some(FileKind::Other | FileKind::Ignored) | None => false,
        };
        if is_photo {
            found.push(path);
        }
    }
    Ok(found)
}
