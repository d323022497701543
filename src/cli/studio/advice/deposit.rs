//! Messages about a deposit without a receipt.

use std::path::Path;

use super::connection::{about_tls, about_transient_error, no_deposits};
use super::problem::about_problem;
use super::proxy::{about_proxy, exit_for_proxy};
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::on_one_line;
use crate::client::photo::deposit::ClientDepositError;
use crate::client::response::problem_type;
use crate::client::transient_error::{ClientCertError, TlsFailure};
use crate::texts::language::Language;
use crate::wire::problem::ProblemBody;

/// Explains why there is no receipt, and gives the exit code.
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
            let next = match problem_type(problem) {
                // Both are for good: neither is let in again.
                "device-revoked" => language.pick(
                    "Das Gerät ist gesperrt, und das endgültig. Bitte das Amt anrufen, das dieses Studio angemeldet hat, und mit einer neuen \
                     Einladung neu anmelden. Danach ergibt derselbe Befehl einen Abrufcode.",
                    "The device is revoked, for good. Call the authority that registered this studio, and enrol anew with a new invitation. After \
                     that the same command gives a code.",
                ),
                "certificate-superseded" => language.pick(
                    "Das neueste Zertifikat dieses Geräts verwenden (certificate und key in der Konfiguration), oder das Amt, das dieses Studio \
                     angemeldet hat, um eine neue Einladung bitten und damit anmelden. Danach ergibt derselbe Befehl einen Abrufcode.",
                    "Use the newest certificate of this device (certificate and key in the configuration), or ask the authority that registered \
                     this studio for a new invitation and enrol with it. After that the same command gives a code.",
                ),
                "studio-suspended" => language.pick(
                    "Bitte das Amt anrufen, das dieses Studio angemeldet hat. Wird es wieder freigegeben, ergibt derselbe Befehl einen Abrufcode.",
                    "Call the authority that registered this studio. Once it is let in again, the same command gives a code.",
                ),
                _ => language.pick(
                    "Bitte das Amt anrufen, das dieses Studio angemeldet hat.",
                    "Call the authority that registered this studio.",
                ),
            };
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
        ClientDepositError::Proxy(error) => (exit_for_proxy(error), about_proxy(error, language)),
        ClientDepositError::NotAGateway { address, .. } => (Exit::Setup, no_deposits(address, language)),
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

/// Reports whether this device is refused for good, so that only a new enrolment helps.
pub fn is_for_good(error: &ClientDepositError) -> bool {
    match error {
        ClientDepositError::NotAllowed(problem) => {
            matches!(problem_type(problem), "device-revoked" | "certificate-superseded" | "certificate-expired")
        }
        ClientDepositError::Tls(TlsFailure::ClientCertificate(cause)) => {
            matches!(cause, ClientCertError::Revoked | ClientCertError::Unsuitable)
        }
        _ => false,
    }
}

/// Refused now, but perhaps stored by an earlier try.
pub fn about_refusal_maybe_stored(problem: &ProblemBody, spool: &Path, language: Language) -> (Exit, String) {
    let spool = on_one_line(spool);
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
