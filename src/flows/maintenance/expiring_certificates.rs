//! Certificates that end soon and that nobody renews unless a person does.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::{Device, Party, Role};
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;

/// Time before the end of a browser's certificate in which the log names it, and the desk does, too.
const WARNING_PERIOD: Duration = Duration::from_hours(14 * 24);

/// Number of browsers whose newest certificate is good for another two weeks at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExpiringCertificates {
    pub studios: usize,
    /// Of offices; devices of unknown kind are taken for browsers here.
    pub offices: usize,
    /// The first end among them.
    pub first_end: Option<Timestamp>,
}

/// Counts browsers that need a new certificate. Those that are cut off, or whose certificate has ended, are not among them.
///
/// # Errors
/// [`StoreError`].
pub async fn expiring_certificates(gateway: &Gateway) -> Result<ExpiringCertificates, StoreError> {
    let now = gateway.now();
    let mut expiring = ExpiringCertificates::default();
    for role in [Role::Studio, Role::Office] {
        for (party, device) in gateway.store.devices(role).await? {
            let Some(end) = end_of_browser(&party, &device) else { continue };
            if now < end && end <= now + WARNING_PERIOD {
                expiring.first_end = Some(expiring.first_end.map_or(end, |first| first.min(end)));
                match role {
                    Role::Studio => expiring.studios += 1,
                    Role::Office => expiring.offices += 1,
                }
            }
        }
    }
    Ok(expiring)
}

fn end_of_browser(party: &Party, device: &Device) -> Option<Timestamp> {
    let is_browser = match device.kind {
        Some(kind) => kind == DeviceKind::Browser,
        None => party.role == Role::Office,
    };
    let is_served = !party.suspended && device.revoked_at.is_none();
    device.certificate_expires_at.filter(|_| is_browser && is_served)
}
