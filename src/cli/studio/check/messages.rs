//! Messages about the files of a check: the profile, the folders of photos, the copies of `--rewrite`, the page of `--html`.

use std::error::Error;
use std::io::ErrorKind;
use std::path::Path;

use lichtbild_transcode::{MAX_SCANS, TranscodeError};

use super::html_report::HtmlReportError;
use super::photo_list::PhotoFolderError;
use super::profile_file::{ProfileFileError, ProfileFileErrorKind};
use super::rewrite::{CopyOrigin, RewriteError};
use crate::cli::shown_path::shown_path;
use crate::cli::studio::advice::{Failure, held, not_utf8, unreadable};
use crate::cli::studio::exit::Exit;
use crate::texts::language::Language;
use crate::texts::text;

/// Explains why a file does not contain a profile.
pub fn about_profile_file(error: &ProfileFileError, language: Language) -> Failure {
    let file = shown_path(&error.file);
    let message = match &error.kind {
        ProfileFileErrorKind::Unreadable(source) if source.kind() == ErrorKind::InvalidData => {
            not_utf8(&error.file, language)
        }
        ProfileFileErrorKind::Unreadable(source) => {
            text!(language, "studio-profile-unreadable", file = file, cause = source.to_string())
        }
        ProfileFileErrorKind::InvalidProfile(source) => {
            // The error of the TOML parser shows the line.
            let place = source.source().map(|cause| format!("\n{}", cause.to_string().trim_end())).unwrap_or_default();
            text!(language, "studio-profile-invalid", file = file, cause = source.to_string(), place = place)
        }
        ProfileFileErrorKind::InvalidJson(source) => {
            text!(language, "studio-profile-not-json", file = file, cause = source.to_string())
        }
        ProfileFileErrorKind::NotAProfileResponse => text!(language, "studio-profile-not-a-response", file = file),
    };
    Failure::new(Exit::Setup, message)
}

/// Explains why a folder has no photos to check.
pub fn about_folder(error: &PhotoFolderError, language: Language) -> String {
    match &error.source {
        None => text!(language, "studio-folder-without-jpeg", folder = shown_path(&error.folder)),
        Some(source) => unreadable(&error.folder, source, language),
    }
}

/// Names the baseline copy that was checked in place of `photo`, or explains why there is none.
pub fn about_rewriting(
    photo: &Path,
    checked: &Path,
    result: &Result<CopyOrigin, RewriteError>,
    language: Language,
) -> String {
    let (photo, checked) = (shown_path(photo), shown_path(checked));
    match result {
        Ok(CopyOrigin::Written) => text!(language, "studio-rewritten", photo = photo, checked = checked),
        Ok(CopyOrigin::FoundThere) => text!(language, "studio-rewritten-before", photo = photo, checked = checked),
        Err(RewriteError::NameTaken { path }) => {
            text!(language, "studio-rewrite-name-taken", photo = photo, path = shown_path(path))
        }
        Err(RewriteError::Unwritable { path, source }) => {
            let (path, cause) = (shown_path(path), source.to_string());
            text!(language, "studio-rewrite-unwritable", path = path, cause = cause, held = held(source))
        }
        Err(RewriteError::Transcode(error)) => {
            text!(language, "studio-rewrite-failed", photo = photo, reason = transcode_reason(*error, language))
        }
    }
}

fn transcode_reason(error: TranscodeError, language: Language) -> String {
    match error {
        TranscodeError::NotJpeg => text!(language, "studio-transcode-not-jpeg"),
        TranscodeError::Truncated => text!(language, "studio-transcode-truncated"),
        TranscodeError::Damaged(_) => text!(language, "studio-transcode-damaged"),
        TranscodeError::OtherCoding => text!(language, "studio-transcode-other-coding"),
        TranscodeError::Colours(count) => text!(language, "studio-transcode-colours", count = count),
        TranscodeError::BitDepth(bits) => text!(language, "studio-transcode-bit-depth", bits = bits),
        TranscodeError::Unsupported(_) => text!(language, "studio-transcode-unsupported"),
        TranscodeError::Incomplete => text!(language, "studio-transcode-incomplete"),
        TranscodeError::TooManyScans => text!(language, "studio-transcode-too-many-scans", scans = MAX_SCANS),
        TranscodeError::TooLarge => text!(language, "studio-transcode-too-large"),
    }
}

/// Explains why the HTML page with the results cannot be written.
pub fn about_html_report(error: &HtmlReportError, language: Language) -> Failure {
    let message = match error {
        HtmlReportError::NotAReport { path } => text!(language, "studio-html-not-a-report", path = shown_path(path)),
        HtmlReportError::Unwritable { path, source } => {
            let (path, cause) = (shown_path(path), source.to_string());
            text!(language, "studio-html-unwritable", path = path, cause = cause, held = held(source))
        }
    };
    Failure::new(Exit::Setup, message)
}
