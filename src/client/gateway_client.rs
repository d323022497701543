//! Client of the gateway's API, over HTTPS with the device's certificate.

use std::io;
use std::path::Path;
use std::time::Duration;

use reqwest::{Client, Url};
use rustls::ClientConfig;
use rustls::Error as TlsError;
use tokio::time::timeout;
use tower::BoxError;
use tower::util::MapFutureLayer;

use super::config::{ANSWER_TIMEOUT_SECONDS, CONNECT_TIMEOUT_SECONDS, StudioConfig};
use super::credentials::{CredentialSetting, Credentials, CredentialsError, CredentialsErrorKind};
use super::network::connect_probe::probe_tunnel;
use super::network::proxy::HttpProxy;
use super::network::server_verifier::server_verifier;
use super::transient_error::find_error;
use crate::identity::cryptography::crypto_provider;

/// A pool of connections to one gateway; cheap to clone.
#[derive(Debug, Clone)]
pub struct GatewayClient {
    http: Client,
    gateway: Url,
}

impl GatewayClient {
    /// Reads the credentials and makes the pool. Nothing is sent yet.
    ///
    /// # Errors
    /// [`CredentialsError`] with the file that cannot be used.
    pub fn from_config(config: &StudioConfig) -> Result<Self, CredentialsError> {
        Self::with_credentials(config, Credentials::load(config)?)
    }

    /// Makes the pool with credentials that are not in the configured files.
    pub fn with_credentials(config: &StudioConfig, credentials: Credentials) -> Result<Self, CredentialsError> {
        let tls = build_tls_config(config, credentials)?;
        let (connect_timeout, answer_timeout) = (config.connect_timeout, config.answer_timeout);
        let http = client(tls, &config.gateway, config.proxy.as_ref(), connect_timeout, answer_timeout)
            .map_err(|_| unusable(CredentialSetting::Certificate, &config.certificate))?;
        Ok(Self { http, gateway: config.gateway.clone() })
    }

    pub fn gateway(&self) -> &Url {
        &self.gateway
    }

    pub fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.post(self.address(path))
    }

    /// A GET request to `path`, such as `/v1/me`.
    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(self.address(path))
    }

    /// A GET request to `path`, with `fields` as its query.
    pub fn get_with_query(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let mut url = self.address(path);
        url.query_pairs_mut().extend_pairs(fields);
        self.http.get(url)
    }

    /// A DELETE request to `path`, such as `/v1/photos/{photo_id}`.
    pub fn delete(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.delete(self.address(path))
    }

    fn address(&self, path: &str) -> Url {
        let mut url = self.gateway.clone();
        url.set_path(path);
        url
    }
}

/// Client side of the handshake. It names the crypto provider, because the process-wide default depends on the other linked crates.
///
/// # Errors
/// [`CredentialsError`] with the file that cannot be used.
pub fn load_tls_config(config: &StudioConfig) -> Result<ClientConfig, CredentialsError> {
    build_tls_config(config, Credentials::load(config)?)
}

fn build_tls_config(config: &StudioConfig, credentials: Credentials) -> Result<ClientConfig, CredentialsError> {
    let Credentials { chain, key, roots, .. } = credentials;
    let verifier = server_verifier(roots).map_err(|_| unusable(CredentialSetting::Ca, &config.ca))?;
    ClientConfig::builder_with_provider(crypto_provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| unusable(CredentialSetting::Certificate, &config.certificate))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(chain, key)
        .map_err(|_| unusable(CredentialSetting::Key, &config.key))
}

/// A pool with these TLS settings and the default time limits.
pub(super) fn client_with_default_timeouts(
    tls: ClientConfig,
    destination: &Url,
    proxy: Option<&HttpProxy>,
) -> reqwest::Result<Client> {
    let (connect, answer) = (CONNECT_TIMEOUT_SECONDS, ANSWER_TIMEOUT_SECONDS);
    client(tls, destination, proxy, Duration::from_secs(connect), Duration::from_secs(answer))
}

/// A pool for `destination`. A proxy sees the destination's name and port; TLS ends at the gateway.
fn client(
    tls: ClientConfig,
    destination: &Url,
    proxy: Option<&HttpProxy>,
    connect_timeout: Duration,
    answer_timeout: Duration,
) -> reqwest::Result<Client> {
    let (builder, connect_limit) = match proxy {
        // reqwest must not choose a proxy from the environment by itself.
        None => (Client::builder().no_proxy(), connect_timeout),
        Some(proxy) => {
            let (own, destination) = (proxy.clone(), destination.clone());
            let explain = MapFutureLayer::new(move |connecting| {
                explain_proxy_failure(connecting, own.clone(), destination.clone(), connect_timeout)
            });
            // The layer has its own time limits. The client's limit would end it before it has asked the proxy for the reason.
            let limit = connect_timeout.saturating_mul(CONNECT_STEPS);
            (Client::builder().proxy(proxy.to_reqwest()?).connector_layer(explain), limit)
        }
    };
    builder
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .http1_only()
        // A passport photo must not follow a redirect to another server.
        .redirect(reqwest::redirect::Policy::none())
        // `deposit.rs` repeats requests, counts them and tells the user.
        .retry(reqwest::retry::never())
        .connect_timeout(connect_limit)
        .timeout(answer_timeout)
        .user_agent(concat!("lichtbild-studio/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Time limit of a connection through a proxy: one for the connection, two for the probe of the proxy, and one in reserve.
const CONNECT_STEPS: u32 = 4;

/// Waits for a connection through a proxy. If it fails before TLS begins, or takes too long, a probe asks the proxy for the reason.
async fn explain_proxy_failure<C>(
    connecting: impl Future<Output = Result<C, BoxError>>,
    proxy: HttpProxy,
    destination: Url,
    limit: Duration,
) -> Result<C, BoxError> {
    let too_slow = |_| Err(io::Error::new(io::ErrorKind::TimedOut, "no connection in time").into());
    match timeout(limit, connecting).await.unwrap_or_else(too_slow) {
        Err(error) if find_error::<TlsError>(error.as_ref()).is_none() => {
            probe_tunnel(&proxy, &destination, limit).await?;
            Err(error)
        }
        outcome => outcome,
    }
}

fn unusable(setting: CredentialSetting, path: &Path) -> CredentialsError {
    CredentialsError { setting, path: path.to_owned(), kind: CredentialsErrorKind::Unusable }
}
