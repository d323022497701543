//! Handing the picture to the office that holds it, as often as it asks while its lease runs.

use std::time::Duration;

use super::collect::{CollectError, attempt, open, store_quarantine};
use super::upload_permit::{PhotoMemory, admit_bytes};
use crate::clock::Timestamp;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::id::CollectionId;
use crate::domain::photo::PhotoRecord;
use crate::domain::photo::quarantine::Quarantined;
use crate::flows::authenticate::OfficeCaller;
use crate::flows::gateway::Gateway;
use crate::limits::memory_shares::MemoryError;
use crate::sealing::envelope::OpenedPhoto;
use crate::storage::StoreError;
use crate::storage::requests::{CutOff, FetchOutcome, FetchPurpose, FetchRequest};

/// Opens the photo of a collection. With [`FetchPurpose::HandOver`] it is on record, before this returns, that this office has
/// the picture: no other office will get it, even if the machine dies with the first byte on the wire. It is opened before
/// that, so that no office is ever on record for a picture that could not be handed to it.
///
/// # Errors
/// [`HandOverError`]; nothing is handed over then.
pub async fn hand_over(
    gateway: &Gateway,
    office: &OfficeCaller,
    collection_id: CollectionId,
    code: &RetrievalCode,
    purpose: FetchPurpose,
) -> Result<HandedOver, HandOverError> {
    store_quarantine(gateway).map_or(Ok(()), |quarantine| Err(HandOverError::Quarantined(quarantine)))?;
    let keys = gateway.keys().code_keys(code);
    let mut request = FetchRequest {
        collection_id,
        attempt: attempt(gateway, office, &keys),
        settle_within: gateway.limits.settle_within,
        purpose: FetchPurpose::Inspect,
    };
    let photo = fetch(gateway, &request).await?;
    let memory = admit_bytes(gateway, office, photo.facts.bytes).map_err(HandOverError::Memory)?;
    let opened = open(gateway, &photo, keys).await.map_err(HandOverError::Open)?;
    if purpose == FetchPurpose::HandOver {
        request.purpose = FetchPurpose::HandOver;
        request.attempt.now = gateway.now();
        fetch(gateway, &request).await?;
    }
    Ok(HandedOver { photo, opened, memory })
}

/// A picture that an office gets.
pub struct HandedOver {
    /// Its row.
    pub photo: PhotoRecord,
    /// The picture, out of its seal.
    pub opened: OpenedPhoto,
    /// To be kept until the picture is out of memory: a caller may take long to read it.
    pub memory: PhotoMemory,
}

async fn fetch(gateway: &Gateway, request: &FetchRequest) -> Result<PhotoRecord, HandOverError> {
    match gateway.store.fetch(request).await? {
        FetchOutcome::Ready(photo) => Ok(*photo),
        FetchOutcome::Blocked { until } => Err(HandOverError::TooManyCodes { wait: gateway.now().until(until) }),
        FetchOutcome::CutOff(cut_off) => Err(HandOverError::CutOff(cut_off)),
        FetchOutcome::NoSuchCollection => Err(HandOverError::UnknownCollection),
        FetchOutcome::WrongCode { alarm } => {
            gateway.wrong_code_alarms.report(alarm);
            Err(HandOverError::WrongCode)
        }
        FetchOutcome::LeaseExpired { at } => Err(HandOverError::LeaseExpired { at }),
        FetchOutcome::Quarantined(quarantine) => Err(HandOverError::Quarantined(quarantine)),
        FetchOutcome::Settled { at } => Err(HandOverError::CollectionOver { at }),
    }
}

/// Reason why the photo was not handed over.
#[derive(Debug)]
pub enum HandOverError {
    /// Too many wrong codes.
    TooManyCodes {
        /// Time until codes are looked up again.
        wait: Duration,
    },
    /// The device was cut off in the meantime.
    CutOff(CutOff),
    /// This office has no such collection.
    UnknownCollection,
    /// The code is another photo's, or nobody's.
    WrongCode,
    /// The lease ran out; entering the code again makes a new one.
    LeaseExpired {
        /// End of the lease.
        at: Timestamp,
    },
    /// The photo is held back, and an administrator is to look at it first.
    Quarantined(Quarantined),
    /// The collection has been settled or given back.
    CollectionOver {
        /// Time of the settlement.
        at: Timestamp,
    },
    /// Too many photos are under way.
    Memory(MemoryError),
    /// The picture could not be opened.
    Open(CollectError),
    /// The store cannot be asked.
    Store(StoreError),
}

impl From<StoreError> for HandOverError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
