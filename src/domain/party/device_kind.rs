//! Kind of a device, which determines how its certificate is renewed.

use serde::{Deserialize, Serialize};

/// Kind of the software that holds a device's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DeviceKind {
    /// Renews its certificate by itself.
    Program,
    /// Needs a person to install each certificate, so its certificates are valid for longer.
    Browser,
}

impl DeviceKind {
    /// The name in JSON and SQL.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
