//! Files of certificates, keys and revocation lists: read, verified, and made into the TLS settings of the listeners.

use std::fmt;
use std::path::PathBuf;
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

/// Files that are replaced together: all of them are valid together, or none is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TrustPart {
    /// The server certificate, its key, and the authority that devices know it by.
    Server,
    /// Authority that certifies studios.
    StudioCa,
    /// Authority that certifies offices.
    OfficeCa,
    /// One of the configuration's foreign authorities, counted from 0, with its revocation lists.
    ExternalCa(usize),
}

impl TrustPart {
    /// The name in logs, metrics and `/readyz`.
    pub(super) fn name(self) -> String {
        match self {
            Self::Server => "server-certificate".into(),
            Self::StudioCa => "studio-authority".into(),
            Self::OfficeCa => "office-authority".into(),
            Self::ExternalCa(index) => format!("foreign-authority-{}", index + 1),
        }
    }
}

/// The content of one part's files, in the order they are read in.
#[derive(Debug, Clone)]
pub(super) struct PartContent(Vec<PemSource>);

impl PartialEq for PartContent {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(PemSource::sha256).eq(other.0.iter().map(PemSource::sha256))
    }
}

/// TLS as the three listeners speak it.
pub(super) struct ListenerTls {
    pub(super) studio: ServerTls,
    pub(super) office: ServerTls,
    pub(super) enrolment: ServerTls,
}

/// Locations of the files, and the settings that TLS needs in addition.
#[derive(Clone)]
pub(super) struct TrustFiles {
    certificates: CertificatesConfig,
    external_cas: Vec<ExternalCaConfig>,
    public_hosts: Vec<HostName>,
    missing_office_certificate: MissingCertificatePolicy,
    clock: Arc<dyn Clock>,
    revoked: RevokedCertificates,
}

impl TrustFiles {
    pub(super) fn new(config: &Config, clock: Arc<dyn Clock>, revoked: RevokedCertificates) -> Self {
        Self {
            certificates: config.certificates.clone(),
            external_cas: config.office_authorities.clone(),
            public_hosts: config.public_hosts(),
            missing_office_certificate: if config.listen.explain_missing_certificate {
                MissingCertificatePolicy::Explain
            } else {
                MissingCertificatePolicy::Refuse
            },
            clock,
            revoked,
        }
    }

    /// All parts there are.
    pub(super) fn parts(&self) -> Vec<TrustPart> {
        let mut parts = vec![TrustPart::Server, TrustPart::StudioCa, TrustPart::OfficeCa];
        parts.extend((0..self.external_cas.len()).map(TrustPart::ExternalCa));
        parts
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Reads a part's files, whatever is in them.
    pub(super) fn read(&self, part: TrustPart) -> Result<PartContent, TrustError> {
        let certificates = &self.certificates;
        Ok(PartContent(match part {
            TrustPart::Server => {
                let chain = PemSource::read(&certificates.server)?;
                let key = read_secret(&certificates.server_key)?;
                let key = PemSource::new(certificates.server_key.display().to_string(), key.as_bytes());
                let mut files = vec![chain, key];
                // Not needed to serve: without it a new certificate is not tried as devices will try it.
                if certificates.server_ca.exists() {
                    files.push(PemSource::read(&certificates.server_ca)?);
                }
                files
            }
            TrustPart::StudioCa => vec![PemSource::read(&certificates.studio_ca)?],
            TrustPart::OfficeCa => vec![PemSource::read(&certificates.office_ca)?],
            TrustPart::ExternalCa(index) => {
                let Some(authority) = self.external_cas.get(index) else { return Ok(PartContent(Vec::new())) };
                let files = std::iter::once(&authority.roots).chain(&authority.revocation_lists);
                files.map(|file| PemSource::read(file)).collect::<Result<_, _>>()?
            }
        }))
    }

    /// Looks at what building alone does not notice: whether devices would take the server certificate.
    pub(super) fn check(&self, part: TrustPart, content: &PartContent) -> Result<(), TrustError> {
        if let (TrustPart::Server, [chain, key, authority @ ..]) = (part, content.0.as_slice()) {
            let identity = ServerIdentity::parse(chain, key)?;
            for host in self.public_hosts.iter().map(ToString::to_string) {
                match authority {
                    [authority, ..] => identity.verify_as_client(authority, &host, self.now())?,
                    [] => identity.verify_name(&host)?,
                }
            }
        }
        Ok(())
    }

    /// Checks that a part may replace the content in force.
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

    /// The end of the server certificate.
    pub(super) fn server_certificate_expiry(&self, content: &PartContent) -> Result<Timestamp, TrustError> {
        let unreadable = || TrustError::ServerCertificate { file: self.certificates.server.clone() };
        let [chain, key, ..] = content.0.as_slice() else { return Err(unreadable()) };
        ServerIdentity::parse(chain, key)?.expires_at().ok_or_else(unreadable)
    }

    /// Earliest end of an external CA's revocation lists, with the name of its file of roots.
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

    /// Makes the settings of all listeners from the content of all parts, in the order of [`parts`](Self::parts).
    pub(super) fn build(&self, contents: &[PartContent]) -> Result<ListenerTls, TrustError> {
        let file = || TrustError::ServerCertificate { file: self.certificates.server.clone() };
        let [PartContent(server), PartContent(studio), PartContent(office), external @ ..] = contents else {
            return Err(file());
        };
        let ([chain, key, ..], [studio, ..], [office, ..]) = (server.as_slice(), studio.as_slice(), office.as_slice())
        else {
            return Err(file());
        };
        let external = external.iter().enumerate().map(|(index, content)| self.external_ca(index, content));
        let external: Vec<_> = external.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        let identity = || ServerIdentity::parse(chain, key);
        let clock = || Arc::clone(&self.clock);
        let trust = |roots| ClientTrust::parse(roots, self.revoked.clone());
        let offices =
            trust(office)?.with_external_cas(external).with_missing_certificate(self.missing_office_certificate);
        Ok(ListenerTls {
            studio: ServerTls::with_client_certificates(identity()?, trust(studio)?, clock())?,
            office: ServerTls::with_client_certificates(identity()?, offices, clock())?,
            enrolment: ServerTls::without_client_certificates(identity()?, clock())?,
        })
    }
}

/// Reason why a part cannot be used; the message names the file and says what to do.
#[derive(Debug)]
pub enum TrustError {
    /// The server's key cannot be read, or too many can read it.
    Secret(SecretError),
    /// A certificate, key or list cannot be used.
    Tls(TlsConfigError),
    /// The server certificate cannot be read as one.
    ServerCertificate {
        /// Path of the file.
        file: PathBuf,
    },
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(error) => error.fmt(f),
            Self::Tls(error) => error.fmt(f),
            Self::ServerCertificate { file } => {
                write!(f, "{}: not a certificate; `renew-server-certificate` issues a new one", file.display())
            }
        }
    }
}

impl std::error::Error for TrustError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Secret(error) => error.source(),
            Self::Tls(error) => error.source(),
            Self::ServerCertificate { .. } => None,
        }
    }
}

impl From<SecretError> for TrustError {
    fn from(error: SecretError) -> Self {
        Self::Secret(error)
    }
}

impl From<TlsConfigError> for TrustError {
    fn from(error: TlsConfigError) -> Self {
        Self::Tls(error)
    }
}
