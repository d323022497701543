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
    notify: Notify,
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

    /// Returns once the connection is cancelled, at once if that has happened before.
    pub(super) async fn cancelled(&self) {
        while !self.0.is_cancelled.load(Ordering::Acquire) {
            self.0.notify.notified().await;
        }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
