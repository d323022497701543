//! One deposit at a time for each request: a repeat that overtakes its original is told to wait.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The requests being worked on by this process. (Other nodes are held off by the store's unique request id.)
#[derive(Default)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<[u8; 32]>>>);

impl InFlight {
    /// Claims a request until the claim is dropped; `None` while somebody else holds it.
    pub(crate) fn begin(&self, request_id: [u8; 32]) -> Option<InFlightGuard> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.insert(request_id).then(|| InFlightGuard { requests: Arc::clone(&self.0), request_id })
    }
}

/// The right to work on a request; given up when dropped, however the work ended.
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
        let claims = InFlight::default();
        let claim = claims.begin([1; 32]);
        assert!(claim.is_some());
        assert!(claims.begin([1; 32]).is_none());
        assert!(claims.begin([2; 32]).is_some());
        drop(claim);
        assert!(claims.begin([1; 32]).is_some());
    }
}
