//! A collection: one office's claim on one photo, from the lease to the settlement.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::state::ParseStateError;
use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, PartyId, PhotoId};

/// The states of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectionState {
    /// The office holds the photo.
    Leased,
    /// Settled: taken into an application.
    Used,
    /// Settled: used, and kept for a second document.
    Kept,
    /// Settled: not fit for a passport.
    Refused,
    /// Given back.
    Released,
    /// The lease ran out before anything was handed over.
    Lapsed,
}

impl CollectionState {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Leased, Self::Used, Self::Kept, Self::Refused, Self::Released, Self::Lapsed];

    /// The name in JSON, SQL and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Leased => "leased",
            Self::Used => "used",
            Self::Kept => "kept",
            Self::Refused => "refused",
            Self::Released => "released",
            Self::Lapsed => "lapsed",
        }
    }
}

impl fmt::Display for CollectionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for CollectionState {
    type Err = ParseStateError;

    fn from_str(text: &str) -> Result<Self, ParseStateError> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(ParseStateError)
    }
}

/// Outcome with which an office ends a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettlementOutcome {
    /// Taken into the application: the photo is erased.
    Used,
    /// Used, and kept with the same code until the end of this day (UTC) for a second document.
    Kept {
        /// The last day on which the code works.
        until: Date,
    },
    /// Not fit for a passport: the photo is erased and the studio learns why.
    Refused(Refusal),
    /// Given back: the photo can be collected again by anyone who has the code.
    Released,
}

impl SettlementOutcome {
    /// The state of the collection that ended this way.
    pub const fn state(&self) -> CollectionState {
        match self {
            Self::Used => CollectionState::Used,
            Self::Kept { .. } => CollectionState::Kept,
            Self::Refused(_) => CollectionState::Refused,
            Self::Released => CollectionState::Released,
        }
    }
}

/// Reason for which a clerk refused a photo, with an optional note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The rule it breaks.
    pub reason: RefusalReason,
    /// Further note for the studio; never names the citizen. Up to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The rules of the photo specimen chart (Fotomustertafel) a clerk can name; the list is closed so that studios can count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// Eyes closed or hidden.
    EyesClosed,
    /// Does not look into the camera.
    Gaze,
    /// The mouth is open or the expression is not neutral.
    Expression,
    /// Head turned or tilted.
    Pose,
    /// The head is too large, too small or not centred.
    HeadPosition,
    /// Glasses hide the eyes or reflect.
    Glasses,
    /// Head covered without a religious or medical reason.
    HeadCovering,
    /// The background is not plain.
    Background,
    /// Shadows, glare, too dark or too light.
    Lighting,
    /// Blurred, coarse, or visibly compressed.
    Sharpness,
    /// Visibly retouched or not true to nature.
    Retouched,
    /// Another person or an object is in the picture.
    Obstruction,
    /// The photo is too old or does not look like the person.
    Likeness,
    /// Shows somebody else than the applicant.
    WrongPerson,
    /// Something else; the note says what.
    Other,
}

/// A collection's row.
#[derive(Debug, Clone)]
pub struct CollectionRecord {
    pub collection_id: CollectionId,
    pub photo_id: PhotoId,
    /// The office that holds or held the photo.
    pub office_id: PartyId,
    pub state: CollectionState,
    /// Time at which the code was entered.
    pub leased_at: Timestamp,
    /// Until when the photo can be fetched.
    pub lease_until: Timestamp,
    /// Time of the first hand-over of the bytes; from then on no other office gets them.
    pub handed_over_at: Option<Timestamp>,
    /// Time from which a collection with a hand-over is settled as used by itself.
    pub settle_due: Option<Timestamp>,
    /// Time at which it was settled, released or lapsed.
    pub settled_at: Option<Timestamp>,
    /// For kept: the moment from which the code no longer works.
    pub kept_until: Option<Timestamp>,
}
