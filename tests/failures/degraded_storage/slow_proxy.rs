//! A proxy that delays every answer of a server.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::support::proxies::server_socket::{ServerSocketProxy, relay_answers};

/// Proxy in front of a server's socket, at first without a delay.
pub struct SlowProxy {
    proxy: ServerSocketProxy,
    milliseconds: Arc<AtomicU64>,
}

impl SlowProxy {
    pub fn before(server: &Path) -> Self {
        let milliseconds = Arc::new(AtomicU64::new(0));
        let delay = Arc::clone(&milliseconds);
        let proxy = ServerSocketProxy::start(server, move |client, server| {
            let delay = Arc::clone(&delay);
            relay_answers(client, server, move |answer| {
                let delay = Duration::from_millis(delay.load(Ordering::SeqCst));
                async move {
                    tokio::time::sleep(delay).await;
                    Some(answer)
                }
            })
        });
        Self { proxy, milliseconds }
    }

    pub fn folder(&self) -> &Path {
        self.proxy.folder()
    }

    /// Delays every answer from now on.
    pub fn set_delay(&self, span: Duration) {
        self.milliseconds.store(span.as_millis() as u64, Ordering::SeqCst);
    }
}
