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

use super::issuance::IssuanceFiles;
use super::trust_files::{Content, LinesTls, Part, TrustError, TrustFiles};
use crate::clock::Timestamp;
use crate::transport::connections::Connections;
use crate::transport::listener::Security;
use crate::transport::shutdown::Stop;
use crate::transport::tls::ServerTls;
use crate::transport::trust_status::TrustStatus;

/// A handful of small files are read so often.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Long enough for an administrator's holiday.
const SERVER_CERTIFICATE_NOTICE: Duration = Duration::from_secs(30 * 86_400);

/// Why the files are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occasion {
    /// It is time. What is wrong now may be half of a replacement that is under way: it is reported when it is still wrong at
    /// the next look.
    Time,
    /// Somebody asked, who says with it that the files are complete.
    Asked,
}

/// Asks for a look at once. Clones ask the same gateway.
#[derive(Debug, Clone)]
pub struct Reload(mpsc::Sender<oneshot::Sender<()>>);

impl Reload {
    /// Returns when the files have been looked at and whatever was good is in force.
    pub async fn now(&self) {
        let (done, looked) = oneshot::channel();
        if self.0.send(done).await.is_ok() {
            // Not answered only by a gateway that stops.
            let _ = looked.await;
        }
    }
}

/// What is in force, and how to find something newer.
pub(super) struct Reloader {
    files: TrustFiles,
    connections: Connections,
    status: TrustStatus,
    parts: Vec<PartInForce>,
    lines: Lines,
    /// The foreign authorities whose lists had run out at the last look.
    lists_run_out: Vec<String>,
    issuance: Option<IssuanceFiles>,
    /// Whether what devices are certified with is behind what is in force here.
    issuance_behind: bool,
}

struct PartInForce {
    part: Part,
    content: Content,
    /// What was wrong at the last look.
    trouble: Option<String>,
}

/// Why a part is not as it should be.
struct Trouble {
    text: String,
    /// It is what is in force that is wrong, not something newer.
    in_force: bool,
}

impl From<TrustError> for Trouble {
    fn from(error: TrustError) -> Self {
        Self { text: chain_of(&error), in_force: false }
    }
}

struct Lines {
    studio: watch::Sender<ServerTls>,
    office: watch::Sender<ServerTls>,
    enrolment: watch::Sender<ServerTls>,
}

impl Reloader {
    /// Reads everything for the first time.
    ///
    /// # Errors
    /// [`TrustError`]: without all of it the gateway does not start.
    pub(super) fn start(files: TrustFiles, connections: Connections) -> Result<Self, TrustError> {
        let parts: Vec<_> = files.parts();
        let contents = parts.iter().map(|part| files.read(*part)).collect::<Result<Vec<_>, _>>()?;
        let LinesTls { studio, office, enrolment } = files.build(&contents)?;
        let lines = Lines {
            studio: watch::Sender::new(studio),
            office: watch::Sender::new(office),
            enrolment: watch::Sender::new(enrolment),
        };
        let status = TrustStatus::new(files.server_certificate_end(&contents[0])?);
        let mut reloader = Self {
            files,
            connections,
            status,
            parts: Vec::new(),
            lines,
            lists_run_out: Vec::new(),
            issuance: None,
            issuance_behind: false,
        };
        for (place, (part, content)) in parts.into_iter().zip(contents).enumerate() {
            reloader.parts.push(PartInForce { part, content, trouble: None });
            reloader.note(place)?;
        }
        // A server certificate that is out of time or has another name is told of and does not keep the gateway from starting.
        reloader.look(Occasion::Asked);
        Ok(reloader)
    }

    /// Devices are certified with what is reloaded, too.
    pub(super) fn with_issuance(self, issuance: IssuanceFiles) -> Self {
        Self { issuance: Some(issuance), ..self }
    }

    /// The status that it keeps up.
    pub(super) fn status(&self) -> TrustStatus {
        self.status.clone()
    }

    /// What studios, offices and newcomers are shown, as it changes.
    pub(super) fn securities(&self) -> [Security; 3] {
        [&self.lines.studio, &self.lines.office, &self.lines.enrolment].map(|line| Security::Tls(line.subscribe()))
    }

    /// Looks again and again until `stop` says so.
    pub(super) fn begin(self, work: &mut JoinSet<()>, stop: &Stop) -> Reload {
        let (sender, mut asked) = mpsc::channel::<oneshot::Sender<()>>(1);
        let mut shutdown = stop.subscribe();
        let kept = sender.clone();
        work.spawn(async move {
            // So that `recv` never ends by itself.
            let _kept = kept;
            let mut reloader = self;
            let mut ticks = time::interval(LOOK_EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                let (occasion, done) = tokio::select! {
                    () = shutdown.finishing() => return,
                    _ = ticks.tick() => (Occasion::Time, None),
                    done = asked.recv() => (Occasion::Asked, done),
                };
                let looking = task::spawn_blocking(move || {
                    reloader.look(occasion);
                    reloader
                });
                reloader = match looking.await {
                    Ok(reloader) => reloader,
                    Err(error) => return tracing::error!(%error, "certificates are not reloaded any more"),
                };
                if let Some(done) = done {
                    let _ = done.send(());
                }
            }
        });
        Reload(sender)
    }

    fn look(&mut self, occasion: Occasion) {
        // A key that was put in place beside its certificate changes no part: whoever asks may mean that.
        self.issuance_behind |= occasion == Occasion::Asked;
        for place in 0..self.parts.len() {
            match self.replace(place) {
                Ok(replaced) => {
                    self.issuance_behind |= replaced;
                    self.went_well(place, replaced);
                }
                Err(trouble) => self.went_wrong(place, &trouble, occasion),
            }
        }
        self.watch_lists();
        self.take_up_issuance();
    }

    /// Puts a part's files in force if they have changed and are good; `true` when they were put in force.
    fn replace(&mut self, place: usize) -> Result<bool, Trouble> {
        let part = self.parts[place].part;
        let content = self.files.read(part)?;
        if content == self.parts[place].content {
            // What is in force is tried as well: its time may be over.
            let tried = self.files.try_out(part, &content);
            return tried.map(|()| false).map_err(|error| Trouble { in_force: true, ..error.into() });
        }
        self.files.try_out(part, &content)?;
        self.files.may_follow(part, &content, &self.parts[place].content)?;
        let mut contents: Vec<_> = self.parts.iter().map(|part| part.content.clone()).collect();
        contents[place] = content.clone();
        let LinesTls { studio, office, enrolment } = self.files.build(&contents)?;
        self.parts[place].content = content;
        self.note(place)?;
        self.lines.studio.send_replace(studio);
        self.lines.office.send_replace(office);
        self.lines.enrolment.send_replace(enrolment);
        self.cut_the_unwanted();
        Ok(true)
    }

    /// Writes down what a part in force says about its end.
    fn note(&self, place: usize) -> Result<(), TrustError> {
        let PartInForce { part, content, .. } = &self.parts[place];
        match part {
            Part::Server => {
                let end = self.files.server_certificate_end(content)?;
                self.status.change(|facts| facts.server_certificate_expires_at = end);
                if end < self.files.now() + SERVER_CERTIFICATE_NOTICE {
                    tracing::warn!(expires_at = %end, "renew the server certificate: `renew-server-certificate`");
                }
            }
            Part::Foreign(number) => {
                let (roots, end) = self.files.lists_end(*number, content)?;
                self.status.change(|facts| {
                    facts.foreign_lists.remove(&roots);
                    facts.foreign_lists.extend(end.map(|end| (roots, end)));
                });
            }
            Part::StudioAuthority | Part::OfficeAuthority => {}
        }
        Ok(())
    }

    fn went_well(&mut self, place: usize, replaced: bool) {
        let name = self.parts[place].part.name();
        self.parts[place].trouble = None;
        let recovered = self.status.clear_fault(&name);
        if replaced {
            self.status.change(|facts| facts.reloads += 1);
            tracing::info!(what = name, "reloaded and in force");
        } else if recovered {
            tracing::info!(what = name, "in order again");
        }
    }

    fn went_wrong(&mut self, place: usize, trouble: &Trouble, occasion: Occasion) {
        let name = self.parts[place].part.name();
        let Trouble { text, in_force } = trouble;
        let seen_before = self.parts[place].trouble.replace(text.clone()).as_ref() == Some(text);
        if occasion == Occasion::Time && !seen_before {
            tracing::debug!(what = name, trouble = text, "cannot be used yet, perhaps it is being replaced");
            return;
        }
        if !self.status.note_fault(&name, text.clone()) {
            return;
        }
        if *in_force {
            tracing::error!(what = name, trouble = text, "something is wrong with what is in force");
        } else {
            self.status.change(|facts| facts.reload_failures += 1);
            tracing::error!(what = name, trouble = text, "not reloaded, what was in force before stays in force");
        }
    }

    /// Tried again at each look until it has gone well: a certificate may be there a moment before its key. Files that are not
    /// even good enough to serve with are told of already, and waited for.
    fn take_up_issuance(&mut self) {
        const NAME: &str = "issuance";
        let waits = !self.issuance_behind || self.parts.iter().any(|part| part.trouble.is_some());
        let Some(issuance) = self.issuance.as_ref().filter(|_| !waits) else { return };
        match issuance.take_up() {
            Ok(()) => {
                self.issuance_behind = false;
                self.status.clear_fault(NAME);
            }
            Err(error) => {
                let trouble = chain_of(&error);
                if self.status.note_fault(NAME, trouble.clone()) {
                    tracing::error!(trouble, "devices are certified with what was in force before");
                }
            }
        }
    }

    /// When a list runs out, those whom it was to tell of are refused from then on, on open connections too.
    fn watch_lists(&mut self) {
        let now: Timestamp = self.files.now();
        let facts = self.status.facts();
        let run_out: Vec<_> =
            facts.foreign_lists.into_iter().filter(|(_, end)| *end <= now).map(|(roots, _)| roots).collect();
        if run_out == self.lists_run_out {
            return;
        }
        for roots in run_out.iter().filter(|roots| !self.lists_run_out.contains(roots)) {
            tracing::error!(
                roots,
                "a foreign revocation list ran out: its certificates are refused until a new one is there"
            );
        }
        self.lists_run_out = run_out;
        self.cut_the_unwanted();
    }

    fn cut_the_unwanted(&self) {
        for (name, line) in [("studio", &self.lines.studio), ("office", &self.lines.office)] {
            let current = line.borrow().clone();
            let cut = self.connections.cut_unless(name, |chain| current.accepts(chain));
            if cut > 0 {
                tracing::info!(listener = name, connections = cut, "cut connections that are no longer trusted");
            }
        }
    }
}

/// A message with its causes.
fn chain_of(error: &dyn Error) -> String {
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
