//! Messages about a push: its progress, its end and its receipt.

use super::connection::about_transient_error;
use super::deposit::{about_deposit, about_refusal_maybe_stored};
use super::failure::Failure;
use super::files::{about_photo, about_spool, about_stored_receipt};
use crate::cli::shown_path::shown_path;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::moment;
use crate::client::photo::push::{PushError, PushedPhoto};
use crate::client::progress::ProgressEvent;
use crate::clock::Timestamp;
use crate::texts::language::Language;
use crate::texts::text;

/// Explains why a photo was not pushed.
pub fn about_push(error: &PushError, language: Language) -> Failure {
    match error {
        PushError::Photo(error) => about_photo(error, language),
        PushError::Spool(error) => about_spool(error, language),
        PushError::Deposit(error) => about_deposit(error, language),
        PushError::RefusedMaybeStored { problem, spool } => about_refusal_maybe_stored(problem, spool, language),
        PushError::ReceiptNotStored(error) => {
            let cause = about_stored_receipt(error, language);
            Failure::new(Exit::Setup, text!(language, "studio-receipt-not-stored", cause = cause))
        }
    }
}

/// Describes an event of a push in progress.
pub fn about_progress(event: &ProgressEvent, language: Language) -> String {
    match event {
        ProgressEvent::Resuming { since } => {
            text!(language, "studio-push-resuming", since = moment(*since, language))
        }
        ProgressEvent::GatewayChanged { earlier } => {
            text!(language, "studio-push-gateway-changed", earlier = earlier.to_string())
        }
        ProgressEvent::SpoolRotated { rotated_to } => {
            text!(language, "studio-push-spool-rotated", path = shown_path(rotated_to))
        }
        ProgressEvent::Retrying { error, pause } => {
            let (cause, seconds) = (about_transient_error(error, language), format!("{:.1}", pause.as_secs_f32()));
            text!(language, "studio-push-retrying", cause = cause, seconds = seconds)
        }
    }
}

/// The next step with a receipt.
pub fn after_receipt(pushed: &PushedPhoto, now: Timestamp, language: Language) -> String {
    if pushed.receipt.expires_at <= now {
        return text!(language, "studio-pushed-expired");
    }
    match pushed.replayed {
        true => text!(language, "studio-pushed-before"),
        false => text!(language, "studio-pushed"),
    }
}
