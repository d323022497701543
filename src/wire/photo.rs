//! Photos as their studio sees them.

use serde::{Deserialize, Serialize};

use super::finding::FindingBody;
use super::measurements::MeasurementsBody;
use super::studio::PartyBody;
use crate::clock::Timestamp;
use crate::domain::check::finding::Verdict;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::Refusal;
use crate::domain::photo::declaration::Declaration;

/// The answer to a deposit. Holds the code: it is shown here and nowhere else.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptBody {
    pub photo_id: PhotoId,
    /// The one-time retrieval code in four groups, for the citizen.
    pub code: String,
    pub state: PhotoState,
    /// Latest time of its erasure.
    pub expires_at: Timestamp,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: Sha256Digest,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The profile it was judged by.
    pub profile: String,
    /// Advice.
    pub findings: Vec<FindingBody>,
    /// True if there is advice.
    #[serde(default)]
    pub remarks: bool,
    /// The studio, as printed receipts name it; absent in receipts of older gateways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub studio: Option<PartyBody>,
    /// `subject` and `exception`, where the studio declared one. A repeat that declares another gets the first one's receipt.
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

/// The answer to a check without a deposit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckBody {
    /// Verdict: `accepted` if the photo can be deposited, otherwise `refused`.
    pub verdict: Verdict,
    /// True for an accepted photo with advice.
    #[serde(default)]
    pub remarks: bool,
    /// Everything that was found.
    pub findings: Vec<FindingBody>,
    /// Values that were measured; empty from gateways that are older.
    #[serde(default)]
    pub measurements: MeasurementsBody,
}

/// State of one of the studio's photos: never the image, never the code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhotoBody {
    pub photo_id: PhotoId,
    pub state: PhotoState,
    /// Time at which it became durable.
    pub deposited_at: Timestamp,
    /// Latest time of its erasure.
    pub expires_at: Timestamp,
    /// Time at which it was used, refused, withdrawn or expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    /// Reason for which a clerk refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The profile it was judged by.
    pub profile: String,
    /// Advice, but for that about the face: it is under the seal with the photo.
    pub findings: Vec<FindingBody>,
}

/// One page of a studio's photos, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhotoListBody {
    pub photos: Vec<PhotoBody>,
    /// Value of `after` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<PhotoId>,
}
