//! Certificates, authorities and revocation lists come into force while the gateway serves.
//!
//! ```text
//! look at the files -> changed? -> verify the new -> put in force -> cut who would not be let in any more
//!                                        \-> keep the old, say so in log, metrics and /readyz
//! ```
//!
//! Files are compared by their content and not by their dates, which a copy or a coarse clock makes lie. Connections that are
//! open go on with the TLS they were opened with; but where authorities or lists changed, the certificate behind each is
//! verified anew, and who would not pass is cut.

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

/// A handful of small files are read so often.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Long enough for an administrator's holiday.
const EXPIRY_WARNING: Duration = Duration::from_secs(30 * 86_400);

/// Reason why the files are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReloadTrigger {
    /// It is time. What is wrong now may be half of a replacement that is under way: it is reported when it is still wrong at
    /// the next look.
    Timer,
    /// Somebody asked, who says with it that the files are complete.
    Requested,
}

/// Asks for a look at once. Clones ask the same gateway.
#[derive(Debug, Clone)]
pub struct ReloadHandle(mpsc::Sender<oneshot::Sender<()>>);

impl ReloadHandle {
    /// Returns when the files have been looked at and whatever was good is in force.
    pub async fn now(&self) {
        let (done, done_receiver) = oneshot::channel();
        if self.0.send(done).await.is_ok() {
            // Not answered only by a gateway that stops.
            let _ = done_receiver.await;
        }
    }
}

/// Loads newer certificates, authorities and revocation lists and puts them in force.
pub(super) struct Reloader {
    files: TrustFiles,
    connections: ConnectionRegistry,
    status: TrustStatus,
    parts: Vec<LoadedPart>,
    tls_senders: TlsSenders,
    /// The foreign authorities whose lists had run out at the last look.
    expired_revocation_lists: Vec<String>,
    issuer_files: Option<IssuerFiles>,
    /// True if the certificate issuer has not been reloaded since other files were put in force or a reload was requested.
    issuer_is_stale: bool,
}

struct LoadedPart {
    part: TrustPart,
    content: PartContent,
    /// Error of the last check.
    last_error: Option<String>,
}

/// Error in a part of the files or in the content that is in force.
struct ReloadError {
    text: String,
    /// It is what is in force that is wrong, not something newer.
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
    /// Reads everything for the first time.
    ///
    /// # Errors
    /// [`TrustError`]: without all of it the gateway does not start.
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
        // A server certificate that is out of time or has another name is told of and does not keep the gateway from starting.
        reloader.check_files(ReloadTrigger::Requested);
        Ok(reloader)
    }

    /// Devices are certified with what is reloaded, too.
    pub(super) fn with_issuer_files(self, issuer_files: IssuerFiles) -> Self {
        Self { issuer_files: Some(issuer_files), ..self }
    }

    /// The status that it keeps up.
    pub(super) fn status(&self) -> TrustStatus {
        self.status.clone()
    }

    /// TLS configurations of the studio, office and enrolment listeners, as they change.
    pub(super) fn securities(&self) -> [Security; 3] {
        [&self.tls_senders.studio, &self.tls_senders.office, &self.tls_senders.enrolment]
            .map(|sender| Security::Tls(sender.subscribe()))
    }

    /// Looks again and again until `stop` says so.
    pub(super) fn spawn(self, tasks: &mut JoinSet<()>, stop: &ShutdownTrigger) -> ReloadHandle {
        let (sender, mut requests) = mpsc::channel::<oneshot::Sender<()>>(1);
        let mut shutdown = stop.subscribe();
        let own_sender = sender.clone();
        tasks.spawn(async move {
            // So that `recv` never ends by itself.
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
                    Err(error) => return tracing::error!(%error, "certificates are not reloaded any more"),
                };
                if let Some(done) = done {
                    let _ = done.send(());
                }
            }
        });
        ReloadHandle(sender)
    }

    fn check_files(&mut self, trigger: ReloadTrigger) {
        // A key that was put in place beside its certificate changes no part: whoever asks may mean that.
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

    /// Puts a part's files in force if they have changed and are good; `true` when they were put in force.
    fn reload_part(&mut self, index: usize) -> Result<bool, ReloadError> {
        let part = self.parts[index].part;
        let content = self.files.read(part)?;
        if content == self.parts[index].content {
            // What is in force is tried as well: its time may be over.
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

    /// Writes down what a part in force says about its end.
    fn record_expiry(&self, index: usize) -> Result<(), TrustError> {
        let LoadedPart { part, content, .. } = &self.parts[index];
        match part {
            TrustPart::Server => {
                let end = self.files.server_certificate_expiry(content)?;
                self.status.change(|facts| facts.server_certificate_expires_at = end);
                if end < self.files.now() + EXPIRY_WARNING {
                    tracing::warn!(expires_at = %end, "renew the server certificate: `renew-server-certificate`");
                }
            }
            TrustPart::ExternalCa(number) => {
                let (roots, end) = self.files.revocation_list_expiry(*number, content)?;
                self.status.change(|facts| {
                    facts.external_list_expiry.remove(&roots);
                    facts.external_list_expiry.extend(end.map(|end| (roots, end)));
                });
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
            self.status.change(|facts| facts.reloads += 1);
            tracing::info!(what = name, "reloaded and in force");
        } else if recovered {
            tracing::info!(what = name, "in order again");
        }
    }

    fn report_failure(&mut self, index: usize, error: &ReloadError, trigger: ReloadTrigger) {
        let name = self.parts[index].part.name();
        let ReloadError { text, affects_loaded } = error;
        let seen_before = self.parts[index].last_error.replace(text.clone()).as_ref() == Some(text);
        if trigger == ReloadTrigger::Timer && !seen_before {
            tracing::debug!(what = name, trouble = text, "cannot be used yet, perhaps it is being replaced");
            return;
        }
        if !self.status.set_fault(&name, text.clone()) {
            return;
        }
        if *affects_loaded {
            tracing::error!(what = name, trouble = text, "something is wrong with what is in force");
        } else {
            self.status.change(|facts| facts.reload_failures += 1);
            tracing::error!(what = name, trouble = text, "not reloaded, what was in force before stays in force");
        }
    }

    /// Tried again at each look until it has gone well: a certificate may be there a moment before its key. Files that are not
    /// even good enough to serve with are told of already, and waited for.
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
                    tracing::error!(trouble = text, "devices are certified with what was in force before");
                }
            }
        }
    }

    /// Cuts open connections that are no longer trusted because an external CA's list ran out; new ones are refused by the handshake.
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
                "a foreign revocation list ran out: its certificates are refused until a new one is there"
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
                tracing::info!(listener = name, connections = closed, "cut connections that are no longer trusted");
            }
        }
    }
}

/// A message with its causes.
fn error_chain(error: &dyn Error) -> String {
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
