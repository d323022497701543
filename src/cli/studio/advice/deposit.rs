//! Messages about a deposit without a receipt.

use std::path::Path;

use super::connection::{about_tls, about_transient_error, no_deposits};
use super::failure::Failure;
use super::problem::about_problem;
use super::proxy::about_proxy;
use crate::cli::shown_path::shown_path;
use crate::cli::studio::exit::Exit;
use crate::client::photo::deposit::ClientDepositError;
use crate::client::response::problem_type;
use crate::client::transient_error::{ClientCertError, TlsFailure};
use crate::texts::language::Language;
use crate::texts::text;
use crate::wire::problem::ProblemBody;

/// Explains why there is no receipt.
pub fn about_deposit(error: &ClientDepositError, language: Language) -> Failure {
    match error {
        ClientDepositError::Refused(problem) => {
            let problem = about_problem(problem, language);
            Failure::new(Exit::PhotoRefused, text!(language, "studio-deposit-refused", problem = problem))
        }
        ClientDepositError::NotAllowed(problem) => {
            let id = match problem_type(problem) {
                // The gateway accepts neither of the two again.
                "device-revoked" => "studio-device-revoked",
                "certificate-superseded" => "studio-certificate-superseded",
                "studio-suspended" => "studio-studio-suspended",
                _ => "studio-not-allowed",
            };
            Failure::new(Exit::NotAllowed, text!(language, id, problem = about_problem(problem, language)))
        }
        ClientDepositError::Tls(failure) => about_tls(failure, language),
        ClientDepositError::GaveUp { tries, last_error, .. } => {
            let cause = about_transient_error(last_error, language);
            Failure::new(Exit::GaveUp, text!(language, "studio-gave-up", cause = cause, tries = tries))
        }
        ClientDepositError::UnexpectedProblem(problem) => {
            let problem = about_problem(problem, language);
            Failure::new(Exit::Unexpected, text!(language, "studio-unexpected-problem", problem = problem))
        }
        ClientDepositError::Proxy(error) => about_proxy(error, language),
        ClientDepositError::NotAGateway { address, .. } => Failure::new(Exit::Setup, no_deposits(address, language)),
        ClientDepositError::ReceiptMismatch(_) | ClientDepositError::InvalidReceipt(_) => {
            Failure::new(Exit::Unexpected, text!(language, "studio-wrong-receipt", cause = error.to_string()))
        }
    }
}

/// Reports whether this device is refused permanently, so that only a new enrolment helps.
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

/// Explains that a photo was refused, and that an earlier try may have stored it.
pub fn about_refusal_maybe_stored(problem: &ProblemBody, spool: &Path, language: Language) -> Failure {
    let (problem, spool) = (about_problem(problem, language), shown_path(spool));
    let message = text!(language, "studio-refused-maybe-stored", problem = problem, spool = spool);
    Failure::new(Exit::MaybeDeposited, message)
}
