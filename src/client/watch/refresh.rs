//! Periodic refresh of the client (after a renewal of the certificate), of the gateway's profile, and of refusals by offices.

use std::sync::Arc;
use std::time::Duration;

use super::event::WatchEvent;
use super::files::filing;
use super::office_refusals;
use super::office_refusals::UntoldRefusal;
use super::profile_cache;
use super::watch_loop::{RefreshResult, Watch};

/// Interval of the refresh. A failed renewal has a longer interval of its own.
const REFRESH_INTERVAL: Duration = Duration::from_secs(300);

impl Watch {
    /// Starts a refresh in the background, unless one is in progress.
    pub(super) fn begin_refresh(&mut self) {
        self.schedule.refresh = self.timer.elapsed() + REFRESH_INTERVAL;
        if self.refresh.is_some() {
            return;
        }
        let (connections, present) = (Arc::clone(&self.client_provider), self.client.clone());
        // The task may outlive the watch and must not hold the context, which holds the folder's lock.
        let context = self.context.as_ref();
        let journal = context.journal.clone().map(|journal| (journal, context.folder.arrivals().to_owned()));
        let language = context.language;
        self.refresh = Some(tokio::spawn(async move {
            let connection = connections.refresh(&present).await;
            let rules = profile_cache::fetch(connection.as_ref().unwrap_or(&present)).await;
            let refusals = match &journal {
                // If the gateway does not answer, the second request is not sent.
                Some((journal, folder)) if rules.is_some() => {
                    let client = connection.as_ref().unwrap_or(&present);
                    office_refusals::fetch(client, journal, folder, language).await
                }
                _ => Vec::new(),
            };
            RefreshResult { client: connection, profile: rules, refusals }
        }));
    }

    /// Takes the result of a refresh.
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

    /// Reports refusals and writes their reports. If a report cannot be written, the next refresh repeats it.
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
