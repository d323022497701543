//! Limits of anonymous callers: the request rate of each address, and wrong codes for unknown devices.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use super::rate_limiter::{RateLimited, RateLimiter};
use crate::clock::Timestamp;
use crate::domain::id::DeviceId;
use crate::domain::party::invitation::MAX_WRONG_CODES;

/// Limit of counted devices without an invitation; at the limit all counts are dropped.
const MAX_WRONG_CODE_ENTRIES: usize = 4_096;

pub(crate) struct AnonymousCallers {
    address_limiter: RateLimiter<IpAddr>,
    reader_limiter: RateLimiter<IpAddr>,
    wrong_codes: Mutex<HashMap<DeviceId, u32>>,
}

impl AnonymousCallers {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self {
            address_limiter: RateLimiter::new(per_minute),
            reader_limiter: RateLimiter::new(per_minute),
            wrong_codes: Mutex::default(),
        }
    }

    /// Admits one request to enrol from this address.
    pub(crate) fn admit(&self, address: IpAddr, now: Timestamp) -> Result<(), RateLimited> {
        self.address_limiter.acquire(network(address), now)
    }

    /// Admits one request for public files, such as a revocation list. It has a limit of its own, so that readers do not block enrolments.
    pub(crate) fn admit_reader(&self, address: IpAddr, now: Timestamp) -> Result<(), RateLimited> {
        self.reader_limiter.acquire(network(address), now)
    }

    /// Counts a wrong code for an unknown device like one of an invited device, so that responses do not reveal which device ids exist.
    /// Returns the remaining attempts, `None` after the last one. (Response times still reveal it: only real devices are written to
    /// the database.)
    pub(crate) fn count_wrong_code(&self, device_id: DeviceId) -> Option<u32> {
        let mut counts = self.wrong_codes.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MAX_WRONG_CODE_ENTRIES && !counts.contains_key(&device_id) {
            counts.clear();
        }
        let count = counts.entry(device_id).or_insert(0);
        *count = count.saturating_add(1);
        MAX_WRONG_CODES.checked_sub(*count)
    }
}

/// The network of an address: for IPv6 its /64, which one customer has. A dual-stack listener shows IPv4 addresses within one /64 of IPv6
/// (RFC 4291 section 2.5.5.2), so they are converted first.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(four) => four.into(),
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    const START: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    #[test]
    fn one_ipv6_network_is_one_anonymous_caller() {
        let callers = AnonymousCallers::new(1);
        let addresses = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "192.0.2.1", "192.0.2.2"];
        let admitted: Vec<_> =
            addresses.iter().map(|address| callers.admit(address.parse().unwrap(), START).is_ok()).collect();
        assert_eq!(admitted, [true, false, true, true, true]);
    }

    #[test]
    fn ipv4_callers_are_distinguished_on_a_dual_stack_listener() {
        let callers = AnonymousCallers::new(1);
        let admitted = ["::ffff:192.0.2.1", "::ffff:192.0.2.2", "192.0.2.1"]
            .map(|address| callers.admit(address.parse().unwrap(), START).is_ok());
        assert_eq!(admitted, [true, true, false]);
    }

    #[test]
    fn tries_are_counted_down_as_for_a_device_that_is_invited() {
        let callers = AnonymousCallers::new(1);
        let device = DeviceId::generate(START, &SeededEntropy::new(1)).unwrap();
        let counted: Vec<_> = (0..5).map(|_| callers.count_wrong_code(device)).collect();
        assert_eq!(counted, [Some(2), Some(1), Some(0), None, None]);
    }
}
