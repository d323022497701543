//! Handle of an open connection, by which it can be cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// A handle that ends one open connection.
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
    /// Its owner has lost the right to it.
    RightLost,
    /// The listener is full, and others have a better right to the place.
    MadeWay,
}

impl ConnectionHandle {
    /// Ends the connection at once, a running request included: its owner has lost the right to it.
    ///
    /// Returns true for the first call.
    pub fn cancel(&self) -> bool {
        let first = !self.0.is_cancelled.swap(true, Ordering::AcqRel);
        self.0.notify.notify_one();
        first
    }

    /// Ends the connection at once in favour of another one.
    pub(super) fn make_way(&self) {
        self.0.makes_way.store(true, Ordering::Release);
        self.cancel();
    }

    /// Returns once the connection is cancelled, at once if that has happened before.
    pub(super) async fn cancelled(&self) -> CancelCause {
        while !self.0.is_cancelled.load(Ordering::Acquire) {
            self.0.notify.notified().await;
        }
        if self.0.makes_way.load(Ordering::Acquire) { CancelCause::MadeWay } else { CancelCause::RightLost }
    }
}
