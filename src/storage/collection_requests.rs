//! Requests and outcomes of the store for collections that have begun.

use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId, PartyId};
use crate::domain::photo::PhotoRecord;
use crate::domain::photo::collection::{CollectionRecord, SettlementOutcome};
use crate::domain::photo::settlement::SettlementDecision;
use crate::storage::requests::CutOff;

/// A collection as one device of the office sees it.
#[derive(Debug, Clone)]
pub struct CollectionAtDevice {
    pub collection: CollectionRecord,
    pub photo: PhotoRecord,
    /// Label of the device that began the collection, or the last characters of its identifier.
    pub begun_at_device: String,
    /// True if another device of the office has sent the code.
    pub has_other_counter: bool,
    /// True if this device has sent the code. Only such a device may have the photo erased.
    pub has_shown_code: bool,
    /// Time of the first hand-over to this device.
    pub handed_over_at: Option<Timestamp>,
}

/// A row in a list of collections.
#[derive(Debug, Clone)]
pub struct ListedCollection {
    pub collection: CollectionRecord,
    /// Label of the device that began the collection, or the last characters of its identifier.
    pub begun_at_device: String,
}

/// A request to settle a collection.
#[derive(Debug, Clone)]
pub struct SettleRequest {
    pub collection_id: CollectionId,
    pub office_id: PartyId,
    pub device_id: DeviceId,
    pub outcome: SettlementOutcome,
    /// End of the retention of a kept photo.
    pub kept_until: Option<Timestamp>,
    pub now: Timestamp,
}

/// Outcome of a settlement.
#[derive(Debug)]
pub enum SettleOutcome {
    CutOff(CutOff),
    NoSuchCollection,
    /// The collection is in the state after the decision.
    Decided {
        decision: SettlementDecision,
        collection: CollectionRecord,
    },
}
