//! CA files for enrolment, which can be reloaded while the gateway runs.

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

/// Loads the CAs that issue device certificates.
pub(super) struct IssuerFiles {
    config: Config,
    addresses: Addresses,
    gateway: Arc<Gateway>,
    status: TrustStatus,
}

/// Name in `/readyz`.
const FAULT_NAME: &str = "enrolment";

impl IssuerFiles {
    pub(super) fn new(config: &Config, addresses: Addresses, gateway: Arc<Gateway>, status: TrustStatus) -> Self {
        Self { config: config.clone(), addresses, gateway, status }
    }

    /// Activates the files; after an error the active CAs stay.
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
            "{file} (certificates.server_ca) is missing: devices cannot enrol or renew. Copy it from another node or a backup; if the \
             server certificate comes from another CA, put the certificate of that CA there"
        );
        if self.status.set_fault(FAULT_NAME, detail) {
            tracing::warn!(%file, "server CA certificate is missing, devices cannot enrol: copy it from another node or a backup");
        }
    }
}

/// Reads the CAs; `None` without a server CA certificate, which devices need to trust the gateway. A missing CA key is on another
/// machine on purpose; a key that does not fit, or that others can read, keeps the gateway from starting.
fn read(config: &Config, addresses: &Addresses) -> Result<Option<CertificateIssuer>, StartError> {
    let files = &config.certificates;
    if !files.server_ca.exists() {
        return Ok(None);
    }
    let server_ca = first_certificate(&files.server_ca)?;
    let (studio_ca, office_ca) = (first_certificate(&files.studio_ca)?, first_certificate(&files.office_ca)?);
    let authorities = certificates_only(&[&server_ca, &studio_ca, &office_ca])
        .map_err(|_| StartError::AuthorityCertificate { file: files.server_ca.clone() })?;
    let enrolment_url = config.enrolment_url(addresses.enrolment);
    let crl = |name: &str| format!("{enrolment_url}/crl/{name}.crl");
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
        enrolment_url,
    }))
}

fn authority(certificate: &Path, key: &Path) -> Result<Option<Authority>, StartError> {
    let key_pem = match read_secret(key) {
        Ok(pem) => pem,
        Err(SecretError::Unreadable { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            tracing::info!(file = %key.display(), "CA key is not on this machine: certify its devices with `device add --csr` elsewhere");
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
