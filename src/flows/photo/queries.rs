//! Lists of a studio's photos and of an office's collections. They change nothing.

use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, PhotoId};
use crate::domain::party::{Caller, Device};
use crate::domain::photo::availability::{ended_at, visible_state};
use crate::domain::photo::collection::CollectionRecord;
use crate::domain::photo::lease::visible_collection;
use crate::domain::photo::{PhotoRecord, PhotoState};
use crate::flows::authenticate::{OfficeCaller, StudioCaller};
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;
use crate::storage::collection_requests::{CollectionAtDevice, ListedCollection};
use crate::storage::requests::{PhotoQuery, TrackedPhoto};

/// A photo with its current state; the stored state may be older.
#[derive(Debug)]
pub struct PhotoWithState {
    pub record: PhotoRecord,
    pub state: PhotoState,
    /// True if the photo was refused and the studio has not marked that as seen.
    pub is_new_refusal: bool,
}

/// A page of a list.
#[derive(Debug)]
pub struct ListPage<Item, Id> {
    pub items: Vec<Item>,
    /// The next page begins after this identifier; `None` on the last page.
    pub next_after: Option<Id>,
}

/// One of the studio's photos.
pub async fn photo(
    gateway: &Gateway,
    studio: &StudioCaller,
    photo_id: PhotoId,
) -> Result<Option<PhotoWithState>, StoreError> {
    let photo = gateway.store.photo(studio.party.party_id, photo_id).await?;
    Ok(photo.map(|photo| with_current_state(gateway, photo)))
}

/// The device that a person at a page uses.
pub async fn device(gateway: &Gateway, caller: &Caller) -> Result<Option<Device>, StoreError> {
    gateway.store.device(caller.device_id).await
}

/// The studio's photos, newest first.
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

/// Position in the list of a day: open collections of any day come first, then ended ones of the day; each newest first.
#[derive(Debug, Clone, Copy)]
pub enum DayPosition {
    /// After this open collection.
    Open(Option<CollectionId>),
    /// After this ended collection.
    Ended(CollectionId),
}

/// A page of the list of a day.
#[derive(Debug)]
pub struct DayPage {
    pub open: Vec<ListedCollection>,
    pub ended: Vec<ListedCollection>,
    /// `None` on the last page.
    pub next: Option<DayPosition>,
}

/// The office's open collections, and those that ended after `since`.
pub async fn collections_of_day(
    gateway: &Gateway,
    office: &OfficeCaller,
    since: Timestamp,
    position: DayPosition,
    limit: u32,
) -> Result<DayPage, StoreError> {
    let (store, office, now) = (&gateway.store, office.party.party_id, gateway.now());
    let room = usize::try_from(limit).unwrap_or(usize::MAX);
    // One more row than fits shows that there is another page.
    let mut open = match position {
        DayPosition::Open(after) => store.open_collections(office, now, after, limit.saturating_add(1)).await?,
        DayPosition::Ended(_) => Vec::new(),
    };
    let last_id = |items: &[ListedCollection]| items.last().map(|listed| listed.collection.collection_id);
    if open.len() > room {
        open.truncate(room);
        let next = Some(DayPosition::Open(last_id(&open)));
        return Ok(DayPage { open, ended: Vec::new(), next });
    }
    let after = match position {
        DayPosition::Open(_) => None,
        DayPosition::Ended(after) => Some(after),
    };
    let room = room - open.len();
    let limit = u32::try_from(room).unwrap_or(u32::MAX).saturating_add(1);
    let mut ended = store.ended_collections(office, since..now, after, limit).await?;
    let has_more = ended.len() > room;
    ended.truncate(room);
    let next = has_more.then(|| last_id(&ended).map_or(DayPosition::Open(last_id(&open)), DayPosition::Ended));
    for listed in open.iter_mut().chain(&mut ended) {
        listed.collection = visible_collection(listed.collection.clone(), now);
    }
    Ok(DayPage { open, ended, next })
}

/// One of the office's collections.
pub async fn collection(
    gateway: &Gateway,
    office: &OfficeCaller,
    collection_id: CollectionId,
) -> Result<Option<CollectionRecord>, StoreError> {
    let found = gateway.store.collection(office.party.party_id, collection_id).await?;
    Ok(found.map(|collection| visible_collection(collection, gateway.now())))
}

/// One of the office's collections, with the rights of the device that asks.
pub async fn collection_at_device(
    gateway: &Gateway,
    office: &OfficeCaller,
    collection_id: CollectionId,
) -> Result<Option<CollectionAtDevice>, StoreError> {
    let found = gateway.store.collection_at_device(office.party.party_id, office.device_id, collection_id).await?;
    Ok(found.map(|at| CollectionAtDevice { collection: visible_collection(at.collection, gateway.now()), ..at }))
}

/// A photo with its state at this moment.
pub fn with_current_state(gateway: &Gateway, photo: TrackedPhoto) -> PhotoWithState {
    let (latest, now) = (photo.latest.as_ref(), gateway.now());
    let state = visible_state(&photo.record, latest, now);
    let settled_at = ended_at(&photo.record, latest, now);
    let is_new_refusal = state == PhotoState::Refused && !photo.is_refusal_seen;
    PhotoWithState { record: PhotoRecord { settled_at, ..photo.record }, state, is_new_refusal }
}

/// The last item of a full page: the next page begins after it.
pub(super) fn last_if_full<Item>(items: &[Item], limit: u32) -> Option<&Item> {
    items.last().filter(|_| items.len() >= usize::try_from(limit).unwrap_or(usize::MAX))
}
