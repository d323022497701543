//! Client of the gateway's API: HTTPS with the device's certificate, and nothing else between the two.

use std::path::Path;
use std::time::Duration;

use reqwest::{Client, Url};
use rustls::ClientConfig;

use super::config::{ANSWER_TIMEOUT_SECONDS, CONNECT_TIMEOUT_SECONDS, StudioConfig};
use super::credentials::{CredentialSetting, Credentials, CredentialsError, CredentialsErrorKind};
use crate::identity::cryptography::crypto_provider;

/// A pool of connections to one gateway; cheap to clone.
#[derive(Debug, Clone)]
pub struct GatewayClient {
    http: Client,
    gateway: Url,
}

impl GatewayClient {
    /// Reads the credentials and makes the pool ready. Nothing is sent yet.
    ///
    /// # Errors
    /// [`CredentialsError`] with the file that does not serve.
    pub fn from_config(config: &StudioConfig) -> Result<Self, CredentialsError> {
        Self::with_credentials(config, Credentials::load(config)?)
    }

    /// The same with credentials that are not on the disk, or not yet.
    ///
    /// # Errors
    /// [`CredentialsError`] when they are of no use for TLS.
    pub fn with_credentials(config: &StudioConfig, credentials: Credentials) -> Result<Self, CredentialsError> {
        let http = client(build_tls_config(config, credentials)?, config.connect_timeout, config.answer_timeout)
            .map_err(|_| unusable(CredentialSetting::Certificate, &config.certificate))?;
        Ok(Self { http, gateway: config.gateway.clone() })
    }

    /// The gateway's address.
    pub fn gateway(&self) -> &Url {
        &self.gateway
    }

    /// A POST request to `path` on the gateway, such as `/v1/photos`.
    pub fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.post(self.address(path))
    }

    /// A GET request to `path` on the gateway, such as `/v1/me`.
    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(self.address(path))
    }

    fn address(&self, path: &str) -> Url {
        let mut url = self.gateway.clone();
        url.set_path(path);
        url
    }
}

/// The device's side of the handshake. Provider and authorities are named here: with a process-wide default the choice would
/// hang on what else is linked in.
///
/// # Errors
/// [`CredentialsError`] with the file that does not serve.
pub fn load_tls_config(config: &StudioConfig) -> Result<ClientConfig, CredentialsError> {
    build_tls_config(config, Credentials::load(config)?)
}

fn build_tls_config(config: &StudioConfig, credentials: Credentials) -> Result<ClientConfig, CredentialsError> {
    let Credentials { chain, key, roots, .. } = credentials;
    ClientConfig::builder_with_provider(crypto_provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| unusable(CredentialSetting::Certificate, &config.certificate))?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|_| unusable(CredentialSetting::Key, &config.key))
}

/// A pool over these TLS settings, waiting as long as a configuration that names no times.
pub(super) fn client_with_default_timeouts(tls: ClientConfig) -> reqwest::Result<Client> {
    client(tls, Duration::from_secs(CONNECT_TIMEOUT_SECONDS), Duration::from_secs(ANSWER_TIMEOUT_SECONDS))
}

fn client(tls: ClientConfig, connect_timeout: Duration, answer_timeout: Duration) -> reqwest::Result<Client> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .http1_only()
        // A passport photo goes to the configured gateway or nowhere: no proxy from the environment, no redirect.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        // Repeats are deposit.rs's business, which counts and announces them.
        .retry(reqwest::retry::never())
        .connect_timeout(connect_timeout)
        .timeout(answer_timeout)
        .user_agent(concat!("lichtbild-studio/", env!("CARGO_PKG_VERSION")))
        .build()
}

fn unusable(setting: CredentialSetting, path: &Path) -> CredentialsError {
    CredentialsError { setting, path: path.to_owned(), kind: CredentialsErrorKind::Unusable }
}
