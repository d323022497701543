//! Revoked certificates, in memory for the handshake.
//!
//! The store decides at every request. This copy allows the handshake to refuse a revoked device with a TLS alert that names the
//! reason, before the device sends a request.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use super::rejected_certificates::RejectedCertificates;
use crate::domain::digest::Sha256Digest;

/// A set of fingerprints: SHA-256 of certificates in DER, and of keys (`SubjectPublicKeyInfo` in DER) to which devices with external
/// certificates are bound. Clones are the same set.
#[derive(Debug, Clone, Default)]
pub struct RevokedCertificates {
    revoked: Arc<RwLock<HashSet<Sha256Digest>>>,
    rejected: RejectedCertificates,
}

impl RevokedCertificates {
    /// Replaces the set by the current one of the store.
    pub fn replace(&self, revoked: HashSet<Sha256Digest>) {
        // The old set is freed after the lock, so that handshakes do not wait for it.
        let old = {
            let mut current = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, revoked)
        };
        drop(old);
    }

    pub fn rejected(&self) -> &RejectedCertificates {
        &self.rejected
    }

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
