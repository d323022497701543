//! Waiting, passed in: so that tests of an hour's outage take no time.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};

/// Clock and pauses of a push: the time it has taken, and the wait before its next try.
#[async_trait]
pub trait Timer: Send + Sync {
    /// Time since the push began. Never goes back, whatever happens to the clock on the wall.
    fn elapsed(&self) -> Duration;

    /// Returns after `span`.
    async fn sleep(&self, span: Duration);
}

/// The real thing.
#[derive(Debug)]
pub struct TokioTimer {
    began: Instant,
}

impl TokioTimer {
    /// Begins now.
    pub fn begin() -> Self {
        Self { began: Instant::now() }
    }
}

#[async_trait]
impl Timer for TokioTimer {
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    async fn sleep(&self, span: Duration) {
        sleep(span).await;
    }
}
