//! States of a photo's row, by the names under which they are stored.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The states of a photo's row; the drawing of [`photo`](super) shows the ways between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoState {
    /// Deposited, waiting for an office.
    Available,
    /// An office holds it for a limited time.
    Leased,
    /// Used once and kept for a second document at the applicant's wish.
    Kept,
    /// Taken into an application and erased.
    Used,
    /// Refused by a clerk and erased.
    Refused,
    /// Taken back by the studio and erased.
    Withdrawn,
    /// Never collected in time and erased.
    Expired,
}

impl PhotoState {
    /// Every state, in the order of the drawing.
    pub const ALL: [Self; 7] =
        [Self::Available, Self::Leased, Self::Kept, Self::Used, Self::Refused, Self::Withdrawn, Self::Expired];

    /// The name in JSON, SQL and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Leased => "leased",
            Self::Kept => "kept",
            Self::Used => "used",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// Reports whether the photo is erased and only its tombstone remains.
    pub const fn is_erased(self) -> bool {
        matches!(self, Self::Used | Self::Refused | Self::Withdrawn | Self::Expired)
    }
}

impl fmt::Display for PhotoState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PhotoState {
    type Err = ParseStateError;

    fn from_str(text: &str) -> Result<Self, ParseStateError> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(ParseStateError)
    }
}

/// The text names no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseStateError;

impl fmt::Display for ParseStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a state")
    }
}

impl std::error::Error for ParseStateError {}
