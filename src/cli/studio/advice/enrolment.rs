//! Messages about the enrolment of a computer as a device of the gateway.

use std::path::Path;

use super::connection::{about_inspection, about_transient_error};
use super::failure::{Failure, about_unexpected};
use super::files::{held, unreadable};
use super::gateway_error::about_gateway_error;
use super::problem::about_problem;
use crate::cli::shown_path::{path_argument, shown_path};
use crate::cli::studio::exit::Exit;
use crate::client::enrolment::address::{AddressError, EnrolmentAddress};
use crate::client::enrolment::bootstrap::BootstrapError;
use crate::client::enrolment::device_folder::{DeviceFolderError, PENDING_KEY_FILE};
use crate::client::enrolment::enrol::{ClientEnrolError, EnrolledDevice, EnrolmentProgress};
use crate::client::enrolment::gateway_request::GatewayError;
use crate::client::response::problem_type;
use crate::client::transient_error::{ServerCertError, TlsFailure, TransientError};
use crate::domain::code::keyboard_fault::KeyboardFault;
use crate::domain::code::retrieval_code::{CodeError, SymbolPosition};
use crate::domain::display_text::escaped;
use crate::domain::party::Role;
use crate::identity::certificate::group_fingerprint;
use crate::texts::language::Language;
use crate::texts::text;

/// Explains why the text is not an address.
pub fn about_address(error: &AddressError, language: Language) -> Failure {
    Failure::new(Exit::Usage, text!(language, format!("studio-address-{}", error.as_ref())))
}

/// Explains why the text is not a code.
pub fn about_code(error: &CodeError, language: Language) -> Failure {
    let cause = code_error_in_words(error, language);
    Failure::new(Exit::Usage, text!(language, "studio-code-not-sent", cause = cause))
}

/// Describes the typing error of a code.
pub fn code_error_in_words(error: &CodeError, language: Language) -> String {
    match error {
        CodeError::Length { symbols } => text!(language, "studio-code-length", symbols = symbols),
        CodeError::GroupLength { group, symbols } => {
            text!(language, "studio-code-group-length", group = group, symbols = symbols)
        }
        CodeError::UnknownCharacter { place: Some(SymbolPosition { group, position }), .. } => {
            text!(language, "studio-code-unknown-symbol", position = position, group = group)
        }
        CodeError::UnknownCharacter { place: None, .. } => text!(language, "studio-code-unknown-character"),
        CodeError::Keyboard(KeyboardFault::ShiftLock) => text!(language, "studio-code-shift-lock"),
        CodeError::Keyboard(KeyboardFault::HyphenAsEszett | KeyboardFault::French) => {
            text!(language, "studio-code-other-layout")
        }
        CodeError::Foreign(_) => text!(language, "studio-code-foreign"),
        CodeError::SwappedLayout => text!(language, "studio-code-swapped-layout"),
        CodeError::CheckSymbol => text!(language, "studio-code-check-symbol"),
    }
}

/// Describes an event of an enrolment in progress.
pub fn about_enrolment_progress(event: &EnrolmentProgress, language: Language) -> String {
    match event {
        EnrolmentProgress::GatewayVerified { ca_sha256, gateway, party } => text!(
            language,
            "studio-enrolment-gateway-verified",
            gateway = gateway.to_string(),
            name = escaped(&party.name),
            place = escaped(&party.place),
            fingerprint = group_fingerprint(ca_sha256),
        ),
        EnrolmentProgress::WaitingForApproval { spki_sha256, device_id } => {
            let (device_id, fingerprint) = (device_id.to_string(), group_fingerprint(spki_sha256));
            text!(language, "studio-enrolment-waiting", device_id = device_id, fingerprint = fingerprint)
        }
        EnrolmentProgress::PollFailed { error, pause } => {
            let cause = about_gateway_error(error, language).message;
            let seconds = format!("{:.0}", pause.as_secs_f32());
            text!(language, "studio-enrolment-poll-failed", cause = cause, seconds = seconds)
        }
    }
}

/// The next step after an enrolment. `config` is the configuration if commands need the option `--config` to find it.
pub fn after_enrolment(enrolled: &EnrolledDevice, config: Option<&Path>, language: Language) -> String {
    match (enrolled.role, config) {
        (Role::Studio, None) => text!(language, "studio-enrolled-next-here"),
        (Role::Studio, Some(config)) => text!(language, "studio-enrolled-next", config = path_argument(config)),
        (Role::Office, _) => text!(language, "studio-enrolled-office-next"),
    }
}

/// Explains why this computer is not enrolled.
pub fn about_enrol(error: &ClientEnrolError, address: &EnrolmentAddress, folder: &Path, language: Language) -> Failure {
    match error {
        ClientEnrolError::Folder(error) => about_device_folder(error, language),
        ClientEnrolError::Bootstrap(error) => about_bootstrap(error, address, language),
        ClientEnrolError::Certificate(GatewayError::Tls(TlsFailure::ServerCertificate(error))) => {
            Failure::new(Exit::Setup, about_server_certificate_error(error, language))
        }
        ClientEnrolError::Certificate(GatewayError::Refused(problem)) if problem_type(problem) == "key-reused" => {
            let (problem, file) = (about_problem(problem, language), shown_path(folder.join(PENDING_KEY_FILE)));
            Failure::new(Exit::NotAllowed, text!(language, "studio-key-reused", problem = problem, file = file))
        }
        ClientEnrolError::Certificate(error) => about_gateway_error(error, language),
    }
}

fn about_bootstrap(error: &BootstrapError, address: &EnrolmentAddress, language: Language) -> Failure {
    let address = address.host_and_port();
    let no_enrolment = || text!(language, "studio-no-enrolment", address = &address);
    let message = match error {
        BootstrapError::Request(GatewayError::Transient(
            error @ (TransientError::Unreachable(_) | TransientError::TimedOut | TransientError::ConnectionLost(_)),
        )) => {
            let cause = about_transient_error(error, language);
            let message = text!(language, "studio-enrolment-silent", cause = cause, address = &address);
            return Failure::new(Exit::GaveUp, message);
        }
        BootstrapError::Request(error) if is_wrong_listener(error) => no_enrolment(),
        BootstrapError::Request(error) => return about_gateway_error(error, language),
        BootstrapError::Unreadable => no_enrolment(),
        BootstrapError::ForeignServer { issuer } => {
            let (cause, issuer) = (no_enrolment(), escaped(issuer));
            text!(language, "studio-foreign-certificate", cause = cause, issuer = issuer, address = &address)
        }
        BootstrapError::InvalidProof => text!(language, "studio-invalid-proof"),
        BootstrapError::CaMismatch { expected, actual } => {
            let (expected, actual) = (group_fingerprint(expected), group_fingerprint(actual));
            text!(language, "studio-ca-mismatch", expected = expected, actual = actual)
        }
        BootstrapError::Entropy(_) | BootstrapError::TlsSetup => return about_unexpected(error, language),
    };
    Failure::new(Exit::Setup, message)
}

/// Reports whether a failed look-up means that devices do not enrol at the address: it is another listener of a gateway, which asks for a
/// certificate, another web server, or a server without TLS.
fn is_wrong_listener(error: &GatewayError) -> bool {
    match error {
        GatewayError::NotAGateway { .. }
        | GatewayError::Tls(
            TlsFailure::ClientCertificate(_) | TlsFailure::NotTls { .. } | TlsFailure::NoCommonParameters,
        ) => true,
        GatewayError::Refused(problem) => {
            matches!(problem_type(problem), "device-unknown" | "host-foreign")
        }
        _ => false,
    }
}

/// Explains that the server's certificate is not the one that the gateway proved before.
fn about_server_certificate_error(error: &ServerCertError, language: Language) -> String {
    match error {
        ServerCertError::UnknownIssuer { issuer, address } => {
            let cause = about_inspection(issuer, address, language);
            text!(language, "studio-enrolment-tls-inspected", cause = cause)
        }
        ServerCertError::NameMismatch => text!(language, "studio-enrolment-name-mismatch"),
        ServerCertError::NotYetValid | ServerCertError::Expired => text!(language, "studio-enrolment-certificate-time"),
        ServerCertError::Other(_) => text!(language, "studio-enrolment-certificate-unusable"),
    }
}

fn about_device_folder(error: &DeviceFolderError, language: Language) -> Failure {
    let message = match error {
        DeviceFolderError::AlreadyEnrolled { path } => {
            text!(language, "studio-already-enrolled", path = shown_path(path))
        }
        DeviceFolderError::Unreadable { path, source } => unreadable(path, source, language),
        DeviceFolderError::Unwritable { path, source } => {
            let (path, cause) = (shown_path(path), source.to_string());
            text!(language, "studio-device-folder-unwritable", path = path, cause = cause, held = held(source))
        }
        DeviceFolderError::DamagedKey { path } => {
            text!(language, "studio-device-key-damaged", path = shown_path(path))
        }
        DeviceFolderError::Key(_) | DeviceFolderError::Pkcs12(_) | DeviceFolderError::Entropy(_) => {
            return about_unexpected(error, language);
        }
    };
    Failure::new(Exit::Setup, message)
}
