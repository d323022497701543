//! The open connections, by the certificate behind them: so that a revoked device can be cut off and a greedy one held back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::pki_types::CertificateDer;

use super::connection_handle::ConnectionHandle;
use super::peer::Admission;
use crate::domain::digest::Sha256Digest;
use crate::domain::party::credential::Credential;

/// Listener and certificate that a connection belongs to.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    /// The listener's name.
    pub(super) listener: &'static str,
    pub(super) credential: Credential,
    /// As it was shown in the handshake, the device's own certificate first.
    pub(super) chain: Arc<[CertificateDer<'static>]>,
}

#[derive(Debug)]
struct OpenConnection {
    handle: ConnectionHandle,
    owner: Owner,
}

/// The registry. Clones are the same registry; listeners may share one, so that a device's limit holds across them.
#[derive(Debug, Clone, Default)]
pub struct ConnectionRegistry(Arc<Mutex<HashMap<Sha256Digest, Vec<OpenConnection>>>>);

impl ConnectionRegistry {
    /// Cuts every open connection whose certificate, or the key it is known by, `revoked` says yes to, and returns how many.
    ///
    /// Meant to be called about once a second with the set the handshake sees
    /// ([`RevokedCertificates`](crate::transport::tls::revocation::RevokedCertificates)), after that set was replaced.
    pub fn cancel_revoked(&self, revoked: impl Fn(&Sha256Digest) -> bool) -> usize {
        self.lock()
            .values()
            .flatten()
            .filter(|open| {
                let Owner { credential, .. } = &open.owner;
                revoked(&credential.sha256()) || credential.key_sha256().is_some_and(|key| revoked(&key))
            })
            .filter(|open| open.handle.cancel())
            .count()
    }

    /// Cuts every open connection of a listener whose chain of certificates `accepted` says no to, and returns how many: after
    /// the listener has come to trust others than before.
    pub fn cancel_untrusted(&self, listener: &str, accepted: impl Fn(&[CertificateDer<'_>]) -> bool) -> usize {
        // Signatures are verified outside the lock: newcomers wait for a copy of the list, not for cryptography.
        let of_listener: Vec<_> = self
            .lock()
            .values()
            .flatten()
            .filter(|open| open.owner.listener == listener)
            .map(|open| (open.handle.clone(), Arc::clone(&open.owner.chain)))
            .collect();
        of_listener.iter().filter(|(handle, chain)| !accepted(chain) && handle.cancel()).count()
    }

    /// Open connections with a certificate.
    pub fn count(&self) -> usize {
        self.lock().values().map(Vec::len).sum()
    }

    /// Open connections of this certificate.
    pub fn count_of(&self, certificate: &Sha256Digest) -> usize {
        self.lock().get(certificate).map_or(0, Vec::len)
    }

    /// Enters a connection until the returned entry is dropped, or nothing when the device has twice its limit already.
    pub(super) fn register(&self, owner: Owner, max_per_device: usize) -> Option<RegistryEntry> {
        let certificate = owner.credential.sha256();
        let mut open = self.lock();
        let already = open.get(&certificate).map_or(0, Vec::len);
        let admission = if already < max_per_device {
            Admission::WithinLimit
        } else if already < max_per_device.saturating_mul(2) {
            Admission::OverLimit
        } else {
            return None;
        };
        let handle = ConnectionHandle::default();
        open.entry(certificate).or_default().push(OpenConnection { handle: handle.clone(), owner });
        drop(open);
        Some(RegistryEntry { registry: self.clone(), certificate, handle, admission })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Sha256Digest, Vec<OpenConnection>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place in the registry; dropping it leaves.
pub(super) struct RegistryEntry {
    registry: ConnectionRegistry,
    certificate: Sha256Digest,
    pub(super) handle: ConnectionHandle,
    pub(super) admission: Admission,
}

impl Drop for RegistryEntry {
    fn drop(&mut self) {
        let mut open = self.registry.lock();
        if let Some(of_device) = open.get_mut(&self.certificate) {
            of_device.retain(|open| !open.handle.is_same(&self.handle));
            if of_device.is_empty() {
                open.remove(&self.certificate);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &[u8]) -> Owner {
        let chain = vec![CertificateDer::from(name.to_vec())].into();
        Owner { listener: "studio", credential: Credential::Own { sha256: Sha256Digest::of(name) }, chain }
    }

    #[test]
    fn a_device_is_registered_then_flagged_then_rejected() {
        let connections = ConnectionRegistry::default();
        let (device, other) = (own(b"device"), own(b"other"));
        let admissions: Vec<_> = (0..3).map(|_| connections.register(device.clone(), 1)).collect();
        let seen: Vec<_> = admissions.iter().map(|entry| entry.as_ref().map(|entry| entry.admission)).collect();
        assert_eq!(seen, [Some(Admission::WithinLimit), Some(Admission::OverLimit), None]);
        assert_eq!(connections.register(other, 1).map(|entry| entry.admission), Some(Admission::WithinLimit));
        drop(admissions);
        assert_eq!(connections.count(), 0);
    }

    #[test]
    fn only_revoked_connections_are_cancelled_and_each_is_counted_once() {
        let connections = ConnectionRegistry::default();
        let (revoked, other) = (Sha256Digest::of(b"revoked"), Sha256Digest::of(b"other"));
        let devices = [own(b"revoked"), own(b"revoked"), own(b"other")];
        let _entries: Vec<_> = devices.map(|device| connections.register(device, 8)).into();
        assert_eq!(connections.cancel_revoked(|certificate| *certificate == revoked), 2);
        assert_eq!(connections.cancel_revoked(|certificate| *certificate == revoked), 0);
        assert_eq!(connections.count_of(&other), 1);
    }

    #[test]
    fn an_external_certificate_is_cancelled_by_its_key_and_an_own_one_is_not() {
        let connections = ConnectionRegistry::default();
        let key_sha256 = Sha256Digest::of(b"key");
        let sha256 = Sha256Digest::of(b"external");
        let not_after = crate::clock::Timestamp::from_unix_milliseconds(0);
        let external = Owner { credential: Credential::External { sha256, key_sha256, not_after }, ..own(b"external") };
        let _entries = [external, own(b"another")].map(|device| connections.register(device, 8));
        assert_eq!(connections.cancel_revoked(|digest| *digest == key_sha256), 1);
    }

    #[test]
    fn an_untrusted_connection_is_cancelled_on_its_listener_only() {
        let connections = ConnectionRegistry::default();
        let elsewhere = Owner { listener: "office", ..own(b"old") };
        let _entries = [own(b"old"), own(b"new"), elsewhere].map(|device| connections.register(device, 8));
        let accepted = |chain: &[CertificateDer<'_>]| chain[0].as_ref() == b"new";
        assert_eq!(connections.cancel_untrusted("studio", accepted), 1);
        assert_eq!(connections.cancel_untrusted("studio", accepted), 0);
    }
}
