//! One deposit at a time for each request: a repeat that overtakes its original is told to wait.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The requests being worked on by this process. (Other nodes are held off by the store's unique request id.)
#[derive(Default)]
pub(super) struct Claims(Arc<Mutex<HashSet<[u8; 32]>>>);

impl Claims {
    /// Claims a request until the claim is dropped; `None` while somebody else holds it.
    pub(super) fn claim(&self, request_id: [u8; 32]) -> Option<Claim> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.insert(request_id).then(|| Claim { claims: Arc::clone(&self.0), request_id })
    }
}

/// The right to work on a request; given up when dropped, however the work ended.
pub(super) struct Claim {
    claims: Arc<Mutex<HashSet<[u8; 32]>>>,
    request_id: [u8; 32],
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.request_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_claimed_once_and_free_again_after_its_end() {
        let claims = Claims::default();
        let claim = claims.claim([1; 32]);
        assert!(claim.is_some());
        assert!(claims.claim([1; 32]).is_none());
        assert!(claims.claim([2; 32]).is_some());
        drop(claim);
        assert!(claims.claim([1; 32]).is_some());
    }
}
