//! Shutdown in two steps: at the first signal running requests finish, at the second one all connections are dropped.
//!
//! The signal handler has the [`ShutdownTrigger`], listeners and background tasks have a [`ShutdownSignal`].

use std::future;
use std::sync::Arc;

use tokio::sync::watch;

/// Stage of a shutdown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShutdownStage {
    #[default]
    Running,
    /// New connections are refused; running requests finish.
    Draining,
    /// All connections are dropped. Acknowledged work is safe: a response is sent only after its commit.
    Aborting,
}

/// Starts the shutdown. Dropping it does not.
#[derive(Debug, Clone, Default)]
pub struct ShutdownTrigger(Arc<watch::Sender<ShutdownStage>>);

impl ShutdownTrigger {
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes to the next stage and returns it.
    pub fn advance(&self) -> ShutdownStage {
        self.0.send_modify(|stage| {
            *stage = match *stage {
                ShutdownStage::Running => ShutdownStage::Draining,
                ShutdownStage::Draining | ShutdownStage::Aborting => ShutdownStage::Aborting,
            }
        });
        *self.0.borrow()
    }

    pub fn subscribe(&self) -> ShutdownSignal {
        ShutdownSignal(self.0.subscribe())
    }
}

/// Reports the stage of the shutdown.
#[derive(Debug, Clone)]
pub struct ShutdownSignal(watch::Receiver<ShutdownStage>);

impl ShutdownSignal {
    pub fn stage(&self) -> ShutdownStage {
        *self.0.borrow()
    }

    /// Returns at [`ShutdownStage::Draining`] or later.
    pub async fn draining(&mut self) {
        self.reached(ShutdownStage::Draining).await;
    }

    /// Returns at [`ShutdownStage::Aborting`].
    pub async fn aborting(&mut self) {
        self.reached(ShutdownStage::Aborting).await;
    }

    async fn reached(&mut self, stage: ShutdownStage) {
        if self.0.wait_for(|now| *now >= stage).await.is_err() {
            // Without a `ShutdownTrigger` there is no shutdown.
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
