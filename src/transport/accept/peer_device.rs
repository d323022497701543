//! The device by which a connection is counted.

use std::fmt;

use rustls::pki_types::CertificateDer;

use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::domain::party::credential::Credential;
use crate::identity::certificate::read_certificate;
use crate::identity::issue::ClientSubject;

/// A device with all its certificates, so that renewals do not increase its share of a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeerDevice {
    /// From the subject of a certificate of the gateway's own CAs.
    Named {
        device_id: DeviceId,
        /// Its studio or office.
        party_id: PartyId,
    },
    /// SHA-256 of the key, for certificates whose subject the gateway did not write.
    Key(Sha256Digest),
}

impl PeerDevice {
    /// The device of an accepted certificate, and SHA-256 of its key. An unreadable certificate counts as a device of its own.
    pub(super) fn of(certificate: &CertificateDer<'_>, credential: &Credential) -> (Self, Sha256Digest) {
        let key_sha256 = read_certificate(certificate).map_or(credential.sha256(), |facts| facts.spki_sha256);
        let named = match credential {
            Credential::Own { .. } => ClientSubject::of_certificate(certificate),
            // An external CA may write any subject.
            Credential::External { .. } => None,
        };
        let device = named.map_or(Self::Key(key_sha256), |ClientSubject { device_id, party_id, .. }| Self::Named {
            device_id,
            party_id,
        });
        (device, key_sha256)
    }

    /// The studio or office, where the certificate names it.
    pub(super) const fn party_id(&self) -> Option<PartyId> {
        match self {
            Self::Named { party_id, .. } => Some(*party_id),
            Self::Key(_) => None,
        }
    }
}

impl fmt::Display for PeerDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { device_id, .. } => device_id.fmt(f),
            Self::Key(digest) => write!(f, "key {digest}"),
        }
    }
}
