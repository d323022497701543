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
    /// Where it stands.
    pub state: CollectionState,
    /// Until when the photo can be fetched.
    pub lease_until: Timestamp,
    /// The photo, without its picture.
    pub photo: CollectedPhotoBody,
}

/// What an office learns of a photo before it fetches the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectedPhotoBody {
    /// The photo.
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
    /// When it was deposited.
    pub deposited_at: Timestamp,
    /// When it is erased at the latest.
    pub expires_at: Timestamp,
    /// The profile it was judged by.
    pub profile: String,
    /// Advice for the clerk.
    pub findings: Vec<FindingBody>,
    /// `subject` and `exception`, where the studio declared one: then advice about the face may stand for what would have been
    /// a refusal, and the clerk decides.
    #[serde(flatten)]
    pub declaration: Declaration,
    /// Who took it.
    pub studio: StudioBody,
}

/// A studio as offices see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudioBody {
    /// Its name.
    pub name: String,
    /// Its town.
    pub place: String,
}

/// How the office settles.
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
        /// What else the studio should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Given back.
    Released {},
}

/// The receipt of a settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementBody {
    /// The collection.
    pub collection_id: CollectionId,
    /// The photo.
    pub photo_id: PhotoId,
    /// How it ended.
    pub outcome: CollectionState,
    /// When it was settled.
    pub settled_at: Timestamp,
    /// For kept: the moment from which the code no longer works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<Timestamp>,
    /// Whether the picture is gone from the gateway.
    pub erased: bool,
}

/// One of the office's collections, without the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionSummaryBody {
    /// The collection.
    pub collection_id: CollectionId,
    /// The photo.
    pub photo_id: PhotoId,
    /// Where it stands.
    pub state: CollectionState,
    /// When the code was entered.
    pub leased_at: Timestamp,
    /// Until when the photo can or could be fetched.
    pub lease_until: Timestamp,
    /// When the bytes were first handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over_at: Option<Timestamp>,
    /// When an unsettled hand-over counts as used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_due: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
}

/// One page of an office's collections, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionListBody {
    /// The collections.
    pub collections: Vec<CollectionSummaryBody>,
    /// What to give as `after` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<CollectionId>,
}
