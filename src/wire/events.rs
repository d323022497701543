//! Bodies of events, for studios and offices.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::event::EventKind;
use crate::domain::id::{CollectionId, DeviceId, EventId, PhotoId};
use crate::domain::photo::collection::RefusalReason;

/// An event: what happened to a photo, a collection or a certificate, or what ends soon. Members that do not belong to the kind are
/// absent. New kinds and new members may be added: receivers ignore what they do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EventBody {
    /// The same in every delivery of the event, so that a receiver can drop repeats.
    pub event_id: EventId,
    pub kind: EventKind,
    /// Time at which the gateway recorded it.
    pub at: Timestamp,
    /// The photo of the event; absent for certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_id: Option<PhotoId>,
    /// The office's collection; never sent to studios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection_id: Option<CollectionId>,
    /// Only `photo.refused`: the rule that the photo breaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RefusalReason>,
    /// Only `photo.refused`: note of the clerk, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Only `photo.kept` and `photo.kept_ending`: time from which the code is invalid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<Timestamp>,
    /// Only `photo.expiring`: latest time of the erasure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Only `collection.lapsed`: time at which the lease ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Timestamp>,
    /// Only `collection.ending` and `collection.used_by_default`: time from which the photo counts as used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_due: Option<Timestamp>,
    /// Only `certificate.ending`: the device of the certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<DeviceId>,
    /// Only `certificate.ending`: name of the device, which may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Only `certificate.ending`: end of the device's newest certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_expires_at: Option<Timestamp>,
}

/// Events of the caller's studio or office in the order in which the gateway recorded them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EventListBody {
    pub events: Vec<EventBody>,
    /// Value of `after` for the next request, an opaque text. Absent if there is no event and none was asked for before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<String>,
}
