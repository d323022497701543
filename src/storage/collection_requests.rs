//! Questions to the store about collections that have begun, and its answers.

use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId, PartyId};
use crate::domain::photo::PhotoRecord;
use crate::domain::photo::collection::{CollectionRecord, SettlementOutcome};
use crate::domain::photo::settlement::SettlementDecision;
use crate::storage::requests::CutOff;

/// A collection as one device of its office finds it.
#[derive(Debug, Clone)]
pub struct CollectionAtDevice {
    pub collection: CollectionRecord,
    pub photo: PhotoRecord,
    /// Label of the device that began the collection; the end of its identifier where it has none.
    pub begun_at_device: String,
    /// True if another device has shown the code too.
    pub has_other_counter: bool,
    /// True if this device has shown the code: only such a device may have the photo erased.
    pub has_shown_code: bool,
    /// Time at which this device was first handed the picture; `None` if it never was.
    pub handed_over_at: Option<Timestamp>,
}

/// A collection of a list, with the label of the device that began it.
#[derive(Debug, Clone)]
pub struct ListedCollection {
    pub collection: CollectionRecord,
    /// Label of the device that began the collection; the end of its identifier where it has none.
    pub begun_at_device: String,
}

/// A request to settle.
#[derive(Debug, Clone)]
pub struct SettleRequest {
    pub collection_id: CollectionId,
    /// The office that holds it.
    pub office_id: PartyId,
    pub device_id: DeviceId,
    /// Outcome that the office reports.
    pub outcome: SettlementOutcome,
    /// For kept: when the code stops to work.
    pub kept_until: Option<Timestamp>,
    /// Time of the request.
    pub now: Timestamp,
}

/// Outcome of a settle request; a refused request changes nothing.
#[derive(Debug)]
pub enum SettleOutcome {
    /// The device was cut off in the meantime.
    CutOff(CutOff),
    /// This office has no such collection.
    NoSuchCollection,
    /// The collection was found.
    Decided {
        /// Done now, done before, or not possible.
        decision: SettlementDecision,
        /// The collection as it stands now.
        collection: CollectionRecord,
    },
}
