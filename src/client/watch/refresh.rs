//! Periodic refresh: a new client for a renewed certificate, the gateway's present rules, and refusals at the counter.

use std::sync::Arc;
use std::time::Duration;

use super::event::WatchEvent;
use super::files::filing;
use super::office_refusals;
use super::office_refusals::UntoldRefusal;
use super::profile_cache;
use super::watch_loop::{RefreshResult, Watch};

/// Interval of the requests for all of them. A renewal that failed waits longer by itself.
const REFRESH_INTERVAL: Duration = Duration::from_secs(300);

impl Watch {
    /// Asks, beside all other work. What is being asked already is not asked twice.
    pub(super) fn begin_refresh(&mut self) {
        self.schedule.refresh = self.timer.elapsed() + REFRESH_INTERVAL;
        if self.refresh.is_some() {
            return;
        }
        let (connections, present) = (Arc::clone(&self.client_provider), self.client.clone());
        // Not the context itself, which holds the folder's lock: the task may outlive the watch.
        let context = self.context.as_ref();
        let journal = context.journal.clone().map(|journal| (journal, context.folder.arrivals().to_owned()));
        let language = context.language;
        self.refresh = Some(tokio::spawn(async move {
            let connection = connections.refresh(&present).await;
            let rules = profile_cache::fetch(connection.as_ref().unwrap_or(&present)).await;
            let refusals = match &journal {
                // A gateway that does not answer is not asked a second time.
                Some((journal, folder)) if rules.is_some() => {
                    let client = connection.as_ref().unwrap_or(&present);
                    office_refusals::fetch(client, journal, folder, language).await
                }
                _ => Vec::new(),
            };
            RefreshResult { client: connection, profile: rules, refusals }
        }));
    }

    /// Takes what came of it; nothing, when the asking failed altogether.
    pub(super) fn apply_refresh(&mut self, renewed: Option<RefreshResult>) {
        self.refresh = None;
        let Some(RefreshResult { client: connection, profile: rules, refusals }) = renewed else { return };
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
        self.tell_refusals(&refusals);
        if context.profile.current().is_none() && !self.is_profile_missing {
            self.is_profile_missing = true;
            context.observer.event(&WatchEvent::ProfileUnknown);
        }
    }

    /// Tells refusals and lays down their reports. What cannot be written is told the next time.
    fn tell_refusals(&mut self, refusals: &[UntoldRefusal]) {
        let context = Arc::clone(&self.context);
        for UntoldRefusal { note, photo } in refusals {
            let Some(refusal) = &photo.refusal else { continue };
            let report = context.receipt_writer.office_report(note, photo);
            let written = filing::put_office_report(&context.folder, note, &report).and_then(|path| {
                context.observer.event(&WatchEvent::RefusedByOffice { name: &note.name, report: &path, refusal });
                context.journal.as_ref().map_or(Ok(()), |journal| journal.mark_refusal_told(note.photo_id))
            });
            if let Err(error) = written {
                self.storage_failed(&error);
            }
        }
    }
}
