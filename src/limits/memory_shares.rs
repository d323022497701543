//! Shares of the memory for photos: bytes that are uploaded or handed over at the same time, of one device, of one party and in total.
//!
//! A party may hold as many bytes as stay free for others, so that one party takes at most half, two at most a third each, and there is
//! always room for one more (A. K. Choudhury and E. L. Hahne, "Dynamic queue length thresholds for shared-memory packet switches",
//! 1998, with a factor of one).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::id::{DeviceId, PartyId};

/// The memory for photos. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct MemoryShares {
    max_in_total: u64,
    max_per_device: u64,
    held: Arc<Mutex<HeldBytes>>,
}

#[derive(Debug, Default)]
struct HeldBytes {
    in_total: u64,
    of_party: HashMap<PartyId, u64>,
    of_device: HashMap<DeviceId, u64>,
}

/// Bytes that count as held until this is dropped.
#[derive(Debug)]
pub(crate) struct MemoryPermit {
    shares: MemoryShares,
    party_id: PartyId,
    device_id: DeviceId,
    bytes: u64,
}

/// Reason why bytes were not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    #[error("the device transfers too many bytes at the same time")]
    DeviceShare,
    /// The limit of the party, or of all parties together.
    #[error("the gateway transfers too many bytes at the same time")]
    PartyShare,
}

impl MemoryShares {
    /// A device may hold `max_per_device` bytes, or one photo of any size.
    pub(crate) fn new(max_in_total: u64, max_per_device: u64) -> Self {
        Self { max_in_total, max_per_device, held: Arc::default() }
    }

    pub(crate) fn acquire(
        &self,
        party_id: PartyId,
        device_id: DeviceId,
        bytes: u64,
    ) -> Result<MemoryPermit, MemoryError> {
        let mut held = self.lock();
        let of_device = held.of_device.get(&device_id).copied().unwrap_or(0);
        let of_party = held.of_party.get(&party_id).copied().unwrap_or(0).saturating_add(bytes);
        let in_total = held.in_total.saturating_add(bytes);
        if of_device > 0 && of_device.saturating_add(bytes) > self.max_per_device {
            return Err(MemoryError::DeviceShare);
        }
        if of_party > self.max_in_total.saturating_sub(in_total) {
            return Err(MemoryError::PartyShare);
        }
        held.in_total = in_total;
        held.of_party.insert(party_id, of_party);
        held.of_device.insert(device_id, of_device.saturating_add(bytes));
        drop(held);
        Ok(MemoryPermit { shares: self.clone(), party_id, device_id, bytes })
    }

    fn lock(&self) -> MutexGuard<'_, HeldBytes> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MemoryPermit {
    fn drop(&mut self) {
        let mut held = self.shares.lock();
        held.in_total = held.in_total.saturating_sub(self.bytes);
        let HeldBytes { of_party, of_device, .. } = &mut *held;
        release(of_party, self.party_id, self.bytes);
        release(of_device, self.device_id, self.bytes);
    }
}

fn release<K: Eq + std::hash::Hash>(held: &mut HashMap<K, u64>, key: K, bytes: u64) {
    if let Some(of_key) = held.get_mut(&key) {
        *of_key = of_key.saturating_sub(bytes);
        if *of_key == 0 {
            held.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::entropy::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn party(seed: u64) -> PartyId {
        PartyId::generate(NOW, &SeededEntropy::new(seed)).unwrap()
    }

    fn device(seed: u64) -> DeviceId {
        DeviceId::generate(NOW, &SeededEntropy::new(seed)).unwrap()
    }

    /// Has devices of a party take 10 bytes each until one is refused.
    fn fill(shares: &MemoryShares, seed: u64) -> Vec<MemoryPermit> {
        (0..).map_while(|number| shares.acquire(party(seed), device(100 * seed + number), 10).ok()).collect()
    }

    #[test]
    fn a_device_has_its_share_of_memory_and_gets_it_back() {
        let shares = MemoryShares::new(1_000, 25);
        let first = shares.acquire(party(1), device(1), 10).unwrap();
        let _second = shares.acquire(party(1), device(1), 10).unwrap();
        assert_eq!(shares.acquire(party(1), device(1), 10).unwrap_err(), MemoryError::DeviceShare);
        assert!(shares.acquire(party(1), device(2), 10).is_ok(), "a colleague has one of its own");
        assert!(shares.acquire(party(1), device(3), 400).is_ok(), "one photo is always possible");
        drop(first);
        assert!(shares.acquire(party(1), device(1), 10).is_ok());
    }

    #[test]
    fn a_party_leaves_room_for_another_and_so_does_that_one() {
        let shares = MemoryShares::new(1_200, 25);
        let first = fill(&shares, 1);
        assert_eq!(first.len(), 60, "half");
        let second = fill(&shares, 2);
        assert_eq!(second.len(), 30, "half of what is left");
        assert!(shares.acquire(party(3), device(900), 10).is_ok());
        drop((first, second));
        assert_eq!(fill(&shares, 3).len(), 60);
        assert!(shares.lock().of_party.is_empty() && shares.lock().of_device.is_empty(), "nothing is left behind");
    }
}
