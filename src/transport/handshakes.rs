//! Places for connections that have not shown yet who they are.
//!
//! Anybody can open a TCP connection and keep quiet. So handshakes have places of their own, apart from those of
//! connections whose peer is known, and a newcomer never has to wait for one: when there is no room, the oldest handshake
//! of the busiest address makes way. Who means it needs a place for two round trips; who holds many keeps none of them long.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connections::ConnectionHandle;

/// The places. Clones are the same places.
#[derive(Debug, Clone)]
pub(super) struct Handshakes {
    places: Arc<Mutex<Places>>,
    max: usize,
    max_per_origin: usize,
}

#[derive(Debug, Default)]
struct Places {
    next_number: u64,
    taken: HashMap<u64, ConnectionHandle>,
    /// The numbers of each address; the smallest is the oldest.
    by_origin: HashMap<Origin, BTreeSet<u64>>,
}

/// Whose connection it is, as far as that can be told before the handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Origin(IpAddr);

impl Origin {
    /// An IPv6 address counts by its first 64 bits: the rest is the subscriber's to choose (RFC 4291, section 2.5.4).
    fn of(address: SocketAddr) -> Self {
        Self(match address.ip().to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        })
    }
}

impl Handshakes {
    /// Places for `max` handshakes, of which one address has at most `max_per_address`; at least one each.
    pub(super) fn new(max: usize, max_per_address: usize) -> Self {
        Self { places: Arc::default(), max: max.max(1), max_per_origin: max_per_address.max(1) }
    }

    /// Gives a newcomer a place, and tells the one that made way for it, if one had to.
    pub(super) fn enter(&self, address: SocketAddr) -> (Place, Option<MadeWay>) {
        let origin = Origin::of(address);
        let mut places = self.lock();
        let made_way = if places.by_origin.get(&origin).is_some_and(|own| own.len() >= self.max_per_origin) {
            places.clear_oldest_of(origin)
        } else if places.taken.len() >= self.max {
            places.busiest().and_then(|busiest| places.clear_oldest_of(busiest))
        } else {
            None
        };
        let number = places.next_number;
        places.next_number += 1;
        let handle = ConnectionHandle::default();
        places.taken.insert(number, handle.clone());
        places.by_origin.entry(origin).or_default().insert(number);
        drop(places);
        (Place { handshakes: self.clone(), origin, number, handle }, made_way)
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    /// The address with the most handshakes; of several the one with the oldest.
    fn busiest(&self) -> Option<Origin> {
        let by_weight = |(_, own): &(&Origin, &BTreeSet<u64>)| (own.len(), std::cmp::Reverse(own.first().copied()));
        self.by_origin.iter().max_by_key(by_weight).map(|(origin, _)| *origin)
    }

    fn clear_oldest_of(&mut self, origin: Origin) -> Option<MadeWay> {
        let oldest = *self.by_origin.get(&origin)?.first()?;
        self.remove(origin, oldest)?.cut();
        Some(MadeWay)
    }

    fn remove(&mut self, origin: Origin, number: u64) -> Option<ConnectionHandle> {
        if let Some(own) = self.by_origin.get_mut(&origin) {
            own.remove(&number);
            if own.is_empty() {
                self.by_origin.remove(&origin);
            }
        }
        self.taken.remove(&number)
    }
}

/// An older handshake was given up for a newer one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MadeWay;

/// One handshake's place; dropping it leaves.
#[derive(Debug)]
pub(super) struct Place {
    handshakes: Handshakes,
    origin: Origin,
    number: u64,
    handle: ConnectionHandle,
}

impl Place {
    /// Returns once the place is needed for somebody else.
    pub(super) async fn lost(&self) {
        self.handle.cut_ordered().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Nothing is there any more when the place was lost.
        let _ = self.handshakes.lock().remove(self.origin, self.number);
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

    fn is_lost(place: &Place) -> bool {
        pin!(place.lost()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn an_address_over_its_share_loses_its_own_oldest() {
        let handshakes = Handshakes::new(10, 2);
        let (other, _) = handshakes.enter(from("192.0.2.1"));
        let own: Vec<_> = (0..3).map(|_| handshakes.enter(from("192.0.2.2"))).collect();
        assert_eq!(own.iter().map(|(place, _)| is_lost(place)).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(own[2].1, Some(MadeWay));
        assert!(!is_lost(&other));
    }

    #[test]
    fn when_all_places_are_taken_the_busiest_address_makes_way() {
        let handshakes = Handshakes::new(3, 3);
        let (first, _) = handshakes.enter(from("192.0.2.1"));
        let (greedy, _) = handshakes.enter(from("192.0.2.2"));
        let (greedy_again, _) = handshakes.enter(from("192.0.2.2"));
        let (newcomer, made_way) = handshakes.enter(from("192.0.2.3"));
        assert_eq!(made_way, Some(MadeWay));
        let lost = [&first, &greedy, &greedy_again, &newcomer].map(is_lost);
        assert_eq!(lost, [false, true, false, false]);

        let (last, _) = handshakes.enter(from("192.0.2.4"));
        let lost = [&first, &greedy_again, &newcomer, &last].map(is_lost);
        assert_eq!(lost, [true, false, false, false], "with one each, the oldest");
    }

    #[test]
    fn a_network_of_ipv6_and_an_ipv4_address_in_ipv6_clothes_count_as_one() {
        for (one, same, other) in [
            ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", "2001:db8:1:2::1"),
            ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.2"),
        ] {
            assert_eq!(Origin::of(from(one)), Origin::of(from(same)));
            assert_ne!(Origin::of(from(one)), Origin::of(from(other)));
        }
    }

    #[test]
    fn who_leaves_gives_the_place_back() {
        let handshakes = Handshakes::new(1, 1);
        for _ in 0..3 {
            let (place, made_way) = handshakes.enter(from("192.0.2.1"));
            assert_eq!(made_way, None);
            drop(place);
        }
        let places = handshakes.lock();
        assert!(places.taken.is_empty() && places.by_origin.is_empty());
    }
}
