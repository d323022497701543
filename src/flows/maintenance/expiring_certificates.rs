//! Browser certificates that expire soon. A program renews its certificate; for a browser a person must do it.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::{Device, Party, Role};
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;

/// Time before the end of a browser's certificate in which the log and the desk warn.
const WARNING_PERIOD: Duration = Duration::from_hours(14 * 24);

/// Number of browsers whose newest certificate expires within two weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExpiringCertificates {
    pub studios: usize,
    /// Devices of unknown kind count as browsers of an office.
    pub offices: usize,
    pub first_end: Option<Timestamp>,
}

/// Counts browsers that need a new certificate, without those that are cut off or have expired.
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
