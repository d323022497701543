//! Messages about the connection to the gateway: the network and TLS.

use super::proxy::about_proxy;
use crate::cli::studio::exit::Exit;
use crate::client::network::server_verifier::is_gateway_issuer;
use crate::client::transient_error::{ClientCertError, ServerCertError, TlsFailure, TransientError};
use crate::domain::display_text::escaped;
use crate::texts::language::Language;

/// Explains why the gateway did not answer.
pub(super) fn about_transient_error(error: &TransientError, language: Language) -> String {
    match error {
        TransientError::Unreachable(cause) => language.pick(
            format!("Das Gateway ist nicht erreichbar ({cause})."),
            format!("The gateway cannot be reached ({cause})."),
        ),
        TransientError::Proxy(error) => about_proxy(error, language),
        TransientError::TimedOut => language
            .pick("Das Gateway hat nicht rechtzeitig geantwortet.", "The gateway did not answer in time.")
            .to_owned(),
        TransientError::ConnectionLost(cause) => language.pick(
            format!("Die Verbindung zum Gateway ist abgebrochen ({cause})."),
            format!("The connection to the gateway broke ({cause})."),
        ),
        TransientError::Unavailable { status } => language.pick(
            format!("Das Gateway ist gerade nicht aufnahmebereit (Status {status})."),
            format!("The gateway is not ready for now (status {status})."),
        ),
    }
}

/// Explains why no TLS connection came about, and gives the exit code.
pub(super) fn about_tls(refusal: &TlsFailure, language: Language) -> (Exit, String) {
    match refusal {
        TlsFailure::ClientCertificate(refusal) => {
            (Exit::NotAllowed, about_client_certificate(*refusal, language).to_owned())
        }
        TlsFailure::ServerCertificate(error) => (Exit::Setup, about_server_certificate(error, language)),
        TlsFailure::NoCommonParameters => {
            let message = language.pick(
                "Dieses Programm und das Gateway haben kein gemeinsames TLS-Verfahren. Adresse in der Zeile gateway prüfen und Lichtbild aktualisieren.",
                "This program and the gateway have no version of TLS in common. Check the address in the line gateway and update Lichtbild.",
            );
            (Exit::Setup, message.to_owned())
        }
        TlsFailure::NotTls { address } => {
            let cause =
                language.pick(format!("{address} antwortet ohne TLS."), format!("{address} answers without TLS."));
            (Exit::Setup, format!("{cause} {}", no_deposits(address, language)))
        }
    }
}

/// That something else than the listener for studios of this device's gateway is at an address: another server, another listener, or
/// another gateway, to which the certificate is unknown.
pub(super) fn no_deposits(address: &str, language: Language) -> String {
    language.pick(
        format!(
            "Unter {address} ist nicht die Einlieferung des Lichtbild-Gateways, zu dem das Zertifikat dieses Geräts gehört. Die Zeilen gateway \
             (meist :8443) und certificate in der Konfiguration prüfen."
        ),
        format!(
            "{address} is not where a Lichtbild gateway takes deposits with this device's certificate. Check the lines gateway (mostly :8443) \
             and certificate in the configuration."
        ),
    )
}

fn about_client_certificate(refusal: ClientCertError, language: Language) -> &'static str {
    match refusal {
        ClientCertError::Revoked => language.pick(
            "Das Gateway lehnt das Zertifikat dieses Geräts ab: es ist gesperrt. Beim Amt ein neues Gerät anmelden; danach denselben Befehl ausführen.",
            "The gateway refuses this device's certificate: it is revoked. Have the authority register a new device; then run the same command.",
        ),
        ClientCertError::ExpiredOrNotYetValid => language.pick(
            "Das Gateway lehnt das Zertifikat dieses Geräts ab: es ist abgelaufen oder noch nicht gültig. Uhr dieses Rechners prüfen; ist das Zertifikat \
             abgelaufen, beim Amt ein neues holen.",
            "The gateway refuses this device's certificate: it has expired or is not valid yet. Check this computer's clock; if the certificate has \
             expired, get a new one from the authority.",
        ),
        ClientCertError::UnknownIssuer => language.pick(
            "Das Gateway kennt den Aussteller des Zertifikats nicht. Prüfen, ob certificate und gateway in der Konfiguration zusammengehören.",
            "The gateway does not know who issued the certificate. Check that certificate and gateway in the configuration belong together.",
        ),
        ClientCertError::Unsuitable => language.pick(
            "Das Gateway lehnt das Zertifikat dieses Geräts ab. Beim Amt ein neues holen und in der Konfiguration eintragen.",
            "The gateway refuses this device's certificate. Get a new one from the authority and name it in the configuration.",
        ),
    }
}

fn about_server_certificate(error: &ServerCertError, language: Language) -> String {
    let (cause, next) = match error {
        // The file ca is another gateway's or an old one.
        ServerCertError::UnknownIssuer { issuer, .. } if is_gateway_issuer(issuer) => language.pick(
            (
                format!("sein Aussteller {} steht nicht in der Datei ca", escaped(issuer)),
                "In der Zeile ca die Datei des Gateways eintragen, die das Amt ausgegeben hat.",
            ),
            (
                format!("its issuer {} is not in the file ca", escaped(issuer)),
                "Name in the line ca the gateway's file that the authority handed out.",
            ),
        ),
        ServerCertError::UnknownIssuer { issuer, address } => {
            return about_foreign_certificate(issuer, address, language);
        }
        ServerCertError::NameMismatch => language.pick(
            (
                "es gilt für einen anderen Rechnernamen".to_owned(),
                "Die Zeile gateway genau so schreiben, wie das Amt die Adresse angegeben hat.",
            ),
            (
                "it is for another host name".to_owned(),
                "Write the line gateway exactly as the authority gave the address.",
            ),
        ),
        ServerCertError::NotYetValid => language.pick(
            (
                "nach der Uhr dieses Rechners ist es noch nicht gültig".to_owned(),
                "Wahrscheinlich geht die Uhr nach: Datum und Uhrzeit stellen.",
            ),
            (
                "by this computer's clock it is not valid yet".to_owned(),
                "Its clock is probably slow: set date and time.",
            ),
        ),
        ServerCertError::Expired => language.pick(
            (
                "nach der Uhr dieses Rechners ist es abgelaufen".to_owned(),
                "Datum und Uhrzeit prüfen; stimmen sie, die Betreuung des Gateways anrufen.",
            ),
            (
                "by this computer's clock it has expired".to_owned(),
                "Check date and time; if they are right, call the gateway's support.",
            ),
        ),
        ServerCertError::Other(cause) => language.pick(
            (cause.clone(), "Die Betreuung des Gateways anrufen."),
            (cause.clone(), "Call the gateway's support."),
        ),
    };
    language.pick(
        format!("Dem Zertifikat des Gateways wird nicht vertraut: {cause}. Es wurde kein Foto gesendet. {next}"),
        format!("The gateway's certificate is not trusted: {cause}. No photo was sent. {next}"),
    )
}

fn about_foreign_certificate(issuer: &str, address: &str, language: Language) -> String {
    let inspected = about_inspection(issuer, address, language);
    let otherwise = language.pick(
        format!(
            "Es wurde kein Foto gesendet. Prüft hier nichts TLS, antwortet unter {address} ein anderer Server: die Zeilen gateway und ca \
             in der Konfiguration prüfen."
        ),
        format!(
            "No photo was sent. If nothing inspects TLS here, another server answers at {address}: check the lines gateway and ca in the \
             configuration."
        ),
    );
    format!("{inspected} {otherwise}")
}

/// That a certificate comes from elsewhere, most often from what inspects TLS in the studio's own network.
pub(super) fn about_inspection(issuer: &str, address: &str, language: Language) -> String {
    let issuer = match escaped(issuer) {
        name if name.is_empty() => language.pick("einem unbekannten Aussteller", "an unknown issuer").into(),
        name => name,
    };
    language.pick(
        format!(
            "Das Zertifikat kommt von {issuer}, nicht vom Gateway: eine Firewall oder ein Virenscanner liest TLS-Verbindungen mit. Dort \
             {address} von der Prüfung ausnehmen."
        ),
        format!(
            "The certificate comes from {issuer}, not from the gateway: a firewall or virus scanner inspects TLS. Exempt {address} there."
        ),
    )
}
