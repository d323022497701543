//! Certificates of this gateway that a handshake did not let in, until somebody who can name their holders has taken note.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::digest::Sha256Digest;

/// More than are taken note of anyway: who presents many should not make anybody remember them.
const MAX_REJECTED: usize = 64;

/// Reason why a certificate was rejected in a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionCause {
    /// The device was cut off.
    Revoked,
    /// The certificate has ended.
    Expired,
}

/// A shared list, each certificate once. Clones are the same list.
///
/// The peer had not yet proved that the certificate's key is its own: TLS checks the certificate first.
#[derive(Debug, Clone, Default)]
pub struct RejectedCertificates(Arc<Mutex<Vec<(Sha256Digest, RejectionCause)>>>);

impl RejectedCertificates {
    /// Adds a certificate, unless it stands there or the list is full.
    pub(super) fn add(&self, certificate: Sha256Digest, cause: RejectionCause) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() < MAX_REJECTED && !list.contains(&(certificate, cause)) {
            list.push((certificate, cause));
        }
    }

    /// Takes all that has come together.
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
