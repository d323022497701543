//! Looking at one's own: a studio's photos, an office's collections. Changes nothing.

use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, PhotoId};
use crate::domain::party::Device;
use crate::domain::photo::availability::{ended_at, visible_state};
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::domain::photo::lease::visible_collection;
use crate::domain::photo::{PhotoRecord, PhotoState};
use crate::flows::authenticate::{OfficeCaller, StudioCaller};
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;
use crate::storage::requests::{PhotoQuery, TrackedPhoto};

/// A photo with the state it is in at this moment.
#[derive(Debug)]
pub struct PhotoWithState {
    /// Its row.
    pub record: PhotoRecord,
    /// State of the photo now.
    pub state: PhotoState,
}

/// A page of a list.
#[derive(Debug)]
pub struct ListPage<Item, Id> {
    /// Items on this page.
    pub items: Vec<Item>,
    /// Identifier behind which the next page begins; `None` on the last page.
    pub next_after: Option<Id>,
}

/// One of the studio's photos.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
pub async fn photo(
    gateway: &Gateway,
    studio: &StudioCaller,
    photo_id: PhotoId,
) -> Result<Option<PhotoWithState>, StoreError> {
    let photo = gateway.store.photo(studio.party.party_id, photo_id).await?;
    Ok(photo.map(|photo| with_current_state(gateway, photo)))
}

/// The device that an office's clerk sits at.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
pub async fn device(gateway: &Gateway, office: &OfficeCaller) -> Result<Option<Device>, StoreError> {
    gateway.store.device(office.device_id).await
}

/// The studio's photos, newest first.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
pub async fn photos(
    gateway: &Gateway,
    studio: &StudioCaller,
    state: Option<PhotoState>,
    after: Option<PhotoId>,
    limit: u32,
) -> Result<ListPage<PhotoWithState, PhotoId>, StoreError> {
    let query = PhotoQuery { state, after, limit, now: gateway.now() };
    let page = gateway.store.photos(studio.party.party_id, query).await?;
    let items = page.photos.into_iter().map(|photo| with_current_state(gateway, photo)).collect();
    Ok(ListPage { items, next_after: page.next_after })
}

/// The office's collections, newest first.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
pub async fn collections(
    gateway: &Gateway,
    office: &OfficeCaller,
    after: Option<CollectionId>,
    limit: u32,
) -> Result<ListPage<CollectionRecord, CollectionId>, StoreError> {
    let (office, now) = (office.party.party_id, gateway.now());
    let items = gateway.store.collections(office, after, limit).await?;
    let items: Vec<_> = items.into_iter().map(|collection| visible_collection(collection, now)).collect();
    let next_after = last_if_full(&items, limit).map(|collection| collection.collection_id);
    Ok(ListPage { items, next_after })
}

/// The office's collections that were begun since a moment, and those from before it that wait for a decision; newest first.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
pub async fn recent_collections(
    gateway: &Gateway,
    office: &OfficeCaller,
    since: Timestamp,
    after: Option<CollectionId>,
    limit: u32,
) -> Result<ListPage<CollectionRecord, CollectionId>, StoreError> {
    let (office, now) = (office.party.party_id, gateway.now());
    // One more tells if there is another page.
    let mut items = gateway.store.recent_collections(office, since, after, limit.saturating_add(1)).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let next_after = (items.len() > limit).then(|| items[limit - 1].collection_id);
    items.truncate(limit);
    let items = items.into_iter().map(|collection| visible_collection(collection, now));
    let items = items.filter(|item| item.leased_at >= since || item.state == CollectionState::Leased).collect();
    Ok(ListPage { items, next_after })
}

/// One of the office's collections.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
pub async fn collection(
    gateway: &Gateway,
    office: &OfficeCaller,
    collection_id: CollectionId,
) -> Result<Option<CollectionRecord>, StoreError> {
    let found = gateway.store.collection(office.party.party_id, collection_id).await?;
    Ok(found.map(|collection| visible_collection(collection, gateway.now())))
}

/// Tells if this device has shown the code of a collection, without which it cannot have the photo erased.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
pub async fn has_shown_code(
    gateway: &Gateway,
    office: &OfficeCaller,
    collection_id: CollectionId,
) -> Result<bool, StoreError> {
    gateway.store.has_shown_code(collection_id, office.device_id).await
}

/// A row with the state its clock gives it.
pub fn with_current_state(gateway: &Gateway, photo: TrackedPhoto) -> PhotoWithState {
    let (latest, now) = (photo.latest.as_ref(), gateway.now());
    let state = visible_state(&photo.record, latest, now);
    let settled_at = ended_at(&photo.record, latest, now);
    PhotoWithState { record: PhotoRecord { settled_at, ..photo.record }, state }
}

/// The last item of a page that has no room left, behind which there may be more.
fn last_if_full<Item>(items: &[Item], limit: u32) -> Option<&Item> {
    items.last().filter(|_| items.len() >= usize::try_from(limit).unwrap_or(usize::MAX))
}
