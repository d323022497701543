//! Parties (studios and offices) and their devices.

pub mod credential;
pub mod device_kind;
pub mod device_name;
pub mod device_state;
pub mod invitation;
pub mod name;
pub mod operator_contact;
pub mod renewal;

use serde::{Deserialize, Serialize};

use super::id::{DeviceId, PartyId};
use super::party::credential::Credential;
use super::party::device_kind::DeviceKind;
use crate::clock::Timestamp;

/// Side of the gateway that a party uses: a `studio` deposits photos, an `office` collects them.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Deposits photos.
    Studio,
    /// Collects photos.
    Office,
}

impl Role {
    /// The name in JSON, SQL and certificates.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Scope of an office's device; a studio's device is always `Photos`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, strum::EnumString, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DeviceScope {
    /// Deposits or collects photos.
    #[default]
    Photos,
    /// Only reads the audit log and its checkpoints, for an auditor.
    Audit,
}

impl DeviceScope {
    /// The name in JSON and SQL.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A studio or an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    pub party_id: PartyId,
    pub role: Role,
    pub name: String,
    /// Town.
    pub place: String,
    /// True while its requests are refused.
    pub suspended: bool,
    pub created_at: Timestamp,
}

/// A computer of a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    pub device_id: DeviceId,
    pub party_id: PartyId,
    /// Name by the administrator, such as "till 2".
    pub label: String,
    /// `duty` in JSON and SQL.
    #[serde(rename = "duty")]
    pub scope: DeviceScope,
    /// `None` if it was added before kinds existed, or if an external CA issues its certificate.
    pub kind: Option<DeviceKind>,
    pub created_at: Timestamp,
    /// A revocation is final; a new device is added instead.
    pub revoked_at: Option<Timestamp>,
    /// Expiry of the newest certificate.
    pub certificate_expires_at: Option<Timestamp>,
}

/// Device of a known certificate, neither revoked nor suspended when the request began.
#[derive(Debug, Clone)]
pub struct Caller {
    pub party: Party,
    pub device_id: DeviceId,
    pub scope: DeviceScope,
    pub credential: Credential,
    pub certificate_expires_at: Timestamp,
}
