//! Messages about the connection to the gateway: the network and TLS.

use super::failure::Failure;
use super::proxy::about_proxy;
use crate::cli::studio::exit::Exit;
use crate::client::network::server_verifier::is_gateway_issuer;
use crate::client::transient_error::{ServerCertError, TlsFailure, TransientError};
use crate::domain::display_text::escaped;
use crate::texts::language::Language;
use crate::texts::text;

/// Explains why the gateway did not answer.
pub(super) fn about_transient_error(error: &TransientError, language: Language) -> String {
    match error {
        TransientError::Unreachable(cause) => text!(language, "studio-unreachable", cause = cause),
        TransientError::Proxy(error) => about_proxy(error, language).message,
        TransientError::TimedOut => text!(language, "studio-timed-out"),
        TransientError::ConnectionLost(cause) => text!(language, "studio-connection-lost", cause = cause),
        TransientError::Unavailable { status } => text!(language, "studio-unavailable", status = status),
    }
}

/// Explains why the TLS handshake failed.
pub(super) fn about_tls(failure: &TlsFailure, language: Language) -> Failure {
    let message = match failure {
        TlsFailure::ClientCertificate(error) => {
            let id = format!("studio-client-certificate-{}", error.as_ref());
            return Failure::new(Exit::NotAllowed, text!(language, id));
        }
        TlsFailure::ServerCertificate(error) => about_server_certificate(error, language),
        TlsFailure::NoCommonParameters => text!(language, "studio-no-common-tls"),
        TlsFailure::NotTls { address } => {
            text!(language, "studio-no-tls", address = address, next = no_deposits(address, language))
        }
    };
    Failure::new(Exit::Setup, message)
}

/// Explains that the server at an address does not accept deposits of this device. It is not a gateway, or another listener of
/// the gateway, or another gateway that does not know the certificate.
pub(super) fn no_deposits(address: &str, language: Language) -> String {
    text!(language, "studio-no-deposits", address = address)
}

fn about_server_certificate(error: &ServerCertError, language: Language) -> String {
    match error {
        // The file ca is another gateway's or an old one.
        ServerCertError::UnknownIssuer { issuer, .. } if is_gateway_issuer(issuer) => {
            text!(language, "studio-server-certificate-other-gateway", issuer = escaped(issuer))
        }
        ServerCertError::UnknownIssuer { issuer, address } => {
            let cause = about_inspection(issuer, address, language);
            text!(language, "studio-server-certificate-unknown-issuer", cause = cause, address = address)
        }
        ServerCertError::NameMismatch => text!(language, "studio-server-certificate-name-mismatch"),
        ServerCertError::NotYetValid => text!(language, "studio-server-certificate-not-yet-valid"),
        ServerCertError::Expired => text!(language, "studio-server-certificate-expired"),
        ServerCertError::Other(cause) => text!(language, "studio-server-certificate-other", cause = cause),
    }
}

/// Tells that a certificate has a foreign issuer, which is most often a firewall of the studio's own network that inspects TLS.
pub(super) fn about_inspection(issuer: &str, address: &str, language: Language) -> String {
    let issuer = match escaped(issuer) {
        name if name.is_empty() => text!(language, "studio-unknown-issuer").into(),
        name => name,
    };
    text!(language, "studio-tls-inspected", issuer = issuer, address = address)
}
