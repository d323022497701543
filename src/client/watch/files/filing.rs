//! Filing of a photo: into `sent/` with its receipt, or into `refused/` with a report. The process may crash after every step, and every
//! step can be repeated.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::claim_file::Job;
use super::folder::WatchedFolder;
use super::name_reservation::{NameReservation, ReservedName};
use crate::atomic_file::FileMode;
use crate::client::deposited::journal::DepositNote;
use crate::client::photo::spool;
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::client::watch::event::{PhotoRefusal, ReceiptWriter};
use crate::{atomic_file, failpoint};

/// Receipt as JSON. This file claims the name and contains the code.
pub const RECEIPT_JSON: &str = ".receipt.json";
/// Receipt as text.
pub const RECEIPT_TEXT: &str = ".receipt.txt";
/// Citizen receipt as PDF.
pub const RECEIPT_PDF: &str = ".receipt.pdf";
/// Report with the reason for a refusal. This file claims the name.
pub const REPORT: &str = ".txt";

/// Moves a deposited photo and its receipt to `sent/`. Gives the path of the text receipt.
///
/// # Errors
/// The operating system's error. The call can be repeated.
pub fn put_into_sent(
    folder: &WatchedFolder,
    job: &Job,
    receipt: &StoredReceipt,
    receipt_writer: &dyn ReceiptWriter,
) -> io::Result<PathBuf> {
    let _alone = folder.sent_lock.lock().unwrap_or_else(PoisonError::into_inner);
    let reserved = write_receipt_files(folder, job, receipt, receipt_writer)?;
    atomic_file::rename(&job.photo(), &reserved.photo())?;
    failpoint::reached("watch.sent_moved");
    Ok(reserved.sidecar(RECEIPT_TEXT))
}

/// Moves a receipt to `sent/` whose photo was removed or changed.
///
/// # Errors
/// The operating system's error. The call can be repeated.
pub fn put_receipt_into_sent(
    folder: &WatchedFolder,
    job: &Job,
    receipt: &StoredReceipt,
    receipt_writer: &dyn ReceiptWriter,
) -> io::Result<PathBuf> {
    let _alone = folder.sent_lock.lock().unwrap_or_else(PoisonError::into_inner);
    write_receipt_files(folder, job, receipt, receipt_writer).map(|reserved| reserved.sidecar(RECEIPT_TEXT))
}

fn write_receipt_files(
    folder: &WatchedFolder,
    job: &Job,
    receipt: &StoredReceipt,
    receipt_writer: &dyn ReceiptWriter,
) -> io::Result<ReservedName> {
    let is_own = |sidecar: &[u8]| {
        StoredReceipt::parse(sidecar).is_some_and(|other| other.body.photo_id == receipt.body.photo_id)
    };
    let reservation = NameReservation {
        directory: &folder.sent(),
        name: &job.name,
        suffix: RECEIPT_JSON,
        other_suffixes: &[RECEIPT_TEXT, RECEIPT_PDF],
        is_own: &is_own,
    };
    // All but the last step may have been done before. Each repetition writes the same content.
    let reserved = reservation.reserve(&receipt.to_json()?, FileMode::OwnerOnly)?;
    failpoint::reached("watch.sent_claimed");
    let text = receipt_writer.receipt_text(&receipt.body);
    // Other users may write to this folder; their links are not followed.
    atomic_file::replace_entry(&reserved.sidecar(RECEIPT_TEXT), text.as_bytes(), FileMode::OwnerOnly)?;
    if let Some(pdf) = receipt_writer.receipt_pdf(&receipt.body)? {
        atomic_file::replace_entry(&reserved.sidecar(RECEIPT_PDF), &pdf, FileMode::OwnerOnly)?;
    }
    failpoint::reached("watch.papers_written");
    Ok(reserved)
}

/// Moves a refused photo and its report to `refused/`. Gives the path of the report.
///
/// # Errors
/// The operating system's error. The call can be repeated.
pub fn put_into_refused(
    folder: &WatchedFolder,
    job: &Job,
    refusal: &PhotoRefusal,
    receipt_writer: &dyn ReceiptWriter,
) -> io::Result<PathBuf> {
    let report = format!("{}\n\n{}\n", receipt_writer.report(&job.name, refusal).trim_end(), job_marker(job));
    let reserved = refusal_reservation(job, &folder.refused(), &|sidecar| has_job_marker(sidecar, job))
        .reserve(report.as_bytes(), FileMode::WorldReadable)?;
    failpoint::reached("watch.refusal_claimed");
    finish_refusal(job, &reserved)?;
    Ok(reserved.sidecar(REPORT))
}

/// Writes the report about a photo that an office refused to `refused/`. Gives its path. An existing report is unchanged.
///
/// # Errors
/// The operating system's error. The call can be repeated.
pub fn put_office_report(folder: &WatchedFolder, note: &DepositNote, report: &str) -> io::Result<PathBuf> {
    let marker = format!("({})", note.photo_id);
    let is_own = |sidecar: &[u8]| sidecar.trim_ascii_end().ends_with(marker.as_bytes());
    let directory = folder.refused();
    let name = OsStr::new(&note.name);
    let reservation =
        NameReservation { directory: &directory, name, suffix: REPORT, other_suffixes: &[], is_own: &is_own };
    let report = format!("{}\n\n{marker}\n", report.trim_end());
    Ok(reservation.reserve(report.as_bytes(), FileMode::WorldReadable)?.sidecar(REPORT))
}

/// Finishes a refusal that a crash interrupted. Gives the path of the report.
///
/// # Errors
/// The operating system's error. The call can be repeated.
pub fn resume_refusal(folder: &WatchedFolder, job: &Job) -> io::Result<Option<PathBuf>> {
    let found = refusal_reservation(job, &folder.refused(), &|sidecar| has_job_marker(sidecar, job)).find()?;
    let Some(reserved) = found else { return Ok(None) };
    finish_refusal(job, &reserved)?;
    Ok(Some(reserved.sidecar(REPORT)))
}

fn refusal_reservation<'a>(
    job: &'a Job,
    directory: &'a Path,
    is_own: &'a dyn Fn(&[u8]) -> bool,
) -> NameReservation<'a> {
    NameReservation { directory, name: &job.name, suffix: REPORT, other_suffixes: &[], is_own }
}

/// The photo is moved before its spool. A spool without its photo would be ignored, and the photo would get a second key.
fn finish_refusal(job: &Job, reserved: &ReservedName) -> io::Result<()> {
    if job.has_photo()? {
        atomic_file::rename(&job.photo(), &reserved.photo())?;
    }
    failpoint::reached("watch.refused_moved");
    if job.spool().try_exists()? {
        // The spool is named as `push` expects it, so that pushing that file by hand gives the same code.
        let mut name = reserved.photo().into_os_string();
        name.push(spool::SUFFIX);
        atomic_file::rename(&job.spool(), Path::new(&name))?;
    }
    Ok(())
}

/// The last line of a report, which identifies the photo.
fn job_marker(job: &Job) -> String {
    format!("({})", job.id)
}

fn has_job_marker(report: &[u8], job: &Job) -> bool {
    report.trim_ascii_end().ends_with(job_marker(job).as_bytes())
}

/// The receipt of a job without a photo or with other bytes.
pub fn leftover_receipt(job: &Job) -> io::Result<Option<StoredReceipt>> {
    Ok(atomic_file::read(&job.receipt())?.and_then(|bytes| StoredReceipt::parse(&bytes)))
}

/// The photo's name in `sent/`, from the name of its receipt.
pub fn claimed_by(sidecar: &Path) -> Option<std::ffi::OsString> {
    super::name_reservation::strip_suffix(sidecar.file_name()?, RECEIPT_JSON)
}
