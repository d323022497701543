//! Rows of the transfer log about photos and collections, carried out on expectations.

use super::super::audit::AuditEvent;
use super::super::collection::CollectionState;
use super::super::id::{CollectionId, PartyId, PhotoId};
use super::super::photo::PhotoState;
use super::super::soundness::{Fault, Findings};
use super::expectations::{Expectations, Expected};
use super::replay::{Told, parsed};
use super::told::Fact::{self, Is, Unknown};
use super::told_photo::PhotoTold;

/// A fact that may be nothing, and is not.
fn some<T>(fact: Fact<T>) -> Fact<Option<T>> {
    match fact {
        Is(fact) => Is(Some(fact)),
        Unknown => Unknown,
    }
}

impl Expectations {
    pub(super) fn photo(&mut self, told: &Told<'_>) {
        let Some(photo_id) = told.subject::<PhotoId>().filter(|photo_id| self.share.has(photo_id)) else { return };
        let photo = self.photos.touch(photo_id, told.row.sequence);
        if photo.is_erased() == Is(true) {
            return;
        }
        photo.ended_at = told.at();
        match told.event {
            AuditEvent::PhotoDeposited => {
                (photo.studio_id, photo.device_id) = (told.parsed("studio_id"), parsed(&told.row.actor));
                photo.bytes = told.details["bytes"].as_i64().map_or(Unknown, Is);
                (photo.state, photo.kept) = (Is(PhotoState::Available), Is(false));
                (photo.settled_at, photo.reason) = (Is(None), Is(None));
                (photo.collection_id, photo.held_back_since) = (Is(None), Is(None));
                photo.is_whole = true;
            }
            AuditEvent::PhotoWithdrawn => {
                (photo.state, photo.settled_at) = (Is(PhotoState::Withdrawn), Is(Some(told.at())));
            }
            _ => {
                photo.state = Is(PhotoState::Expired);
                photo.expires_at = told.moment("expires_at");
                photo.settled_at = some(photo.expires_at);
            }
        }
    }

    pub(super) fn release_restored(&mut self, told: &Told<'_>) {
        let sequence = told.row.sequence;
        let release = |photo: &mut Expected<PhotoTold>| {
            // One that may be erased keeps what it has.
            photo.told.held_back_since = match photo.told.is_erased() {
                Is(true) => return,
                Is(false) => Is(None),
                Unknown => Unknown,
            };
            photo.last = sequence;
        };
        match told.subject::<PhotoId>() {
            Some(photo_id) => self.photos.expected(&photo_id).into_iter().for_each(release),
            None => self.photos.iter_mut().map(|(_, photo)| photo).for_each(release),
        }
    }

    pub(super) fn collection(&mut self, told: &Told<'_>, findings: &mut Findings) {
        let (Some(collection_id), Is(photo_id)) = (told.subject::<CollectionId>(), told.parsed::<PhotoId>("photo_id"))
        else {
            return;
        };
        if !self.share.has(&photo_id) {
            return;
        }
        let (at, sequence) = (told.at(), told.row.sequence);
        let collection = self.collections.touch(collection_id, sequence);
        collection.photo_id = Is(photo_id);
        if let Is(office_id) = told.parsed("office_id") {
            collection.office_id = Is(office_id);
        }
        let (state, settled_at) = match told.event {
            AuditEvent::CollectionUsed => (CollectionState::Used, Is(Some(at))),
            AuditEvent::CollectionKept => (CollectionState::Kept, Is(Some(at))),
            AuditEvent::CollectionRefused => (CollectionState::Refused, Is(Some(at))),
            AuditEvent::CollectionReleased => (CollectionState::Released, Is(Some(at))),
            AuditEvent::CollectionUsedByDefault => {
                collection.settle_due = told.moment("settle_due");
                (CollectionState::Used, some(collection.settle_due))
            }
            AuditEvent::CollectionLapsed => {
                collection.lease_until = told.moment("lease_until");
                (CollectionState::Lapsed, some(collection.lease_until))
            }
            _ => (CollectionState::Leased, Is(None)),
        };
        (collection.state, collection.settled_at) = (Is(state), settled_at);
        match told.event {
            AuditEvent::CollectionLeased => {
                collection.device_id = parsed(&told.row.actor);
                (collection.leased_at, collection.handed_over_at) = (Is(at), Is(None));
            }
            AuditEvent::CollectionHandedOver if collection.handed_over_at == Is(None) => {
                collection.handed_over_at = Is(Some(at));
            }
            _ => {}
        }
        let office_id = collection.office_id;
        self.photo_of_collection(told, photo_id, collection_id);
        self.handed_over(told, photo_id, (collection_id, office_id), findings);
    }

    fn photo_of_collection(&mut self, told: &Told<'_>, photo_id: PhotoId, collection_id: CollectionId) {
        let at = told.at();
        let photo = self.photos.touch(photo_id, told.row.sequence);
        // Nothing brings back what is erased, whatever a row of the log claims.
        if photo.is_erased() == Is(true) {
            return;
        }
        if told.event == AuditEvent::CollectionLeased {
            photo.collection_id = Is(Some(collection_id));
        }
        let resting = match photo.kept {
            Is(true) => Is(PhotoState::Kept),
            Is(false) => Is(PhotoState::Available),
            Unknown => Unknown,
        };
        photo.state = match told.event {
            AuditEvent::CollectionUsed | AuditEvent::CollectionUsedByDefault => Is(PhotoState::Used),
            AuditEvent::CollectionRefused => Is(PhotoState::Refused),
            AuditEvent::CollectionKept => Is(PhotoState::Kept),
            AuditEvent::CollectionReleased | AuditEvent::CollectionLapsed => resting,
            _ => Is(PhotoState::Leased),
        };
        match told.event {
            AuditEvent::CollectionKept => {
                (photo.kept, photo.kept_at, photo.expires_at) = (Is(true), Is(at), Unknown);
            }
            AuditEvent::CollectionRefused => {
                let reason = serde_json::from_value(told.details["reason"].clone());
                photo.reason = reason.map_or(Unknown, |reason| Is(Some(reason)));
                photo.settled_at = Is(Some(at));
            }
            AuditEvent::CollectionUsed => photo.settled_at = Is(Some(at)),
            AuditEvent::CollectionUsedByDefault => photo.settled_at = some(told.moment("settle_due")),
            _ => {}
        }
        photo.ended_at = at;
    }

    /// An office that was handed a picture is the only one that can get it until it gives it back.
    fn handed_over(
        &mut self,
        told: &Told<'_>,
        photo_id: PhotoId,
        (collection_id, office_id): (CollectionId, Fact<PartyId>),
        findings: &mut Findings,
    ) {
        let photo = self.photos.touch(photo_id, told.row.sequence);
        match (told.event, office_id, photo.handed_to) {
            (AuditEvent::CollectionHandedOver, Is(office_id), Some((_, other))) if other != office_id => {
                let row = told.row.sequence;
                findings.add(Fault::HandedOverTwice, format!("photos/{photo_id}: row {row} of the log"));
            }
            (AuditEvent::CollectionHandedOver, Is(office_id), None) => {
                photo.handed_to = Some((collection_id, office_id))
            }
            (AuditEvent::CollectionReleased | AuditEvent::CollectionKept, _, Some((held, _)))
                if held == collection_id =>
            {
                photo.handed_to = None;
            }
            _ => {}
        }
    }
}
