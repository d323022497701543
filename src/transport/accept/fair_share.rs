//! Choice of the connection that is closed when a listener is full.
//!
//! The device with the most connections loses one, so that all devices get the same number over time (max-min fairness). A studio or
//! office that has more than half of the listener's connections loses first: otherwise one with very many devices could leave a single
//! connection to each other device. Idle connections are closed before those with a running request; if no device is greedy, those of
//! other devices too.

use std::collections::HashMap;

use tokio::time::Instant;

use super::peer_device::PeerDevice;
use crate::domain::id::PartyId;

/// The facts about an open connection that the choice needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConnectionShare {
    pub(super) device: PeerDevice,
    /// `None` during a request.
    pub(super) idle_since: Option<Instant>,
    pub(super) number: u64,
}

/// Most simultaneous connections of an ordinary device; browsers open six.
const ORDINARY_CONNECTIONS: usize = 8;

/// The share of a device; the one with the largest share loses a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Share {
    party_has_more_than_half: bool,
    connections: usize,
    /// Decides between devices with the same number of connections.
    party_connections: usize,
}

impl Share {
    const fn is_greedy(&self) -> bool {
        self.party_has_more_than_half || self.connections > ORDINARY_CONNECTIONS
    }
}

/// The connection that is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) number: u64,
    /// True if its device has the largest share; false if it was chosen because it is idle.
    pub(super) is_of_largest: bool,
}

/// The connection that is closed for `newcomer` on a listener of `capacity` connections; `None` if no device has a larger share than
/// the newcomer and no connection is idle.
pub(super) fn choose(open: &[ConnectionShare], newcomer: PeerDevice, capacity: usize) -> Option<Choice> {
    let mut of_device: HashMap<PeerDevice, usize> = HashMap::new();
    let mut of_party: HashMap<PartyId, usize> = HashMap::new();
    for device in open.iter().map(|connection| connection.device).chain([newcomer]) {
        *of_device.entry(device).or_default() += 1;
        if let Some(party_id) = device.party_id() {
            *of_party.entry(party_id).or_default() += 1;
        }
    }
    let share = |device: &PeerDevice| {
        let connections = of_device.get(device).copied().unwrap_or(0);
        let of_its_party = device.party_id().and_then(|party_id| of_party.get(&party_id).copied());
        let party_connections = of_its_party.unwrap_or(connections);
        Share { party_has_more_than_half: party_connections > capacity / 2, connections, party_connections }
    };
    let largest = of_device.keys().map(share).max()?;
    let of_largest = || open.iter().filter(|connection| share(&connection.device) == largest);
    let of_anyone = || open.iter().filter(|_| !largest.is_greedy());
    // A running request is interrupted only for a device with a smaller share.
    let oldest = || of_largest().filter(|_| largest > share(&newcomer)).min_by_key(|connection| connection.number);
    let chosen = longest_idle(of_largest()).or_else(|| longest_idle(of_anyone())).or_else(oldest);
    let is_of_largest = |connection: &ConnectionShare| share(&connection.device) == largest;
    chosen.map(|connection| Choice { number: connection.number, is_of_largest: is_of_largest(connection) })
}

fn longest_idle<'a>(connections: impl Iterator<Item = &'a ConnectionShare>) -> Option<&'a ConnectionShare> {
    let idle = connections.filter(|connection| connection.idle_since.is_some());
    idle.min_by_key(|connection| (connection.idle_since, connection.number))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Timestamp;
    use crate::domain::digest::Sha256Digest;
    use crate::domain::id::DeviceId;
    use crate::entropy::SeededEntropy;

    fn device(party: u64, device: u64) -> PeerDevice {
        let now = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        PeerDevice::Named {
            device_id: DeviceId::generate(now, &SeededEntropy::new(1_000 * party + device)).unwrap(),
            party_id: PartyId::generate(now, &SeededEntropy::new(party)).unwrap(),
        }
    }

    fn chosen(open: &[ConnectionShare], newcomer: PeerDevice, capacity: usize) -> Option<u64> {
        choose(open, newcomer, capacity).map(|choice| choice.number)
    }

    fn open(devices: impl IntoIterator<Item = PeerDevice>) -> Vec<ConnectionShare> {
        let numbered = devices.into_iter().zip(0..);
        numbered.map(|(device, number)| ConnectionShare { device, idle_since: None, number }).collect()
    }

    #[test]
    fn the_device_with_most_connections_makes_way_with_its_oldest() {
        let (greedy, other, newcomer) = (device(1, 1), device(2, 1), device(3, 1));
        let open = open([other, greedy, greedy, other, greedy]);
        assert_eq!(chosen(&open, newcomer, 20), Some(1));
        assert_eq!(chosen(&open, other, 20), None, "it would have as many");
        assert_eq!(chosen(&open, greedy, 20), None, "it has most itself");
    }

    #[test]
    fn an_idle_connection_makes_way_before_a_request_under_way() {
        let (greedy, other) = (device(1, 1), device(2, 1));
        let mut open = open([greedy, greedy, greedy, other]);
        let now = Instant::now();
        open[2].idle_since = Some(now);
        open[1].idle_since = Some(now + Duration::from_secs(1));
        open[3].idle_since = Some(now - Duration::from_secs(9));
        assert_eq!(chosen(&open, device(3, 1), 20), Some(2));
        assert_eq!(chosen(&open, greedy, 20), Some(2), "its own");
    }

    #[test]
    fn an_idle_connection_of_another_device_makes_way_unless_one_is_greedy() {
        let (busy, other, newcomer) = (device(1, 1), device(2, 1), device(3, 1));
        let with_idle = |busy_connections| {
            let mut open = open([other].into_iter().chain(std::iter::repeat_n(busy, busy_connections)));
            open[0].idle_since = Some(Instant::now());
            open
        };
        assert_eq!(choose(&with_idle(2), newcomer, 100), Some(Choice { number: 0, is_of_largest: false }));
        assert_eq!(chosen(&with_idle(ORDINARY_CONNECTIONS + 1), newcomer, 100), Some(1), "the greedy one's request");
    }

    #[test]
    fn among_equals_the_longest_idle_makes_way_and_no_request_is_given_up() {
        let mut open = open([device(1, 1), device(2, 1), device(3, 1)]);
        assert_eq!(chosen(&open, device(4, 1), 20), None);
        open[1].idle_since = Some(Instant::now());
        assert_eq!(chosen(&open, device(4, 1), 20), Some(1));
    }

    #[test]
    fn a_party_with_many_devices_makes_way() {
        let of_one_party = (1..=5).map(|number| device(1, number));
        let (busy, newcomer) = (device(2, 1), device(3, 1));
        let open = open(of_one_party.chain([busy, busy]));
        assert_eq!(chosen(&open, newcomer, 20), Some(5), "below half of the listener, devices are compared");
        assert_eq!(chosen(&open, newcomer, 8), Some(0), "above half, parties are");
        let equals = self::open([device(2, 1), device(1, 1), device(1, 2)]);
        assert_eq!(
            chosen(&equals, newcomer, 20),
            Some(1),
            "between devices with as many connections, parties are compared"
        );
    }

    #[test]
    fn keys_without_a_name_count_each_for_itself() {
        let key = |seed: u8| PeerDevice::Key(Sha256Digest::of(&[seed]));
        assert_eq!(chosen(&open([key(1), key(2), key(2)]), key(3), 20), Some(1));
    }
}
