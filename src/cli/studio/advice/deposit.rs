//! When there is no receipt.

use std::path::Path;

use serde_json::Value;

use super::about_transient_error;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::printable;
use crate::client::photo::deposit::ClientDepositError;
use crate::client::transient_error::{ClientCertError, ServerCertError, TlsFailure};
use crate::domain::language::Language;
use crate::wire::problem::ProblemBody;

/// Why there is none, and how the program ends.
pub fn about_deposit(error: &ClientDepositError, language: Language) -> (Exit, String) {
    match error {
        ClientDepositError::Refused(problem) => {
            let next = language.pick(
                "Es wurde nichts gespeichert. Das Foto berichtigen oder neu aufnehmen und wieder einliefern.",
                "Nothing was stored. Correct the photo or take a new one and push it again.",
            );
            (Exit::PhotoRefused, format!("{}\n{next}", about_problem(problem, language)))
        }
        ClientDepositError::NotAllowed(problem) => {
            let next = language.pick(
                "Bitte das Amt anrufen, das dieses Studio angemeldet hat. Wird es wieder freigegeben, ergibt derselbe Befehl einen Abrufcode.",
                "Call the authority that registered this studio. Once it is let in again, the same command gives a code.",
            );
            (Exit::NotAllowed, format!("{}\n{next}", about_problem(problem, language)))
        }
        ClientDepositError::Tls(refusal) => about_tls(refusal, language),
        ClientDepositError::GaveUp { tries, last_error: last, .. } => {
            let cause = about_transient_error(last, language);
            let message = language.pick(
                format!("{cause} Nach {tries} Versuchen aufgegeben. Später denselben Befehl noch einmal ausführen: es wird derselbe Abrufcode vergeben."),
                format!("{cause} Gave up after {tries} tries. Run the same command again later: the same code will be given."),
            );
            (Exit::GaveUp, message)
        }
        ClientDepositError::UnexpectedProblem(problem) => {
            let next = language.pick(
                "Das sollte nicht vorkommen. Bitte diese Meldung der Betreuung des Gateways geben; derselbe Befehl ergibt danach denselben Abrufcode.",
                "This should not happen. Give this message to the gateway's support; afterwards the same command gives the same code.",
            );
            (Exit::Unexpected, format!("{}\n{next}", about_problem(problem, language)))
        }
        ClientDepositError::NotAGateway { status } => {
            let message = language.pick(
                format!("Unter der Adresse antwortet kein Lichtbild-Gateway (Status {status}). Die Zeile gateway in der Konfiguration prüfen."),
                format!("What answers at this address is no Lichtbild gateway (status {status}). Check the line gateway in the configuration."),
            );
            (Exit::Setup, message)
        }
        ClientDepositError::ReceiptMismatch(_) | ClientDepositError::InvalidReceipt(_) => {
            let message = language.pick(
                format!(
                    "Die Quittung des Gateways passt nicht zum Foto ({error}). Keinen Abrufcode ausgeben. Lichtbild aktualisieren und denselben \
                     Befehl noch einmal ausführen; bleibt es dabei, die Betreuung des Gateways anrufen."
                ),
                format!(
                    "The gateway's receipt does not serve ({error}). Hand out no code. Update Lichtbild and run the same command again; if it \
                     stays, call the gateway's support."
                ),
            );
            (Exit::Unexpected, message)
        }
    }
}

/// Refused now, but perhaps stored by an earlier try.
pub fn about_refusal_maybe_stored(problem: &ProblemBody, spool: &Path, language: Language) -> (Exit, String) {
    let spool = spool.display();
    let next = language.pick(
        format!(
            "Ein früherer Versuch blieb aber ohne Antwort: das Foto kann schon eingeliefert sein. Der Vorgang bleibt in {spool} erhalten. Bei der \
             Betreuung des Gateways nachfragen, ob das Foto angekommen ist. Wenn ja, ergibt derselbe Befehl den Abrufcode, sobald das Gateway \
             das Foto wieder annimmt; wenn nein, diese Datei löschen, das Foto berichtigen und wieder einliefern."
        ),
        format!(
            "But an earlier try got no answer: the photo may have been deposited already. That deposit is kept in {spool}. Ask the gateway's \
             support whether the photo arrived. If so, the same command gives the code as soon as the gateway takes the photo again; if not, \
             delete this file, correct the photo and push it again."
        ),
    );
    (Exit::MaybeDeposited, format!("{}\n{next}", about_problem(problem, language)))
}

/// Why the two ends do not get a TLS connection, and how the program ends.
pub(super) fn about_tls(refusal: &TlsFailure, language: Language) -> (Exit, String) {
    match refusal {
        TlsFailure::ClientCertificate(refusal) => {
            (Exit::NotAllowed, about_client_certificate(*refusal, language).to_owned())
        }
        TlsFailure::ServerCertificate(distrust) => (Exit::Setup, about_server_certificate(distrust, language)),
        TlsFailure::NoCommonParameters => {
            let message = language.pick(
                "Dieses Programm und das Gateway haben kein gemeinsames TLS-Verfahren. Adresse in der Zeile gateway prüfen und Lichtbild aktualisieren.",
                "This program and the gateway have no version of TLS in common. Check the address in the line gateway and update Lichtbild.",
            );
            (Exit::Setup, message.to_owned())
        }
    }
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
        ServerCertError::UnknownIssuer => language.pick(
            (
                "sein Aussteller steht nicht in der Datei ca".to_owned(),
                "In der Zeile ca die Datei des Gateways eintragen, die das Amt ausgegeben hat.",
            ),
            (
                "its issuer is not in the file ca".to_owned(),
                "Name in the line ca the gateway's file that the authority handed out.",
            ),
        ),
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

/// The gateway's own words, then its findings. They are shown as they came, known to this version or not.
pub fn about_problem(problem: &ProblemBody, language: Language) -> String {
    // The findings that follow say it all; the detail would only count them.
    let mut text = match problem.kind.as_str() {
        "photo-refused" => format!("{}:", problem.title),
        _ => format!("{} - {}", problem.title, problem.detail),
    };
    let findings = problem.extensions.get("findings").and_then(Value::as_array).into_iter().flatten();
    for finding in findings {
        let part = |name| finding.get(name).and_then(Value::as_str).unwrap_or("?");
        let (message, measured, limit) = (part("message"), part("measured"), part("limit"));
        text.push_str(&language.pick(
            format!("\n  - {message} (gemessen: {measured}; verlangt: {limit})"),
            format!("\n  - {message} (measured: {measured}; asked for: {limit})"),
        ));
    }
    printable(&text)
}
