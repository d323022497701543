//! Messages about a failed request of an enrolment, a renewal or a status.

use super::connection::{about_tls, about_transient_error, no_deposits};
use super::failure::{Failure, about_unexpected};
use super::problem::about_problem;
use super::proxy::about_proxy;
use crate::cli::studio::exit::Exit;
use crate::client::enrolment::gateway_request::GatewayError;
use crate::client::network::proxy::host_and_port;
use crate::client::response::problem_type;
use crate::client::transient_error::TransientError;
use crate::texts::language::Language;
use crate::texts::text;

/// Explains why a request of an enrolment, a renewal or a status failed.
pub fn about_gateway_error(error: &GatewayError, language: Language) -> Failure {
    match error {
        GatewayError::Transient(TransientError::Proxy(error)) | GatewayError::Proxy(error) => {
            about_proxy(error, language)
        }
        GatewayError::Transient(error) => {
            let cause = about_transient_error(error, language);
            Failure::new(Exit::GaveUp, text!(language, "studio-check-connection", cause = cause))
        }
        GatewayError::Tls(failure) => about_tls(failure, language),
        GatewayError::Refused(problem) => {
            let shown = about_problem(problem, language);
            if error.is_transient() {
                return Failure::new(Exit::GaveUp, text!(language, "studio-try-later", problem = shown));
            }
            // The gateway's words about an invitation tell the next step.
            let message = match is_about_invitation(problem_type(problem)) {
                true => shown,
                false => text!(language, "studio-call-inviting-office", problem = shown),
            };
            Failure::new(Exit::NotAllowed, message)
        }
        GatewayError::NotAGateway { url, .. } => Failure::new(Exit::Setup, no_deposits(&host_and_port(url), language)),
        GatewayError::NoCertificate => Failure::new(Exit::Unexpected, text!(language, "studio-no-certificate")),
        GatewayError::Key(error) => about_unexpected(error, language),
    }
}

fn is_about_invitation(problem_type: &str) -> bool {
    problem_type == "invitation-unknown" || problem_type.starts_with("enrolment-code-")
}
