//! Automatic renewal of the certificate of a running program.

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

/// Longest wait for a renewal by another program: a few requests to a gateway that answers. If it does not answer, photos must not wait.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// Renews the certificate of one configuration.
///
/// Requests in progress continue with the old client, whose certificate stays valid until its end.
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
    Renewed {
        /// The end of the new certificate.
        not_after: Timestamp,
    },
    /// The renewal is tried again.
    Failed {
        error: ClientRenewError,
        /// End of the certificate in use.
        not_after: Timestamp,
        /// Earliest time of the next try.
        next_try: Timestamp,
    },
}

impl CertificateRenewer {
    /// Reads configuration and credentials, and makes the first client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientRenewError::Config`] and [`ClientRenewError::Credentials`].
    pub fn load(config: &Path) -> Result<(Self, GatewayClient), ClientRenewError> {
        let (in_use, connection) = load_certificate_and_client(config)?;
        let state = RenewalState { current: in_use, failures: 0, not_before: Timestamp::from_unix_milliseconds(0) };
        Ok((Self { config: config.to_owned(), language: None, state: Mutex::new(state) }, connection))
    }

    /// Makes the gateway answer in this language instead of the configuration's.
    #[must_use]
    pub fn in_language(self, language: Language) -> Self {
        Self { language: Some(language), ..self }
    }

    /// Renews the certificate if it is due, and gives the new client if this or another program has renewed the certificate. To be called
    /// every few minutes.
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
        // The other program is still busy. Its certificate is loaded by a later call.
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
        // A gateway whose authority is about to expire issues certificates that are due at once. The pause avoids an endless loop.
        self.not_before = now + retry_pause(u32::MAX);
    }
}

fn load_certificate_and_client(config: &Path) -> Result<(CertificateFacts, GatewayClient), ClientRenewError> {
    let config = StudioConfig::load(config)?;
    let credentials = Credentials::load(&config)?;
    let certificate = certificate_in_use(&config, &credentials)?;
    Ok((certificate, GatewayClient::with_credentials(&config, credentials)?))
}
