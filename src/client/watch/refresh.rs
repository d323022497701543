//! Periodic refresh: a new client for a renewed certificate, and the gateway's present rules.

use std::sync::Arc;
use std::time::Duration;

use super::event::WatchEvent;
use super::profile_cache;
use super::watch_loop::{RefreshResult, Watch};

/// Interval of the requests for both. A renewal that failed waits longer by itself.
const REFRESH_INTERVAL: Duration = Duration::from_secs(300);

impl Watch {
    /// Asks, beside all other work. What is being asked already is not asked twice.
    pub(super) fn begin_refresh(&mut self) {
        self.schedule.refresh = self.timer.elapsed() + REFRESH_INTERVAL;
        if self.refresh.is_some() {
            return;
        }
        let (connections, present) = (Arc::clone(&self.client_provider), self.client.clone());
        self.refresh = Some(tokio::spawn(async move {
            let connection = connections.refresh(&present).await;
            let rules = profile_cache::fetch(connection.as_ref().unwrap_or(&present)).await;
            RefreshResult { client: connection, profile: rules }
        }));
    }

    /// Takes what came of it; nothing, when the asking failed altogether.
    pub(super) fn apply_refresh(&mut self, renewed: Option<RefreshResult>) {
        self.refresh = None;
        let Some(RefreshResult { client: connection, profile: rules }) = renewed else { return };
        let context = Arc::clone(&self.context);
        if let Some(connection) = connection {
            self.client = connection;
            self.breaker.retry_now();
            context.observer.event(&WatchEvent::ClientRenewed);
        }
        if let Some(shown) = rules {
            let (read, stored) = context.profile.update(&context.folder, &shown);
            if let Some(read) = read {
                let (profile, unknown_checks) = (read.profile.name(), read.unsupported_tables.as_slice());
                context.observer.event(&WatchEvent::ProfileLoaded { profile, unknown_checks });
            }
            if let Err(error) = stored {
                self.storage_failed(&error);
            }
        }
        if context.profile.current().is_none() && !self.is_profile_missing {
            self.is_profile_missing = true;
            context.observer.event(&WatchEvent::ProfileUnknown);
        }
    }
}
