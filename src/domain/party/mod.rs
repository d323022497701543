//! Parties (studios and offices) and their devices.

pub mod credential;
pub mod device_kind;
pub mod device_name;
pub mod device_state;
pub mod invitation;
pub mod name;
pub mod renewal;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::id::{DeviceId, PartyId};
use super::party::credential::Credential;
use super::party::device_kind::DeviceKind;
use crate::clock::Timestamp;

/// Side of the gateway that a party uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Deposits photos.
    Studio,
    /// Collects photos.
    Office,
}

impl Role {
    /// The name in JSON, SQL and certificates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Studio => "studio",
            Self::Office => "office",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = ParseRoleError;

    fn from_str(text: &str) -> Result<Self, ParseRoleError> {
        [Self::Studio, Self::Office].into_iter().find(|role| role.name() == text).ok_or(ParseRoleError)
    }
}

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseRoleError;

impl fmt::Display for ParseRoleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither studio nor office")
    }
}

impl std::error::Error for ParseRoleError {}

/// Scope of an office's device; a studio's device is always `Photos`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceScope {
    /// It deposits or collects photos.
    #[default]
    Photos,
    /// It is an auditor's: it reads the audit log and its checkpoints, and nothing else.
    Audit,
}

impl DeviceScope {
    /// The name in JSON and SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Photos => "photos",
            Self::Audit => "audit",
        }
    }
}

impl FromStr for DeviceScope {
    type Err = ParseDeviceScopeError;

    fn from_str(text: &str) -> Result<Self, ParseDeviceScopeError> {
        [Self::Photos, Self::Audit].into_iter().find(|scope| scope.name() == text).ok_or(ParseDeviceScopeError)
    }
}

/// The text names no device scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseDeviceScopeError;

/// A studio or an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    pub party_id: PartyId,
    /// Its side.
    pub role: Role,
    /// Its name as the other side sees it.
    pub name: String,
    /// Its town as the other side sees it.
    pub place: String,
    /// True if its requests are refused for now.
    pub suspended: bool,
    /// Time at which it was added.
    pub created_at: Timestamp,
}

/// One computer of a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    pub device_id: DeviceId,
    /// Party that owns the device.
    pub party_id: PartyId,
    /// Name that the administrator gave it: "till 2".
    pub label: String,
    /// Called `duty` in JSON and SQL.
    #[serde(rename = "duty")]
    pub scope: DeviceScope,
    /// `None` if it was added before this was asked, or if another authority certifies it.
    pub kind: Option<DeviceKind>,
    /// Time at which it was added.
    pub created_at: Timestamp,
    /// Time of its revocation; there is no way back, a new device is added instead.
    pub revoked_at: Option<Timestamp>,
    /// The end of its newest certificate.
    pub certificate_expires_at: Option<Timestamp>,
}

/// Owner of a known certificate; neither revoked nor suspended when the request began.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The studio or office.
    pub party: Party,
    /// The device that presented the certificate.
    pub device_id: DeviceId,
    /// Scope of the device.
    pub scope: DeviceScope,
    /// That certificate.
    pub credential: Credential,
    /// The end of that certificate.
    pub certificate_expires_at: Timestamp,
}
