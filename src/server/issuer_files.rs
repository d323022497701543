//! The authorities' files, read for enrolment while the gateway serves.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::addresses::Addresses;
use super::secret_file::{SecretError, read_secret};
use super::start_error::StartError;
use crate::config::Config;
use crate::domain::digest::Sha256Digest;
use crate::flows::Gateway;
use crate::flows::certificate_issuer::{CertificateIssuer, RoleIssuer};
use crate::identity::authority::Authority;
use crate::identity::certificate::{certificate_to_pem, certificates_from_pem};
use crate::identity::certs_only::certificates_only;
use crate::transport::tls::trust_status::TrustStatus;

/// The files, and the gateway that certifies with them.
pub(super) struct IssuerFiles {
    config: Config,
    addresses: Addresses,
    gateway: Arc<Gateway>,
    status: TrustStatus,
}

/// The name of a missing server authority in `/readyz`.
const FAULT_NAME: &str = "enrolment";

impl IssuerFiles {
    pub(super) fn new(config: &Config, addresses: Addresses, gateway: Arc<Gateway>, status: TrustStatus) -> Self {
        Self { config: config.clone(), addresses, gateway, status }
    }

    /// Puts in force what lies there now; what was in force stays where that cannot be used.
    ///
    /// # Errors
    /// [`StartError`].
    pub(super) fn load(&self) -> Result<(), StartError> {
        match read(&self.config, &self.addresses)? {
            Some(issuer) => {
                self.gateway.set_certificate_issuer(issuer);
                self.status.clear_fault(FAULT_NAME);
            }
            None => self.report_missing(),
        }
        Ok(())
    }

    fn report_missing(&self) {
        let file = self.config.certificates.server_ca.display();
        let detail = format!(
            "{file} (certificates.server_ca) is not there: devices cannot enrol or renew over the wire. Copy it from another node or a \
             backup; where the server certificate was bought elsewhere, put its authority there"
        );
        if self.status.set_fault(FAULT_NAME, detail) {
            tracing::warn!(%file, "no server authority here: devices cannot enrol over the wire");
        }
    }
}

/// Reads what devices are certified with; `None` where there is no server authority to tell them of, as with a server
/// certificate bought elsewhere. A key that is not there is kept elsewhere on purpose; one that is there and does not
/// fit, or that others can read, is a reason not to start.
///
/// # Errors
/// [`StartError`].
fn read(config: &Config, addresses: &Addresses) -> Result<Option<CertificateIssuer>, StartError> {
    let files = &config.certificates;
    if !files.server_ca.exists() {
        return Ok(None);
    }
    let server_ca = first_certificate(&files.server_ca)?;
    let (studio_ca, office_ca) = (first_certificate(&files.studio_ca)?, first_certificate(&files.office_ca)?);
    let authorities = certificates_only(&[&server_ca, &studio_ca, &office_ca])
        .map_err(|_| StartError::AuthorityCertificate { file: files.server_ca.clone() })?;
    let crl = |name: &str| format!("{}/crl/{name}.crl", config.enrolment_url(addresses.enrolment));
    Ok(Some(CertificateIssuer {
        policy: config.enrolment.policy,
        validity: config.certificate_validity(),
        server_ca_sha256: Sha256Digest::of(&server_ca),
        server_ca_pem: certificate_to_pem(&server_ca),
        ca_certificates_pkcs7: authorities,
        studio: RoleIssuer {
            authority: authority(&files.studio_ca, &files.studio_ca_key)?,
            url: config.studio_url(addresses.studio),
            crl_url: crl("studio"),
        },
        office: RoleIssuer {
            authority: authority(&files.office_ca, &files.office_ca_key)?,
            url: config.office_url(addresses.office),
            crl_url: crl("office"),
        },
    }))
}

fn authority(certificate: &Path, key: &Path) -> Result<Option<Authority>, StartError> {
    let key_pem = match read_secret(key) {
        Ok(pem) => pem,
        Err(SecretError::Unreadable { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            tracing::info!(file = %key.display(), "no key of this authority here: its devices are certified elsewhere");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let read = Authority::from_pem(&read_text(certificate)?, &key_pem);
    read.map(Some).map_err(|source| StartError::Authority { file: key.to_owned(), source })
}

fn first_certificate(file: &Path) -> Result<Vec<u8>, StartError> {
    let unreadable = || StartError::AuthorityCertificate { file: file.to_owned() };
    let chain = certificates_from_pem(&read_text(file)?).map_err(|_| unreadable())?;
    chain.into_iter().next().ok_or_else(unreadable)
}

fn read_text(file: &Path) -> Result<String, StartError> {
    fs::read_to_string(file).map_err(|_| StartError::AuthorityCertificate { file: file.to_owned() })
}
