//! Slots for connections whose peer is not known yet.
//!
//! Any client can open a TCP connection and send nothing. So handshakes have slots of their own, separate from the places of known
//! peers, and a new connection never waits for a slot: when all are occupied, the oldest handshake of the busiest address is evicted.
//! An ordinary client needs its slot for two round trips; an address with many slots soon loses them.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connection_handle::ConnectionHandle;

/// A set of slots. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct HandshakeSlots {
    table: Arc<Mutex<SlotTable>>,
    max: usize,
    max_per_origin: usize,
}

#[derive(Debug, Default)]
struct SlotTable {
    next_number: u64,
    occupied: HashMap<u64, ConnectionHandle>,
    /// Numbers of the slots of each address; the smallest is the oldest.
    by_origin: HashMap<Origin, BTreeSet<u64>>,
}

/// The address by which a connection is counted during its handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Origin(IpAddr);

impl Origin {
    /// An IPv6 address counts by its first 64 bits, because a subscriber can choose the rest (RFC 4291, section 2.5.4).
    fn of(address: SocketAddr) -> Self {
        Self(match address.ip().to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        })
    }
}

impl HandshakeSlots {
    /// Slots for `max` handshakes, of which one address has at most `max_per_address`; at least one each.
    pub(super) fn new(max: usize, max_per_address: usize) -> Self {
        Self { table: Arc::default(), max: max.max(1), max_per_origin: max_per_address.max(1) }
    }

    /// Gives a new connection a slot, and reports whether an older handshake was evicted for it.
    pub(super) fn acquire(&self, address: SocketAddr) -> (HandshakeSlot, Option<Evicted>) {
        let origin = Origin::of(address);
        let mut table = self.lock();
        let evicted = if table.by_origin.get(&origin).is_some_and(|own| own.len() >= self.max_per_origin) {
            table.evict_oldest(origin)
        } else if table.occupied.len() >= self.max {
            table.busiest().and_then(|busiest| table.evict_oldest(busiest))
        } else {
            None
        };
        let number = table.next_number;
        table.next_number += 1;
        let handle = ConnectionHandle::default();
        table.occupied.insert(number, handle.clone());
        table.by_origin.entry(origin).or_default().insert(number);
        drop(table);
        (HandshakeSlot { slots: self.clone(), origin, number, handle }, evicted)
    }

    fn lock(&self) -> MutexGuard<'_, SlotTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SlotTable {
    /// The address with the most handshakes; of several the one with the oldest.
    fn busiest(&self) -> Option<Origin> {
        let by_count_and_age =
            |(_, own): &(&Origin, &BTreeSet<u64>)| (own.len(), std::cmp::Reverse(own.first().copied()));
        self.by_origin.iter().max_by_key(by_count_and_age).map(|(origin, _)| *origin)
    }

    fn evict_oldest(&mut self, origin: Origin) -> Option<Evicted> {
        let oldest = *self.by_origin.get(&origin)?.first()?;
        self.remove(origin, oldest)?.cancel();
        Some(Evicted)
    }

    fn remove(&mut self, origin: Origin, number: u64) -> Option<ConnectionHandle> {
        if let Some(own) = self.by_origin.get_mut(&origin) {
            own.remove(&number);
            if own.is_empty() {
                self.by_origin.remove(&origin);
            }
        }
        self.occupied.remove(&number)
    }
}

/// An older handshake was evicted for a newer one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Evicted;

/// The slot of one handshake; dropping it frees the slot.
#[derive(Debug)]
pub(super) struct HandshakeSlot {
    slots: HandshakeSlots,
    origin: Origin,
    number: u64,
    handle: ConnectionHandle,
}

impl HandshakeSlot {
    pub(super) async fn evicted(&self) {
        self.handle.cancelled().await;
    }
}

impl Drop for HandshakeSlot {
    fn drop(&mut self) {
        // Removed before if the slot was evicted.
        let _ = self.slots.lock().remove(self.origin, self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn from(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 50_000)
    }

    fn is_evicted(slot: &HandshakeSlot) -> bool {
        pin!(slot.evicted()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn an_address_over_its_limit_loses_its_own_oldest_slot() {
        let handshakes = HandshakeSlots::new(10, 2);
        let (other, _) = handshakes.acquire(from("192.0.2.1"));
        let own: Vec<_> = (0..3).map(|_| handshakes.acquire(from("192.0.2.2"))).collect();
        assert_eq!(own.iter().map(|(slot, _)| is_evicted(slot)).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(own[2].1, Some(Evicted));
        assert!(!is_evicted(&other));
    }

    #[test]
    fn when_all_slots_are_occupied_the_busiest_address_is_evicted() {
        let handshakes = HandshakeSlots::new(3, 3);
        let (first, _) = handshakes.acquire(from("192.0.2.1"));
        let (busy, _) = handshakes.acquire(from("192.0.2.2"));
        let (busy_again, _) = handshakes.acquire(from("192.0.2.2"));
        let (other, evicted) = handshakes.acquire(from("192.0.2.3"));
        assert_eq!(evicted, Some(Evicted));
        let lost = [&first, &busy, &busy_again, &other].map(is_evicted);
        assert_eq!(lost, [false, true, false, false]);

        let (last, _) = handshakes.acquire(from("192.0.2.4"));
        let lost = [&first, &busy_again, &other, &last].map(is_evicted);
        assert_eq!(lost, [true, false, false, false], "with one each, the oldest");
    }

    #[test]
    fn an_ipv6_network_and_a_mapped_ipv4_address_count_as_one() {
        for (one, same, other) in [
            ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", "2001:db8:1:2::1"),
            ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.2"),
        ] {
            assert_eq!(Origin::of(from(one)), Origin::of(from(same)));
            assert_ne!(Origin::of(from(one)), Origin::of(from(other)));
        }
    }

    #[test]
    fn a_dropped_slot_is_free_again() {
        let handshakes = HandshakeSlots::new(1, 1);
        for _ in 0..3 {
            let (slot, evicted) = handshakes.acquire(from("192.0.2.1"));
            assert_eq!(evicted, None);
            drop(slot);
        }
        let table = handshakes.lock();
        assert!(table.occupied.is_empty() && table.by_origin.is_empty());
    }
}
