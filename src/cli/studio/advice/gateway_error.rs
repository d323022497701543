//! Messages about a failed request of an enrolment, a renewal or a status.

use super::connection::{about_tls, about_transient_error, no_deposits};
use super::problem::about_problem;
use super::proxy::{about_proxy, exit_for_proxy};
use super::unexpected::about_unexpected;
use crate::cli::studio::exit::Exit;
use crate::client::enrolment::gateway_request::GatewayError;
use crate::client::network::proxy::host_and_port;
use crate::client::response::problem_type;
use crate::client::transient_error::TransientError;
use crate::texts::language::Language;

/// Explains why a request of an enrolment, a renewal or a status failed, and gives the exit code.
pub fn about_gateway_error(error: &GatewayError, language: Language) -> (Exit, String) {
    match error {
        GatewayError::Transient(TransientError::Proxy(error)) => (exit_for_proxy(error), about_proxy(error, language)),
        GatewayError::Transient(error) => {
            let next = language.pick(
                "Die Internetverbindung prüfen und denselben Befehl später noch einmal ausführen.",
                "Check the internet connection and run the same command again later.",
            );
            (Exit::GaveUp, format!("{} {next}", about_transient_error(error, language)))
        }
        GatewayError::Tls(refusal) => about_tls(refusal, language),
        GatewayError::Refused(problem) if error.is_transient() => {
            let next =
                language.pick("Später denselben Befehl noch einmal ausführen.", "Run the same command again later.");
            (Exit::GaveUp, format!("{}\n{next}", about_problem(problem, language)))
        }
        // The detail says whom to ask.
        GatewayError::Refused(problem) if is_about_invitation(problem_type(problem)) => {
            (Exit::NotAllowed, about_problem(problem, language))
        }
        GatewayError::Refused(problem) => {
            let next = language.pick(
                "Bitte das Amt anrufen, von dem die Einladung kam.",
                "Call the office that the invitation came from.",
            );
            (Exit::NotAllowed, format!("{}\n{next}", about_problem(problem, language)))
        }
        GatewayError::Proxy(error) => (exit_for_proxy(error), about_proxy(error, language)),
        GatewayError::NotAGateway { url, .. } => (Exit::Setup, no_deposits(&host_and_port(url), language)),
        GatewayError::NoCertificate => {
            let message = language.pick(
                "Das Gateway hat kein Zertifikat für den Schlüssel dieses Geräts geschickt. Lichtbild aktualisieren und denselben Befehl noch \
                 einmal ausführen; bleibt es dabei, die Betreuung des Gateways anrufen.",
                "The gateway sent no certificate for this device's key. Update Lichtbild and run the same command again; if it stays, call the \
                 gateway's support.",
            );
            (Exit::Unexpected, message.to_owned())
        }
        GatewayError::Key(error) => (Exit::Unexpected, about_unexpected(error, language)),
    }
}

fn is_about_invitation(problem_type: &str) -> bool {
    problem_type == "invitation-unknown" || problem_type.starts_with("enrolment-code-")
}
