//! Reasons why a client certificate was not accepted, as they are reported to the client.

use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use super::client_certificates::WeakKeyError;
use crate::clock::Timestamp;
use crate::identity::certificate::{CertificateFacts, read_certificate};

/// Reason why a client certificate was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum CertificateFault {
    /// `at` is its last moment.
    Expired {
        at: Timestamp,
    },
    /// `from` is its first moment. Often the clock of the device or of the gateway is wrong.
    NotYetValid {
        from: Timestamp,
    },
    /// By this gateway or by the CA.
    Revoked,
    UnknownIssuer,
    WrongPurpose,
    WeakKey,
    /// Another reason, for example an unreadable certificate or a missing revocation list.
    Other,
}

impl CertificateFault {
    pub(in crate::transport) fn of(error: &rustls::Error, certificate: &[u8]) -> Self {
        let rustls::Error::InvalidCertificate(error) = error else { return Self::Other };
        let facts = || read_certificate(certificate).ok();
        match error {
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => facts()
                .filter(|facts| !is_end_of_another(error, facts))
                .map_or(Self::Other, |facts| Self::Expired { at: facts.not_after }),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => facts()
                .filter(|facts| !is_begin_of_another(error, facts))
                .map_or(Self::Other, |facts| Self::NotYetValid { from: facts.not_before }),
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => Self::WrongPurpose,
            CertificateError::Revoked => Self::Revoked,
            CertificateError::Other(other) if other.0.is::<WeakKeyError>() => Self::WeakKey,
            _ => Self::Other,
        }
    }

    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Reports whether a CA certificate of the chain has expired and not the certificate itself.
fn is_end_of_another(error: &CertificateError, facts: &CertificateFacts) -> bool {
    matches!(error, CertificateError::ExpiredContext { not_after, .. } if !is_same_second(*not_after, facts.not_after))
}

/// The same for the begin of validity.
fn is_begin_of_another(error: &CertificateError, facts: &CertificateFacts) -> bool {
    matches!(error, CertificateError::NotValidYetContext { not_before, .. } if !is_same_second(*not_before, facts.not_before))
}

fn is_same_second(of_error: UnixTime, own: Timestamp) -> bool {
    of_error.as_secs() == own.since_unix_epoch().as_secs()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_of_an_authority_above_are_not_told_as_those_of_the_certificate() {
        let made = rcgen::generate_simple_self_signed(["device".to_owned()]).unwrap();
        let der = made.cert.der();
        let facts = read_certificate(der).unwrap();
        let seconds = Timestamp::since_unix_epoch;
        let fault = |error| CertificateFault::of(&rustls::Error::InvalidCertificate(error), der);
        let (time, second) = (UnixTime::since_unix_epoch(Duration::ZERO), Duration::from_secs(1));
        let expired =
            |not_after| CertificateError::ExpiredContext { time, not_after: UnixTime::since_unix_epoch(not_after) };
        let early = |not_before| CertificateError::NotValidYetContext {
            time,
            not_before: UnixTime::since_unix_epoch(not_before),
        };
        assert_eq!(fault(expired(seconds(facts.not_after))), CertificateFault::Expired { at: facts.not_after });
        assert_eq!(fault(expired(seconds(facts.not_after) - second)), CertificateFault::Other);
        assert_eq!(fault(early(seconds(facts.not_before))), CertificateFault::NotYetValid { from: facts.not_before });
        assert_eq!(fault(early(seconds(facts.not_before) + second)), CertificateFault::Other);
    }
}
