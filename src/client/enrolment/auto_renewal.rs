//! Keeps a long-running program on a certificate that lasts: asked now and then, renews when it is time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::Mutex;

use super::renew::{ClientRenewError, certificate_in_use, renew};
use super::renewal_lock::RenewalLock;
use super::renewal_schedule::{renewal_due_at, retry_pause};
use crate::client::config::StudioConfig;
use crate::client::credentials::Credentials;
use crate::client::gateway_client::GatewayClient;
use crate::clock::{Clock, Timestamp};
use crate::identity::certificate::CertificateFacts;
use crate::texts::language::Language;

/// Longest wait for a renewal by another program: a few requests to a gateway that answers. Photos must not wait for one that does not.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// The certificate of one configuration, and when to see to it.
///
/// Requests under way go on over the old connection, which stays good until the old certificate's own end; whoever takes the
/// new one loses nothing.
#[derive(Debug)]
pub struct CertificateRenewer {
    config: PathBuf,
    language: Option<Language>,
    state: Mutex<RenewalState>,
}

#[derive(Debug)]
struct RenewalState {
    current: CertificateFacts,
    failures: u32,
    not_before: Timestamp,
}

/// Outcome of a renewal.
#[derive(Debug)]
pub enum RenewalEvent {
    /// Done.
    Renewed {
        /// The end of the new certificate.
        not_after: Timestamp,
    },
    /// Not done; it will be tried again.
    Failed {
        /// Cause.
        error: ClientRenewError,
        /// The end of the certificate in use.
        not_after: Timestamp,
        /// Not tried again before.
        next_try: Timestamp,
    },
}

impl CertificateRenewer {
    /// Reads configuration and credentials, and makes the first connection ready. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientRenewError::Config`] and [`ClientRenewError::Credentials`].
    pub fn load(config: &Path) -> Result<(Self, GatewayClient), ClientRenewError> {
        let (in_use, connection) = load_certificate_and_client(config)?;
        let state = RenewalState { current: in_use, failures: 0, not_before: Timestamp::from_unix_milliseconds(0) };
        Ok((Self { config: config.to_owned(), language: None, state: Mutex::new(state) }, connection))
    }

    /// Asks the gateway to answer in this language, whatever the configuration names.
    #[must_use]
    pub fn in_language(self, language: Language) -> Self {
        Self { language: Some(language), ..self }
    }

    /// To be called every few minutes, at least: renews if it is time, and gives the connection to use from now on if there
    /// is a new one, be it that the certificate was renewed here or by another program. `None` otherwise.
    pub async fn renew_if_due(
        &self,
        clock: &dyn Clock,
        on_event: &(dyn Fn(RenewalEvent) + Send + Sync),
    ) -> Option<GatewayClient> {
        let mut state = self.state.lock().await;
        if let Some(connection) = self.replaced_by_another(&mut state, clock) {
            return Some(connection);
        }
        let now = clock.now();
        if now < renewal_due_at(&state.current) || now < state.not_before {
            return None;
        }
        let lock = RenewalLock::acquire(&self.config, LOCK_PATIENCE).await;
        // Another program may have renewed it meanwhile.
        if let Some(connection) = self.replaced_by_another(&mut state, clock) {
            return Some(connection);
        }
        // It still does: its certificate is taken the next time, and this one goes on serving.
        lock.as_ref()?;
        match renew(&self.config, self.language, clock).await {
            Ok(renewed) => {
                on_event(RenewalEvent::Renewed { not_after: renewed.certificate.not_after });
                state.set_current(renewed.certificate, now);
                Some(renewed.client)
            }
            Err(error) => {
                state.failures = state.failures.saturating_add(1);
                state.not_before = now + retry_pause(state.failures);
                let (until, next_try) = (state.current.not_after, state.not_before);
                on_event(RenewalEvent::Failed { error, not_after: until, next_try });
                None
            }
        }
    }
}

impl CertificateRenewer {
    fn replaced_by_another(&self, state: &mut RenewalState, clock: &dyn Clock) -> Option<GatewayClient> {
        let (certificate, connection) = load_certificate_and_client(&self.config).ok()?;
        if certificate.sha256 == state.current.sha256 {
            return None;
        }
        state.set_current(certificate, clock.now());
        Some(connection)
    }
}

impl RenewalState {
    fn set_current(&mut self, certificate: CertificateFacts, now: Timestamp) {
        self.current = certificate;
        self.failures = 0;
        // A gateway whose authority is about to end gives certificates that are due at once: not renewed without a pause.
        self.not_before = now + retry_pause(u32::MAX);
    }
}

fn load_certificate_and_client(config: &Path) -> Result<(CertificateFacts, GatewayClient), ClientRenewError> {
    let config = StudioConfig::load(config)?;
    let credentials = Credentials::load(&config)?;
    let certificate = certificate_in_use(&config, &credentials)?;
    Ok((certificate, GatewayClient::with_credentials(&config, credentials)?))
}
