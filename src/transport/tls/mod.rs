//! The TLS configuration of a listener: what is offered, and nothing besides.
//!
//! | | offered | why |
//! |---|---|---|
//! | versions | 1.3, 1.2 | 1.2 for Fachverfahren on older platforms, with extended master secret (RFC 7627) only |
//! | suites, groups | those of [`crypto_provider`] | one choice for both ends of the line |
//! | resumption | none | rustls resumes without asking who has been revoked since |
//! | early data | none | a replayed request is a second request |

pub mod client_certificates;
pub mod external_ca;
pub mod rejected_certificates;
pub mod revocation;
mod server_certificate_check;
pub mod trust_status;

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, VerifierBuilderError, WebPkiClientVerifier};
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use zeroize::Zeroizing;

use super::tls::client_certificates::DeviceCertificateVerifier;
pub use super::tls::client_certificates::MissingCertificatePolicy;
use super::tls::external_ca::ExternalCa;
use super::tls::revocation::RevokedCertificates;
use crate::clock::{Clock, Timestamp};
use crate::domain::digest::Sha256Digest;
use crate::domain::party::credential::Credential;
use crate::identity::certificate::read_certificate;
use crate::identity::cryptography::crypto_provider;

const REVOCATION_LIST: &str = "revocation list";

/// The TLS side of a listener, checked and ready. Cheap to clone; a reload puts a new one in the old one's place.
#[derive(Debug, Clone)]
pub struct ServerTls {
    pub(super) config: Arc<ServerConfig>,
    pub(super) revoked: Option<RevokedCertificates>,
    client_verifier: Option<Arc<DeviceCertificateVerifier>>,
    clock: Arc<TlsTime>,
}

impl ServerTls {
    /// For a listener that serves nobody without a certificate of its own role's authority; what it tells those who show none
    /// is up to `trust`.
    ///
    /// `clock` decides what has expired.
    ///
    /// # Errors
    /// [`TlsConfigError`] when key and certificate do not belong together or a root or revocation list cannot be used.
    pub fn with_client_certificates(
        identity: ServerIdentity,
        trust: ClientTrust,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsConfigError> {
        let provider = crypto_provider();
        let path = WebPkiClientVerifier::builder_with_provider(Arc::new(trust.roots), Arc::clone(&provider));
        let path = path.build().map_err(TlsConfigError::ClientTrust)?;
        let verifier = Arc::new(DeviceCertificateVerifier::new(
            path,
            trust.external_cas,
            trust.revoked.clone(),
            trust.missing_certificate,
        ));
        let clock = Arc::new(TlsTime(clock));
        let builder = ServerConfig::builder_with_details(provider, clock.clone())
            .with_safe_default_protocol_versions()
            .map_err(TlsConfigError::Provider)?
            .with_client_cert_verifier(verifier.clone());
        let config = builder.with_single_cert(identity.chain, identity.key).map_err(TlsConfigError::Identity)?;
        Ok(Self { config: hardened(config), revoked: Some(trust.revoked), client_verifier: Some(verifier), clock })
    }

    /// For the enrolment listener: devices that come here have no certificate yet.
    ///
    /// # Errors
    /// [`TlsConfigError`] when key and certificate do not belong together.
    pub fn without_client_certificates(
        identity: ServerIdentity,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsConfigError> {
        let clock = Arc::new(TlsTime(clock));
        let builder = ServerConfig::builder_with_details(crypto_provider(), clock.clone())
            .with_safe_default_protocol_versions()
            .map_err(TlsConfigError::Provider)?
            .with_no_client_auth();
        let config = builder.with_single_cert(identity.chain, identity.key).map_err(TlsConfigError::Identity)?;
        Ok(Self { config: hardened(config), revoked: None, client_verifier: None, clock })
    }

    /// What a chain that passed the handshake says about its bearer; `None` when it would not pass any more.
    pub(super) fn credential(&self, chain: &[CertificateDer<'_>]) -> Option<Credential> {
        let (end_entity, intermediates) = chain.split_first()?;
        let sha256 = Sha256Digest::of(end_entity);
        let clients = self.client_verifier.as_ref()?;
        if !clients.is_external(end_entity, intermediates, self.clock.current_time()?) {
            return Some(Credential::Own { sha256 });
        }
        let facts = read_certificate(end_entity).ok()?;
        Some(Credential::External { sha256, key_sha256: facts.spki_sha256, not_after: facts.not_after })
    }

    /// Whether a chain that passed a handshake before would pass one now.
    pub fn accepts(&self, chain: &[CertificateDer<'_>]) -> bool {
        let (Some(clients), Some(now)) = (&self.client_verifier, self.clock.current_time()) else { return false };
        let Some((end_entity, intermediates)) = chain.split_first() else { return false };
        clients.verify_client_cert(end_entity, intermediates, now).is_ok()
    }

    /// Whether who shows no certificate is a stranger here.
    pub(super) fn asks_for_certificates(&self) -> bool {
        self.client_verifier.is_some()
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.config, &other.config)
    }
}

fn hardened(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.require_ems = true;
    config.max_early_data_size = 0;
    // Resumption, all three ways to it. The ticketer of a new configuration is off already and stays so.
    config.send_tls13_tickets = 0;
    config.max_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Arc::new(config)
}

/// PEM (for revocation lists also DER) and where it came from, so that a complaint can name the file.
#[derive(Clone)]
pub struct PemSource {
    name: String,
    text: Zeroizing<Vec<u8>>,
}

impl PemSource {
    /// Reads a file.
    ///
    /// # Errors
    /// [`TlsConfigError::Unreadable`] with the file's name.
    pub fn read(file: &Path) -> Result<Self, TlsConfigError> {
        let name = file.display().to_string();
        match fs::read(file) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(source) => Err(TlsConfigError::Unreadable { file: name, source }),
        }
    }

    /// Its bytes, to tell whether they have changed.
    pub fn sha256(&self) -> Sha256Digest {
        Sha256Digest::of(&self.text)
    }

    /// Text that is in memory already; `name` is what error messages call it.
    pub fn new(name: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), text: Zeroizing::new(text.into()) }
    }

    /// The certificates as trust anchors.
    pub(super) fn roots(&self) -> Result<RootCertStore, TlsConfigError> {
        let mut store = RootCertStore::empty();
        for root in self.all("certificate")? {
            store.add(root).map_err(|source| TlsConfigError::BadRoot { file: self.name.clone(), source })?;
        }
        Ok(store)
    }

    /// The revocation lists: PEM, or one in DER, which is how authorities hand them out.
    pub(super) fn revocation_lists(&self) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsConfigError> {
        // A DER SEQUENCE of more than 127 bytes, as every list is, begins so and no text does.
        if matches!(self.text.get(..2), Some([0x30, 0x80..=0x84])) {
            return Ok(vec![self.text.to_vec().into()]);
        }
        self.all(REVOCATION_LIST)
    }

    pub(super) fn bad_list(&self) -> TlsConfigError {
        self.bad(REVOCATION_LIST, pem::Error::NoItemsFound)
    }

    /// What error messages call it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The certificates as they are.
    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsConfigError> {
        self.all("certificate")
    }

    fn all<T: PemObject>(&self, what: &'static str) -> Result<Vec<T>, TlsConfigError> {
        let items: Vec<T> = T::pem_slice_iter(&self.text).collect::<Result<_, _>>().map_err(|e| self.bad(what, e))?;
        if items.is_empty() { Err(self.bad(what, pem::Error::NoItemsFound)) } else { Ok(items) }
    }

    fn bad(&self, what: &'static str, source: pem::Error) -> TlsConfigError {
        TlsConfigError::BadPem { file: self.name.clone(), what, source }
    }
}

impl fmt::Debug for PemSource {
    // The text may be a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PemSource").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The certificate a listener shows, with its key.
#[derive(Debug)]
pub struct ServerIdentity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl ServerIdentity {
    /// Parses a chain (the server's own certificate first) and its private key (PKCS#8, SEC 1 or PKCS#1).
    ///
    /// # Errors
    /// [`TlsConfigError::BadPem`] naming the file.
    pub fn parse(chain: &PemSource, key: &PemSource) -> Result<Self, TlsConfigError> {
        let chain = chain.all("certificate")?;
        let key = PrivateKeyDer::from_pem_slice(&key.text).map_err(|source| key.bad("private key", source))?;
        Ok(Self { chain, key })
    }

    /// The end of the certificate; `None` when it cannot be read as one.
    pub fn expires_at(&self) -> Option<Timestamp> {
        Some(read_certificate(self.chain.first()?).ok()?.not_after)
    }

    pub(super) fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }
}

/// Whom a listener with client certificates lets in: the authorities of *one* role.
#[derive(Debug)]
pub struct ClientTrust {
    roots: RootCertStore,
    external_cas: Vec<ExternalCa>,
    revoked: RevokedCertificates,
    missing_certificate: MissingCertificatePolicy,
}

impl ClientTrust {
    /// Trusts every authority in `roots`; `revoked` is the gateway's own list, followed as it changes.
    ///
    /// # Errors
    /// [`TlsConfigError::BadPem`] or [`TlsConfigError::BadRoot`] naming the file.
    pub fn parse(roots: &PemSource, revoked: RevokedCertificates) -> Result<Self, TlsConfigError> {
        Ok(Self {
            roots: roots.roots()?,
            external_cas: Vec::new(),
            revoked,
            missing_certificate: MissingCertificatePolicy::default(),
        })
    }

    /// Lets those in as well whom a foreign authority vouches for.
    #[must_use]
    pub fn with_external_cas(mut self, foreign: Vec<ExternalCa>) -> Self {
        self.external_cas = foreign;
        self
    }

    /// Says what becomes of those who show no certificate; refused unless told otherwise.
    #[must_use]
    pub fn with_missing_certificate(mut self, missing: MissingCertificatePolicy) -> Self {
        self.missing_certificate = missing;
        self
    }
}

/// The gateway's clock as rustls wants it.
struct TlsTime(Arc<dyn Clock>);

impl TimeProvider for TlsTime {
    fn current_time(&self) -> Option<UnixTime> {
        let milliseconds = u64::try_from(self.0.now().unix_milliseconds()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_millis(milliseconds)))
    }
}

impl fmt::Debug for TlsTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsTime").finish_non_exhaustive()
    }
}

/// Why a listener cannot speak TLS; the message says what to look at.
#[derive(Debug)]
pub enum TlsConfigError {
    /// A file could not be read.
    Unreadable {
        /// Its name.
        file: String,
        /// Why not.
        source: io::Error,
    },
    /// A file does not hold what it should.
    BadPem {
        /// Its name.
        file: String,
        /// What was looked for.
        what: &'static str,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// A certificate that should become a trusted authority cannot.
    BadRoot {
        /// The file it came from.
        file: String,
        /// Why not.
        source: rustls::Error,
    },
    /// A foreign root did not sign the list that bears its name.
    ForgedRevocationList {
        /// The list's file.
        file: String,
    },
    /// A foreign list is older than the one in force.
    OutdatedRevocationList {
        /// The list's file.
        file: String,
    },
    /// Authorities or revocation lists cannot be used.
    ClientTrust(VerifierBuilderError),
    /// Server certificate and private key cannot be used together.
    Identity(rustls::Error),
    /// Devices would not take the server certificate.
    Unacceptable {
        /// What they call the gateway.
        host: String,
        /// Why not.
        source: rustls::Error,
    },
    /// Suites, groups and versions do not fit: a defect of the program, not of its configuration.
    Provider(rustls::Error),
}

impl fmt::Display for TlsConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, .. } => write!(f, "cannot read {file}: check that it exists and who may read it"),
            Self::BadPem { file, what, source: pem::Error::NoItemsFound } => {
                write!(f, "{file} holds no {what}: it has to be PEM text (-----BEGIN …-----)")
            }
            Self::BadPem { file, what, .. } => write!(f, "{file} holds a damaged {what}: write the file anew"),
            Self::BadRoot { file, .. } => {
                write!(f, "{file} holds a certificate that cannot be an authority: put CA certificates there only")
            }
            Self::ForgedRevocationList { file } => {
                write!(f, "{file} holds a revocation list that the root of its name did not sign: fetch it anew")
            }
            Self::OutdatedRevocationList { file } => write!(
                f,
                "{file} holds a revocation list that is older than the one in force: fetch it anew (a restart takes it, if it is meant)"
            ),
            Self::ClientTrust(_) => f.write_str(
                "the authorities or revocation lists for client certificates cannot be used: check both files",
            ),
            Self::Identity(_) => f.write_str(
                "the server certificate and its private key cannot be used: check that they belong together and that \
                 the server's own certificate comes first in the chain",
            ),
            Self::Unacceptable { host, .. } => write!(
                f,
                "devices that call the gateway {host} and trust its server_ca would refuse the server certificate: check its end, \
                 its names and its chain"
            ),
            Self::Provider(_) => f.write_str("the TLS settings built into this program contradict each other"),
        }
    }
}

impl Error for TlsConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::BadPem { source, .. } => Some(source),
            Self::ClientTrust(source) => Some(source),
            Self::ForgedRevocationList { .. } | Self::OutdatedRevocationList { .. } => None,
            Self::BadRoot { source, .. }
            | Self::Unacceptable { source, .. }
            | Self::Identity(source)
            | Self::Provider(source) => Some(source),
        }
    }
}
