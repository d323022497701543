//! Overview of a watched folder and of the notes beside the configuration, for people. It reads files only, needs no gateway, and can be
//! made while a watch runs. It contains no codes.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::claim_file;
use super::filing::{RECEIPT_JSON, RECEIPT_PDF, RECEIPT_TEXT, REPORT, claimed_by};
use super::folder::{FolderParts, is_watched};
use crate::atomic_file;
use crate::client::deposited::journal::DepositNote;
use crate::client::photo::file_kind::{FileKind, file_kind, starts_as_jpeg};
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::client::photo::{printed_receipt, stored_receipt};
use crate::clock::Timestamp;
use crate::domain::id::PhotoId;
use crate::domain::local_time::local_day;

/// Largest number of reports that are read, the newest first.
const MAX_REPORTS: usize = 200;

/// A photo that was deposited today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositedPhoto {
    pub photo_id: PhotoId,
    pub name: String,
    /// By this computer's clock.
    pub deposited_at: Timestamp,
    /// Receipts that exist.
    pub receipt_pdf: Option<PathBuf>,
    pub receipt_text: Option<PathBuf>,
}

/// A report in `refused/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalReport {
    /// Without extension.
    pub name: String,
    pub path: PathBuf,
    pub written_at: Timestamp,
    /// Without the line that identifies the photo.
    pub text: String,
    /// The photo that an office refused; `None` if it was never deposited.
    pub refused_by_office: Option<PhotoId>,
}

/// A photo without a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingPhoto {
    pub name: String,
    pub stage: WaitingStage,
}

/// Stage of a photo without a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingStage {
    /// In the folder; a watch has not taken it.
    Exported,
    /// A watch has taken it.
    Claimed,
    /// Its deposit was begun and continues at the next connection.
    Spooled,
}

/// State of a watched folder.
#[derive(Debug)]
pub struct FolderOverview {
    pub is_watched: bool,
    pub waiting: Vec<WaitingPhoto>,
    /// Newest first.
    pub reports: Vec<RefusalReport>,
}

impl FolderOverview {
    /// Reads the folder `directory`.
    ///
    /// # Errors
    /// The operating system's error if the folder cannot be read.
    pub fn read(directory: &Path) -> io::Result<Self> {
        let is_watched = is_watched(directory)?;
        Ok(Self { is_watched, waiting: waiting(directory)?, reports: reports(&FolderParts::of(directory).refused)? })
    }
}

/// The photos of the local day of `now`, newest first: those with a receipt in the `sent/` of the folder, and those with a note.
pub fn deposited_today(directory: Option<&Path>, notes: &[DepositNote], now: Timestamp) -> Vec<DepositedPhoto> {
    let is_today = |at: Timestamp| local_day(at) == local_day(now);
    let mut photos: Vec<_> =
        directory.map(|directory| filed_photos(&FolderParts::of(directory).sent)).unwrap_or_default();
    photos.retain(|photo| is_today(photo.deposited_at));
    let filed: HashSet<_> = photos.iter().map(|photo| photo.photo_id).collect();
    let only_noted = notes.iter().filter(|note| is_today(note.deposited_at) && !filed.contains(&note.photo_id));
    photos.extend(only_noted.map(noted_photo));
    photos.sort_by(|one, other| (other.deposited_at, &one.name).cmp(&(one.deposited_at, &other.name)));
    photos
}

/// A folder that cannot be read has no photos.
fn filed_photos(sent: &Path) -> Vec<DepositedPhoto> {
    let paths = fs::read_dir(sent).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let photo = |path: PathBuf| {
        let stem = claimed_by(&path)?;
        let stored = StoredReceipt::parse(&atomic_file::read_entry(&path).ok()??)?;
        let beside = |suffix: &str| {
            let mut name = stem.clone();
            name.push(suffix);
            existing(sent.join(name))
        };
        Some(DepositedPhoto {
            photo_id: stored.body.photo_id,
            name: stem.display().to_string(),
            deposited_at: stored.stored_at,
            receipt_pdf: beside(RECEIPT_PDF),
            receipt_text: beside(RECEIPT_TEXT),
        })
    };
    paths.filter_map(photo).collect()
}

/// The note of a push names the receipt beside the photo; that of a watch names one that is moved to `sent/`.
fn noted_photo(note: &DepositNote) -> DepositedPhoto {
    let receipt = note.receipt.to_string_lossy();
    let beside = |suffix: &str, from: &str| Some(PathBuf::from(format!("{}{suffix}", receipt.strip_suffix(from)?)));
    let pushed_pdf = beside(printed_receipt::SUFFIX, stored_receipt::SUFFIX);
    let pdf = pushed_pdf.or_else(|| beside(RECEIPT_PDF, RECEIPT_JSON));
    // The name may belong to another deposit by now.
    let is_current = note.stored_receipt().is_some();
    DepositedPhoto {
        photo_id: note.photo_id,
        name: note.name.clone(),
        deposited_at: note.deposited_at,
        receipt_pdf: pdf.filter(|_| is_current).and_then(existing),
        receipt_text: beside(RECEIPT_TEXT, RECEIPT_JSON).filter(|_| is_current).and_then(existing),
    }
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    path.is_file().then_some(path)
}

fn waiting(directory: &Path) -> io::Result<Vec<WaitingPhoto>> {
    let mut photos: Vec<_> = claim_file::list_waiting(directory)?
        .into_iter()
        .filter(|job| !job.receipt().exists())
        .map(|job| WaitingPhoto {
            name: job.name.display().to_string(),
            stage: if job.spool().exists() { WaitingStage::Spooled } else { WaitingStage::Claimed },
        })
        .collect();
    let mut exported = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_file() && is_photo(&path, name) {
            exported.push(WaitingPhoto { name: name.display().to_string(), stage: WaitingStage::Exported });
        }
    }
    exported.sort_by(|one, other| one.name.cmp(&other.name));
    photos.append(&mut exported);
    Ok(photos)
}

fn is_photo(path: &Path, name: &OsStr) -> bool {
    match file_kind(name) {
        // Other image formats are refused with a report.
        FileKind::Jpeg | FileKind::OtherImage => true,
        FileKind::NoExtension => starts_as_jpeg(path).unwrap_or_default(),
        FileKind::Other | FileKind::Ignored => false,
    }
}

fn reports(refused: &Path) -> io::Result<Vec<RefusalReport>> {
    let entries = match fs::read_dir(refused) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        // The file may vanish at any time.
        let Ok(metadata) = path.symlink_metadata() else { continue };
        if metadata.is_file() && path.to_string_lossy().ends_with(REPORT) {
            let since_epoch = metadata.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
            let at = Timestamp::from_unix_milliseconds(0) + since_epoch.unwrap_or_default();
            paths.push((at, path));
        }
    }
    paths.sort_by(|one, other| other.cmp(one));
    let report = |(written_at, path): (Timestamp, PathBuf)| {
        let content = atomic_file::read_entry(&path).ok()??;
        let (text, refused_by_office) = parse_report(&String::from_utf8_lossy(&content))?;
        let name = path.file_stem()?.display().to_string();
        Some(RefusalReport { name, path, written_at, text, refused_by_office })
    };
    Ok(paths.into_iter().filter_map(report).take(MAX_REPORTS).collect())
}

/// Text of a report without its last line, and the photo's identifier if that line contains one; `None` for other files.
fn parse_report(content: &str) -> Option<(String, Option<PhotoId>)> {
    let (text, marker) = content.trim_end().rsplit_once('\n')?;
    let id = marker.strip_prefix('(')?.strip_suffix(')')?;
    Some((text.trim_end().to_owned(), id.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_recognised_by_its_last_line() {
        let office = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e";
        let text = "anna.jpg: refused.\n\nReason: glasses";
        assert_eq!(
            parse_report(&format!("{text}\n\n({office})\n")),
            Some((text.into(), Some(office.parse().unwrap())))
        );
        assert_eq!(parse_report(&format!("{text}\n\n(1795339800000-000001-0a1b2c3d)\n")), Some((text.into(), None)));
        assert_eq!(parse_report("shopping list\nmilk"), None);
    }
}
