//! TLS side of a listener: its rustls configuration, and the check of client certificates.

use std::fmt;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;

use super::client_certificates::{DeviceCertificateVerifier, MissingCertificatePolicy};
use super::client_trust::ClientTrust;
use super::error::TlsConfigError;
use super::identity_choice::IdentityChoice;
use super::revocation::RevokedCertificates;
use super::server_identity::ServerIdentity;
use crate::clock::Clock;
use crate::domain::digest::Sha256Digest;
use crate::domain::party::credential::Credential;
use crate::identity::certificate::read_certificate;
use crate::identity::cryptography::crypto_provider;
use crate::identity::issue::ClientSubject;

/// TLS configuration of a listener. Cheap to clone; a reload replaces it.
#[derive(Debug, Clone)]
pub struct ServerTls {
    pub(in crate::transport) config: Arc<ServerConfig>,
    pub(in crate::transport) revoked: Option<RevokedCertificates>,
    client_verifier: Option<Arc<DeviceCertificateVerifier>>,
    clock: Arc<TlsTime>,
    /// For clients that may be browsers, if they are treated differently.
    for_browsers: Option<Arc<Self>>,
}

impl ServerTls {
    /// For a listener that requires a certificate of its role's CA; `trust` decides what happens to clients without one. `clock` decides
    /// what has expired.
    ///
    /// # Errors
    /// [`TlsConfigError`] when key and certificate do not belong together or a root or revocation list cannot be used.
    pub fn with_client_certificates(
        identity: ServerIdentity,
        trust: ClientTrust,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsConfigError> {
        let ClientTrust { roots, external_cas, revoked, missing_certificate } = trust;
        let path = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), crypto_provider());
        let path = path.build().map_err(TlsConfigError::ClientTrust)?;
        let (identity, clock) = (identity.certified_key()?, Arc::new(TlsTime(clock)));
        let identity = Arc::new(SingleCertAndKey::from(identity));
        let settings = |refuses_in_handshake, for_browsers| {
            let (path, external_cas, revoked) = (Arc::clone(&path), external_cas.clone(), revoked.clone());
            let verifier = DeviceCertificateVerifier::new(path, external_cas, revoked.clone(), refuses_in_handshake);
            let (verifier, clock) = (Arc::new(verifier), Arc::clone(&clock));
            let config = Arc::new(server_config(identity.clone(), verifier.clone(), clock.clone())?);
            Ok(Self { config, revoked: Some(revoked), client_verifier: Some(verifier), clock, for_browsers })
        };
        match missing_certificate {
            MissingCertificatePolicy::Refuse => settings(true, None),
            MissingCertificatePolicy::Explain => settings(false, None),
            MissingCertificatePolicy::ExplainToBrowsers => {
                let mut for_browsers = settings(false, None)?;
                Arc::make_mut(&mut for_browsers.config).enable_secret_extraction = true;
                settings(true, Some(Arc::new(for_browsers)))
            }
        }
    }

    /// For the enrolment listener, whose clients have no certificate yet.
    ///
    /// # Errors
    /// [`TlsConfigError`] when key and certificate do not belong together.
    pub fn without_client_certificates(
        identity: ServerIdentity,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsConfigError> {
        let clock = Arc::new(TlsTime(clock));
        let verifier = WebPkiClientVerifier::no_client_auth();
        let identity = Arc::new(SingleCertAndKey::from(identity.certified_key()?));
        let config = Arc::new(server_config(identity, verifier, clock.clone())?);
        Ok(Self { config, revoked: None, client_verifier: None, clock, for_browsers: None })
    }

    /// For an enrolment listener whose clients are browsers too: they get the certificate of a public authority. A client that names the
    /// CA of the gateway's own certificate as one that it trusts (RFC 8446 section 4.2.4) gets that one; the studio program does so.
    ///
    /// # Errors
    /// [`TlsConfigError`] when a key and its certificate do not belong together.
    pub fn with_public_identity(
        own: ServerIdentity,
        public: ServerIdentity,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsConfigError> {
        let clock = Arc::new(TlsTime(clock));
        let choice = Arc::new(IdentityChoice::new(own, public)?);
        let config = Arc::new(server_config(choice, WebPkiClientVerifier::no_client_auth(), clock.clone())?);
        Ok(Self { config, revoked: None, client_verifier: None, clock, for_browsers: None })
    }

    /// The credential of a chain; the peer has proved in the handshake that it holds the key.
    ///
    /// # Errors
    /// The reason why the certificate is not accepted, on a listener whose handshake accepts every certificate.
    pub(in crate::transport) fn admit(&self, chain: &[CertificateDer<'_>]) -> Result<Credential, rustls::Error> {
        let now = self.clock.current_time().ok_or(rustls::Error::FailedToGetCurrentTime)?;
        let (Some(clients), Some((end_entity, intermediates))) = (&self.client_verifier, chain.split_first()) else {
            return Err(rustls::Error::NoCertificatesPresented);
        };
        if !clients.refuses_in_handshake() {
            clients.check(end_entity, intermediates, now)?;
        }
        let sha256 = Sha256Digest::of(end_entity);
        if !clients.is_external(end_entity, intermediates, now) {
            return Ok(Credential::Own { sha256 });
        }
        let facts = read_certificate(end_entity).map_err(|_| rustls::CertificateError::BadEncoding)?;
        Ok(Credential::External { sha256, key_sha256: facts.spki_sha256, not_after: facts.not_after })
    }

    /// The device of a chain that [`Self::admit`] has refused, if one of the gateway's own CAs issued its certificate.
    pub(in crate::transport) fn device_of_refused(&self, chain: &[CertificateDer<'_>]) -> Option<ClientSubject> {
        let (end_entity, intermediates) = chain.split_first()?;
        self.client_verifier.as_ref()?.device_of_refused(end_entity, intermediates)
    }

    /// Reports whether a chain would pass a handshake now.
    pub fn accepts(&self, chain: &[CertificateDer<'_>]) -> bool {
        let (Some(clients), Some(now)) = (&self.client_verifier, self.clock.current_time()) else { return false };
        let Some((end_entity, intermediates)) = chain.split_first() else { return false };
        clients.check(end_entity, intermediates, now).is_ok()
    }

    /// Reports whether the settings depend on the first message of a client.
    pub(in crate::transport) fn depends_on_client(&self) -> bool {
        self.for_browsers.is_some()
    }

    /// The settings for the client that sent this message. Every browser offers HTTP/2, as do some programs.
    pub(in crate::transport) fn for_client(&self, hello: &ClientHello<'_>) -> &Self {
        let offers_http2 = || hello.alpn().is_some_and(|mut protocols| protocols.any(|protocol| protocol == b"h2"));
        self.for_browsers.as_deref().filter(|_| offers_http2()).unwrap_or(self)
    }

    /// Reports whether an alert can refuse a client whose handshake is done, see [`seal_alert`](super::late_alert::seal_alert).
    pub(in crate::transport) fn can_alert_later(&self) -> bool {
        self.config.enable_secret_extraction
    }

    pub(in crate::transport) fn requests_client_certificates(&self) -> bool {
        self.client_verifier.is_some()
    }

    pub(in crate::transport) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.config, &other.config)
    }
}

fn server_config(
    identity: Arc<dyn ResolvesServerCert>,
    client_verifier: Arc<dyn ClientCertVerifier>,
    clock: Arc<TlsTime>,
) -> Result<ServerConfig, TlsConfigError> {
    let mut config = ServerConfig::builder_with_details(crypto_provider(), clock)
        .with_safe_default_protocol_versions()
        .map_err(TlsConfigError::Provider)?
        .with_client_cert_verifier(client_verifier)
        .with_cert_resolver(identity);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.require_ems = true;
    config.max_early_data_size = 0;
    // No resumption by any of its three mechanisms; the ticketer of a new configuration is off.
    config.send_tls13_tickets = 0;
    config.max_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}

/// The gateway's clock for rustls.
struct TlsTime(Arc<dyn Clock>);

impl TimeProvider for TlsTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(self.0.now().since_unix_epoch()))
    }
}

impl fmt::Debug for TlsTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsTime").finish_non_exhaustive()
    }
}
