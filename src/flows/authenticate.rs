//! Authentication: the device that holds a certificate, and its right to be served at this moment.
//!
//! Asked anew for each request, so that a revocation counts on connections that are already open.

use std::fmt;

use super::gateway::Gateway;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::party::credential::Credential;
use crate::domain::party::{Caller, DeviceScope, Role};
use crate::limits::rate_limiter::RateLimited;
use crate::storage::StoreError;
use crate::storage::requests::EndedCertificate;

/// A studio's active device. Only [`studio`] makes one, so a handler that takes it cannot serve anybody else.
#[derive(Debug, Clone)]
pub struct StudioCaller(Caller);

/// An office's active device that collects photos. Only [`office`] makes one.
#[derive(Debug, Clone)]
pub struct OfficeCaller(Caller);

/// An auditor's device in good standing. Only [`auditor`] makes one. Handlers that take [`OfficeCaller`] cannot be reached with
/// it, and handlers that take it cannot be reached by other devices.
#[derive(Debug, Clone)]
pub struct AuditorCaller(Caller);

/// An office's active device, whatever its scope: for what every device may do, such as renewing its certificate. Only
/// [`office_device`] makes one.
#[derive(Debug, Clone)]
pub struct OfficeDevice(Caller);

impl std::ops::Deref for StudioCaller {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl std::ops::Deref for OfficeCaller {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl std::ops::Deref for AuditorCaller {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl std::ops::Deref for OfficeDevice {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

/// The studio device that holds this certificate.
///
/// # Errors
/// [`AuthenticationError`] when it is not one, or is revoked, suspended or expired.
pub async fn studio(gateway: &Gateway, credential: Credential) -> Result<StudioCaller, AuthenticationError> {
    caller(gateway, credential, Role::Studio).await.map(StudioCaller)
}

/// The office device that holds this certificate and collects photos.
///
/// # Errors
/// [`AuthenticationError`] when it is not one, or is revoked, suspended or expired.
pub async fn office(gateway: &Gateway, credential: Credential) -> Result<OfficeCaller, AuthenticationError> {
    require_scope(caller(gateway, credential, Role::Office).await?, DeviceScope::Photos).map(OfficeCaller)
}

/// The auditor's device that holds this certificate.
///
/// # Errors
/// [`AuthenticationError`] when it is not one, or is revoked, suspended or expired.
pub async fn auditor(gateway: &Gateway, credential: Credential) -> Result<AuditorCaller, AuthenticationError> {
    require_scope(caller(gateway, credential, Role::Office).await?, DeviceScope::Audit).map(AuditorCaller)
}

/// The office device that holds this certificate, whatever its scope.
///
/// # Errors
/// [`AuthenticationError`] when it is not one, or is revoked, suspended or expired.
pub async fn office_device(gateway: &Gateway, credential: Credential) -> Result<OfficeDevice, AuthenticationError> {
    caller(gateway, credential, Role::Office).await.map(OfficeDevice)
}

/// Checked last: a revoked or suspended device learns that first, not that its scope is wrong.
fn require_scope(caller: Caller, scope: DeviceScope) -> Result<Caller, AuthenticationError> {
    if caller.scope == scope { Ok(caller) } else { Err(AuthenticationError::WrongScope { scope: caller.scope }) }
}

async fn caller(gateway: &Gateway, credential: Credential, role: Role) -> Result<Caller, AuthenticationError> {
    let record = gateway.store.caller(&credential).await.map_err(AuthenticationError::Store)?;
    let Some(record) = record else { return Err(AuthenticationError::UnknownDevice) };
    if record.caller.party.role != role {
        return Err(AuthenticationError::UnknownDevice);
    }
    if let Some(at) = record.revoked_at {
        return Err(AuthenticationError::Revoked { at });
    }
    if record.caller.party.suspended {
        return Err(AuthenticationError::Suspended { role });
    }
    if let Some(EndedCertificate { newer_used_at }) = record.ended {
        return Err(AuthenticationError::CertificateEnded { newer_used_at });
    }
    if record.caller.certificate_expires_at <= gateway.now() {
        // The handshake saw to that; a connection can outlive its certificate.
        return Err(AuthenticationError::Expired { at: record.caller.certificate_expires_at });
    }
    gateway
        .request_limiter
        .acquire(record.caller.device_id, gateway.now())
        .map_err(AuthenticationError::RateLimited)?;
    if record.is_first_use {
        record_first_use(gateway, credential.sha256()).await;
    }
    Ok(record.caller)
}

/// From now on no older certificate of the device renews itself. That must not keep anybody from working on a full disk: the
/// next request notes it.
async fn record_first_use(gateway: &Gateway, certificate: Sha256Digest) {
    if let Err(error) = gateway.store.record_first_use(certificate, gateway.now()).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the first use of a certificate was not noted");
    }
}

/// Reason why a caller is not served.
#[derive(Debug)]
pub enum AuthenticationError {
    /// A certificate of the right authority that no device of this gateway has.
    UnknownDevice,
    /// The device was cut off.
    Revoked {
        /// Time of the revocation.
        at: Timestamp,
    },
    /// The whole studio or office is suspended.
    Suspended {
        /// Role of the suspended party.
        role: Role,
    },
    /// The device was given so many newer certificates that this one is not accepted any more.
    CertificateEnded {
        /// The first use of a newer one; `None` if none was used.
        newer_used_at: Option<Timestamp>,
    },
    /// The certificate has run out while the connection was open.
    Expired {
        /// End of the certificate.
        at: Timestamp,
    },
    /// The device is there for something else.
    WrongScope {
        /// For what.
        scope: DeviceScope,
    },
    /// The device asks too often.
    RateLimited(RateLimited),
    /// Nobody can tell just now.
    Store(StoreError),
}

impl fmt::Display for AuthenticationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownDevice => f.write_str("no device of this gateway has this certificate"),
            Self::Revoked { at } => write!(f, "the device was revoked at {at}"),
            Self::Suspended { role } => write!(f, "the {role} is suspended"),
            Self::CertificateEnded { .. } => f.write_str("newer certificates ended this one"),
            Self::Expired { at } => write!(f, "the certificate expired at {at}"),
            Self::WrongScope { scope } => write!(f, "the device's scope is {}", scope.name()),
            Self::RateLimited(_) => f.write_str("the device asks too often"),
            Self::Store(_) => f.write_str("the caller could not be looked up"),
        }
    }
}

impl std::error::Error for AuthenticationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(source) => Some(source),
            _ => None,
        }
    }
}
