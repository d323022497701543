//! Bodies of collections, for offices.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::finding::FindingBody;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, PhotoId};
use crate::domain::photo::collection::{CollectionState, RefusalReason};
use crate::domain::photo::declaration::Declaration;

/// Request to lease a photo.
#[derive(Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectBody {
    /// The citizen's code, in any case, with or without hyphens and spaces.
    pub code: String,
}

/// A collection with the data of its photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CollectionBody {
    pub collection_id: CollectionId,
    pub state: CollectionState,
    /// End of the time for fetching the photo.
    pub lease_until: Timestamp,
    pub photo: CollectedPhotoBody,
}

/// Data of a photo that an office gets before it fetches the image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CollectedPhotoBody {
    pub photo_id: PhotoId,
    pub sha256: Sha256Digest,
    /// Size of the file.
    pub bytes: u64,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Media type of the file, `image/jpeg`.
    pub content_type: String,
    pub deposited_at: Timestamp,
    /// Latest time of the erasure.
    pub expires_at: Timestamp,
    /// Name of the profile.
    pub profile: String,
    /// Advice only.
    pub findings: Vec<FindingBody>,
    /// `subject` and `exception`, if the studio declared one. Advice about the face may then be a refusal without the declaration, and
    /// the clerk decides.
    #[serde(flatten)]
    pub declaration: Declaration,
    pub studio: StudioBody,
}

/// Name and town of a studio or an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StudioBody {
    pub name: String,
    /// Town.
    pub place: String,
}

/// Outcome of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum SettleBody {
    #[schema(title = "SettleUsed")]
    Used {},
    #[schema(title = "SettleKept")]
    Kept {
        /// Last day on which the code is valid: `2026-12-31`.
        until: String,
    },
    #[schema(title = "SettleRefused")]
    Refused {
        reason: RefusalReason,
        /// Note for the studio, up to 500 characters, without the name of the citizen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    #[schema(title = "SettleReleased")]
    Released {},
}

/// Fields of a [`SettleBody`]. serde reads a tagged enum from a copy of its fields and forgets which field is wrong, so the fields are
/// read first and compared with the outcome afterwards.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettleFields {
    outcome: OutcomeName,
    #[serde(default, deserialize_with = "present")]
    until: Option<String>,
    #[serde(default, deserialize_with = "present")]
    reason: Option<RefusalReason>,
    #[serde(default, deserialize_with = "present")]
    note: Option<Option<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OutcomeName {
    Used,
    Kept,
    Refused,
    Released,
}

/// A field that is not optional if it is there: `null` is a value as any other.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for SettleBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let SettleFields { outcome, until, reason, note } = SettleFields::deserialize(deserializer)?;
        let optional = [("until", until.is_some()), ("reason", reason.is_some()), ("note", note.is_some())];
        let allow_only = |fields: &'static [&'static str]| {
            let unknown = optional.iter().find(|(name, is_present)| *is_present && !fields.contains(name));
            unknown.map_or(Ok(()), |(name, _)| Err(D::Error::unknown_field(name, fields)))
        };
        match outcome {
            OutcomeName::Used => allow_only(&["outcome"]).map(|()| Self::Used {}),
            OutcomeName::Released => allow_only(&["outcome"]).map(|()| Self::Released {}),
            OutcomeName::Kept => {
                allow_only(&["outcome", "until"])?;
                Ok(Self::Kept { until: until.ok_or_else(|| D::Error::missing_field("until"))? })
            }
            OutcomeName::Refused => {
                allow_only(&["outcome", "reason", "note"])?;
                let reason = reason.ok_or_else(|| D::Error::missing_field("reason"))?;
                Ok(Self::Refused { reason, note: note.flatten() })
            }
        }
    }
}

/// Receipt of a settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SettlementBody {
    pub collection_id: CollectionId,
    pub photo_id: PhotoId,
    pub outcome: CollectionState,
    pub settled_at: Timestamp,
    /// Only for kept photos: time from which the code is invalid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<Timestamp>,
    /// Time of the first hand-over; absent if the office settled without ever fetching the photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over_at: Option<Timestamp>,
    /// True if the photo is erased.
    pub erased: bool,
}

/// A collection in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CollectionSummaryBody {
    pub collection_id: CollectionId,
    pub photo_id: PhotoId,
    pub state: CollectionState,
    pub leased_at: Timestamp,
    pub lease_until: Timestamp,
    /// Time of the first hand-over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over_at: Option<Timestamp>,
    /// Time after which a handed-over photo counts as used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_due: Option<Timestamp>,
    /// Time of the settlement or of the lapse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
}

/// A page of an office's collections, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CollectionListBody {
    pub collections: Vec<CollectionSummaryBody>,
    /// Value of `after` for the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<CollectionId>,
}
