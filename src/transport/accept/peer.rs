//! Peer of a connection: its address, its certificate, and its admission.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::CertificateDer;

use super::connection_handle::ConnectionHandle;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::credential::Credential;
use crate::transport::tls::certificate_fault::CertificateFault;

/// The sender of a request; every request carries one as an extension. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Peer(Arc<PeerFacts>);

#[derive(Debug)]
struct PeerFacts {
    remote_address: SocketAddr,
    logged_address: Option<SocketAddr>,
    certificate: Option<PeerCertificate>,
    connection: ConnectionHandle,
    admission: Admission,
    device_id: OnceLock<DeviceId>,
}

impl Peer {
    /// A peer as the listener found it.
    pub fn new(
        remote_address: SocketAddr,
        certificate: Option<PeerCertificate>,
        connection: ConnectionHandle,
        admission: Admission,
    ) -> Self {
        let (logged_address, device_id) = (None, OnceLock::new());
        Self(Arc::new(PeerFacts { remote_address, logged_address, certificate, connection, admission, device_id }))
    }

    /// Sets the address that log lines may contain; none, unless said. Only for a peer that is not shared yet.
    #[must_use]
    pub fn with_logged_address(mut self, address: Option<SocketAddr>) -> Self {
        if let Some(facts) = Arc::get_mut(&mut self.0) {
            facts.logged_address = address;
        }
        self
    }

    /// Remote address of the connection. Personal data where a studio is one person: see [`Self::logged_address`].
    pub fn remote_address(&self) -> SocketAddr {
        self.0.remote_address
    }

    /// Remote address for log lines; `None` if the configuration keeps addresses out of the log.
    pub fn logged_address(&self) -> Option<SocketAddr> {
        self.0.logged_address
    }

    /// The device, for log lines, as soon as the certificate's subject or the database has named it.
    pub fn device_id(&self) -> Option<DeviceId> {
        self.0.device_id.get().copied()
    }

    /// Notes the device behind the connection; a certificate has one.
    pub fn note_device(&self, device_id: DeviceId) {
        // Noted before, by the handshake or an earlier request.
        let _ = self.0.device_id.set(device_id);
    }

    /// The client certificate, verified in the handshake; none on a listener that asks for none, or that explains
    /// a missing or rejected one.
    pub fn certificate(&self) -> Option<&PeerCertificate> {
        self.0.certificate.as_ref()
    }

    /// The connection the request came over.
    pub fn connection(&self) -> &ConnectionHandle {
        &self.0.connection
    }

    /// Decision whether requests of the connection are served.
    pub fn admission(&self) -> Admission {
        self.0.admission
    }
}

/// A client certificate that passed the handshake.
#[derive(Debug, Clone)]
pub struct PeerCertificate {
    der: CertificateDer<'static>,
    credential: Credential,
}

impl PeerCertificate {
    /// A certificate of the gateway's own authorities, with its fingerprint.
    pub fn new(der: CertificateDer<'static>) -> Self {
        let sha256 = Sha256Digest::of(&der);
        Self { der, credential: Credential::Own { sha256 } }
    }

    /// A certificate with what the handshake found out about it.
    pub fn with_credential(der: CertificateDer<'static>, credential: Credential) -> Self {
        Self { der, credential }
    }

    /// The whole certificate.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// SHA-256 of the DER.
    pub fn sha256(&self) -> Sha256Digest {
        self.credential.sha256()
    }

    /// Credential by which the store knows the device.
    pub fn credential(&self) -> Credential {
        self.credential
    }
}

/// Decision whether a connection is served or only told why not.
///
/// The number of a device's connections can only be counted once the handshake has said which device it is. Closing then would
/// look like a fault of the line, so the connection is kept for one request, which the API answers with 429 and `Retry-After`;
/// the line closes behind the answer by itself. A browser without an accepted certificate is let through its handshake for the
/// same reason: an alert is shown to a clerk as a cryptic fault of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Within the device's limit.
    WithinLimit,
    /// Over it: to be refused, whatever it asks.
    OverLimit,
    /// No certificate was shown where one is asked for: to be refused, whatever it asks.
    NoCertificate,
    /// The certificate that was shown is not accepted: to be refused, whatever it asks. The peer counts as nobody, and its
    /// [`certificate`](Peer::certificate) is `None`.
    CertificateRejected(CertificateFault),
}
