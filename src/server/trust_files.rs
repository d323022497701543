//! Files of certificates, keys and revocation lists: reads and verifies them, and builds the TLS settings of the listeners.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::secret_file::{SecretError, read_secret};
use crate::clock::{Clock, Timestamp};
use crate::config::{CertificatesConfig, Config, ExternalCaConfig};
use crate::identity::host_name::HostName;
use crate::transport::tls::external_ca::ExternalCa;
use crate::transport::tls::revocation::RevokedCertificates;
use crate::transport::tls::{
    ClientTrust, MissingCertificatePolicy, PemSource, ServerIdentity, ServerTls, TlsConfigError,
};

/// Files that are replaced together: all of them are valid, or none is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TrustPart {
    /// Server certificate, its key, and the server CA.
    Server,
    StudioCa,
    OfficeCa,
    /// Certificate of a public authority for the enrolment listener, with its key.
    EnrolmentServer,
    /// An external CA of the configuration, counted from 0, with its revocation lists.
    ExternalCa(usize),
}

impl TrustPart {
    /// Name in logs, metrics and `/readyz`.
    pub(super) fn name(self) -> String {
        match self {
            Self::Server => "server-certificate".into(),
            Self::StudioCa => "studio-authority".into(),
            Self::OfficeCa => "office-authority".into(),
            Self::EnrolmentServer => "enrolment-certificate".into(),
            Self::ExternalCa(index) => format!("foreign-authority-{}", index + 1),
        }
    }
}

/// Content of the files of one part.
#[derive(Debug, Clone)]
pub(super) struct PartContent(Vec<PemSource>);

impl PartialEq for PartContent {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(PemSource::sha256).eq(other.0.iter().map(PemSource::sha256))
    }
}

/// TLS settings of the listeners.
pub(super) struct ListenerTls {
    pub(super) studio: ServerTls,
    pub(super) office: ServerTls,
    pub(super) enrolment: ServerTls,
}

/// Paths of the files, and further TLS settings.
#[derive(Clone)]
pub(super) struct TrustFiles {
    certificates: CertificatesConfig,
    external_cas: Vec<ExternalCaConfig>,
    public_hosts: Vec<HostName>,
    enrolment_host: HostName,
    explains_missing_certificate: bool,
    clock: Arc<dyn Clock>,
    revoked: RevokedCertificates,
}

impl TrustFiles {
    pub(super) fn new(config: &Config, clock: Arc<dyn Clock>, revoked: RevokedCertificates) -> Self {
        Self {
            certificates: config.certificates.clone(),
            external_cas: config.office_authorities.clone(),
            public_hosts: config.public_hosts(),
            enrolment_host: config.enrolment_host(),
            explains_missing_certificate: config.listen.explain_missing_certificate,
            clock,
            revoked,
        }
    }

    pub(super) fn parts(&self) -> Vec<TrustPart> {
        let mut parts = vec![TrustPart::Server, TrustPart::StudioCa, TrustPart::OfficeCa];
        parts.extend(self.certificates.enrolment_server.as_ref().map(|_| TrustPart::EnrolmentServer));
        parts.extend((0..self.external_cas.len()).map(TrustPart::ExternalCa));
        parts
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Reads the files of a part without verifying them.
    pub(super) fn read(&self, part: TrustPart) -> Result<PartContent, TrustError> {
        let certificates = &self.certificates;
        Ok(PartContent(match part {
            TrustPart::Server => {
                let mut files = chain_and_key(&certificates.server, &certificates.server_key)?;
                // Optional: with it, a new server certificate is verified as devices verify it.
                if certificates.server_ca.exists() {
                    files.push(PemSource::read(&certificates.server_ca)?);
                }
                files
            }
            TrustPart::EnrolmentServer => match (&certificates.enrolment_server, &certificates.enrolment_server_key) {
                (Some(chain), Some(key)) => chain_and_key(chain, key)?,
                _ => Vec::new(),
            },
            TrustPart::StudioCa => vec![PemSource::read(&certificates.studio_ca)?],
            TrustPart::OfficeCa => vec![PemSource::read(&certificates.office_ca)?],
            TrustPart::ExternalCa(index) => {
                let Some(authority) = self.external_cas.get(index) else { return Ok(PartContent(Vec::new())) };
                let files = std::iter::once(&authority.roots).chain(&authority.revocation_lists);
                files.map(|file| PemSource::read(file)).collect::<Result<_, _>>()?
            }
        }))
    }

    /// Verifies a server certificate as devices do. Building the TLS settings does not check that.
    pub(super) fn check(&self, part: TrustPart, content: &PartContent) -> Result<(), TrustError> {
        match (part, content.0.as_slice()) {
            (TrustPart::Server, [chain, key, authority @ ..]) => {
                let identity = ServerIdentity::parse(chain, key)?;
                for host in self.public_hosts.iter().map(ToString::to_string) {
                    match authority {
                        [authority, ..] => identity.verify_as_client(authority, &host, self.now())?,
                        [] => identity.verify_name(&host)?,
                    }
                }
            }
            // The gateway does not know which public authorities browsers trust.
            (TrustPart::EnrolmentServer, [chain, key]) => {
                let identity = ServerIdentity::parse(chain, key)?;
                identity.verify_name(&self.enrolment_host.to_string())?;
                if identity.expires_at().is_none_or(|end| end <= self.now()) {
                    return Err(TrustError::EnrolmentCertificateExpired {
                        file: self.certificates.enrolment_server.clone(),
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Checks that an external CA's revocation lists are not older than the loaded ones.
    pub(super) fn check_successor(
        &self,
        part: TrustPart,
        content: &PartContent,
        in_force: &PartContent,
    ) -> Result<(), TrustError> {
        let TrustPart::ExternalCa(index) = part else { return Ok(()) };
        match (self.external_ca(index, content)?, self.external_ca(index, in_force)?) {
            (Some(next), Some(in_force)) => Ok(next.check_successor(&in_force)?),
            _ => Ok(()),
        }
    }

    /// End of the certificate of [`TrustPart::Server`] or [`TrustPart::EnrolmentServer`].
    pub(super) fn server_certificate_expiry(&self, content: &PartContent) -> Result<Timestamp, TrustError> {
        let unreadable = || TrustError::ServerCertificate { file: self.certificates.server.clone() };
        let [chain, key, ..] = content.0.as_slice() else { return Err(unreadable()) };
        ServerIdentity::parse(chain, key)?.expires_at().ok_or_else(unreadable)
    }

    /// Earliest end of an external CA's revocation lists, with the path of its roots.
    pub(super) fn revocation_list_expiry(
        &self,
        index: usize,
        content: &PartContent,
    ) -> Result<(String, Option<Timestamp>), TrustError> {
        let end = self.external_ca(index, content)?.and_then(|authority| authority.first_list_expiry());
        Ok((self.external_cas.get(index).map_or_else(String::new, |own| own.roots.display().to_string()), end))
    }

    fn external_ca(&self, index: usize, content: &PartContent) -> Result<Option<ExternalCa>, TrustError> {
        let (Some(own), Some((roots, lists))) = (self.external_cas.get(index), content.0.split_first()) else {
            return Ok(None);
        };
        Ok(Some(ExternalCa::parse(roots, lists, own.revocation)?))
    }

    /// Builds the settings of all listeners from the content of all parts, in the order of [`parts`](Self::parts).
    pub(super) fn build(&self, contents: &[PartContent]) -> Result<ListenerTls, TrustError> {
        let file = || TrustError::ServerCertificate { file: self.certificates.server.clone() };
        let [PartContent(server), PartContent(studio), PartContent(office), external @ ..] = contents else {
            return Err(file());
        };
        let ([chain, key, authority @ ..], [studio, ..], [office, ..]) =
            (server.as_slice(), studio.as_slice(), office.as_slice())
        else {
            return Err(file());
        };
        let (public, external) = match (&self.certificates.enrolment_server, external) {
            (Some(_), [PartContent(public), external @ ..]) => (public.as_slice(), external),
            _ => (&[][..], external),
        };
        let external = external.iter().enumerate().map(|(index, content)| self.external_ca(index, content));
        let external: Vec<_> = external.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        let identity = || ServerIdentity::parse(chain, key);
        let clock = || Arc::clone(&self.clock);
        let trust = |roots| ClientTrust::parse(roots, self.revoked.clone());
        // Programs of studios tell the reasons of a refusal by its alert.
        let (to_studios, to_offices) = match self.explains_missing_certificate {
            true => (MissingCertificatePolicy::ExplainToBrowsers, MissingCertificatePolicy::Explain),
            false => (MissingCertificatePolicy::Refuse, MissingCertificatePolicy::Refuse),
        };
        let studios = trust(studio)?.with_missing_certificate(to_studios);
        let offices = trust(office)?.with_external_cas(external).with_missing_certificate(to_offices);
        let enrolment = match public {
            [chain, key, ..] => {
                ServerTls::with_public_identity(identity()?, ServerIdentity::parse(chain, key)?, clock())?
            }
            // People compare the fingerprint of the CA in the browser, which shows only certificates that it got.
            [] | [_] => ServerTls::without_client_certificates(identity()?.with_authorities(authority)?, clock())?,
        };
        Ok(ListenerTls {
            studio: ServerTls::with_client_certificates(identity()?, studios, clock())?,
            office: ServerTls::with_client_certificates(identity()?, offices, clock())?,
            enrolment,
        })
    }
}

fn chain_and_key(chain: &Path, key: &Path) -> Result<Vec<PemSource>, TrustError> {
    let chain = PemSource::read(chain)?;
    let secret = read_secret(key)?;
    Ok(vec![chain, PemSource::new(key.display().to_string(), secret.as_bytes())])
}

/// Reason why a part cannot be used; the message names the file and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Tls(#[from] TlsConfigError),
    #[error("{} is not a certificate: `renew-server-certificate` issues a new one", file.display())]
    ServerCertificate { file: PathBuf },
    #[error("the certificate for browsers on the enrolment listener has expired{}: renew it at its authority", file.as_ref().map(|file| format!(" ({})", file.display())).unwrap_or_default())]
    EnrolmentCertificateExpired { file: Option<PathBuf> },
}
