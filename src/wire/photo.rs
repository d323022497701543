//! Bodies of photos, for studios.

use serde::{Deserialize, Serialize};

use super::finding::FindingBody;
use super::measurements::MeasurementsBody;
use super::studio::PartyBody;
use crate::clock::Timestamp;
use crate::domain::check::finding::Verdict;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::RefusalReason;
use crate::domain::photo::declaration::Declaration;

/// Receipt of a deposit. No other answer contains the retrieval code.
#[derive(Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReceiptBody {
    pub photo_id: PhotoId,
    /// One-time retrieval code in four groups, for the citizen.
    pub code: String,
    pub state: PhotoState,
    /// Latest time of the erasure.
    pub expires_at: Timestamp,
    pub sha256: Sha256Digest,
    /// Size of the file.
    pub bytes: u64,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Name of the profile.
    pub profile: String,
    /// Advice only.
    pub findings: Vec<FindingBody>,
    /// True if there is advice.
    #[serde(default)]
    #[schema(required = true)]
    pub remarks: bool,
    /// Name and place of the studio, for printed receipts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = PartyBody, required = true)]
    pub studio: Option<PartyBody>,
    /// `subject` and `exception`, if the studio declared one. A repeat with another declaration gets the receipt of the first deposit.
    #[serde(flatten)]
    pub declaration: Declaration,
}

impl std::fmt::Debug for ReceiptBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReceiptBody")
            .field("photo_id", &self.photo_id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Result of a check without a deposit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CheckBody {
    pub verdict: Verdict,
    /// True for an accepted photo with advice.
    #[serde(default)]
    #[schema(required = true)]
    pub remarks: bool,
    pub findings: Vec<FindingBody>,
    /// Measured values, also of a photo without findings.
    #[serde(default)]
    #[schema(required = true)]
    pub measurements: MeasurementsBody,
}

/// State of a photo, without the image and the code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PhotoBody {
    pub photo_id: PhotoId,
    pub state: PhotoState,
    pub deposited_at: Timestamp,
    /// Latest time of the erasure.
    pub expires_at: Timestamp,
    /// Time of the erasure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalBody>,
    /// Size of the file.
    pub bytes: u64,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Name of the profile.
    pub profile: String,
    /// Advice, without that about the face: only the receipt and the office have it.
    pub findings: Vec<FindingBody>,
}

/// Reason for which a clerk refused a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RefusalBody {
    pub reason: RefusalReason,
    /// The reason in the caller's language.
    #[serde(default)]
    #[schema(required = true)]
    pub message: String,
    /// Note of the clerk, up to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A page of a studio's photos, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PhotoListBody {
    pub photos: Vec<PhotoBody>,
    /// Value of `after` for the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<PhotoId>,
}
