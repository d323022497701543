//! Reasons why a request brought no answer: errors that may pass by themselves, and TLS failures that every repetition meets again.

use std::error::Error as StdError;
use std::{fmt, io};

use rustls::{AlertDescription, CertificateError, Error as TlsError, InvalidMessage};

use super::network::connect_probe::ProxyError;
use super::network::proxy::host_and_port;
use super::network::server_verifier::UntrustedIssuer;

/// Something that may be better next time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransientError {
    /// No connection came about; names the address that was tried.
    Unreachable(String),
    /// The proxy gave no tunnel to the gateway.
    Proxy(ProxyError),
    /// No answer in time.
    TimedOut,
    /// The connection broke before the whole answer was there.
    ConnectionLost(String),
    /// The gateway is busy or out of order for now.
    Unavailable {
        /// The HTTP status code.
        status: u16,
    },
}

impl TransientError {
    /// Reports whether the try may have stored the photo in spite of the error.
    pub fn may_have_stored(&self) -> bool {
        match self {
            // Nothing was sent.
            Self::Unreachable(_) | Self::Proxy(_) => false,
            // "Too many" and "too early" are said before anything is done.
            Self::Unavailable { status } => !matches!(status, 425 | 429),
            Self::TimedOut | Self::ConnectionLost(_) => true,
        }
    }
}

impl fmt::Display for TransientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(cause) => write!(f, "no connection ({cause})"),
            Self::Proxy(error) => error.fmt(f),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::ConnectionLost(cause) => write!(f, "the connection broke ({cause})"),
            Self::Unavailable { status } => write!(f, "the gateway answered {status}"),
        }
    }
}

/// TLS failure that no repetition mends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsFailure {
    /// The gateway does not take this device's certificate.
    ClientCertificate(ClientCertError),
    /// This side does not take the gateway's certificate.
    ServerCertificate(ServerCertError),
    /// The two have no version, cipher suite or group in common.
    NoCommonParameters,
    /// The peer does not speak TLS.
    NotTls {
        /// Host and port that answered.
        address: String,
    },
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientCertificate(_) => f.write_str("the gateway does not take the certificate"),
            Self::ServerCertificate(_) => f.write_str("the gateway's certificate is not trusted"),
            Self::NoCommonParameters => f.write_str("no common version or cipher suite of TLS"),
            Self::NotTls { address } => write!(f, "no TLS at {address}"),
        }
    }
}

/// Meaning of the gateway's TLS alert about the device's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum ClientCertError {
    /// It was revoked.
    Revoked,
    /// Its time is over or has not come yet: TLS has one alert for both.
    ExpiredOrNotYetValid,
    /// Its issuer is not one of the gateway's.
    UnknownIssuer,
    /// It is of no use here: wrong purpose, wrong kind, or none was sent.
    Unsuitable,
}

/// Reason why the gateway's certificate is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerCertError {
    /// None of the authorities in `ca` vouches for it.
    UnknownIssuer {
        /// The distinguished name of its issuer; empty when it cannot be read.
        issuer: String,
        /// Host and port of the server that shows it.
        address: String,
    },
    /// It is for another host name.
    NameMismatch,
    /// By this computer's clock it begins in the future.
    NotYetValid,
    /// By this computer's clock it is over.
    Expired,
    /// Anything else.
    Other(String),
}

/// Failure of an HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpRequestError {
    /// Try again.
    Transient(TransientError),
    /// Do not.
    Tls(TlsFailure),
    /// Do not: the proxy's administrator, or whoever wrote its setting, has to act.
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
        // A connection that did not come about in time is both: nothing was sent, which matters more.
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
            // internal_error and the like: the gateway's trouble, which may pass.
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
        // A record of an unknown type: the other side has answered in plain text.
        TlsError::InvalidMessage(InvalidMessage::InvalidContentType) => {
            TlsFailure::NotTls { address: address.to_owned() }
        }
        TlsError::PeerIncompatible(_) => TlsFailure::NoCommonParameters,
        _ => return None,
    })
}

/// Looks through every layer; `io::Error::source` skips the error it wraps, hence the second way down.
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

/// The innermost sentence: the outer ones say "error sending request" whatever happened.
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
