//! Messages about printing a receipt.

use std::path::Path;

use super::failure::{Failure, about_unexpected};
use super::files::{held, unreadable};
use crate::cli::shown_path::shown_path;
use crate::cli::studio::exit::Exit;
use crate::client::photo::printed_receipt::PrintedReceiptError;
use crate::client::photo::stored_receipt::StoredReceiptError;
use crate::texts::language::Language;
use crate::texts::text;

/// Explains why there is nothing to print: because of `error`, or, without one, because `path` is not a stored receipt.
pub fn about_receipt_to_print(path: &Path, error: Option<&StoredReceiptError>, language: Language) -> Failure {
    let message = match error {
        Some(StoredReceiptError::Unreadable { path, source } | StoredReceiptError::Unwritable { path, source }) => {
            unreadable(path, source, language)
        }
        Some(StoredReceiptError::Corrupt { .. }) | None => {
            text!(language, "studio-not-a-receipt", path = shown_path(path))
        }
    };
    Failure::new(Exit::Setup, message)
}

/// Explains why a receipt was not printed.
pub fn about_printing(error: &PrintedReceiptError, language: Language) -> Failure {
    match error {
        PrintedReceiptError::NotAPdf { path } => {
            Failure::new(Exit::Setup, text!(language, "studio-pdf-name-taken", path = shown_path(path)))
        }
        PrintedReceiptError::Unwritable { path, source } => {
            let (path, cause) = (shown_path(path), source.to_string());
            let message = text!(language, "studio-pdf-unwritable", path = path, cause = cause, held = held(source));
            Failure::new(Exit::Setup, message)
        }
        PrintedReceiptError::Code(error) => about_unexpected(error, language),
        PrintedReceiptError::Page(error) => {
            Failure::new(Exit::Unexpected, text!(language, "studio-no-pdf", cause = error.to_string()))
        }
    }
}
