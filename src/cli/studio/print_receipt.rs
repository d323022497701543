//! `lichtbild-studio receipt RECEIPT.json`: the citizen receipt as PDF.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;

use super::advice;
use super::exit::Exit;
use super::output::{eprint, fail, print};
use crate::cli::shown_path::shown_path;
use crate::client::photo::printed_receipt::PrintOptions;
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::clock::{Clock, SystemClock};
use crate::receipt::citizen_receipt::Paper;
use crate::texts::language::Language;
use crate::texts::text;

/// Make the citizen receipt as PDF from a receipt that `push` stored beside its photo; works offline
///
/// The same receipt gives the same file. Its name is printed on stdout, and only its owner may read it.
#[derive(Args)]
pub struct Arguments {
    /// The stored receipt, PHOTO.jpg.lichtbild-receipt.json
    receipt: PathBuf,
    /// File to write [default: beside the stored receipt, ending in .pdf]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Paper to print on
    #[arg(long, default_value = "a6")]
    paper: Paper,
    /// Name and town of the studio on the receipt [default: as the gateway knows them]
    #[arg(long, value_name = "NAME")]
    studio: Option<String>,
    /// Language of the receipt and of messages
    #[arg(long, default_value = "de")]
    lang: Language,
}

/// Writes the receipt, and prints the file's name.
pub fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let language = arguments.lang;
    let stored = match StoredReceipt::read(&arguments.receipt) {
        Ok(Some(stored)) => stored,
        absent => {
            let error = absent.err();
            return Err(fail(advice::about_receipt_to_print(&arguments.receipt, error.as_ref(), language)));
        }
    };
    let out = arguments.out.clone().unwrap_or_else(|| beside(&arguments.receipt));
    let printing = PrintOptions { paper: arguments.paper, language, studio: arguments.studio.as_deref() };
    printing.write(&stored.body, &out).map_err(|error| fail(advice::about_printing(&error, language)))?;
    print(shown_path(&out), language)?;
    eprint(match stored.body.expires_at <= SystemClock.now() {
        true => text!(language, "studio-printed-expired"),
        false => text!(language, "studio-printed"),
    });
    Ok(Exit::Done)
}

/// `PHOTO.jpg.lichtbild-receipt.json` gives `PHOTO.jpg.lichtbild-receipt.pdf`. `.pdf` is appended to other names, so that renamed receipts
/// (`….json.1`, `….json.2`) have PDFs of their own.
fn beside(receipt: &Path) -> PathBuf {
    if receipt.extension().is_some_and(|extension| extension == "json") {
        return receipt.with_extension("pdf");
    }
    let mut name = OsString::from(receipt);
    name.push(".pdf");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_receipt_has_a_name_of_its_own_for_its_pdf() {
        for (stored, printed) in [
            ("a/p.jpg.lichtbild-receipt.json", "a/p.jpg.lichtbild-receipt.pdf"),
            ("p.jpg.lichtbild-receipt.json.1", "p.jpg.lichtbild-receipt.json.1.pdf"),
            ("receipt", "receipt.pdf"),
        ] {
            assert_eq!(beside(Path::new(stored)), Path::new(printed));
        }
    }
}
