//! Signal that a transaction of this process has committed events.

use std::sync::Arc;

use tokio::sync::Notify;

/// Clones are the same signal. It has one waiting task.
#[derive(Debug, Clone, Default)]
pub(in crate::storage::sql) struct EventSignal(Arc<Notify>);

impl EventSignal {
    pub(super) fn set(&self) {
        self.0.notify_one();
    }

    /// Returns when the signal was set since the last return.
    pub(super) async fn is_set(&self) {
        self.0.notified().await;
    }
}
