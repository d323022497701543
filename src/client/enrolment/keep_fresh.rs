//! Keeps a long-running program on a certificate that lasts: asked now and then, renews when it is time.

use std::path::{Path, PathBuf};

use tokio::sync::Mutex;

use super::due::{due_at, pause_after};
use super::renew::{RenewError, certificate_in_use, renew};
use crate::client::config::StudioConfig;
use crate::client::connection::Connection;
use crate::client::credentials::Credentials;
use crate::clock::{Clock, Timestamp};
use crate::identity::certificate::CertificateFacts;

/// The certificate of one configuration, and when to see to it.
///
/// Requests under way go on over the old connection, which stays good until the old certificate's own end; whoever takes the
/// new one loses nothing.
#[derive(Debug)]
pub struct Renewal {
    config: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    in_use: CertificateFacts,
    failures: u32,
    not_before: Timestamp,
}

/// What became of a renewal.
#[derive(Debug)]
pub enum RenewalNotice {
    /// Done.
    Renewed {
        /// The end of the new certificate.
        until: Timestamp,
    },
    /// Not done; it will be tried again.
    Failed {
        /// Why.
        error: RenewError,
        /// The end of the certificate in use.
        until: Timestamp,
        /// Not tried again before.
        next_try: Timestamp,
    },
}

impl Renewal {
    /// Reads configuration and credentials, and makes the first connection ready. Nothing is sent yet.
    ///
    /// # Errors
    /// [`RenewError::Config`] and [`RenewError::Credentials`].
    pub fn begin(config: &Path) -> Result<(Self, Connection), RenewError> {
        let (in_use, connection) = read(config)?;
        let state = State { in_use, failures: 0, not_before: Timestamp::from_unix_milliseconds(0) };
        Ok((Self { config: config.to_owned(), state: Mutex::new(state) }, connection))
    }

    /// To be called every few minutes, at least: renews if it is time, and gives the connection to use from now on if there
    /// is a new one, be it that the certificate was renewed here or by another program. `None` otherwise.
    pub async fn keep_fresh(
        &self,
        clock: &dyn Clock,
        announce: &(dyn Fn(RenewalNotice) + Send + Sync),
    ) -> Option<Connection> {
        let mut state = self.state.lock().await;
        if let Ok((certificate, connection)) = read(&self.config)
            && certificate.sha256 != state.in_use.sha256
        {
            state.take(certificate, clock.now());
            return Some(connection);
        }
        let now = clock.now();
        if now < due_at(&state.in_use) || now < state.not_before {
            return None;
        }
        match renew(&self.config, clock).await {
            Ok(renewed) => {
                announce(RenewalNotice::Renewed { until: renewed.certificate.not_after });
                state.take(renewed.certificate, now);
                Some(renewed.connection)
            }
            Err(error) => {
                state.failures = state.failures.saturating_add(1);
                state.not_before = now + pause_after(state.failures);
                let (until, next_try) = (state.in_use.not_after, state.not_before);
                announce(RenewalNotice::Failed { error, until, next_try });
                None
            }
        }
    }
}

impl State {
    fn take(&mut self, certificate: CertificateFacts, now: Timestamp) {
        self.in_use = certificate;
        self.failures = 0;
        // A gateway whose authority is about to end gives certificates that are due at once: not renewed without a pause.
        self.not_before = now + pause_after(u32::MAX);
    }
}

fn read(config: &Path) -> Result<(CertificateFacts, Connection), RenewError> {
    let config = StudioConfig::load(config)?;
    let credentials = Credentials::load(&config)?;
    let certificate = certificate_in_use(&config, &credentials)?;
    Ok((certificate, Connection::with(&config, credentials)?))
}
