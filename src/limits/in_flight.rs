//! Refuses a repeated deposit while the original is still in progress.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Requests in progress in this process. (For other nodes the database has a unique request id.)
#[derive(Default)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<[u8; 32]>>>);

impl InFlight {
    /// Marks a request as in flight until the guard is dropped; `None` while it already is.
    pub(crate) fn begin(&self, request_id: [u8; 32]) -> Option<InFlightGuard> {
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        requests.insert(request_id).then(|| InFlightGuard { requests: Arc::clone(&self.0), request_id })
    }
}

/// Marks a request as in flight until this is dropped.
pub(crate) struct InFlightGuard {
    requests: Arc<Mutex<HashSet<[u8; 32]>>>,
    request_id: [u8; 32],
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.request_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_in_flight_once_and_can_begin_again_after_its_end() {
        let in_flight = InFlight::default();
        let guard = in_flight.begin([1; 32]);
        assert!(guard.is_some());
        assert!(in_flight.begin([1; 32]).is_none());
        assert!(in_flight.begin([2; 32]).is_some());
        drop(guard);
        assert!(in_flight.begin([1; 32]).is_some());
    }
}
