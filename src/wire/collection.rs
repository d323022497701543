//! Collections as offices see them.

use serde::{Deserialize, Serialize};

use super::finding::FindingBody;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, PhotoId};
use crate::domain::photo::collection::{CollectionState, RefusalReason};
use crate::domain::photo::declaration::Declaration;

/// The request to collect.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CollectBody {
    /// The code as the citizen brought it.
    pub code: String,
}

/// A lease on a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionBody {
    /// The collection, for fetching and settling.
    pub collection_id: CollectionId,
    pub state: CollectionState,
    /// Until when the photo can be fetched.
    pub lease_until: Timestamp,
    /// The photo, without its picture.
    pub photo: CollectedPhotoBody,
}

/// Data about a photo that an office gets before it fetches the photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectedPhotoBody {
    pub photo_id: PhotoId,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: Sha256Digest,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `image/jpeg`.
    pub content_type: String,
    /// Time of the deposit.
    pub deposited_at: Timestamp,
    /// Latest time of the erasure.
    pub expires_at: Timestamp,
    /// The profile it was judged by.
    pub profile: String,
    /// Advice for the clerk.
    pub findings: Vec<FindingBody>,
    /// `subject` and `exception`, where the studio declared one: then advice about the face may stand for what would have been
    /// a refusal, and the clerk decides.
    #[serde(flatten)]
    pub declaration: Declaration,
    /// Studio that took it.
    pub studio: StudioBody,
}

/// A studio as offices see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudioBody {
    pub name: String,
    /// Its town.
    pub place: String,
}

/// Outcome with which the office settles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum SettleBody {
    /// Taken into the application.
    Used {},
    /// Used, and kept for a second document.
    Kept {
        /// The last day on which the code works: `2026-12-31`.
        until: String,
    },
    /// Not fit for a passport.
    Refused {
        /// The rule it breaks.
        reason: RefusalReason,
        /// Further note for the studio.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Given back.
    Released {},
}

/// The receipt of a settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementBody {
    pub collection_id: CollectionId,
    pub photo_id: PhotoId,
    /// State in which the collection ended.
    pub outcome: CollectionState,
    /// Time of the settlement.
    pub settled_at: Timestamp,
    /// For kept: the moment from which the code no longer works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<Timestamp>,
    /// True if the photo is erased from the gateway.
    pub erased: bool,
}

/// One of the office's collections, without the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionSummaryBody {
    pub collection_id: CollectionId,
    pub photo_id: PhotoId,
    pub state: CollectionState,
    /// Time at which the code was entered.
    pub leased_at: Timestamp,
    /// Until when the photo can or could be fetched.
    pub lease_until: Timestamp,
    /// Time of the first hand-over of the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over_at: Option<Timestamp>,
    /// Time from which an unsettled hand-over counts as used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_due: Option<Timestamp>,
    /// Time at which it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
}

/// One page of an office's collections, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionListBody {
    pub collections: Vec<CollectionSummaryBody>,
    /// Value of `after` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<CollectionId>,
}
