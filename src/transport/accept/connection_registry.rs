//! Open connections by device, so that those of a revoked device can be closed and those of a busy device limited.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use tokio::time::Instant;

use super::connection_handle::ConnectionHandle;
use super::fair_share::{ConnectionShare, choose};
use super::peer::Admission;
use super::peer_device::PeerDevice;
use crate::domain::digest::Sha256Digest;
use crate::domain::party::credential::Credential;
use crate::transport::http::deadlines::ConnectionProgress;
use crate::transport::http::limits::ListenerLimits;

/// Least interval between two log lines about the connections of one device; the metrics count each.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// Listener, device and certificate of a connection.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub(super) listener: &'static str,
    pub(super) device: PeerDevice,
    pub(super) credential: Credential,
    pub(super) key_sha256: Sha256Digest,
    /// As presented in the handshake, the device's own certificate first.
    pub(super) chain: Arc<[CertificateDer<'static>]>,
}

impl Owner {
    pub(super) fn is_revoked(&self, revoked: impl Fn(&Sha256Digest) -> bool) -> bool {
        revoked(&self.credential.sha256()) || revoked(&self.key_sha256)
    }
}

#[derive(Debug)]
struct OpenConnection {
    number: u64,
    handle: ConnectionHandle,
    owner: Owner,
    progress: ConnectionProgress,
}

/// The registry. Clones are the same registry. Listeners may share one, so that a device's limit applies to all of them together.
#[derive(Debug, Clone, Default)]
pub struct ConnectionRegistry(Arc<Mutex<RegistryTable>>);

#[derive(Debug, Default)]
struct RegistryTable {
    next_number: u64,
    open: HashMap<PeerDevice, Vec<OpenConnection>>,
    logged: HashMap<(PeerDevice, LogLine), Instant>,
}

impl ConnectionRegistry {
    /// Closes every open connection whose certificate or key is revoked, and returns their number.
    ///
    /// The gateway calls it about once a second, after it has replaced the set that handshakes use
    /// ([`RevokedCertificates`](crate::transport::tls::revocation::RevokedCertificates)).
    pub fn cancel_revoked(&self, revoked: impl Fn(&Sha256Digest) -> bool) -> usize {
        let table = self.lock();
        table.all().filter(|open| open.owner.is_revoked(&revoked)).filter(|open| open.handle.cancel()).count()
    }

    /// Closes every open connection of a listener whose certificate chain is not `accepted`, and returns their number. For use after the
    /// listener's trusted CAs have changed.
    pub fn cancel_untrusted(&self, listener: &str, accepted: impl Fn(&[CertificateDer<'_>]) -> bool) -> usize {
        // Signatures are verified outside the lock, so that new connections do not wait for cryptography.
        let of_listener: Vec<_> = self
            .lock()
            .of_listener(listener)
            .map(|open| (open.handle.clone(), Arc::clone(&open.owner.chain)))
            .collect();
        of_listener.iter().filter(|(handle, chain)| !accepted(chain) && handle.cancel()).count()
    }

    pub fn count(&self) -> usize {
        self.lock().all().count()
    }

    pub fn count_of(&self, certificate: &Sha256Digest) -> usize {
        self.lock().all().filter(|open| open.owner.credential.sha256() == *certificate).count()
    }

    /// Adds a connection until the returned entry is dropped. On a full listener another connection is closed for it, or the new one is
    /// rejected: see [`choose`].
    pub(super) fn register(
        &self,
        owner: Owner,
        progress: ConnectionProgress,
        limits: &ListenerLimits,
    ) -> Result<RegistryEntry, RegistryError> {
        let device = owner.device;
        let mut table = self.lock();
        let max_per_device = limits.max_connections_per_device;
        let of_device = table.open.get(&device).map_or(0, Vec::len);
        let admission = if of_device < max_per_device {
            Admission::WithinLimit
        } else if of_device < max_per_device.saturating_mul(2) {
            Admission::OverLimit
        } else {
            return Err(RegistryError::DeviceOverLimit);
        };
        let made_way = if table.of_listener(owner.listener).count() < limits.max_connections {
            None
        } else {
            let shares = table.shares_of(owner.listener);
            let choice = choose(&shares, device, limits.max_connections).ok_or(RegistryError::ListenerFull)?;
            table.remove(choice.number).map(|open| (open, choice))
        };
        if let Some((open, _)) = &made_way {
            open.handle.make_way();
        }
        let number = table.next_number;
        table.next_number += 1;
        let handle = ConnectionHandle::default();
        table.open.entry(device).or_default().push(OpenConnection { number, handle: handle.clone(), owner, progress });
        drop(table);
        let made_way =
            made_way.map(|(open, choice)| MadeWay { device: open.owner.device, has_most: choice.is_of_largest });
        Ok(RegistryEntry { registry: self.clone(), number, handle, admission, made_way })
    }

    /// Reports whether this line about a device may be logged now, and counts it as written.
    pub(super) fn is_log_due(&self, device: PeerDevice, line: LogLine) -> bool {
        let now = Instant::now();
        let mut table = self.lock();
        table.logged.retain(|_, at| now.duration_since(*at) < LOG_INTERVAL);
        match table.logged.entry((device, line)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(vacant) => {
                vacant.insert(now);
                true
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, RegistryTable> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RegistryTable {
    fn all(&self) -> impl Iterator<Item = &OpenConnection> {
        self.open.values().flatten()
    }

    fn of_listener(&self, listener: &str) -> impl Iterator<Item = &OpenConnection> {
        self.all().filter(move |open| open.owner.listener == listener)
    }

    fn shares_of(&self, listener: &str) -> Vec<ConnectionShare> {
        let share = |open: &OpenConnection| ConnectionShare {
            device: open.owner.device,
            idle_since: open.progress.idle_since(),
            number: open.number,
        };
        self.of_listener(listener).map(share).collect()
    }

    /// `None` if the connection is not in the table any more.
    fn remove(&mut self, number: u64) -> Option<OpenConnection> {
        let device = self.all().find(|open| open.number == number)?.owner.device;
        let of_device = self.open.get_mut(&device)?;
        let position = of_device.iter().position(|open| open.number == number)?;
        let removed = of_device.swap_remove(position);
        if of_device.is_empty() {
            self.open.remove(&device);
        }
        Some(removed)
    }
}

/// Line in the log about the connections of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum LogLine {
    MadeWay,
    OverLimit,
    FarOverLimit,
    ListenerFull,
}

/// Reason why a connection was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum RegistryError {
    #[error("the device has twice as many connections as its limit allows")]
    DeviceOverLimit,
    #[error("the listener is full, and no device has more connections than this one")]
    ListenerFull,
}

/// A connection's place in the registry; dropping it removes the connection.
#[derive(Debug)]
pub(super) struct RegistryEntry {
    registry: ConnectionRegistry,
    number: u64,
    pub(super) handle: ConnectionHandle,
    pub(super) admission: Admission,
    /// The connection that was closed for this one.
    pub(super) made_way: Option<MadeWay>,
}

/// A connection that was closed for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MadeWay {
    pub(super) device: PeerDevice,
    /// True if no device had more connections; false if the connection was closed because it was idle.
    pub(super) has_most: bool,
}

impl Drop for RegistryEntry {
    fn drop(&mut self) {
        // Removed before if it was closed for another.
        let _ = self.registry.lock().remove(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &[u8]) -> Owner {
        let (chain, sha256) = (vec![CertificateDer::from(name.to_vec())].into(), Sha256Digest::of(name));
        let device = PeerDevice::Key(sha256);
        Owner { listener: "studio", device, credential: Credential::Own { sha256 }, key_sha256: sha256, chain }
    }

    fn register(
        connections: &ConnectionRegistry,
        owner: Owner,
        limits: &ListenerLimits,
    ) -> Result<RegistryEntry, RegistryError> {
        let progress = ConnectionProgress::starting_at(Instant::now(), limits);
        // A request that never ends.
        std::mem::forget(progress.begin_response());
        connections.register(owner, progress, limits)
    }

    #[test]
    fn a_device_is_registered_then_flagged_then_rejected() {
        let connections = ConnectionRegistry::default();
        let limits = ListenerLimits { max_connections_per_device: 1, ..ListenerLimits::default() };
        let (device, other) = (own(b"device"), own(b"other"));
        let renewed = Owner { credential: own(b"renewed").credential, ..device.clone() };
        let admissions = [device.clone(), renewed, device].map(|owner| register(&connections, owner, &limits));
        let seen =
            admissions.each_ref().map(|entry| entry.as_ref().map(|entry| entry.admission).map_err(|error| *error));
        let expected = [Ok(Admission::WithinLimit), Ok(Admission::OverLimit), Err(RegistryError::DeviceOverLimit)];
        assert_eq!(seen, expected, "a further certificate is the same device");
        let other = register(&connections, other, &limits).unwrap();
        assert_eq!(other.admission, Admission::WithinLimit);
        drop((admissions, other));
        assert_eq!(connections.count(), 0);
    }

    #[test]
    fn a_full_listener_takes_the_place_of_the_device_with_most() {
        let connections = ConnectionRegistry::default();
        let limits = ListenerLimits { max_connections: 3, ..ListenerLimits::default() };
        let greedy: Vec<_> = (0..3).map(|_| register(&connections, own(b"greedy"), &limits).unwrap()).collect();
        let elsewhere = Owner { listener: "office", ..own(b"office") };
        let elsewhere = register(&connections, elsewhere, &limits).unwrap();
        assert_eq!(elsewhere.made_way, None, "each listener has places of its own");
        let other = register(&connections, own(b"other"), &limits).unwrap();
        assert_eq!(other.made_way, Some(MadeWay { device: own(b"greedy").device, has_most: true }));
        assert_eq!(connections.count(), 4);
        let refused = register(&connections, own(b"greedy"), &limits).map(|entry| entry.admission);
        assert_eq!(refused, Err(RegistryError::ListenerFull));
        drop(greedy);
        assert_eq!(connections.count(), 2, "the one that made way was counted out once");
    }

    #[test]
    fn only_revoked_connections_are_cancelled_and_each_is_counted_once() {
        let connections = ConnectionRegistry::default();
        let (revoked, other) = (Sha256Digest::of(b"revoked"), Sha256Digest::of(b"other"));
        let devices = [own(b"revoked"), own(b"revoked"), own(b"other")];
        let _entries: Vec<_> = devices.map(|device| register(&connections, device, &ListenerLimits::default())).into();
        assert_eq!(connections.cancel_revoked(|certificate| *certificate == revoked), 2);
        assert_eq!(connections.cancel_revoked(|certificate| *certificate == revoked), 0);
        assert_eq!(connections.count_of(&other), 1);
    }

    #[test]
    fn a_connection_is_cancelled_by_its_certificate_s_key() {
        let connections = ConnectionRegistry::default();
        let key_sha256 = Sha256Digest::of(b"key");
        let renewed = Owner { key_sha256, ..own(b"renewed") };
        let _entries =
            [renewed, own(b"another")].map(|device| register(&connections, device, &ListenerLimits::default()));
        assert_eq!(connections.cancel_revoked(|digest| *digest == key_sha256), 1);
    }

    #[test]
    fn an_untrusted_connection_is_cancelled_on_its_listener_only() {
        let connections = ConnectionRegistry::default();
        let elsewhere = Owner { listener: "office", ..own(b"old") };
        let _entries = [own(b"old"), own(b"new"), elsewhere]
            .map(|device| register(&connections, device, &ListenerLimits::default()));
        let accepted = |chain: &[CertificateDer<'_>]| chain[0].as_ref() == b"new";
        assert_eq!(connections.cancel_untrusted("studio", accepted), 1);
        assert_eq!(connections.cancel_untrusted("studio", accepted), 0);
    }
}
