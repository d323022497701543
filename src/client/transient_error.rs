//! Reasons why a request brought no answer: errors that may pass by themselves, and TLS failures that every repetition meets again.

use std::error::Error as StdError;
use std::{fmt, io};

use rustls::{AlertDescription, CertificateError, Error as TlsError};

/// Something that may be better next time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransientError {
    /// No connection came about.
    Unreachable(String),
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
            Self::Unreachable(_) => false,
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
}

/// Meaning of the gateway's TLS alert about the device's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    UnknownIssuer,
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
}

impl From<&reqwest::Error> for HttpRequestError {
    fn from(error: &reqwest::Error) -> Self {
        if let Some(refusal) = find_tls_error(error).and_then(tls_failure_of) {
            return Self::Tls(refusal);
        }
        // A connection that did not come about in time is both: nothing was sent, which matters more.
        Self::Transient(if error.is_connect() {
            TransientError::Unreachable(deepest_cause(error))
        } else if error.is_timeout() {
            TransientError::TimedOut
        } else {
            TransientError::ConnectionLost(deepest_cause(error))
        })
    }
}

fn tls_failure_of(error: &TlsError) -> Option<TlsFailure> {
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
            CertificateError::UnknownIssuer => ServerCertError::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ServerCertError::NameMismatch
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => ServerCertError::NotYetValid,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => ServerCertError::Expired,
            other => ServerCertError::Other(other.to_string()),
        }),
        TlsError::PeerIncompatible(_) => TlsFailure::NoCommonParameters,
        _ => return None,
    })
}

/// Looks through every layer; `io::Error::source` skips the error it wraps, hence the second way down.
fn find_tls_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a TlsError> {
    let mut layer = Some(error);
    while let Some(error) = layer {
        if let Some(tls) = error.downcast_ref::<TlsError>() {
            return Some(tls);
        }
        if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref)
            && let Some(tls) = find_tls_error(inner)
        {
            return Some(tls);
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
        assert_eq!(find_tls_error(&wrapped), Some(&alert));
    }

    #[test]
    fn an_alert_about_the_gateway_itself_may_pass() {
        assert_eq!(tls_failure_of(&TlsError::AlertReceived(AlertDescription::InternalError)), None);
    }
}
