//! New refusals of a studio: photos that an office refused, until a person at the studio has marked that as seen.

use crate::domain::id::PhotoId;
use crate::flows::authenticate::StudioCaller;
use crate::flows::gateway::Gateway;
use crate::flows::photo::queries::{ListPage, PhotoWithState, last_if_full, with_current_state};
use crate::storage::StoreError;

/// The count ends here, because it is read for every page.
pub const MOST_COUNTED: u32 = 100;

/// Number of new refusals, at most [`MOST_COUNTED`].
pub async fn count(gateway: &Gateway, studio: &StudioCaller) -> Result<u64, StoreError> {
    gateway.store.count_new_refusals(studio.party.party_id, MOST_COUNTED).await
}

/// The new refusals, newest photo first.
pub async fn list(
    gateway: &Gateway,
    studio: &StudioCaller,
    after: Option<PhotoId>,
    limit: u32,
) -> Result<ListPage<PhotoWithState, PhotoId>, StoreError> {
    let photos = gateway.store.new_refusals(studio.party.party_id, after, limit).await?;
    let items: Vec<_> = photos.into_iter().map(|photo| with_current_state(gateway, photo)).collect();
    let next_after = last_if_full(&items, limit).map(|photo| photo.record.photo_id);
    Ok(ListPage { items, next_after })
}

/// Marks the refusals of these photos as seen, for all devices of the studio. A refusal that the person was not shown stays new.
pub async fn mark_seen(gateway: &Gateway, studio: &StudioCaller, photos: &[PhotoId]) -> Result<(), StoreError> {
    gateway.store.mark_refusals_seen(studio.party.party_id, photos).await
}
