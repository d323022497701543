//! Certificates of this gateway that a handshake rejected, until a background task has recorded them with their devices.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::digest::Sha256Digest;

/// Limits memory; the background task records fewer than these.
const MAX_REJECTED: usize = 64;

/// Reason why a certificate was rejected in a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionCause {
    Revoked,
    Expired,
}

/// A list without duplicates. Clones are the same list.
///
/// The peer has not proved that it holds the certificate's key: TLS checks the certificate first.
#[derive(Debug, Clone, Default)]
pub struct RejectedCertificates(Arc<Mutex<Vec<(Sha256Digest, RejectionCause)>>>);

impl RejectedCertificates {
    /// Adds a certificate, unless it is in the list or the list is full.
    pub(super) fn add(&self, certificate: Sha256Digest, cause: RejectionCause) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() < MAX_REJECTED && !list.contains(&(certificate, cause)) {
            list.push((certificate, cause));
        }
    }

    /// Returns the list and empties it.
    pub fn drain(&self) -> Vec<(Sha256Digest, RejectionCause)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_bounded_and_has_no_duplicates() {
        let (list, certificate) = (RejectedCertificates::default(), Sha256Digest::of(b"certificate"));
        list.add(certificate, RejectionCause::Revoked);
        list.clone().add(certificate, RejectionCause::Revoked);
        assert_eq!(list.drain(), [(certificate, RejectionCause::Revoked)]);
        for number in 0_u8..200 {
            list.add(Sha256Digest::of(&[number]), RejectionCause::Expired);
        }
        assert_eq!(list.drain().len(), MAX_REJECTED);
        assert!(list.drain().is_empty());
    }
}
