//! Messages about the events of a watched folder.

use std::ffi::OsStr;
use std::path::Path;

use super::connection::about_transient_error;
use super::deposit::{about_deposit, is_for_good};
use super::files::held;
use super::push::{about_progress, about_push};
use super::renewal::about_renewal;
use crate::cli::shown_path::shown_path;
use crate::cli::studio::receipt_text::moment;
use crate::client::deposited::journal::DepositNote;
use crate::client::watch::WatchEvent;
use crate::domain::display_text::escaped;
use crate::texts::language::Language;
use crate::texts::text;

/// Largest number of names in a message.
const SHOWN_NAMES: usize = 5;

/// Names on one line. If there are many, only the first ones are shown, with the number of the others.
pub fn listed(names: &[impl AsRef<Path>]) -> String {
    let shown: Vec<_> = names.iter().take(SHOWN_NAMES).map(shown_path).collect();
    let more = names.len().saturating_sub(SHOWN_NAMES);
    let more = if more > 0 { format!(" (+{more})") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// Message about an event; `None` for the events that have a line of their own on the standard output.
pub fn about_event(event: &WatchEvent<'_>, language: Language) -> Option<String> {
    let message = match event {
        WatchEvent::Sent { .. }
        | WatchEvent::Refused { .. }
        | WatchEvent::RefusedByOffice { .. }
        | WatchEvent::Erased { .. } => return None,
        WatchEvent::HasCodeAlready { name, earlier } => {
            let (name, before, at) = about_earlier(name, earlier, language);
            text!(language, "studio-watch-has-code", name = name, before = before, at = at)
        }
        WatchEvent::HasSecondCode { name, earlier } => {
            let (name, before, at) = about_earlier(name, earlier, language);
            let number = earlier.photo_id.short();
            text!(language, "studio-watch-second-code", name = name, before = before, at = at, number = number)
        }
        WatchEvent::NoteFailed { name, error } => {
            let message = text!(language, "studio-note-unwritable", cause = error.to_string(), held = held(error));
            format!("{}: {message}", shown_path(name))
        }
        WatchEvent::Resuming { photos } => text!(language, "studio-watch-resuming", photos = photos),
        WatchEvent::ChangedAfterSending { name, receipt_file } => text!(
            language,
            "studio-watch-changed-after-sending",
            name = shown_path(name),
            receipt_file = shown_path(receipt_file)
        ),
        WatchEvent::Vanished { name } => text!(language, "studio-watch-vanished", name = shown_path(name)),
        WatchEvent::LeftoverKept { path } => text!(language, "studio-watch-leftover", path = shown_path(path)),
        WatchEvent::GatewayDown { error } => {
            text!(language, "studio-watch-gateway-down", cause = about_transient_error(error, language))
        }
        WatchEvent::GatewayRecovered { since } => {
            text!(language, "studio-watch-gateway-recovered", since = moment(*since, language))
        }
        WatchEvent::Unauthorized { error } => {
            let cause = about_deposit(error, language).message;
            match is_for_good(error) {
                true => text!(language, "studio-watch-enrol-anew", cause = cause),
                false => text!(language, "studio-watch-not-admitted", cause = cause),
            }
        }
        WatchEvent::Stuck { name, error } => {
            let cause = about_push(error, language).message;
            text!(language, "studio-watch-stuck", name = shown_path(name), cause = cause)
        }
        WatchEvent::FileUnreadable { name, error } => {
            text!(language, "studio-watch-file-unreadable", name = shown_path(name), cause = error.to_string())
        }
        WatchEvent::FileEmpty { name } => text!(language, "studio-watch-file-empty", name = shown_path(name)),
        WatchEvent::FilesSkipped { names } => {
            text!(language, "studio-watch-files-skipped", shown = listed(names))
        }
        WatchEvent::SubFolderSkipped { name } => text!(language, "studio-watch-sub-folder", name = shown_path(name)),
        WatchEvent::FolderLost { folder, error } => {
            text!(language, "studio-watch-folder-lost", folder = shown_path(folder), cause = error.to_string())
        }
        WatchEvent::FolderRecovered => text!(language, "studio-watch-folder-recovered"),
        WatchEvent::StorageFailed { error } => {
            text!(language, "studio-watch-storage-failed", cause = error.to_string(), held = held(error))
        }
        WatchEvent::ErasureFailed { path, error } => {
            let (path, cause) = (shown_path(path), error.to_string());
            text!(language, "studio-watch-erasure-failed", path = path, cause = cause, held = held(error))
        }
        WatchEvent::StorageRecovered => text!(language, "studio-watch-storage-recovered"),
        WatchEvent::ClaimFailed { name, error } => {
            text!(language, "studio-watch-claim-failed", name = shown_path(name), cause = error.to_string())
        }
        WatchEvent::Progress { name, event } => format!("{}: {}", shown_path(name), about_progress(event, language)),
        WatchEvent::ProfileLoaded { profile, unknown_checks: [] } => {
            text!(language, "studio-watch-profile", profile = *profile)
        }
        WatchEvent::ProfileLoaded { profile, unknown_checks } => {
            let unknown = unknown_checks.join(", ");
            text!(language, "studio-watch-profile-partly-known", profile = *profile, unknown = unknown)
        }
        WatchEvent::ProfileUnknown => text!(language, "studio-watch-profile-unknown"),
        WatchEvent::ClientRenewed => text!(language, "studio-watch-client-renewed"),
        WatchEvent::RenewalFailed { error, not_after, next_try } => {
            let cause = about_renewal(error, language).message;
            let (until, next_try) = (moment(*not_after, language), moment(*next_try, language));
            text!(language, "studio-watch-renewal-failed", cause = cause, until = until, next_try = next_try)
        }
    };
    Some(message)
}

fn about_earlier(name: &OsStr, earlier: &DepositNote, language: Language) -> (String, String, String) {
    (shown_path(name), escaped(&earlier.name).into_owned(), moment(earlier.deposited_at, language))
}
