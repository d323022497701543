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
    pub fn new(
        remote_address: SocketAddr,
        certificate: Option<PeerCertificate>,
        connection: ConnectionHandle,
        admission: Admission,
    ) -> Self {
        let (logged_address, device_id) = (None, OnceLock::new());
        Self(Arc::new(PeerFacts { remote_address, logged_address, certificate, connection, admission, device_id }))
    }

    /// Sets the address that log lines may contain; the default is none. Only for a peer that is not shared yet.
    #[must_use]
    pub fn with_logged_address(mut self, address: Option<SocketAddr>) -> Self {
        if let Some(facts) = Arc::get_mut(&mut self.0) {
            facts.logged_address = address;
        }
        self
    }

    /// Personal data if the studio is one person: see [`Self::logged_address`].
    pub fn remote_address(&self) -> SocketAddr {
        self.0.remote_address
    }

    /// `None` if the configuration keeps addresses out of the log.
    pub fn logged_address(&self) -> Option<SocketAddr> {
        self.0.logged_address
    }

    /// The device, for log lines; `None` until the certificate's subject or the database has named it.
    pub fn device_id(&self) -> Option<DeviceId> {
        self.0.device_id.get().copied()
    }

    pub fn note_device(&self, device_id: DeviceId) {
        // The handshake or an earlier request may have set it.
        let _ = self.0.device_id.set(device_id);
    }

    /// The client certificate, verified in the handshake; `None` on a listener that does not ask for certificates, or on one that explains
    /// a missing or rejected certificate.
    pub fn certificate(&self) -> Option<&PeerCertificate> {
        self.0.certificate.as_ref()
    }

    pub fn connection(&self) -> &ConnectionHandle {
        &self.0.connection
    }

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
    /// A certificate of the gateway's own CAs.
    pub fn new(der: CertificateDer<'static>) -> Self {
        let sha256 = Sha256Digest::of(&der);
        Self { der, credential: Credential::Own { sha256 } }
    }

    pub fn with_credential(der: CertificateDer<'static>, credential: Credential) -> Self {
        Self { der, credential }
    }

    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// Of the DER.
    pub fn sha256(&self) -> Sha256Digest {
        self.credential.sha256()
    }

    pub fn credential(&self) -> Credential {
        self.credential
    }
}

/// Decision whether a connection is served or gets an explanation.
///
/// The handshake must identify a device before its connections can be counted. Closing the connection then would look like a network
/// error, so it serves one request, which the API answers with 429 and `Retry-After`; after the response it is closed. A client without
/// an accepted certificate passes its handshake for the same reason: a browser shows a TLS alert to a clerk as a cryptic error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    WithinLimit,
    /// Over the device's limit: the API refuses every request.
    OverLimit,
    /// The client presented no certificate on a listener that asks for one: the API refuses every request.
    NoCertificate,
    /// The client's certificate is not accepted: the API refuses every request. The peer is anonymous, and its
    /// [`certificate`](Peer::certificate) is `None`.
    CertificateRejected(CertificateFault),
}
