//! Renewal of the certificate: `new key -> request with the old certificate -> store the new pair -> try it -> switch`.
//!
//! The old pair is replaced only after a request with the new one succeeded, so that a faulty certificate is found in time. The new pair is
//! on the disk before it is tried, because a gateway that has seen it no longer renews the old one. If the renewal is interrupted from then
//! on, the next one continues with the stored pair.

use std::io;
use std::io::Write;
use std::path::{Path, PathBuf};

use rustls::pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use super::device_folder::{NEXT_DEVICE_FILE, device_pem};
use super::est::{ReceivedCertificate, SIMPLE_REENROLL, spki_sha256};
use super::gateway_request;
use super::gateway_request::{EstResponse, GatewayError, request_certificate};
pub use super::install_certificate::InstallError;
use super::install_certificate::install_certificate;
use crate::atomic_file::{FileMode, PendingFile};
use crate::client::config::{StudioConfig, StudioConfigError};
use crate::client::credentials::{CredentialSetting, Credentials, CredentialsError, CredentialsErrorKind};
use crate::client::gateway_client::GatewayClient;
use crate::clock::{Clock, Timestamp};
use crate::identity::certificate::{CertificateFacts, certificates_from_pem, read_certificate};
use crate::identity::error::IdentityError;
use crate::identity::key::DeviceKey;
use crate::texts::language::Language;
use crate::{atomic_file, failpoint};

/// More than the size of a certificate and its key in PEM.
const MAX_PAIR_BYTES: usize = 16 * 1024;

/// A new certificate that is in use.
#[derive(Debug)]
pub struct RenewedCertificate {
    pub client: GatewayClient,
    pub certificate: CertificateFacts,
}

/// Renews the certificate that the configuration names, even if it is not due, or finishes an interrupted renewal. The gateway answers in
/// `requested_language`, or else in the language of the configuration.
///
/// # Errors
/// [`ClientRenewError`]; the old certificate is still in use.
pub async fn renew(
    config_file: &Path,
    requested_language: Option<Language>,
    clock: &dyn Clock,
) -> Result<RenewedCertificate, ClientRenewError> {
    let config = StudioConfig::load(config_file)?.in_language(requested_language);
    let current = CurrentCredentials::load(&config)?;
    let pending = PendingRenewalFile::next_to(config_file);
    let credentials = match resume_pending(&pending, &config, &current, clock).await? {
        Some(pair) => pair,
        None => {
            // Checked first, because a certificate that cannot be stored would be issued for nothing at each try.
            pending.prove_writable()?;
            let pair = request_new(&config, &current, clock).await?;
            failpoint::reached("renew.answered");
            pending.write(&device_pem(&pair.key, &pair.issued))?;
            failpoint::reached("renew.noted");
            probe(&pair.client, &config).await.map_err(ClientRenewError::NewCertificateRejected)?;
            pair
        }
    };
    failpoint::reached("renew.tried");
    install_certificate(config_file, &config, device_pem(&credentials.key, &credentials.issued).as_bytes())?;
    failpoint::reached("renew.switched");
    pending.remove()?;
    Ok(RenewedCertificate { client: credentials.client, certificate: credentials.issued.facts })
}

/// The certificate in use, and a client that presents it.
struct CurrentCredentials {
    certificate: CertificateFacts,
    client: GatewayClient,
}

/// A new certificate with its key, and a client that presents it.
struct NewCredentials {
    key: DeviceKey,
    issued: ReceivedCertificate,
    client: GatewayClient,
}

impl CurrentCredentials {
    fn load(config: &StudioConfig) -> Result<Self, ClientRenewError> {
        let credentials = Credentials::load(config)?;
        let certificate = certificate_in_use(config, &credentials)?;
        Ok(Self { certificate, client: GatewayClient::with_credentials(config, credentials)? })
    }
}

impl NewCredentials {
    fn new(config: &StudioConfig, key: DeviceKey, issued: ReceivedCertificate) -> Result<Self, ClientRenewError> {
        let credentials = Credentials {
            chain: vec![issued.der.clone().into()],
            key: PrivateKeyDer::Pkcs8(key.as_pkcs8_der().to_vec().into()),
            ..Credentials::load(config)?
        };
        Ok(Self { client: GatewayClient::with_credentials(config, credentials)?, key, issued })
    }
}

/// The pair of an interrupted renewal, if the gateway accepts it.
async fn resume_pending(
    pending: &PendingRenewalFile,
    config: &StudioConfig,
    current: &CurrentCredentials,
    clock: &dyn Clock,
) -> Result<Option<NewCredentials>, ClientRenewError> {
    let Some((key, issued)) = pending.read()? else { return Ok(None) };
    if issued.facts.sha256 == current.certificate.sha256 || issued.facts.not_after < clock.now() {
        pending.remove()?;
        return Ok(None);
    }
    let pair = NewCredentials::new(config, key, issued)?;
    match probe(&pair.client, config).await {
        Ok(()) => Ok(Some(pair)),
        Err(error) if error.is_transient() => Err(ClientRenewError::NewCertificateRejected(error)),
        // If the gateway accepts the old pair but not the stored one, it does not know the latter any more, for example after a restored
        // backup.
        Err(error) => match probe(&current.client, config).await {
            Ok(()) => pending.remove().map(|()| None),
            Err(_) => Err(ClientRenewError::NewCertificateRejected(error)),
        },
    }
}

async fn request_new(
    config: &StudioConfig,
    current: &CurrentCredentials,
    clock: &dyn Clock,
) -> Result<NewCredentials, ClientRenewError> {
    if current.certificate.not_after < clock.now() {
        return Err(ClientRenewError::Expired { at: current.certificate.not_after });
    }
    let key = DeviceKey::generate().map_err(ClientRenewError::Key)?;
    let request = current.client.post(SIMPLE_REENROLL).header("accept-language", config.language.tag());
    match request_certificate(request, &key, clock.now()).await {
        Ok(EstResponse::Issued(issued)) => NewCredentials::new(config, key, issued),
        Ok(EstResponse::Pending { .. }) => Err(ClientRenewError::ApprovalRequired),
        Err(error) => Err(ClientRenewError::Request(error)),
    }
}

async fn probe(connection: &GatewayClient, config: &StudioConfig) -> Result<(), GatewayError> {
    gateway_request::fetch_body(connection.get("/v1/me").header("accept-language", config.language.tag()))
        .await
        .map(drop)
}

/// File of a pair that is not in use yet.
struct PendingRenewalFile(PathBuf);

impl PendingRenewalFile {
    fn next_to(config_file: &Path) -> Self {
        Self(config_file.with_file_name(NEXT_DEVICE_FILE))
    }

    /// A file without a pair is damaged or does not belong to this program. It is ignored and overwritten.
    fn read(&self) -> Result<Option<(DeviceKey, ReceivedCertificate)>, InstallError> {
        let bytes = atomic_file::read(&self.0).map_err(|source| self.unwritable(source))?.map(Zeroizing::new);
        Ok(bytes.and_then(|bytes| {
            let text = std::str::from_utf8(&bytes).ok()?;
            let der = certificates_from_pem(text).ok()?.swap_remove(0);
            let facts = read_certificate(&der).ok()?;
            let key = DeviceKey::from_pem(text).ok()?;
            (facts.spki_sha256 == spki_sha256(&key)).then_some((key, ReceivedCertificate { der, facts }))
        }))
    }

    /// Checks permissions and free space by writing a temporary file.
    fn prove_writable(&self) -> Result<(), InstallError> {
        let write = || {
            let mut file = PendingFile::create(&self.0, FileMode::OwnerOnly)?;
            file.write_all(&[b'\n'; MAX_PAIR_BYTES])?;
            file.sync()
        };
        write().map_err(|source| self.unwritable(source))
    }

    fn write(&self, pem: &str) -> Result<(), InstallError> {
        atomic_file::replace(&self.0, pem.as_bytes(), FileMode::OwnerOnly).map_err(|source| self.unwritable(source))
    }

    fn remove(&self) -> Result<(), ClientRenewError> {
        atomic_file::remove(&self.0).map_err(|source| ClientRenewError::Install(self.unwritable(source)))
    }

    fn unwritable(&self, source: io::Error) -> InstallError {
        InstallError::Unwritable { path: self.0.clone(), source }
    }
}

/// The device's own certificate.
pub fn certificate_in_use(
    config: &StudioConfig,
    credentials: &Credentials,
) -> Result<CertificateFacts, CredentialsError> {
    let unusable = || CredentialsError {
        setting: CredentialSetting::Certificate,
        path: config.certificate.clone(),
        kind: CredentialsErrorKind::Unusable,
    };
    let leaf = credentials.chain.first().ok_or_else(unusable)?;
    read_certificate(leaf).map_err(|_| unusable())
}

/// Reason why the certificate was not renewed.
#[derive(Debug, thiserror::Error)]
pub enum ClientRenewError {
    #[error("the configuration cannot be used")]
    Config(#[from] StudioConfigError),
    #[error("certificate or key cannot be used")]
    Credentials(#[from] CredentialsError),
    /// TLS no longer accepts the certificate, so that the device cannot request another one. It needs a new invitation.
    #[error("the certificate expired at {at}")]
    Expired { at: Timestamp },
    #[error("the gateway gave no certificate")]
    Request(#[source] GatewayError),
    /// Never the answer of lichtbild-gateway.
    #[error("the gateway requires an approval of the renewal")]
    ApprovalRequired,
    #[error("the gateway rejects the certificate that it just issued")]
    NewCertificateRejected(#[source] GatewayError),
    #[error("the new certificate could not be stored")]
    Install(#[from] InstallError),
    #[error("no key could be made")]
    Key(#[source] IdentityError),
}
