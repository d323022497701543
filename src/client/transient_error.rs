//! Reasons why a request got no answer: errors that a repetition may not meet again, and TLS failures that every repetition meets.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError, InvalidMessage};

use super::network::connect_probe::ProxyError;
use super::network::proxy::host_and_port;
use super::network::server_verifier::UntrustedIssuer;

/// Error that a repetition of the request may not meet again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransientError {
    /// No connection. The text names the address.
    #[error("no connection ({0})")]
    Unreachable(String),
    /// The proxy gave no tunnel to the gateway.
    #[error("{0}")]
    Proxy(ProxyError),
    #[error("no answer in time")]
    TimedOut,
    /// The connection broke before the answer was complete.
    #[error("the connection broke ({0})")]
    ConnectionLost(String),
    /// The gateway is busy or out of order.
    #[error("the gateway answered {status}")]
    Unavailable { status: u16 },
}

impl TransientError {
    /// Reports whether the gateway may have stored the photo although the request failed.
    pub fn may_have_stored(&self) -> bool {
        match self {
            // Nothing was sent.
            Self::Unreachable(_) | Self::Proxy(_) => false,
            // The gateway answers 425 and 429 before it processes the request.
            Self::Unavailable { status } => !matches!(status, 425 | 429),
            Self::TimedOut | Self::ConnectionLost(_) => true,
        }
    }
}

/// TLS failure that every repetition meets again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFailure {
    #[error("the gateway rejects the certificate")]
    ClientCertificate(ClientCertError),
    #[error("the gateway's certificate is not trusted")]
    ServerCertificate(ServerCertError),
    #[error("no common version or cipher suite of TLS")]
    NoCommonParameters,
    #[error("no TLS at {address}")]
    NotTls {
        /// Host and port.
        address: String,
    },
}

/// Meaning of the gateway's TLS alert about the device's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum ClientCertError {
    Revoked,
    /// TLS has one alert for both.
    ExpiredOrNotYetValid,
    /// The gateway does not trust the issuer.
    UnknownIssuer,
    /// Wrong purpose, wrong kind, or no certificate was sent.
    Unsuitable,
}

/// Reason why the gateway's certificate is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerCertError {
    /// No authority in `ca` has issued it.
    UnknownIssuer {
        /// Distinguished name; empty if it cannot be read.
        issuer: String,
        /// Host and port of the server.
        address: String,
    },
    NameMismatch,
    /// By this computer's clock.
    NotYetValid,
    /// By this computer's clock.
    Expired,
    Other(String),
}

/// Failure of an HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpRequestError {
    /// A repetition may help.
    Transient(TransientError),
    /// A repetition does not help.
    Tls(TlsFailure),
    /// A repetition does not help until the proxy or its setting is changed.
    Proxy(ProxyError),
}

impl From<ProxyError> for HttpRequestError {
    fn from(error: ProxyError) -> Self {
        if error.is_transient() { Self::Transient(TransientError::Proxy(error)) } else { Self::Proxy(error) }
    }
}

impl From<&reqwest::Error> for HttpRequestError {
    fn from(error: &reqwest::Error) -> Self {
        if let Some(proxy) = find_error::<ProxyError>(error) {
            return proxy.clone().into();
        }
        let address = error.url().map(host_and_port).unwrap_or_default();
        if let Some(refusal) = find_error(error).and_then(|tls| tls_failure_of(tls, &address)) {
            return Self::Tls(refusal);
        }
        // A connection that timed out is both. That nothing was sent matters more.
        Self::Transient(if error.is_connect() {
            TransientError::Unreachable(format!("{address}: {}", deepest_cause(error)))
        } else if error.is_timeout() {
            TransientError::TimedOut
        } else {
            TransientError::ConnectionLost(deepest_cause(error))
        })
    }
}

fn tls_failure_of(error: &TlsError, address: &str) -> Option<TlsFailure> {
    use AlertDescription as Alert;
    Some(match error {
        TlsError::AlertReceived(alert) => match *alert {
            Alert::CertificateRevoked => TlsFailure::ClientCertificate(ClientCertError::Revoked),
            Alert::CertificateExpired => TlsFailure::ClientCertificate(ClientCertError::ExpiredOrNotYetValid),
            Alert::UnknownCA => TlsFailure::ClientCertificate(ClientCertError::UnknownIssuer),
            Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateUnknown
            | Alert::CertificateRequired
            | Alert::AccessDenied
            | Alert::DecryptError => TlsFailure::ClientCertificate(ClientCertError::Unsuitable),
            Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity => {
                TlsFailure::NoCommonParameters
            }
            // `internal_error` and similar alerts are temporary errors of the gateway.
            _ => return None,
        },
        TlsError::InvalidCertificate(fault) => TlsFailure::ServerCertificate(match fault {
            CertificateError::UnknownIssuer => {
                ServerCertError::UnknownIssuer { issuer: String::new(), address: address.to_owned() }
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ServerCertError::NameMismatch
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => ServerCertError::NotYetValid,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => ServerCertError::Expired,
            CertificateError::Other(other) => match other.0.downcast_ref::<UntrustedIssuer>() {
                Some(UntrustedIssuer { issuer }) => {
                    ServerCertError::UnknownIssuer { issuer: issuer.clone(), address: address.to_owned() }
                }
                None => ServerCertError::Other(other.to_string()),
            },
            other => ServerCertError::Other(other.to_string()),
        }),
        // A record of an unknown type means that the server answers in plain text.
        TlsError::InvalidMessage(InvalidMessage::InvalidContentType) => {
            TlsFailure::NotTls { address: address.to_owned() }
        }
        TlsError::PeerIncompatible(_) => TlsFailure::NoCommonParameters,
        _ => return None,
    })
}

/// Searches every layer of an error. `io::Error::source` skips the wrapped error, so that this is searched too.
pub(super) fn find_error<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut layer = Some(error);
    while let Some(error) = layer {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref)
            && let Some(found) = find_error(inner)
        {
            return Some(found);
        }
        layer = error.source();
    }
    None
}

/// The message of the innermost error. The outer ones always say "error sending request".
fn deepest_cause(error: &(dyn StdError + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tls_error_is_found_inside_io_errors() {
        let alert = TlsError::AlertReceived(AlertDescription::CertificateRevoked);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, alert.clone()));
        assert_eq!(find_error::<TlsError>(&wrapped), Some(&alert));
    }

    #[test]
    fn an_alert_about_the_gateway_itself_may_pass() {
        assert_eq!(tls_failure_of(&TlsError::AlertReceived(AlertDescription::InternalError), "host:1"), None);
    }
}
