//! Messages about a photo or a file beside it that cannot be used.

use std::io;
use std::path::Path;

use super::failure::{Failure, about_unexpected};
use crate::atomic_file::is_held;
use crate::cli::shown_path::shown_path;
use crate::cli::studio::exit::Exit;
use crate::client::photo::photo_file::{MAX_BYTES, PhotoFileError, PhotoFileErrorKind};
use crate::client::photo::spool::SpoolError;
use crate::client::photo::stored_receipt::StoredReceiptError;
use crate::texts::language::Language;
use crate::texts::text;

/// Explains why a photo cannot be read.
pub fn about_photo(error: &PhotoFileError, language: Language) -> Failure {
    let path = shown_path(&error.path);
    let message = match &error.kind {
        PhotoFileErrorKind::Unreadable(source) => {
            text!(language, "studio-photo-unreadable", path = path, cause = source.to_string())
        }
        PhotoFileErrorKind::NotAFile => text!(language, "studio-photo-not-a-file", path = path),
        PhotoFileErrorKind::TooLarge => {
            text!(language, "studio-photo-too-large", path = path, mebibytes = MAX_BYTES / 1024 / 1024)
        }
    };
    Failure::new(Exit::Setup, message)
}

/// Explains why a push cannot begin, or why its end cannot be noted.
pub fn about_spool(error: &SpoolError, language: Language) -> Failure {
    let message = match error {
        SpoolError::Unreadable { path, source } => unreadable(path, source, language),
        SpoolError::Unwritable { path, source } => unwritable(path, source, language),
        SpoolError::Corrupt { path } => text!(language, "studio-spool-corrupt", path = shown_path(path)),
        SpoolError::ConcurrentPush { path } => text!(language, "studio-spool-in-use", path = shown_path(path)),
        SpoolError::Receipt(error) => about_stored_receipt(error, language),
        SpoolError::Entropy(error) => return about_unexpected(error, language),
    };
    Failure::new(Exit::Setup, message)
}

/// Explains why the receipt beside a photo cannot be used.
pub fn about_stored_receipt(error: &StoredReceiptError, language: Language) -> String {
    match error {
        StoredReceiptError::Unreadable { path, source } => unreadable(path, source, language),
        StoredReceiptError::Unwritable { path, source } => unwritable(path, source, language),
        StoredReceiptError::Corrupt { path } => text!(language, "studio-receipt-corrupt", path = shown_path(path)),
    }
}

/// Explains that a text file has another encoding.
pub fn not_utf8(path: &Path, language: Language) -> String {
    text!(language, "studio-not-utf8", path = shown_path(path))
}

/// Explains why a file or folder cannot be read.
pub fn unreadable(path: &Path, source: &io::Error, language: Language) -> String {
    text!(language, "studio-file-unreadable", path = shown_path(path), cause = source.to_string())
}

fn unwritable(path: &Path, source: &io::Error, language: Language) -> String {
    let (path, cause) = (shown_path(path), source.to_string());
    text!(language, "studio-file-unwritable", path = path, cause = cause, held = held(source))
}

/// Value of `$held` in the messages about a file that could not be written, with the advice to close it in the other program.
pub fn held(error: &io::Error) -> &'static str {
    if is_held(error) { "yes" } else { "no" }
}
