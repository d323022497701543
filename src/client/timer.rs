//! Timer that is passed in, so that tests of an hour's outage take no time.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};

/// Monotonic clock and pauses of a push.
#[async_trait]
pub trait Timer: Send + Sync {
    /// Time since the push began. It does not depend on the wall clock.
    fn elapsed(&self) -> Duration;

    /// Waits for `span`.
    async fn sleep(&self, span: Duration);
}

/// The real thing.
#[derive(Debug)]
pub struct TokioTimer {
    began: Instant,
}

impl TokioTimer {
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
