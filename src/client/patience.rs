//! Waiting, passed in: so that tests of an hour's outage take no time.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};

/// How long a push has gone on, and the pause before its next try.
#[async_trait]
pub trait Patience: Send + Sync {
    /// Time since the push began. Never goes back, whatever happens to the clock on the wall.
    fn spent(&self) -> Duration;

    /// Returns after `span`.
    async fn wait(&self, span: Duration);
}

/// The real thing.
#[derive(Debug)]
pub struct RealPatience {
    began: Instant,
}

impl RealPatience {
    /// Begins now.
    pub fn begin() -> Self {
        Self { began: Instant::now() }
    }
}

#[async_trait]
impl Patience for RealPatience {
    fn spent(&self) -> Duration {
        self.began.elapsed()
    }

    async fn wait(&self, span: Duration) {
        sleep(span).await;
    }
}
