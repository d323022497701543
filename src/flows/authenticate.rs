//! Authentication of devices by their certificates. It runs for each request, so that a revocation takes effect on open connections.

use super::gateway::Gateway;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::party::credential::Credential;
use crate::domain::party::{Caller, DeviceScope, Role};
use crate::limits::rate_limiter::RateLimited;
use crate::storage::StoreError;
use crate::storage::requests::EndedCertificate;

/// A studio's active device. Only [`studio`] makes one, so a handler that takes it serves no other caller.
#[derive(Debug, Clone)]
pub struct StudioCaller(Caller);

/// An office's active device that collects photos. Only [`office`] makes one.
#[derive(Debug, Clone)]
pub struct OfficeCaller(Caller);

/// An auditor's active device. Only [`auditor`] makes one.
#[derive(Debug, Clone)]
pub struct AuditorCaller(Caller);

/// An office's active device of any scope, for requests that every device may send, such as a renewal. Only [`office_device`]
/// makes one.
#[derive(Debug, Clone)]
pub struct OfficeDevice(Caller);

macro_rules! deref_to_caller {
    ($($name:ident),*) => {
        $(impl std::ops::Deref for $name {
            type Target = Caller;

            fn deref(&self) -> &Caller {
                &self.0
            }
        })*
    };
}

deref_to_caller!(StudioCaller, OfficeCaller, AuditorCaller, OfficeDevice);

/// Authenticates a studio's device by its certificate.
pub async fn studio(gateway: &Gateway, credential: Credential) -> Result<StudioCaller, AuthenticationError> {
    caller(gateway, credential, Role::Studio).await.map(StudioCaller)
}

/// Authenticates an office's device that collects photos.
pub async fn office(gateway: &Gateway, credential: Credential) -> Result<OfficeCaller, AuthenticationError> {
    require_scope(caller(gateway, credential, Role::Office).await?, DeviceScope::Photos).map(OfficeCaller)
}

/// Authenticates an auditor's device.
pub async fn auditor(gateway: &Gateway, credential: Credential) -> Result<AuditorCaller, AuthenticationError> {
    require_scope(caller(gateway, credential, Role::Office).await?, DeviceScope::Audit).map(AuditorCaller)
}

/// Authenticates an office's device of any scope.
pub async fn office_device(gateway: &Gateway, credential: Credential) -> Result<OfficeDevice, AuthenticationError> {
    caller(gateway, credential, Role::Office).await.map(OfficeDevice)
}

/// The scope is checked last, so that a revoked or suspended device learns that first.
fn require_scope(caller: Caller, scope: DeviceScope) -> Result<Caller, AuthenticationError> {
    if caller.scope == scope { Ok(caller) } else { Err(AuthenticationError::WrongScope { scope: caller.scope }) }
}

async fn caller(gateway: &Gateway, credential: Credential, role: Role) -> Result<Caller, AuthenticationError> {
    let record = gateway.store.caller(&credential).await?.ok_or(AuthenticationError::UnknownDevice)?;
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
        // The handshake refuses expired certificates too, but a connection can outlive its certificate.
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

/// Marks older certificates of the device as not renewable. An error must not refuse the request, for example when the disk is full:
/// the next request tries again.
async fn record_first_use(gateway: &Gateway, certificate: Sha256Digest) {
    if let Err(error) = gateway.store.record_first_use(certificate, gateway.now()).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "cannot record the first use of a certificate, retrying at the next request"
        );
    }
}

/// Reason why a caller is not served.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    #[error("no device of this gateway has this certificate")]
    UnknownDevice,
    #[error("the device was revoked at {at}")]
    Revoked { at: Timestamp },
    #[error("the {role} is suspended")]
    Suspended { role: Role },
    /// A device has at most three newer certificates beside a valid old one.
    #[error("newer certificates of the device ended this one")]
    CertificateEnded {
        /// First use of a newer certificate.
        newer_used_at: Option<Timestamp>,
    },
    #[error("the certificate expired at {at}")]
    Expired { at: Timestamp },
    #[error("the device's scope is {}", scope.name())]
    WrongScope { scope: DeviceScope },
    #[error("too many requests of the device")]
    RateLimited(RateLimited),
    #[error("cannot look up the caller")]
    Store(#[from] StoreError),
}
