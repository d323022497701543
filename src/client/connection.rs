//! The line to the gateway: HTTPS with the device's certificate, and nothing else between the two.

use std::path::Path;

use reqwest::{Client, Url};
use rustls::ClientConfig;

use super::config::StudioConfig;
use super::credentials::{Credentials, CredentialsError, Fault, Setting};
use crate::identity::cryptography::crypto_provider;

/// A pool of connections to one gateway; cheap to clone.
#[derive(Debug, Clone)]
pub struct Connection {
    http: Client,
    gateway: Url,
}

impl Connection {
    /// Reads the credentials and makes the pool ready. Nothing is sent yet.
    ///
    /// # Errors
    /// [`CredentialsError`] with the file that does not serve.
    pub fn prepare(config: &StudioConfig) -> Result<Self, CredentialsError> {
        let http = Client::builder()
            .tls_backend_preconfigured(tls_settings(config)?)
            .https_only(true)
            .http1_only()
            // A passport photo goes to the configured gateway or nowhere: no proxy from the environment, no redirect.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // Repeats are deposit.rs's business, which counts and announces them.
            .retry(reqwest::retry::never())
            .connect_timeout(config.connect_timeout)
            .timeout(config.answer_timeout)
            .user_agent(concat!("lichtbild-studio/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| unusable(Setting::Certificate, &config.certificate))?;
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
pub fn tls_settings(config: &StudioConfig) -> Result<ClientConfig, CredentialsError> {
    let Credentials { chain, key, roots } = Credentials::load(config)?;
    ClientConfig::builder_with_provider(crypto_provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| unusable(Setting::Certificate, &config.certificate))?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|_| unusable(Setting::Key, &config.key))
}

fn unusable(setting: Setting, path: &Path) -> CredentialsError {
    CredentialsError { setting, path: path.to_owned(), fault: Fault::Unusable }
}
