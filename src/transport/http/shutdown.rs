//! Stopping in two steps: first let running requests finish, then, when asked again, drop everything.
//!
//! [`ShutdownTrigger`] is held by whoever decides (the signal handler, a test), [`ShutdownSignal`] by whoever obeys.

use std::future;
use std::sync::Arc;

use tokio::sync::watch;

/// Stage of a shutdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShutdownStage {
    /// Serving.
    Running,
    /// Nothing new is accepted; running requests finish.
    Draining,
    /// Everything is dropped. Nothing acknowledged is lost by it: an answer only leaves after its commit.
    Aborting,
}

/// Tells every listener to stop. Cloned freely; dropping it stops nothing.
#[derive(Debug, Clone)]
pub struct ShutdownTrigger(Arc<watch::Sender<ShutdownStage>>);

impl ShutdownTrigger {
    /// A handle at [`ShutdownStage::Running`].
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(ShutdownStage::Running)))
    }

    /// The next step: the first call lets running requests finish, every further one hurries. Returns where things stand.
    pub fn advance(&self) -> ShutdownStage {
        self.0.send_modify(|stage| {
            *stage = match *stage {
                ShutdownStage::Running => ShutdownStage::Draining,
                ShutdownStage::Draining | ShutdownStage::Aborting => ShutdownStage::Aborting,
            }
        });
        *self.0.borrow()
    }

    /// The other end.
    pub fn subscribe(&self) -> ShutdownSignal {
        ShutdownSignal(self.0.subscribe())
    }
}

impl Default for ShutdownTrigger {
    fn default() -> Self {
        Self::new()
    }
}

/// Learns when to stop.
#[derive(Debug, Clone)]
pub struct ShutdownSignal(watch::Receiver<ShutdownStage>);

impl ShutdownSignal {
    /// Current stage of the shutdown.
    pub fn stage(&self) -> ShutdownStage {
        *self.0.borrow()
    }

    /// Returns once nothing new shall be begun.
    pub async fn draining(&mut self) {
        self.reached(ShutdownStage::Draining).await;
    }

    /// Returns once everything shall be dropped.
    pub async fn aborting(&mut self) {
        self.reached(ShutdownStage::Aborting).await;
    }

    async fn reached(&mut self, stage: ShutdownStage) {
        if self.0.wait_for(|now| *now >= stage).await.is_err() {
            // Every `ShutdownTrigger` is gone: nobody can order it any more.
            future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_signal_aborts_and_a_third_changes_nothing() {
        let stop = ShutdownTrigger::new();
        let shutdown = stop.subscribe();
        assert_eq!(shutdown.stage(), ShutdownStage::Running);
        assert_eq!(stop.advance(), ShutdownStage::Draining);
        assert_eq!(stop.advance(), ShutdownStage::Aborting);
        assert_eq!(stop.advance(), ShutdownStage::Aborting);
        assert_eq!(shutdown.stage(), ShutdownStage::Aborting);
    }
}
