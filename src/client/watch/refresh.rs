//! Now and then: a new connection for a renewed certificate, and the gateway's present rules.

use std::sync::Arc;
use std::time::Duration;

use super::event::WatchEvent;
use super::profile_cache;
use super::watch_loop::{RefreshResult, Watch};

/// How often both are asked for. A renewal that failed waits longer by itself.
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
        let shop = Arc::clone(&self.context);
        if let Some(connection) = connection {
            self.client = connection;
            self.breaker.retry_now();
            shop.observer.event(&WatchEvent::ClientRenewed);
        }
        if let Some(shown) = rules {
            let (read, kept) = shop.profile.update(&shop.folder, &shown);
            if let Some(read) = read {
                let (profile, left_to_gateway) = (read.profile.name(), read.unsupported_tables.as_slice());
                shop.observer.event(&WatchEvent::ProfileLoaded { profile, unknown_checks: left_to_gateway });
            }
            if let Err(error) = kept {
                self.storage_failed(&error);
            }
        }
        if shop.profile.current().is_none() && !self.is_profile_missing {
            self.is_profile_missing = true;
            shop.observer.event(&WatchEvent::ProfileUnknown);
        }
    }
}
