//! Hands a photo over to the office that holds the lease, as often as the office asks during the lease.

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

/// Opens the photo of a collection. With [`FetchPurpose::HandOver`] the hand-over is durable before the first byte is sent, so no
/// other office gets the photo, even after a crash. The envelope is opened before that, so that no office is on record for a
/// photo that the gateway cannot hand over.
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

/// A photo that is handed over.
pub struct HandedOver {
    pub photo: PhotoRecord,
    pub opened: OpenedPhoto,
    /// Must be kept until the bytes are out of memory: a client may read slowly.
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
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    #[error("too many wrong codes")]
    TooManyCodes {
        /// Time until the gateway looks codes up again.
        wait: Duration,
    },
    #[error("the device was cut off")]
    CutOff(CutOff),
    #[error("the office has no such collection")]
    UnknownCollection,
    #[error("the code belongs to another photo or to none")]
    WrongCode,
    /// Entering the code again makes a new lease.
    #[error("the lease has ended")]
    LeaseExpired { at: Timestamp },
    #[error("the photo is in quarantine")]
    Quarantined(Quarantined),
    #[error("the collection was settled or released")]
    CollectionOver { at: Timestamp },
    #[error(transparent)]
    Memory(MemoryError),
    #[error("cannot open the photo")]
    Open(#[source] CollectError),
    #[error("database error")]
    Store(#[from] StoreError),
}
