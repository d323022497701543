//! Messages about the renewal of a certificate.

use super::failure::{Failure, about_unexpected};
use super::files::held;
use super::gateway_error::about_gateway_error;
use super::setup::{about_config, about_credentials};
use crate::cli::shown_path::shown_path;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::moment;
use crate::client::enrolment::auto_renewal::RenewalEvent;
use crate::client::enrolment::renew::{ClientRenewError, InstallError};
use crate::clock::Timestamp;
use crate::texts::language::Language;
use crate::texts::text;

/// Explains why the certificate was not renewed.
pub fn about_renewal(error: &ClientRenewError, language: Language) -> Failure {
    let Failure { exit, message } = match error {
        ClientRenewError::Config(error) => return about_config(error, language),
        ClientRenewError::Credentials(error) => return about_credentials(error, language),
        ClientRenewError::Expired { at } => return Failure::new(Exit::NotAllowed, about_expired(*at, language)),
        ClientRenewError::ApprovalRequired | ClientRenewError::Key(_) => return about_unexpected(error, language),
        ClientRenewError::Request(error) => about_gateway_error(error, language),
        ClientRenewError::NewCertificateRejected(error) => {
            let Failure { exit, message } = about_gateway_error(error, language);
            Failure::new(exit, text!(language, "studio-new-certificate-rejected", cause = message))
        }
        ClientRenewError::Install(InstallError::Unwritable { path, source }) => {
            let (path, cause) = (shown_path(path), source.to_string());
            let message = text!(language, "studio-renewal-unwritable", path = path, cause = cause, held = held(source));
            Failure::new(Exit::Setup, message)
        }
        ClientRenewError::Install(InstallError::NotEditable(path)) => {
            Failure::new(Exit::Setup, text!(language, "studio-config-not-editable", path = shown_path(path)))
        }
    };
    Failure::new(exit, text!(language, "studio-old-certificate-in-use", cause = message))
}

/// Reports the result of a renewal that a push started automatically. Photos are deposited even if it failed.
pub fn about_renewal_event(event: &RenewalEvent, language: Language) -> String {
    match event {
        RenewalEvent::Renewed { not_after } => {
            text!(language, "studio-renewed", until = moment(*not_after, language))
        }
        RenewalEvent::Failed { error: error @ ClientRenewError::Expired { .. }, .. } => {
            about_renewal(error, language).message
        }
        RenewalEvent::Failed { error, not_after, .. } => {
            let (cause, until) = (about_renewal(error, language).message, moment(*not_after, language));
            text!(language, "studio-renewal-overdue", cause = cause, until = until)
        }
    }
}

/// Explains that a certificate has expired, so that it cannot be renewed.
pub(super) fn about_expired(at: Timestamp, language: Language) -> String {
    text!(language, "studio-certificate-expired", at = moment(at, language))
}
