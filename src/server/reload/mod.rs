//! Reloads certificates, CAs and revocation lists while the gateway runs.
//!
//! ```text
//! read the files -> changed? -> verify -> activate -> close connections that are not trusted any more
//!                                  \-> keep the old files, report in log, metrics and /readyz
//! ```
//!
//! Files are compared by their content, because their dates are unreliable. Open connections keep their TLS settings, but when CAs or
//! lists change, the certificate of each connection is verified again.

use std::error::Error;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{self, JoinSet};
use tokio::time::{self, MissedTickBehavior};

use super::issuer_files::IssuerFiles;
use super::trust_files::{ListenerTls, PartContent, TrustError, TrustFiles, TrustPart};
use crate::clock::Timestamp;
use crate::transport::accept::connection_registry::ConnectionRegistry;
use crate::transport::accept::listener::Security;
use crate::transport::http::shutdown::ShutdownTrigger;
use crate::transport::tls::ServerTls;
use crate::transport::tls::trust_status::TrustStatus;

/// A few small files are read in this interval.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Longer than an administrator's holiday.
const EXPIRY_WARNING: Duration = Duration::from_secs(30 * 86_400);

/// Public authorities certify for 90 days or less, and their clients renew 30 days before the end.
const ENROLMENT_EXPIRY_WARNING: Duration = Duration::from_secs(14 * 86_400);

/// Reason why the files are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReloadTrigger {
    /// An error may be half of a replacement in progress, so it is reported only if the next check finds it again.
    Timer,
    /// By SIGHUP: the files are complete, so an error is reported at once.
    Requested,
}

/// Requests a reload. Clones share the gateway.
#[derive(Debug, Clone)]
pub struct ReloadHandle(mpsc::Sender<oneshot::Sender<()>>);

impl ReloadHandle {
    /// Returns when the files have been checked and valid ones are active.
    pub async fn now(&self) {
        let (done, done_receiver) = oneshot::channel();
        if self.0.send(done).await.is_ok() {
            // Fails only while the gateway stops.
            let _ = done_receiver.await;
        }
    }
}

/// Loads newer certificates, CAs and revocation lists and activates them.
pub(super) struct Reloader {
    files: TrustFiles,
    connections: ConnectionRegistry,
    status: TrustStatus,
    parts: Vec<LoadedPart>,
    tls_senders: TlsSenders,
    /// External CAs, by the path of their roots, whose lists had expired at the last check.
    expired_revocation_lists: Vec<String>,
    issuer_files: Option<IssuerFiles>,
    /// True if the certificate issuer was not reloaded since other files were activated or a reload was requested.
    issuer_is_stale: bool,
}

struct LoadedPart {
    part: TrustPart,
    content: PartContent,
    /// Error of the last check.
    last_error: Option<String>,
}

struct ReloadError {
    text: String,
    /// True if the active content is invalid, false if the files on disk are.
    affects_loaded: bool,
}

impl From<TrustError> for ReloadError {
    fn from(error: TrustError) -> Self {
        Self { text: error_chain(&error), affects_loaded: false }
    }
}

struct TlsSenders {
    studio: watch::Sender<ServerTls>,
    office: watch::Sender<ServerTls>,
    enrolment: watch::Sender<ServerTls>,
}

impl Reloader {
    /// Reads all files. The gateway does not start after an error.
    pub(super) fn start(files: TrustFiles, connections: ConnectionRegistry) -> Result<Self, TrustError> {
        let parts: Vec<_> = files.parts();
        let contents = parts.iter().map(|part| files.read(*part)).collect::<Result<Vec<_>, _>>()?;
        let ListenerTls { studio, office, enrolment } = files.build(&contents)?;
        let tls_senders = TlsSenders {
            studio: watch::Sender::new(studio),
            office: watch::Sender::new(office),
            enrolment: watch::Sender::new(enrolment),
        };
        let status = TrustStatus::new(files.server_certificate_expiry(&contents[0])?);
        let mut reloader = Self {
            files,
            connections,
            status,
            parts: Vec::new(),
            tls_senders,
            expired_revocation_lists: Vec::new(),
            issuer_files: None,
            issuer_is_stale: false,
        };
        for (index, (part, content)) in parts.into_iter().zip(contents).enumerate() {
            reloader.parts.push(LoadedPart { part, content, last_error: None });
            reloader.record_expiry(index)?;
        }
        // An expired server certificate, or one with another name, is reported but does not keep the gateway from starting.
        reloader.check_files(ReloadTrigger::Requested);
        Ok(reloader)
    }

    /// Reloads the CAs of enrolment too.
    pub(super) fn with_issuer_files(self, issuer_files: IssuerFiles) -> Self {
        Self { issuer_files: Some(issuer_files), ..self }
    }

    pub(super) fn status(&self) -> TrustStatus {
        self.status.clone()
    }

    /// TLS settings of the studio, office and enrolment listeners, which change with reloads.
    pub(super) fn securities(&self) -> [Security; 3] {
        [&self.tls_senders.studio, &self.tls_senders.office, &self.tls_senders.enrolment]
            .map(|sender| Security::Tls(sender.subscribe()))
    }

    /// Checks the files in intervals and on request, until `stop`.
    pub(super) fn spawn(self, tasks: &mut JoinSet<()>, stop: &ShutdownTrigger) -> ReloadHandle {
        let (sender, mut requests) = mpsc::channel::<oneshot::Sender<()>>(1);
        let mut shutdown = stop.subscribe();
        let own_sender = sender.clone();
        tasks.spawn(async move {
            // Keeps the channel open.
            let _own_sender = own_sender;
            let mut reloader = self;
            let mut ticks = time::interval(POLL_INTERVAL);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                let (trigger, done) = tokio::select! {
                    () = shutdown.draining() => return,
                    _ = ticks.tick() => (ReloadTrigger::Timer, None),
                    done = requests.recv() => (ReloadTrigger::Requested, done),
                };
                let check = task::spawn_blocking(move || {
                    reloader.check_files(trigger);
                    reloader
                });
                reloader = match check.await {
                    Ok(reloader) => reloader,
                    Err(error) => {
                        return tracing::error!(%error, "reload task panicked, certificates are not reloaded: restart the gateway");
                    }
                };
                if let Some(done) = done {
                    let _ = done.send(());
                }
            }
        });
        ReloadHandle(sender)
    }

    fn check_files(&mut self, trigger: ReloadTrigger) {
        // A new CA key changes no part, so a request reloads the issuer in any case.
        self.issuer_is_stale |= trigger == ReloadTrigger::Requested;
        for index in 0..self.parts.len() {
            match self.reload_part(index) {
                Ok(replaced) => {
                    self.issuer_is_stale |= replaced;
                    self.report_success(index, replaced);
                }
                Err(error) => self.report_failure(index, &error, trigger),
            }
        }
        self.check_revocation_list_expiry();
        self.reload_issuer();
    }

    /// Activates the files of a part if they have changed and are valid; `true` if they were activated.
    fn reload_part(&mut self, index: usize) -> Result<bool, ReloadError> {
        let part = self.parts[index].part;
        let content = self.files.read(part)?;
        if content == self.parts[index].content {
            // The active content is verified again: it may have expired.
            let tried = self.files.check(part, &content);
            return tried.map(|()| false).map_err(|error| ReloadError { affects_loaded: true, ..error.into() });
        }
        self.files.check(part, &content)?;
        self.files.check_successor(part, &content, &self.parts[index].content)?;
        let mut contents: Vec<_> = self.parts.iter().map(|part| part.content.clone()).collect();
        contents[index] = content.clone();
        let ListenerTls { studio, office, enrolment } = self.files.build(&contents)?;
        self.parts[index].content = content;
        self.record_expiry(index)?;
        self.tls_senders.studio.send_replace(studio);
        self.tls_senders.office.send_replace(office);
        self.tls_senders.enrolment.send_replace(enrolment);
        self.close_untrusted();
        Ok(true)
    }

    fn record_expiry(&self, index: usize) -> Result<(), TrustError> {
        let LoadedPart { part, content, .. } = &self.parts[index];
        match part {
            TrustPart::Server => {
                let end = self.files.server_certificate_expiry(content)?;
                self.status.change(|facts| facts.server_certificate_expires_at = end);
                if end < self.files.now() + EXPIRY_WARNING {
                    tracing::warn!(expires_at = %end, "server certificate expires soon: run `lichtbild-gateway renew-server-certificate`");
                }
            }
            TrustPart::ExternalCa(number) => {
                let (roots, end) = self.files.revocation_list_expiry(*number, content)?;
                self.status.change(|facts| {
                    facts.external_list_expiry.remove(&roots);
                    facts.external_list_expiry.extend(end.map(|end| (roots, end)));
                });
            }
            TrustPart::EnrolmentServer => {
                let end = self.files.server_certificate_expiry(content)?;
                self.status.change(|facts| facts.enrolment_certificate_expires_at = Some(end));
                if end < self.files.now() + ENROLMENT_EXPIRY_WARNING {
                    tracing::warn!(expires_at = %end, "certificate of the enrolment listener expires soon: renew it at its authority");
                }
            }
            TrustPart::StudioCa | TrustPart::OfficeCa => {}
        }
        Ok(())
    }

    fn report_success(&mut self, index: usize, replaced: bool) {
        let name = self.parts[index].part.name();
        self.parts[index].last_error = None;
        let recovered = self.status.clear_fault(&name);
        if replaced {
            self.status.reloads.inc();
            tracing::info!(what = name, "reloaded");
        } else if recovered {
            tracing::info!(what = name, "recovered");
        }
    }

    fn report_failure(&mut self, index: usize, error: &ReloadError, trigger: ReloadTrigger) {
        let name = self.parts[index].part.name();
        let ReloadError { text, affects_loaded } = error;
        let seen_before = self.parts[index].last_error.replace(text.clone()).as_ref() == Some(text);
        if trigger == ReloadTrigger::Timer && !seen_before {
            tracing::debug!(
                what = name,
                trouble = text,
                "cannot load files that may be in replacement, retrying in 2 s"
            );
            return;
        }
        if !self.status.set_fault(&name, text.clone()) {
            return;
        }
        if *affects_loaded {
            tracing::error!(what = name, trouble = text, "the loaded files are not valid any more: replace them");
        } else {
            self.status.reload_failures.inc();
            tracing::error!(
                what = name,
                trouble = text,
                "not reloaded, the previous files stay active: correct the files"
            );
        }
    }

    /// Retries at each check, because a certificate may be written before its key. Waits for parts with errors, which are reported
    /// already.
    fn reload_issuer(&mut self) {
        const NAME: &str = "issuance";
        let must_wait = !self.issuer_is_stale || self.parts.iter().any(|part| part.last_error.is_some());
        let Some(issuer_files) = self.issuer_files.as_ref().filter(|_| !must_wait) else { return };
        match issuer_files.load() {
            Ok(()) => {
                self.issuer_is_stale = false;
                self.status.clear_fault(NAME);
            }
            Err(error) => {
                let text = error_chain(&error);
                if self.status.set_fault(NAME, text.clone()) {
                    tracing::error!(
                        trouble = text,
                        "cannot reload the CAs of enrolment, the previous ones stay active: correct the files"
                    );
                }
            }
        }
    }

    /// Closes open connections of an external CA whose revocation list has expired. The handshake refuses new ones.
    fn check_revocation_list_expiry(&mut self) {
        let now: Timestamp = self.files.now();
        let facts = self.status.facts();
        let run_out: Vec<_> =
            facts.external_list_expiry.into_iter().filter(|(_, end)| *end <= now).map(|(roots, _)| roots).collect();
        if run_out == self.expired_revocation_lists {
            return;
        }
        for roots in run_out.iter().filter(|roots| !self.expired_revocation_lists.contains(roots)) {
            tracing::error!(
                roots,
                "revocation list of an external CA has expired, its certificates are refused: install a new list"
            );
        }
        self.expired_revocation_lists = run_out;
        self.close_untrusted();
    }

    fn close_untrusted(&self) {
        for (name, sender) in [("studio", &self.tls_senders.studio), ("office", &self.tls_senders.office)] {
            let current = sender.borrow().clone();
            let closed = self.connections.cancel_untrusted(name, |chain| current.accepts(chain));
            if closed > 0 {
                tracing::info!(listener = name, connections = closed, "closed connections that are no longer trusted");
            }
        }
    }
}

/// A message with its causes.
pub(super) fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
