//! `collection  transport -> authenticate -> open -> lease -> hand over -> settle -> erase`: the first half.

use std::fmt;
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

/// A lease and what it is on.
#[derive(Debug)]
pub struct CollectedPhoto {
    /// The lease.
    pub collection: CollectionRecord,
    /// True if this request created the collection; false if the collection existed before.
    pub newly_leased: bool,
    /// The photo's row.
    pub photo: PhotoRecord,
    /// SHA-256 of the picture, out of its seal.
    pub sha256: Sha256Digest,
    /// Declaration and findings that were sealed with the photo.
    pub sealed_metadata: SealedMetadata,
    /// Studio that deposited the photo.
    pub studio: Party,
}

/// Claims the photo that belongs to `code` for this office. The seal is opened first, so that no lease is given on a picture
/// that could not be handed over.
///
/// # Errors
/// [`CollectError`]; no lease is given then.
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
        // Somebody was faster since the code was looked up.
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

/// While the database is known to have gone back in time every photo in it may have been used: none is looked up.
pub(super) fn store_quarantine(gateway: &Gateway) -> Option<Quarantined> {
    gateway.store.rollback().map(|_| Quarantined { since: gateway.now(), reason: QuarantineReason::Restored })
}

/// A code in an office's hand, as the store wants to know it.
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

/// Opens the sealed photo.
pub(super) async fn open(gateway: &Gateway, photo: &PhotoRecord, keys: CodeKeys) -> Result<OpenedPhoto, CollectError> {
    let Some(sealed) = gateway.store.sealed_photo(photo.photo_id).await? else {
        // Settled by a colleague between the look-up and now: the next look-up will say so.
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
#[derive(Debug)]
pub enum CollectError {
    /// Too many wrong codes; right ones are not looked up either for a while.
    TooManyCodes {
        /// Time until codes are looked up again.
        wait: Duration,
    },
    /// The photo is collected too often.
    RateLimited(RateLimited),
    /// Too many photos are under way.
    Memory(MemoryError),
    /// The device was cut off in the meantime.
    CutOff(CutOff),
    /// No photo has or had this code.
    UnknownCode,
    /// An administrator is to look at it first.
    Quarantined(Quarantined),
    /// Another office holds it.
    LeasedElsewhere {
        /// Until then at the latest.
        until: Timestamp,
    },
    /// Another office has the picture and has not settled yet.
    HandedOverElsewhere {
        /// Time at which the photo counts as used.
        until: Timestamp,
    },
    /// It was used or refused.
    Settled {
        /// State of the photo: used or refused.
        state: PhotoState,
        /// Time of the settlement.
        at: Timestamp,
        /// By which office.
        office: Option<Party>,
    },
    /// The studio took it back.
    Withdrawn {
        /// Time of the withdrawal.
        at: Timestamp,
    },
    /// Nobody collected it in time.
    Expired {
        /// Time at which the photo expired.
        at: Timestamp,
    },
    /// The picture does not come out of its seal.
    Damaged(OpenError),
    /// Somebody else changed it at this very moment; asking again gives the answer.
    ConcurrentChange,
    /// No randomness for an identifier.
    Entropy(EntropyError),
    /// The store cannot be asked.
    Store(StoreError),
}

impl fmt::Display for CollectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyCodes { .. } => f.write_str("too many wrong codes"),
            Self::RateLimited(_) => f.write_str("the photo is collected too often"),
            Self::Memory(error) => error.fmt(f),
            Self::CutOff(_) => f.write_str("the device was cut off in the meantime"),
            Self::UnknownCode => f.write_str("no photo has this code"),
            Self::Quarantined(_) => f.write_str("the photo is held back"),
            Self::LeasedElsewhere { .. } | Self::HandedOverElsewhere { .. } => {
                f.write_str("another office holds the photo")
            }
            Self::Settled { .. } => f.write_str("the photo was settled"),
            Self::Withdrawn { .. } => f.write_str("the photo was withdrawn"),
            Self::Expired { .. } => f.write_str("the photo expired"),
            Self::Damaged(_) => f.write_str("the photo does not come out of its seal"),
            Self::ConcurrentChange => f.write_str("the photo was changed at this moment"),
            Self::Entropy(_) => f.write_str("no identifier could be made"),
            Self::Store(_) => f.write_str("the store cannot be asked"),
        }
    }
}

impl From<StoreError> for CollectError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<EntropyError> for CollectError {
    fn from(error: EntropyError) -> Self {
        Self::Entropy(error)
    }
}
