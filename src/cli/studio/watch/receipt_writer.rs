//! Texts of the receipts and reports beside the photos.

use std::ffi::OsStr;
use std::io;

use crate::cli::shown_path::shown_path;
use crate::cli::studio::advice;
use crate::cli::studio::photos::texts;
use crate::cli::studio::receipt_text::{findings_for_people, for_people, moment};
use crate::client::deposited::journal::DepositNote;
use crate::client::deposited::photo_status::PhotoStatus;
use crate::client::photo::photo_file::MAX_BYTES;
use crate::client::photo::printed_receipt::PrintOptions;
use crate::client::watch::{PhotoRefusal, ReceiptWriter};
use crate::domain::display_text::{escaped, escaped_lines};
use crate::receipt::citizen_receipt::Paper;
use crate::texts::language::Language;
use crate::texts::text;
use crate::wire::finding::FindingBody;
use crate::wire::photo::ReceiptBody;

/// Writes receipts and reports for the studio's staff.
pub(super) struct LocalizedReceiptWriter {
    pub(super) language: Language,
    /// For the citizen receipt.
    pub(super) paper: Paper,
    /// Name and town of the studio, in place of those in the receipt.
    pub(super) studio: Option<String>,
}

impl ReceiptWriter for LocalizedReceiptWriter {
    fn receipt_text(&self, body: &ReceiptBody) -> String {
        format!("{}\n", for_people(body, self.language))
    }

    fn receipt_pdf(&self, receipt: &ReceiptBody) -> io::Result<Option<Vec<u8>>> {
        let printing = PrintOptions { paper: self.paper, language: self.language, studio: self.studio.as_deref() };
        printing.render_pdf(receipt).map(Some).map_err(io::Error::other)
    }

    fn report(&self, name: &OsStr, refusal: &PhotoRefusal) -> String {
        let (name, reason) = (shown_path(name), reason(refusal, self.language));
        escaped_lines(&text!(self.language, "studio-report", name = name, reason = reason)).into_owned()
    }

    fn office_report(&self, note: &DepositNote, photo: &PhotoStatus) -> String {
        let reasons: Vec<_> =
            photo.refusal.iter().flat_map(|refusal| texts::refusal_lines(refusal, self.language)).collect();
        let report = text!(
            self.language,
            "studio-office-report",
            name = escaped(&note.name),
            refused = texts::state(photo, self.language),
            number = photo.photo_id.short(),
            deposited = moment(note.deposited_at, self.language),
            reasons = reasons.join("\n"),
        );
        escaped_lines(&report).into_owned()
    }
}

fn reason(refusal: &PhotoRefusal, language: Language) -> String {
    match refusal {
        PhotoRefusal::Findings(findings) => findings_for_people(&FindingBody::all(findings, language), language),
        PhotoRefusal::Gateway(problem) => advice::about_problem(problem, language),
        PhotoRefusal::GatewayMaybeStored(problem) => {
            text!(language, "studio-report-maybe-stored", problem = advice::about_problem(problem, language))
        }
        PhotoRefusal::NotJpeg => text!(language, "studio-report-not-jpeg"),
        PhotoRefusal::TooLarge => text!(language, "studio-report-too-large", mebibytes = MAX_BYTES / 1024 / 1024),
    }
}
