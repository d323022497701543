//! Handle that cancels an open connection.

use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

/// Clones belong to the same connection.
#[derive(Debug, Clone, Default)]
pub struct ConnectionHandle(Arc<CancelSignal>);

#[derive(Debug, Default)]
struct CancelSignal {
    /// Empty while the connection is open; the first cause counts.
    cause: OnceLock<CancelCause>,
    notify: Notify,
}

/// Reason why an open connection was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CancelCause {
    /// Its certificate is revoked or no longer trusted.
    RightLost,
    /// The listener is full, and another device is entitled to the place.
    MadeWay,
    /// The sandbox cut it.
    Injected,
}

impl ConnectionHandle {
    /// Closes the connection immediately, even during a request, because its right is lost. Returns true for the first call.
    pub fn cancel(&self) -> bool {
        self.cancel_for(CancelCause::RightLost)
    }

    /// Closes the connection immediately in favour of another one.
    pub(super) fn make_way(&self) {
        self.cancel_for(CancelCause::MadeWay);
    }

    /// Closes the connection immediately as a network would, for the [fault injector](crate::server::faults::FaultInjector).
    pub fn inject_cut(&self) {
        self.cancel_for(CancelCause::Injected);
    }

    fn cancel_for(&self, cause: CancelCause) -> bool {
        let first = self.0.cause.set(cause).is_ok();
        self.0.notify.notify_one();
        first
    }

    pub(super) async fn cancelled(&self) -> CancelCause {
        loop {
            if let Some(cause) = self.0.cause.get() {
                return *cause;
            }
            self.0.notify.notified().await;
        }
    }
}
