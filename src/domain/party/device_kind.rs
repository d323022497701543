//! Kind of a device: who renews its certificate.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Kind of the software that holds a device's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// Renews its certificate by itself.
    Program,
    /// Cannot renew: somebody installs each certificate by hand, so it lasts longer.
    Browser,
}

impl DeviceKind {
    /// The name in JSON and SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Browser => "browser",
        }
    }
}

impl FromStr for DeviceKind {
    type Err = ParseDeviceKindError;

    fn from_str(text: &str) -> Result<Self, ParseDeviceKindError> {
        [Self::Program, Self::Browser].into_iter().find(|kind| kind.name() == text).ok_or(ParseDeviceKindError)
    }
}

/// The text names no kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseDeviceKindError;

impl fmt::Display for ParseDeviceKindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither program nor browser")
    }
}

impl std::error::Error for ParseDeviceKindError {}
