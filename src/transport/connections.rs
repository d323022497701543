//! The open connections, by the certificate behind them: so that a revoked device can be cut off and a greedy one held back.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::peer::Admission;
use crate::domain::digest::Sha256Digest;

/// One open connection, for whoever has to end it.
#[derive(Debug, Clone, Default)]
pub struct ConnectionHandle(Arc<Order>);

#[derive(Debug, Default)]
struct Order {
    cut: AtomicBool,
    notify: Notify,
}

impl ConnectionHandle {
    /// Ends the connection at once, a running request included: its bearer has lost the right to be here.
    ///
    /// Returns whether this call was the one that did it.
    pub fn cut(&self) -> bool {
        let first = !self.0.cut.swap(true, Ordering::AcqRel);
        self.0.notify.notify_one();
        first
    }

    /// Returns once the connection shall be cut, at once if that was said before.
    pub(super) async fn cut_ordered(&self) {
        while !self.0.cut.load(Ordering::Acquire) {
            self.0.notify.notified().await;
        }
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The registry. Clones are the same registry; listeners may share one, so that a device's limit holds across them.
#[derive(Debug, Clone, Default)]
pub struct Connections(Arc<Mutex<HashMap<Sha256Digest, Vec<ConnectionHandle>>>>);

impl Connections {
    /// Cuts every open connection whose certificate `revoked` says yes to, and returns how many.
    ///
    /// Meant to be called about once a second with the set the handshake sees
    /// ([`RevokedCertificates`](super::revocation::RevokedCertificates)), after that set was replaced.
    pub fn cut(&self, revoked: impl Fn(&Sha256Digest) -> bool) -> usize {
        self.lock()
            .iter()
            .filter(|(certificate, _)| revoked(certificate))
            .flat_map(|(_, connections)| connections)
            .filter(|connection| connection.cut())
            .count()
    }

    /// Open connections with a certificate.
    pub fn open(&self) -> usize {
        self.lock().values().map(Vec::len).sum()
    }

    /// Open connections of this certificate.
    pub fn open_of(&self, certificate: &Sha256Digest) -> usize {
        self.lock().get(certificate).map_or(0, Vec::len)
    }

    /// Enters a connection until the returned entry is dropped, or nothing when the device has twice its limit already.
    pub(super) fn admit(&self, certificate: Sha256Digest, max_per_device: usize) -> Option<Entry> {
        let mut open = self.lock();
        let already = open.get(&certificate).map_or(0, Vec::len);
        let admission = if already < max_per_device {
            Admission::Within
        } else if already < max_per_device.saturating_mul(2) {
            Admission::OverLimit
        } else {
            return None;
        };
        let handle = ConnectionHandle::default();
        open.entry(certificate).or_default().push(handle.clone());
        drop(open);
        Some(Entry { connections: self.clone(), certificate, handle, admission })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Sha256Digest, Vec<ConnectionHandle>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place in the registry; dropping it leaves.
pub(super) struct Entry {
    connections: Connections,
    certificate: Sha256Digest,
    pub(super) handle: ConnectionHandle,
    pub(super) admission: Admission,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        if let Some(of_device) = open.get_mut(&self.certificate) {
            of_device.retain(|handle| !handle.is(&self.handle));
            if of_device.is_empty() {
                open.remove(&self.certificate);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_admitted_then_flagged_then_turned_away() {
        let connections = Connections::default();
        let (device, other) = (Sha256Digest::of(b"device"), Sha256Digest::of(b"other"));
        let admissions: Vec<_> = (0..3).map(|_| connections.admit(device, 1)).collect();
        let seen: Vec<_> = admissions.iter().map(|entry| entry.as_ref().map(|entry| entry.admission)).collect();
        assert_eq!(seen, [Some(Admission::Within), Some(Admission::OverLimit), None]);
        assert_eq!(connections.admit(other, 1).map(|entry| entry.admission), Some(Admission::Within));
        drop(admissions);
        assert_eq!(connections.open(), 0);
    }

    #[test]
    fn a_cut_meets_only_the_revoked_and_counts_each_once() {
        let connections = Connections::default();
        let (revoked, other) = (Sha256Digest::of(b"revoked"), Sha256Digest::of(b"other"));
        let _entries: Vec<_> = [revoked, revoked, other].map(|device| connections.admit(device, 8)).into();
        assert_eq!(connections.cut(|certificate| *certificate == revoked), 2);
        assert_eq!(connections.cut(|certificate| *certificate == revoked), 0);
        assert_eq!(connections.open_of(&other), 1);
    }
}
