//! Order of photos with the same bytes: they are deposited one after the other, so that the second finds the first one's code.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::domain::digest::Sha256Digest;

/// One lock for each SHA-256 in use.
#[derive(Default)]
pub struct EqualPhotos(Mutex<HashMap<Sha256Digest, Weak<AsyncMutex<()>>>>);

impl EqualPhotos {
    /// Waits until no other photo with these bytes is being deposited. Dropping the guard releases the lock.
    pub async fn turn(&self, sha256: Sha256Digest) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| lock.strong_count() > 0);
            let lock = locks.get(&sha256).and_then(Weak::upgrade).unwrap_or_default();
            locks.insert(sha256, Arc::downgrade(&lock));
            lock
        };
        lock.lock_owned().await
    }
}
