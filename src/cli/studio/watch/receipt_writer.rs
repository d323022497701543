//! Texts of the receipts and reports that are laid beside the photos.

use std::ffi::OsStr;
use std::io;

use crate::cli::studio::photos::texts;
use crate::cli::studio::{advice, receipt_text};
use crate::client::deposited::journal::DepositNote;
use crate::client::deposited::photo_status::PhotoStatus;
use crate::client::photo::photo_file::MAX_BYTES;
use crate::client::photo::printed_receipt::PrintOptions;
use crate::client::watch::{PhotoRefusal, ReceiptWriter};
use crate::domain::display_text::{escaped, escaped_lines};
use crate::receipt::citizen_receipt::Paper;
use crate::texts::language::Language;
use crate::wire::finding::FindingBody;
use crate::wire::photo::ReceiptBody;

/// Writes receipts and reports for the studio's staff.
pub(super) struct LocalizedReceiptWriter {
    pub(super) language: Language,
    /// Paper that the citizen receipt is printed on.
    pub(super) paper: Paper,
    /// Name and town of the studio, in place of those in the receipt.
    pub(super) studio: Option<String>,
}

impl ReceiptWriter for LocalizedReceiptWriter {
    fn receipt_text(&self, body: &ReceiptBody) -> String {
        format!("{}\n", receipt_text::for_people(body, self.language))
    }

    fn receipt_pdf(&self, receipt: &ReceiptBody) -> io::Result<Option<Vec<u8>>> {
        let printing = PrintOptions { paper: self.paper, language: self.language, studio: self.studio.as_deref() };
        printing.render_pdf(receipt).map(Some).map_err(io::Error::other)
    }

    fn report(&self, name: &OsStr, refusal: &PhotoRefusal) -> String {
        let name = receipt_text::on_one_line(name);
        let heading =
            self.language.pick(format!("{name} wurde nicht eingeliefert."), format!("{name} was not deposited."));
        let next = self.language.pick(
            "Das Foto berichtigen oder neu aufnehmen und wieder exportieren. Diese beiden Dateien können danach gelöscht werden.",
            "Correct the photo or take a new one, and export it again. These two files can be deleted then.",
        );
        escaped_lines(&format!("{heading}\n\n{}\n\n{next}", reason(refusal, self.language))).into_owned()
    }

    fn office_report(&self, note: &DepositNote, photo: &PhotoStatus) -> String {
        let (name, deposited) = (escaped(&note.name), receipt_text::moment(note.deposited_at, self.language));
        let refused = texts::state(photo, self.language);
        let number = photo.photo_id.short();
        let heading = self.language.pick(
            format!("{name}: {refused}.\n\nFoto-Nr. {number}, eingeliefert {deposited}."),
            format!("{name}: {refused}.\n\nPhoto no. {number}, deposited {deposited}."),
        );
        let reasons: Vec<_> =
            photo.refusal.iter().flat_map(|refusal| texts::refusal_lines(refusal, self.language)).collect();
        let next = self.language.pick(
            "Das Bild ist beim Gateway gelöscht, der Abrufcode gilt nicht mehr. Die Person verständigen, ein neues Foto aufnehmen und exportieren; sie \
             bekommt einen neuen Abrufcode. Dieser Bericht kann danach gelöscht werden.",
            "The picture is erased at the gateway, and its code no longer works. Tell the person, take a new photo and export it; it gets a new code. \
             This report can be deleted then.",
        );
        escaped_lines(&format!("{heading}\n{}\n\n{next}", reasons.join("\n"))).into_owned()
    }
}

fn reason(refusal: &PhotoRefusal, language: Language) -> String {
    match refusal {
        PhotoRefusal::Findings(findings) => {
            let findings = FindingBody::all(findings, language);
            receipt_text::findings_for_people(&findings, language)
        }
        PhotoRefusal::Gateway(problem) => advice::about_problem(problem, language),
        PhotoRefusal::GatewayMaybeStored(problem) => {
            let next = language.pick(
                "Ein früherer Versuch blieb aber ohne Antwort: das Foto kann schon eingeliefert sein. Bei der Betreuung des Gateways nachfragen. Ist es \
                 angekommen, ergibt »lichtbild-studio push« mit der Fotodatei in diesem Ordner den Abrufcode, sobald das Gateway das Foto wieder \
                 annimmt; solange die Datei daneben, die auf .lichtbild-spool endet, nicht löschen.",
                "But an earlier try got no answer: the photo may have been deposited already. Ask the gateway's support. If it arrived, \
                 \"lichtbild-studio push\" with the photo file in this folder gives the code as soon as the gateway takes the photo again; until then \
                 do not delete the file beside it that ends in .lichtbild-spool.",
            );
            format!("{}\n\n{next}", advice::about_problem(problem, language))
        }
        PhotoRefusal::NotJpeg => language
            .pick(
                "  - Die Datei ist kein JPEG. Im Bildprogramm »Exportieren« oder »Speichern unter« wählen, als Format JPEG, Qualität 95 oder höher, \
                 Farbraum sRGB, Dateiname auf .jpg.",
                "  - The file is no JPEG. Choose \"export\" or \"save as\" in the picture program, JPEG as format, quality 95 or more, colour space sRGB, \
                 a name that ends in .jpg.",
            )
            .to_owned(),
        PhotoRefusal::TooLarge => {
            let mebibytes = MAX_BYTES / 1024 / 1024;
            language.pick(
                format!("  - Die Datei ist größer als {mebibytes} MiB und kein Passfoto. Das fertige, zugeschnittene Bild exportieren."),
                format!("  - The file is larger than {mebibytes} MiB and no passport photo. Export the finished, cropped picture."),
            )
        }
    }
}
