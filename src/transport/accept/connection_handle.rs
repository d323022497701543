//! Handle that cancels an open connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Clones belong to the same connection.
#[derive(Debug, Clone, Default)]
pub struct ConnectionHandle(Arc<CancelSignal>);

#[derive(Debug, Default)]
struct CancelSignal {
    is_cancelled: AtomicBool,
    makes_way: AtomicBool,
    notify: Notify,
}

/// Reason why an open connection was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CancelCause {
    /// Its certificate is revoked or no longer trusted.
    RightLost,
    /// The listener is full, and another device is entitled to the place.
    MadeWay,
}

impl ConnectionHandle {
    /// Closes the connection immediately, even during a request. Returns true for the first call.
    pub fn cancel(&self) -> bool {
        let first = !self.0.is_cancelled.swap(true, Ordering::AcqRel);
        self.0.notify.notify_one();
        first
    }

    /// Closes the connection immediately in favour of another one.
    pub(super) fn make_way(&self) {
        self.0.makes_way.store(true, Ordering::Release);
        self.cancel();
    }

    pub(super) async fn cancelled(&self) -> CancelCause {
        while !self.0.is_cancelled.load(Ordering::Acquire) {
            self.0.notify.notified().await;
        }
        if self.0.makes_way.load(Ordering::Acquire) { CancelCause::MadeWay } else { CancelCause::RightLost }
    }
}
