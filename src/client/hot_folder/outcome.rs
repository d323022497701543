//! Putting a photo away: into `sent/` with its receipt, or into `refused/` with a report. Every step may be the last one before
//! the power fails, and may be done again.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::{fs, io};

use super::claim::{Claim, Place};
use super::event::{Papers, Refusal};
use super::folder::Folder;
use super::intake::Job;
use crate::client::spool;
use crate::client::stored_receipt::StoredReceipt;
use crate::durable::{self, Audience};
use crate::failpoint;

/// A receipt for programs; it claims the name and holds the code.
pub const RECEIPT_JSON: &str = ".receipt.json";
/// The same in words.
pub const RECEIPT_TEXT: &str = ".receipt.txt";
/// The citizen's receipt.
pub const RECEIPT_PDF: &str = ".receipt.pdf";
/// Why a photo was refused; it claims the name.
pub const REPORT: &str = ".txt";

/// Puts a deposited photo and its receipt into `sent/`. Gives the receipt in words.
///
/// # Errors
/// What the system says; to be called again.
pub fn put_into_sent(folder: &Folder, job: &Job, receipt: &StoredReceipt, papers: &dyn Papers) -> io::Result<PathBuf> {
    let _alone = folder.sent_lock.lock().unwrap_or_else(PoisonError::into_inner);
    let place = lay_receipt(folder, job, receipt, papers)?;
    move_for_good(&job.photo(), &place.photo())?;
    failpoint::reached("watch.sent_moved");
    Ok(place.paper(RECEIPT_TEXT))
}

/// Puts a receipt into `sent/` whose photo is not there any more, or not as it was.
///
/// # Errors
/// What the system says; to be called again.
pub fn put_receipt_into_sent(
    folder: &Folder,
    job: &Job,
    receipt: &StoredReceipt,
    papers: &dyn Papers,
) -> io::Result<PathBuf> {
    let _alone = folder.sent_lock.lock().unwrap_or_else(PoisonError::into_inner);
    lay_receipt(folder, job, receipt, papers).map(|place| place.paper(RECEIPT_TEXT))
}

fn lay_receipt(folder: &Folder, job: &Job, receipt: &StoredReceipt, papers: &dyn Papers) -> io::Result<Place> {
    let is_own =
        |paper: &[u8]| StoredReceipt::parse(paper).is_some_and(|other| other.body.photo_id == receipt.body.photo_id);
    let claim = Claim {
        directory: &folder.sent(),
        name: &job.name,
        suffix: RECEIPT_JSON,
        others: &[RECEIPT_TEXT, RECEIPT_PDF],
        is_own: &is_own,
    };
    // All but the last step may have been done before: the contents are the same each time.
    let place = claim.take(&receipt.to_json()?, Audience::Owner)?;
    failpoint::reached("watch.sent_claimed");
    let text = papers.receipt_text(&receipt.body);
    // Others may write into this folder: a link that they place there is not followed.
    durable::replace_entry(&place.paper(RECEIPT_TEXT), text.as_bytes(), Audience::Owner)?;
    if let Some(pdf) = papers.receipt_pdf(&receipt.body)? {
        durable::replace_entry(&place.paper(RECEIPT_PDF), &pdf, Audience::Owner)?;
    }
    failpoint::reached("watch.papers_written");
    Ok(place)
}

/// Puts a refused photo and its report into `refused/`. Gives the report.
///
/// # Errors
/// What the system says; to be called again.
pub fn put_into_refused(folder: &Folder, job: &Job, refusal: &Refusal, papers: &dyn Papers) -> io::Result<PathBuf> {
    let report = format!("{}\n\n{}\n", papers.report(&job.name, refusal).trim_end(), signature(job));
    let place = refusal_claim(job, &folder.refused(), &|paper| is_signed(paper, job))
        .take(report.as_bytes(), Audience::Everybody)?;
    failpoint::reached("watch.refusal_claimed");
    finish_refusal(job, &place)?;
    Ok(place.paper(REPORT))
}

/// The report of a refusal that a crash interrupted, which is finished by that.
///
/// # Errors
/// What the system says; to be called again.
pub fn finish_begun_refusal(folder: &Folder, job: &Job) -> io::Result<Option<PathBuf>> {
    let found = refusal_claim(job, &folder.refused(), &|paper| is_signed(paper, job)).find()?;
    let Some(place) = found else { return Ok(None) };
    finish_refusal(job, &place)?;
    Ok(Some(place.paper(REPORT)))
}

fn refusal_claim<'a>(job: &'a Job, directory: &'a Path, is_own: &'a dyn Fn(&[u8]) -> bool) -> Claim<'a> {
    Claim { directory, name: &job.name, suffix: REPORT, others: &[], is_own }
}

/// The photo before its spool: a spool that lay there alone would be no photo's, and the photo would get a second key.
fn finish_refusal(job: &Job, place: &Place) -> io::Result<()> {
    if job.has_photo()? {
        move_for_good(&job.photo(), &place.photo())?;
    }
    failpoint::reached("watch.refused_moved");
    if job.spool().try_exists()? {
        // Beside the photo as `push` wants it: pushing that file by hand leads to the same code.
        let mut name = place.photo().into_os_string();
        name.push(spool::SUFFIX);
        move_for_good(&job.spool(), Path::new(&name))?;
    }
    Ok(())
}

/// The last line of a report. It says whose claim it is.
fn signature(job: &Job) -> String {
    format!("({})", job.id)
}

fn is_signed(report: &[u8], job: &Job) -> bool {
    report.trim_ascii_end().ends_with(signature(job).as_bytes())
}

/// Renames; on return that is on the disk.
fn move_for_good(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    durable::make_name_durable(to)?;
    durable::make_name_durable(from)
}

/// The receipt that lies in a job without a photo or beside other bytes.
///
/// # Errors
/// What the system says.
pub fn left_receipt(job: &Job) -> io::Result<Option<StoredReceipt>> {
    Ok(durable::read(&job.receipt())?.and_then(|bytes| StoredReceipt::parse(&bytes)))
}

/// A photo's own name in `sent/`, of the name of its claiming paper.
pub fn claimed_by(paper: &Path) -> Option<std::ffi::OsString> {
    super::claim::without_suffix(paper.file_name()?, RECEIPT_JSON)
}
