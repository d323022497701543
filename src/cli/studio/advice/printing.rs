//! Messages about printing a receipt.

use std::path::Path;

use super::files::unreadable;
use super::unexpected::about_unexpected;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::on_one_line;
use crate::client::photo::printed_receipt::PrintedReceiptError;
use crate::client::photo::stored_receipt::StoredReceiptError;
use crate::texts::language::Language;

/// Explains why there is nothing to print: because of `error`, or, without one, because `path` is not a stored receipt.
pub fn about_receipt_to_print(path: &Path, error: Option<&StoredReceiptError>, language: Language) -> String {
    let path = match error {
        Some(StoredReceiptError::Unreadable { path, source } | StoredReceiptError::Unwritable { path, source }) => {
            return unreadable(path, source, language);
        }
        Some(StoredReceiptError::Corrupt { .. }) | None => on_one_line(path),
    };
    language.pick(
        format!(
            "{path} ist keine gespeicherte Quittung. Die Datei angeben, die push neben das Foto gelegt hat: FOTO.jpg.lichtbild-receipt.json."
        ),
        format!("{path} is no stored receipt. Name the file that push put beside the photo: PHOTO.jpg.lichtbild-receipt.json."),
    )
}

/// Explains why a receipt was not printed, and gives the exit code.
pub fn about_printing(error: &PrintedReceiptError, language: Language) -> (Exit, String) {
    let again = language
        .pick("Das Foto ist eingeliefert, der Abrufcode gilt.", "The photo is deposited and its code is valid.");
    let message = match error {
        PrintedReceiptError::NotAPdf { path } => language.pick(
            format!("{} ist schon da und kein PDF; die Datei bleibt, wie sie ist. {again} Mit `lichtbild-studio receipt --out` einen anderen Namen wählen.", on_one_line(path)),
            format!("{} is there already and no PDF; it stays as it is. {again} Choose another name with `lichtbild-studio receipt --out`.", on_one_line(path)),
        ),
        PrintedReceiptError::Unwritable { path, source } => language.pick(
            format!("{} lässt sich nicht schreiben ({source}). {again} Platz und Rechte prüfen und denselben Befehl noch einmal ausführen.", on_one_line(path)),
            format!("{} cannot be written ({source}). {again} Check space and permissions and run the same command again.", on_one_line(path)),
        ),
        PrintedReceiptError::Code(error) => return (Exit::Unexpected, about_unexpected(error, language)),
        PrintedReceiptError::Page(error) => {
            let next = language.pick(
                "Es wurde kein PDF geschrieben. Den Abrufcode von Hand auf eine Quittung schreiben und die Betreuung des Gateways anrufen.",
                "No PDF was written. Write the code on a receipt by hand and call the gateway's support.",
            );
            return (Exit::Unexpected, format!("{error}. {again} {next}"));
        }
    };
    (Exit::Setup, message)
}

/// Describes the next step with the printed file.
pub fn after_printing(expired: bool, language: Language) -> &'static str {
    if expired {
        return language.pick(
            "Die Frist ist abgelaufen, der Abrufcode gilt nicht mehr: nicht ausgeben, das Foto mit push --again neu einliefern.",
            "Its time is over, the code no longer works: do not hand it out, deposit the photo anew with push --again.",
        );
    }
    language.pick(
        "Die Quittung drucken und der Kundin oder dem Kunden mitgeben.",
        "Print the receipt and give it to the customer.",
    )
}
