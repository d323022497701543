//! The certificates that no longer open the door, kept in memory for the handshake.
//!
//! The store is the truth and is asked for every request; this copy lets a revoked device be refused by a TLS alert that
//! says so, before it can send a byte of a request.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use super::rejected_certificates::RejectedCertificates;
use crate::domain::digest::Sha256Digest;

/// A shared set of fingerprints: SHA-256 of certificates in DER, and of keys (`SubjectPublicKeyInfo` in DER) that devices with
/// foreign certificates are bound by. Clones are the same set.
#[derive(Debug, Clone, Default)]
pub struct RevokedCertificates {
    revoked: Arc<RwLock<HashSet<Sha256Digest>>>,
    rejected: RejectedCertificates,
}

impl RevokedCertificates {
    /// Puts what the store says now in the place of everything known before.
    pub fn replace(&self, revoked: HashSet<Sha256Digest>) {
        // The old set is freed after the lock is given back: handshakes wait for a swap, not for a clean-up.
        let old = {
            let mut current = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, revoked)
        };
        drop(old);
    }

    /// Certificates that a handshake rejected.
    pub fn rejected(&self) -> &RejectedCertificates {
        &self.rejected
    }

    /// Reports whether this certificate or key has been revoked.
    pub fn contains(&self, certificate: &Sha256Digest) -> bool {
        self.revoked.read().unwrap_or_else(PoisonError::into_inner).contains(certificate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_set_is_seen_by_every_clone() {
        let revoked = RevokedCertificates::default();
        let clone = revoked.clone();
        let (first, second) = (Sha256Digest::of(b"first"), Sha256Digest::of(b"second"));
        revoked.replace(HashSet::from([first]));
        assert!(clone.contains(&first));
        revoked.replace(HashSet::from([second]));
        assert!(!clone.contains(&first));
        assert!(clone.contains(&second));
    }
}
