//! Stopping in two steps: first let running requests finish, then, when asked again, drop everything.
//!
//! [`Stop`] is held by whoever decides (the signal handler, a test), [`Shutdown`] by whoever obeys.

use std::future;
use std::sync::Arc;

use tokio::sync::watch;

/// How far stopping has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Serving.
    Running,
    /// Nothing new is accepted; running requests finish.
    Finishing,
    /// Everything is dropped. Nothing acknowledged is lost by it: an answer only leaves after its commit.
    Hurrying,
}

/// Tells every listener to stop. Cloned freely; dropping it stops nothing.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<Stage>>);

impl Stop {
    /// A handle at [`Stage::Running`].
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Stage::Running)))
    }

    /// The next step: the first call lets running requests finish, every further one hurries. Returns where things stand.
    pub fn advance(&self) -> Stage {
        self.0.send_modify(|stage| {
            *stage = match *stage {
                Stage::Running => Stage::Finishing,
                Stage::Finishing | Stage::Hurrying => Stage::Hurrying,
            }
        });
        *self.0.borrow()
    }

    /// The other end.
    pub fn subscribe(&self) -> Shutdown {
        Shutdown(self.0.subscribe())
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

/// Learns when to stop.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<Stage>);

impl Shutdown {
    /// Where things stand now.
    pub fn stage(&self) -> Stage {
        *self.0.borrow()
    }

    /// Returns once nothing new shall be begun.
    pub async fn finishing(&mut self) {
        self.reached(Stage::Finishing).await;
    }

    /// Returns once everything shall be dropped.
    pub async fn hurrying(&mut self) {
        self.reached(Stage::Hurrying).await;
    }

    async fn reached(&mut self, stage: Stage) {
        if self.0.wait_for(|now| *now >= stage).await.is_err() {
            // Every `Stop` is gone: nobody can order it any more.
            future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_order_hurries_and_a_third_changes_nothing() {
        let stop = Stop::new();
        let shutdown = stop.subscribe();
        assert_eq!(shutdown.stage(), Stage::Running);
        assert_eq!(stop.advance(), Stage::Finishing);
        assert_eq!(stop.advance(), Stage::Hurrying);
        assert_eq!(stop.advance(), Stage::Hurrying);
        assert_eq!(shutdown.stage(), Stage::Hurrying);
    }
}
