//! Renews the certificate: `new key -> ask with the old certificate -> note the new pair -> try it -> switch`.
//!
//! The new pair has opened a connection and was served before the old one is given up: whatever is wrong with it shows while that
//! costs nothing. It is on the disk before it is tried, because a gateway that has seen it lets the old one renew no more:
//! whatever stops the renewal from then on, the next one finds the noted pair and goes on with it.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use rustls::pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use super::est::{IssuedCertificate, SIMPLE_REENROLL, spki_sha256};
use super::folder::{NEXT_DEVICE, device_pem};
use super::line::{self, EstAnswer, LineError, request_certificate};
pub use super::switch::SwitchError;
use super::switch::switch;
use crate::client::config::{ConfigError, StudioConfig};
use crate::client::connection::Connection;
use crate::client::credentials::{Credentials, CredentialsError, Fault, Setting};
use crate::clock::{Clock, Timestamp};
use crate::durable::{self, Audience};
use crate::failpoint;
use crate::identity::certificate::{CertificateFacts, certificates_from_pem, read_certificate};
use crate::identity::error::IdentityError;
use crate::identity::key::DeviceKey;

/// A new certificate, in place and in use.
#[derive(Debug)]
pub struct Renewed {
    /// The line by the new certificate.
    pub connection: Connection,
    /// The new certificate.
    pub certificate: CertificateFacts,
}

/// Renews the certificate that the configuration names, whether it is due or not; one that was broken off is finished.
///
/// # Errors
/// [`RenewError`]; the old certificate is still in use.
pub async fn renew(config_file: &Path, clock: &dyn Clock) -> Result<Renewed, RenewError> {
    let config = StudioConfig::load(config_file)?;
    let old = Old::of(&config)?;
    let noted = Noted::beside(config_file);
    let pair = match earlier(&noted, &config, &old, clock).await? {
        Some(pair) => pair,
        None => {
            let pair = fresh(&config, &old, clock).await?;
            failpoint::reached("renew.answered");
            noted.write(&device_pem(&pair.key, &pair.issued))?;
            failpoint::reached("renew.noted");
            try_out(&pair.connection, &config).await.map_err(RenewError::NotTaken)?;
            pair
        }
    };
    failpoint::reached("renew.tried");
    switch(config_file, &config, device_pem(&pair.key, &pair.issued).as_bytes())?;
    failpoint::reached("renew.switched");
    noted.remove()?;
    Ok(Renewed { connection: pair.connection, certificate: pair.issued.facts })
}

/// The certificate in use, and the line by it.
struct Old {
    certificate: CertificateFacts,
    connection: Connection,
}

/// A new certificate with its key, and the line by it.
struct Pair {
    key: DeviceKey,
    issued: IssuedCertificate,
    connection: Connection,
}

impl Old {
    fn of(config: &StudioConfig) -> Result<Self, RenewError> {
        let credentials = Credentials::load(config)?;
        let certificate = certificate_in_use(config, &credentials)?;
        Ok(Self { certificate, connection: Connection::with(config, credentials)? })
    }
}

impl Pair {
    fn new(config: &StudioConfig, key: DeviceKey, issued: IssuedCertificate) -> Result<Self, RenewError> {
        let credentials = Credentials {
            chain: vec![issued.der.clone().into()],
            key: PrivateKeyDer::Pkcs8(key.as_pkcs8_der().to_vec().into()),
            ..Credentials::load(config)?
        };
        Ok(Self { connection: Connection::with(config, credentials)?, key, issued })
    }
}

/// The pair of a renewal that was broken off, if the gateway takes it.
async fn earlier(
    noted: &Noted,
    config: &StudioConfig,
    old: &Old,
    clock: &dyn Clock,
) -> Result<Option<Pair>, RenewError> {
    let Some((key, issued)) = noted.read()? else { return Ok(None) };
    if issued.facts.sha256 == old.certificate.sha256 || issued.facts.not_after < clock.now() {
        noted.remove()?;
        return Ok(None);
    }
    let pair = Pair::new(config, key, issued)?;
    match try_out(&pair.connection, config).await {
        Ok(()) => Ok(Some(pair)),
        Err(error) if error.may_pass() => Err(RenewError::NotTaken(error)),
        // A gateway that takes the old one and not the noted one has forgotten it: restored from a backup, for one.
        Err(error) => match try_out(&old.connection, config).await {
            Ok(()) => noted.remove().map(|()| None),
            Err(_) => Err(RenewError::NotTaken(error)),
        },
    }
}

async fn fresh(config: &StudioConfig, old: &Old, clock: &dyn Clock) -> Result<Pair, RenewError> {
    if old.certificate.not_after < clock.now() {
        return Err(RenewError::Expired { at: old.certificate.not_after });
    }
    let key = DeviceKey::generate().map_err(RenewError::Key)?;
    let request = old.connection.post(SIMPLE_REENROLL).header("accept-language", config.language.tag());
    match request_certificate(request, &key, clock.now()).await {
        Ok(EstAnswer::Issued(issued)) => Pair::new(config, key, issued),
        Ok(EstAnswer::Waiting { .. }) => Err(RenewError::Waiting),
        Err(error) => Err(RenewError::Line(error)),
    }
}

async fn try_out(connection: &Connection, config: &StudioConfig) -> Result<(), LineError> {
    line::ask(connection.get("/v1/me").header("accept-language", config.language.tag())).await.map(drop)
}

/// The file of a pair that is not in use yet.
struct Noted(PathBuf);

impl Noted {
    fn beside(config_file: &Path) -> Self {
        Self(config_file.with_file_name(NEXT_DEVICE))
    }

    /// A file that holds no pair is somebody else's or damaged: as good as none, and overwritten.
    fn read(&self) -> Result<Option<(DeviceKey, IssuedCertificate)>, SwitchError> {
        let bytes = durable::read(&self.0).map_err(|source| self.unwritable(source))?.map(Zeroizing::new);
        Ok(bytes.and_then(|bytes| {
            let text = std::str::from_utf8(&bytes).ok()?;
            let der = certificates_from_pem(text).ok()?.swap_remove(0);
            let facts = read_certificate(&der).ok()?;
            let key = DeviceKey::from_pem(text).ok()?;
            (facts.spki_sha256 == spki_sha256(&key)).then_some((key, IssuedCertificate { der, facts }))
        }))
    }

    fn write(&self, pem: &str) -> Result<(), SwitchError> {
        durable::replace(&self.0, pem.as_bytes(), Audience::Owner).map_err(|source| self.unwritable(source))
    }

    fn remove(&self) -> Result<(), RenewError> {
        durable::remove(&self.0).map_err(|source| RenewError::Switch(self.unwritable(source)))
    }

    fn unwritable(&self, source: io::Error) -> SwitchError {
        SwitchError::Unwritable { path: self.0.clone(), source }
    }
}

/// The device's own certificate.
///
/// # Errors
/// [`CredentialsError`] when it is none.
pub fn certificate_in_use(
    config: &StudioConfig,
    credentials: &Credentials,
) -> Result<CertificateFacts, CredentialsError> {
    let unusable =
        || CredentialsError { setting: Setting::Certificate, path: config.certificate.clone(), fault: Fault::Unusable };
    let leaf = credentials.chain.first().ok_or_else(unusable)?;
    read_certificate(leaf).map_err(|_| unusable())
}

/// Why the certificate was not renewed.
#[derive(Debug)]
pub enum RenewError {
    /// The configuration does not serve.
    Config(ConfigError),
    /// A file that it names does not serve.
    Credentials(CredentialsError),
    /// Too late: TLS no longer takes the old one, so there is nothing to ask with. A new invitation is needed.
    Expired {
        /// Since when.
        at: Timestamp,
    },
    /// The gateway gave none.
    Line(LineError),
    /// The gateway wants somebody to agree first; lichtbild-gateway never does.
    Waiting,
    /// The gateway does not take the certificate that it just gave.
    NotTaken(LineError),
    /// It could not be stored.
    Switch(SwitchError),
    /// No key could be made.
    Key(IdentityError),
}

impl From<ConfigError> for RenewError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<CredentialsError> for RenewError {
    fn from(error: CredentialsError) -> Self {
        Self::Credentials(error)
    }
}

impl From<SwitchError> for RenewError {
    fn from(error: SwitchError) -> Self {
        Self::Switch(error)
    }
}

impl fmt::Display for RenewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(_) => f.write_str("the configuration does not serve"),
            Self::Credentials(_) => f.write_str("certificate or key does not serve"),
            Self::Expired { at } => write!(f, "the certificate ended at {at}"),
            Self::Line(_) => f.write_str("the gateway gave no certificate"),
            Self::Waiting => f.write_str("the gateway wants the renewal to be approved"),
            Self::NotTaken(_) => f.write_str("the gateway does not take its new certificate"),
            Self::Switch(_) => f.write_str("the new certificate could not be stored"),
            Self::Key(_) => f.write_str("no key could be made"),
        }
    }
}

impl std::error::Error for RenewError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Config(source) => Some(source),
            Self::Credentials(source) => Some(source),
            Self::Line(source) | Self::NotTaken(source) => Some(source),
            Self::Switch(source) => Some(source),
            Self::Key(source) => Some(source),
            Self::Expired { .. } | Self::Waiting => None,
        }
    }
}
