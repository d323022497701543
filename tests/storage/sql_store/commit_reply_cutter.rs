//! A proxy that drops the connection after a commit and before its answer.

use std::future::ready;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::proxies::server_socket::{ServerSocketProxy, relay_answers};

/// Proxy in front of a server's socket. Drops one answer each time it is armed.
pub struct CommitReplyCutter {
    proxy: ServerSocketProxy,
    armed: Arc<AtomicBool>,
}

impl CommitReplyCutter {
    pub fn before(server: &Path) -> Self {
        let armed = Arc::new(AtomicBool::new(false));
        let cuts = Arc::clone(&armed);
        let proxy = ServerSocketProxy::start(server, move |client, server| {
            let cuts = Arc::clone(&cuts);
            relay_answers(client, server, move |answer| {
                // The server reports success with "C" and the tag of the command.
                let is_commit = answer.windows(7).any(|window| window == b"COMMIT\0");
                ready((!is_commit || !cuts.swap(false, Ordering::SeqCst)).then_some(answer))
            })
        });
        Self { proxy, armed }
    }

    pub fn folder(&self) -> &Path {
        self.proxy.folder()
    }

    /// Drops the answer of the next commit.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    pub fn has_cut(&self) -> bool {
        !self.armed.load(Ordering::SeqCst)
    }
}
