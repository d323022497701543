//! Messages of a watch in its log. They contain no codes.

use std::path::Path;
use std::sync::Arc;

use crate::cli::shown_path::shown_path;
use crate::cli::studio::advice::Failure;
use crate::client::watch::WatchEvent;
use crate::client::watch::files::message_log::{LoggedMessage, MessageKind, MessageLog};
use crate::client::watch::files::retention::SentRetention;
use crate::clock::{Clock, SystemClock, Timestamp};

/// The log of a watch of one folder.
#[derive(Debug)]
pub(super) struct WatchLog {
    messages: MessageLog,
    folder: String,
}

impl WatchLog {
    /// `folder` is `None` if no folder is named, so that the watch does not start.
    pub(super) fn new(config: &Path, folder: Option<&Path>, keep_sent: SentRetention) -> Arc<Self> {
        let folder = folder.map(logged_folder).unwrap_or_default();
        Arc::new(Self { messages: MessageLog::beside(config, keep_sent), folder })
    }

    pub(super) fn started(&self) {
        self.write(MessageKind::Start, self.folder.clone(), SystemClock.now());
    }

    pub(super) fn ended(&self) {
        self.write(MessageKind::End, self.folder.clone(), SystemClock.now());
    }

    pub(super) fn failed(&self, failure: &Failure) {
        self.write(MessageKind::Failure, failure.message.clone(), SystemClock.now());
    }

    /// Adds the text of an event. Erasures are not logged, because the log would keep the photos' names.
    pub(super) fn add(&self, event: &WatchEvent<'_>, text: String, now: Timestamp) {
        if !matches!(event, WatchEvent::Erased { .. }) {
            self.write(kind(event), text, now);
        }
    }

    /// Drops old messages from time to time.
    pub(super) fn tidy(&self, now: Timestamp) {
        self.messages.tidy(now);
    }

    fn write(&self, kind: MessageKind, text: String, at: Timestamp) {
        self.messages.append(&LoggedMessage { at, kind, text });
    }
}

/// The folder as it is written to the log.
pub(in crate::cli::studio) fn logged_folder(folder: &Path) -> String {
    let resolved = folder.canonicalize().or_else(|_| std::path::absolute(folder));
    shown_path(resolved.as_deref().unwrap_or(folder))
}

/// The kind of an event's message. Every event that is not known to be without a photo's name counts as one with it.
fn kind(event: &WatchEvent<'_>) -> MessageKind {
    match event {
        WatchEvent::Resuming { .. }
        | WatchEvent::GatewayDown { .. }
        | WatchEvent::GatewayRecovered { .. }
        | WatchEvent::Unauthorized { .. }
        | WatchEvent::FolderLost { .. }
        | WatchEvent::FolderRecovered
        | WatchEvent::StorageFailed { .. }
        | WatchEvent::StorageRecovered
        | WatchEvent::ProfileLoaded { .. }
        | WatchEvent::ProfileUnknown
        | WatchEvent::ClientRenewed
        | WatchEvent::RenewalFailed { .. } => MessageKind::State,
        _ => MessageKind::Photo,
    }
}
