//! Rows for unit tests of decisions about a photo.

use std::time::Duration;

use super::PhotoFacts;
use super::collection::{CollectionRecord, CollectionState};
use super::record::PhotoRecord;
use super::state::PhotoState;
use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::entropy::SeededEntropy;

pub(in crate::domain) const T0: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
pub(in crate::domain) const MINUTE: Duration = Duration::from_secs(60);
pub(in crate::domain) const DAY: Duration = Duration::from_secs(86_400);

pub(in crate::domain) fn office(seed: u64) -> PartyId {
    PartyId::generate(T0, &SeededEntropy::new(seed)).unwrap()
}

pub(in crate::domain) fn photo(state: PhotoState) -> PhotoRecord {
    let entropy = SeededEntropy::new(99);
    PhotoRecord {
        photo_id: PhotoId::generate(T0, &entropy).unwrap(),
        studio_id: PartyId::generate(T0, &entropy).unwrap(),
        device_id: DeviceId::generate(T0, &entropy).unwrap(),
        epoch: 1,
        state,
        kept: false,
        facts: PhotoFacts { width: 1, height: 1, bytes: 1, profile: "test".into(), findings: vec![] },
        deposited_at: T0,
        expires_at: T0 + 180 * DAY,
        settled_at: state.is_erased().then_some(T0 + MINUTE),
        refusal: None,
    }
}

pub(in crate::domain) fn leased(photo: &PhotoRecord) -> CollectionRecord {
    CollectionRecord {
        collection_id: CollectionId::generate(T0, &SeededEntropy::new(98)).unwrap(),
        photo_id: photo.photo_id,
        office_id: office(1),
        state: CollectionState::Leased,
        leased_at: T0,
        lease_until: T0 + 15 * MINUTE,
        handed_over_at: None,
        settle_due: None,
        settled_at: None,
        kept_until: None,
    }
}

pub(in crate::domain) fn handed_over(photo: &PhotoRecord) -> CollectionRecord {
    CollectionRecord { handed_over_at: Some(T0 + MINUTE), settle_due: Some(T0 + 7 * DAY), ..leased(photo) }
}
