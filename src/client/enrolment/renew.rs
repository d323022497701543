//! Renews the certificate: `new key -> ask with the old certificate -> try the new pair -> switch`.
//!
//! The new pair has opened a connection and was served before the old one is given up: whatever is wrong with it shows while
//! that costs nothing. A crash before the switch leaves a certificate behind that nobody has the key of.

use std::fmt;
use std::path::Path;

use rustls::pki_types::PrivateKeyDer;

use super::est::{IssuedCertificate, SIMPLE_REENROLL};
use super::folder::device_pem;
use super::line::{self, EstAnswer, LineError, request_certificate};
pub use super::switch::SwitchError;
use super::switch::switch;
use crate::client::config::{ConfigError, StudioConfig};
use crate::client::connection::Connection;
use crate::client::credentials::{Credentials, CredentialsError, Fault, Setting};
use crate::clock::{Clock, Timestamp};
use crate::failpoint;
use crate::identity::certificate::{CertificateFacts, read_certificate};
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

/// Renews the certificate that the configuration names, whether it is due or not.
///
/// # Errors
/// [`RenewError`]; the old certificate is still in use.
pub async fn renew(config_file: &Path, clock: &dyn Clock) -> Result<Renewed, RenewError> {
    let config = StudioConfig::load(config_file)?;
    let credentials = Credentials::load(&config)?;
    let old = certificate_in_use(&config, &credentials)?;
    if old.not_after < clock.now() {
        return Err(RenewError::Expired { at: old.not_after });
    }
    let key = DeviceKey::generate().map_err(RenewError::Key)?;
    let issued = ask(&Connection::prepare(&config)?, &config, &key, clock).await?;
    failpoint::reached("renew.answered");
    let connection = Connection::with(&config, with_new_pair(credentials, &key, &issued))?;
    line::ask(connection.get("/v1/me").header("accept-language", config.language.tag()))
        .await
        .map_err(RenewError::NotTaken)?;
    failpoint::reached("renew.tried");
    switch(config_file, &config, device_pem(&key, &issued).as_bytes())?;
    failpoint::reached("renew.switched");
    // Read back from its place: what watch and push will find there is what was tried.
    let connection = Connection::prepare(&StudioConfig::load(config_file)?)?;
    Ok(Renewed { connection, certificate: issued.facts })
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

async fn ask(
    connection: &Connection,
    config: &StudioConfig,
    key: &DeviceKey,
    clock: &dyn Clock,
) -> Result<IssuedCertificate, RenewError> {
    let request = connection.post(SIMPLE_REENROLL).header("accept-language", config.language.tag());
    match request_certificate(request, key, clock.now()).await {
        Ok(EstAnswer::Issued(issued)) => Ok(issued),
        Ok(EstAnswer::Waiting { .. }) => Err(RenewError::Waiting),
        Err(error) => Err(RenewError::Line(error)),
    }
}

fn with_new_pair(credentials: Credentials, key: &DeviceKey, issued: &IssuedCertificate) -> Credentials {
    Credentials {
        chain: vec![issued.der.clone().into()],
        key: PrivateKeyDer::Pkcs8(key.as_pkcs8_der().to_vec().into()),
        ..credentials
    }
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
