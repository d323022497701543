//! `collection  transport -> authenticate -> open -> lease -> hand over -> settle -> erase`: the first half.

use std::time::Duration;

use super::upload_permit::admit_bytes;
use crate::clock::Timestamp;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, PartyId};
use crate::domain::party::Party;
use crate::domain::photo::availability::Availability;
use crate::domain::photo::collection::CollectionRecord;
use crate::domain::photo::declaration::SealedMetadata;
use crate::domain::photo::quarantine::{QuarantineReason, Quarantined};
use crate::domain::photo::{PhotoRecord, PhotoState};
use crate::entropy::EntropyError;
use crate::flows::authenticate::OfficeCaller;
use crate::flows::gateway::Gateway;
use crate::limits::memory_shares::MemoryError;
use crate::limits::rate_limiter::RateLimited;
use crate::sealing::CodeKeys;
use crate::sealing::envelope::{OpenError, OpenedPhoto};
use crate::storage::StoreError;
use crate::storage::requests::{CodeAttempt, CutOff, FoundPhoto, LeaseOutcome, LeaseRequest, LookupOutcome};

/// A photo that an office has leased.
#[derive(Debug)]
pub struct CollectedPhoto {
    pub collection: CollectionRecord,
    /// False if the collection existed before this request.
    pub newly_leased: bool,
    pub photo: PhotoRecord,
    /// Of the photo's bytes.
    pub sha256: Sha256Digest,
    pub sealed_metadata: SealedMetadata,
    pub studio: Party,
}

/// Leases the photo of `code` to this office. The envelope is opened first, so that the gateway gives no lease on a photo that it
/// cannot hand over.
pub async fn collect(
    gateway: &Gateway,
    office: &OfficeCaller,
    code: &RetrievalCode,
) -> Result<CollectedPhoto, CollectError> {
    let keys = gateway.keys().code_keys(code);
    let found = look_up(gateway, office, &keys).await?;
    if let Some(refusal) = refusal(gateway, found.availability).await? {
        return Err(refusal);
    }
    let photo = found.photo.record;
    gateway.lease_limiter.acquire(photo.photo_id, gateway.now()).map_err(CollectError::RateLimited)?;
    let memory = admit_bytes(gateway, office, photo.facts.bytes).map_err(CollectError::Memory)?;
    let OpenedPhoto { sha256, sealed_metadata, bytes } = open(gateway, &photo, keys).await?;
    drop((bytes, memory));
    let request = LeaseRequest {
        photo_id: photo.photo_id,
        office_id: office.party.party_id,
        device_id: office.device_id,
        collection_id: CollectionId::generate(gateway.now(), gateway.entropy.as_ref())?,
        lease: gateway.limits.lease,
        photos_of_revoked: gateway.limits.photos_of_revoked,
        now: gateway.now(),
    };
    let (collection, newly_leased) = match gateway.store.lease(&request).await? {
        LeaseOutcome::New(collection) => (collection, true),
        LeaseOutcome::Existing(collection) => (collection, false),
        LeaseOutcome::CutOff(cut_off) => return Err(CollectError::CutOff(cut_off)),
        // Another request changed the photo after the look-up.
        LeaseOutcome::Unavailable(availability) => {
            return Err(refusal(gateway, availability).await?.unwrap_or(CollectError::ConcurrentChange));
        }
    };
    Ok(CollectedPhoto { collection, newly_leased, photo, sha256, sealed_metadata, studio: found.studio })
}

async fn look_up(gateway: &Gateway, office: &OfficeCaller, keys: &CodeKeys) -> Result<FoundPhoto, CollectError> {
    store_quarantine(gateway).map_or(Ok(()), |quarantine| Err(CollectError::Quarantined(quarantine)))?;
    match gateway.store.look_up(&attempt(gateway, office, keys)).await? {
        LookupOutcome::Found(found) => Ok(*found),
        LookupOutcome::Unknown { alarm } => {
            gateway.wrong_code_alarms.report(alarm);
            Err(CollectError::UnknownCode)
        }
        LookupOutcome::Blocked { until } => Err(CollectError::TooManyCodes { wait: gateway.now().until(until) }),
    }
}

/// After a rollback of the database, any photo in it may already have been used, so no photo is looked up.
pub(super) fn store_quarantine(gateway: &Gateway) -> Option<Quarantined> {
    gateway.store.rollback().map(|_| Quarantined { since: gateway.now(), reason: QuarantineReason::Restored })
}

pub(super) fn attempt(gateway: &Gateway, office: &OfficeCaller, keys: &CodeKeys) -> CodeAttempt {
    CodeAttempt {
        lookup_id: keys.lookup_id(),
        office_id: office.party.party_id,
        device_id: office.device_id,
        now: gateway.now(),
        limits: gateway.limits.wrong_codes,
        photos_of_revoked: gateway.limits.photos_of_revoked,
    }
}

pub(super) async fn open(gateway: &Gateway, photo: &PhotoRecord, keys: CodeKeys) -> Result<OpenedPhoto, CollectError> {
    let Some(sealed) = gateway.store.sealed_photo(photo.photo_id).await? else {
        // Another device settled the photo after the look-up. The next look-up reports it.
        return Err(CollectError::ConcurrentChange);
    };
    let key_file = gateway.keys();
    let context = photo.seal_context();
    let opened = tokio::task::spawn_blocking(move || key_file.open(sealed, &keys, context)).await;
    opened.map_err(|_| CollectError::ConcurrentChange)?.map_err(CollectError::Damaged)
}

/// The error for a photo that cannot be leased in this state; `None` when it can.
async fn refusal(gateway: &Gateway, availability: Availability) -> Result<Option<CollectError>, StoreError> {
    Ok(match availability {
        Availability::Available { .. } | Availability::LeasedHere(_) | Availability::Renewable(_) => None,
        Availability::Quarantined(quarantine) => Some(CollectError::Quarantined(quarantine)),
        Availability::LeasedElsewhere { until } => Some(CollectError::LeasedElsewhere { until }),
        Availability::Withdrawn { at } => Some(CollectError::Withdrawn { at }),
        Availability::Expired { at } => Some(CollectError::Expired { at }),
        Availability::HandedOverElsewhere { until } => Some(CollectError::HandedOverElsewhere { until }),
        Availability::Settled { state, at, office } => {
            Some(CollectError::Settled { state, at, office: settling_office(gateway, office).await? })
        }
    })
}

async fn settling_office(gateway: &Gateway, office: Option<PartyId>) -> Result<Option<Party>, StoreError> {
    match office {
        None => Ok(None),
        Some(office) => gateway.store.party(office).await,
    }
}

/// Reason why a photo was not leased.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    #[error("too many wrong codes")]
    TooManyCodes {
        /// Time until the gateway looks codes up again, right ones included.
        wait: Duration,
    },
    #[error("the photo is collected too often")]
    RateLimited(RateLimited),
    #[error(transparent)]
    Memory(MemoryError),
    #[error("the device was cut off")]
    CutOff(CutOff),
    #[error("no photo has this code")]
    UnknownCode,
    #[error("the photo is in quarantine")]
    Quarantined(Quarantined),
    #[error("another office holds the photo")]
    LeasedElsewhere { until: Timestamp },
    #[error("another office received the photo and has not settled yet")]
    HandedOverElsewhere {
        /// Time at which the photo counts as used.
        until: Timestamp,
    },
    #[error("the photo was settled")]
    Settled {
        /// Used or refused.
        state: PhotoState,
        at: Timestamp,
        office: Option<Party>,
    },
    #[error("the photo was withdrawn")]
    Withdrawn { at: Timestamp },
    #[error("the photo expired")]
    Expired { at: Timestamp },
    #[error("cannot open the envelope")]
    Damaged(#[source] OpenError),
    /// The next request gives the answer.
    #[error("another request changed the photo at the same time")]
    ConcurrentChange,
    #[error("no randomness for an identifier")]
    Entropy(#[from] EntropyError),
    #[error("database error")]
    Store(#[from] StoreError),
}
