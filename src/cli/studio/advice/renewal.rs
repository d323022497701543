//! Messages about the renewal of a certificate.

use super::gateway_error::about_gateway_error;
use super::setup::{about_config, about_credentials};
use super::unexpected::about_unexpected;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::{moment, on_one_line};
use crate::client::enrolment::auto_renewal::RenewalEvent;
use crate::client::enrolment::renew::{ClientRenewError, InstallError};
use crate::clock::Timestamp;
use crate::texts::language::Language;

/// Explains why the certificate was not renewed, and gives the exit code.
pub fn about_renewal(error: &ClientRenewError, language: Language) -> (Exit, String) {
    let still_good = language
        .pick("Das bisherige Zertifikat ist weiter in Gebrauch.", "The certificate that was there is still in use.");
    match error {
        ClientRenewError::Config(error) => (Exit::Setup, about_config(error, language)),
        ClientRenewError::Credentials(error) => (Exit::Setup, about_credentials(error, language)),
        ClientRenewError::Expired { at } => (Exit::NotAllowed, about_expired(*at, language)),
        ClientRenewError::Request(error) => {
            let (exit, message) = about_gateway_error(error, language);
            (exit, format!("{message} {still_good}"))
        }
        ClientRenewError::NewCertificateRejected(error) => {
            let (exit, message) = about_gateway_error(error, language);
            let what = language
                .pick("Das neue Zertifikat ließ sich nicht benutzen:", "The new certificate could not be used:");
            (exit, format!("{what} {message} {still_good}"))
        }
        ClientRenewError::Install(InstallError::Unwritable { path, source }) => {
            let message = language.pick(
                format!("{} lässt sich nicht schreiben ({source}). Rechte und freien Platz prüfen und den Befehl wiederholen.", on_one_line(path)),
                format!("{} cannot be written ({source}). Check permissions and free space and run the command again.", on_one_line(path)),
            );
            (Exit::Setup, format!("{message} {still_good}"))
        }
        ClientRenewError::Install(InstallError::NotEditable(path)) => {
            let message = language.pick(
                format!(
                    "In {} sind die Zeilen certificate und key so geschrieben, dass sie sich nicht ändern lassen. Sie in der Form key = \"key.pem\" \
                     schreiben und den Befehl wiederholen.",
                    on_one_line(path)
                ),
                format!(
                    "In {} the lines certificate and key are written in a way that cannot be changed. Write them as key = \"key.pem\" and run the \
                     command again.",
                    on_one_line(path)
                ),
            );
            (Exit::Setup, format!("{message} {still_good}"))
        }
        ClientRenewError::ApprovalRequired | ClientRenewError::Key(_) => {
            (Exit::Unexpected, about_unexpected(error, language))
        }
    }
}

/// Tells how a renewal went that a push began by itself. A failed one holds up no photo.
pub fn about_renewal_event(event: &RenewalEvent, language: Language) -> String {
    match event {
        RenewalEvent::Renewed { not_after } => {
            let until = moment(*not_after, language);
            language.pick(
                format!("Das Zertifikat dieses Geräts wurde erneuert und gilt bis {until}; es ist nichts zu tun."),
                format!("This device's certificate was renewed and lasts until {until}; nothing to do."),
            )
        }
        RenewalEvent::Failed { error: error @ ClientRenewError::Expired { .. }, .. } => {
            about_renewal(error, language).1
        }
        RenewalEvent::Failed { error, not_after, .. } => {
            let (_, cause) = about_renewal(error, language);
            let until = moment(*not_after, language);
            let next = language.pick(
                format!(
                    "Die Erneuerung des Zertifikats ist überfällig; es gilt noch bis {until}, danach hilft nur eine neue Einladung. Die Einlieferung geht \
                     weiter; `lichtbild-studio renew` versucht die Erneuerung noch einmal."
                ),
                format!(
                    "The renewal of the certificate is overdue; it lasts until {until}, and after that only a new invitation helps. The deposit goes on; \
                     `lichtbild-studio renew` tries the renewal again."
                ),
            );
            format!("{cause}\n{next}")
        }
    }
}

/// Too late for a renewal.
pub(super) fn about_expired(at: Timestamp, language: Language) -> String {
    let at = moment(at, language);
    language.pick(
        format!(
            "Das Zertifikat dieses Geräts ist am {at} abgelaufen und lässt sich nicht mehr erneuern. Die Uhr dieses Rechners prüfen; stimmt sie, beim Amt \
             eine neue Einladung holen und mit `lichtbild-studio enrol --replace` neu anmelden."
        ),
        format!(
            "This device's certificate ended on {at} and can no longer be renewed. Check this computer's clock; if it is right, get a new invitation from \
             the office and enrol anew with `lichtbild-studio enrol --replace`."
        ),
    )
}
