//! States of a photo.

use serde::{Deserialize, Serialize};

/// State of a photo: `available` (no office has leased it), `leased`, `kept` (used once, and kept for a second document), `used`,
/// `refused` (by a clerk), `withdrawn` (by the studio), or `expired` (not collected in time). After the last four it is erased.
//
// The order is that of the drawing in the module above. The name in snake case is stable: it appears in JSON, SQL and metrics.
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
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PhotoState {
    /// Deposited, and leased by no office.
    Available,
    Leased,
    /// Used once, and kept for a second document.
    Kept,
    /// Used for a document, and erased.
    Used,
    /// Refused by a clerk, and erased.
    Refused,
    /// Withdrawn by the studio, and erased.
    Withdrawn,
    /// Not collected in time, and erased.
    Expired,
}

impl PhotoState {
    /// The name in JSON, SQL and metrics.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// True if only the tombstone remains.
    pub const fn is_erased(self) -> bool {
        matches!(self, Self::Used | Self::Refused | Self::Withdrawn | Self::Expired)
    }
}
