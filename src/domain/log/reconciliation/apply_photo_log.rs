//! Application of rows of the audit log about photos and collections to the expected tables.

use super::super::AuditEvent;
use super::super::integrity::{IntegrityFault, IntegrityReport};
use super::super::log_event::LogEvent;
use super::expected_photos::ExpectedPhoto;
use super::expected_rows::LoggedValue;
use super::expected_rows::LoggedValue::{Known, Unknown};
use super::expected_tables::{ExpectedRow, ExpectedTables};
use super::row::RowId;
use super::row_digest::ROW_DIGESTS_MEMBER;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;

/// Known value of a nullable column.
fn some<T>(fact: LoggedValue<T>) -> LoggedValue<Option<T>> {
    match fact {
        Known(fact) => Known(Some(fact)),
        Unknown => Unknown,
    }
}

impl ExpectedTables {
    pub(super) fn photo(&mut self, logged: &LogEvent<'_>) {
        let Some(photo_id) = logged.subject::<PhotoId>().filter(|photo_id| self.partition.contains(photo_id)) else {
            return;
        };
        let photo = self.photos.touch(photo_id, logged.row.sequence);
        if photo.is_erased() == Known(true) {
            return;
        }
        photo.ended_at = logged.at();
        match logged.event {
            AuditEvent::PhotoDeposited => {
                (photo.studio_id, photo.device_id) = (logged.value("studio_id"), logged.actor().into());
                photo.bytes = logged.details["bytes"].as_i64().map_or(Unknown, Known);
                (photo.state, photo.kept) = (Known(PhotoState::Available), Known(false));
                (photo.settled_at, photo.reason) = (Known(None), Known(None));
                (photo.collection_id, photo.quarantined_since) = (Known(None), Known(None));
                photo.is_fully_logged = true;
            }
            AuditEvent::PhotoWithdrawn => {
                (photo.state, photo.settled_at) = (Known(PhotoState::Withdrawn), Known(Some(logged.at())));
            }
            _ => {
                photo.state = Known(PhotoState::Expired);
                photo.expires_at = logged.moment("expires_at");
                photo.settled_at = some(photo.expires_at);
            }
        }
    }

    pub(super) fn release_restored(&mut self, logged: &LogEvent<'_>) {
        let sequence = logged.row.sequence;
        let release = |photo: &mut ExpectedRow<ExpectedPhoto>| {
            // An erased photo stays as it is.
            photo.columns.quarantined_since = match photo.columns.is_erased() {
                Known(true) => return,
                Known(false) => Known(None),
                Unknown => Unknown,
            };
            photo.last = sequence;
        };
        match logged.subject::<PhotoId>() {
            Some(photo_id) => self.photos.expected(&photo_id).into_iter().for_each(release),
            None => self.photos.iter_mut().map(|(_, photo)| photo).for_each(release),
        }
    }

    pub(super) fn collection(&mut self, logged: &LogEvent<'_>, state: CollectionState, report: &mut IntegrityReport) {
        let (Some(collection_id), Known(photo_id)) =
            (logged.subject::<CollectionId>(), logged.value::<PhotoId>("photo_id"))
        else {
            return;
        };
        if !self.partition.contains(&photo_id) {
            return;
        }
        let (at, sequence) = (logged.at(), logged.row.sequence);
        let collection = self.collections.touch(collection_id, sequence);
        collection.photo_id = Known(photo_id);
        if let Known(office_id) = logged.value("office_id") {
            collection.office_id = Known(office_id);
        }
        let settled_at = match logged.event {
            AuditEvent::CollectionUsedByDefault => {
                collection.settle_due = logged.moment("settle_due");
                some(collection.settle_due)
            }
            AuditEvent::CollectionLapsed => {
                collection.lease_until = logged.moment("lease_until");
                some(collection.lease_until)
            }
            _ => Known((state != CollectionState::Leased).then_some(at)),
        };
        (collection.state, collection.settled_at) = (Known(state), settled_at);
        match logged.event {
            AuditEvent::CollectionLeased => {
                collection.device_id = logged.actor().into();
                (collection.leased_at, collection.handed_over_at) = (Known(at), Known(None));
            }
            AuditEvent::CollectionHandedOver if collection.handed_over_at == Known(None) => {
                collection.handed_over_at = Known(Some(at));
            }
            _ => {}
        }
        let (office_id, is_fully_logged) = (collection.office_id, collection.leased_at != Unknown);
        if state == CollectionState::Leased {
            self.collection_device(logged, (photo_id, collection_id), is_fully_logged);
        }
        self.apply_collection_to_photo(logged, photo_id, collection_id);
        self.check_single_hand_over(logged, photo_id, (collection_id, office_id), report);
    }

    /// Applies that the device of a row has sent the code of the collection. Rows of older versions do not show the contents of the
    /// table; rows of this version contain the digest of the device's row if they change it.
    fn collection_device(
        &mut self,
        logged: &LogEvent<'_>,
        (photo_id, collection_id): (PhotoId, CollectionId),
        is_fully_logged: bool,
    ) {
        let Some(device_id) = logged.actor::<DeviceId>() else { return };
        let name = RowId::CollectionDevice(collection_id, device_id).to_string();
        let is_changed = logged.details[ROW_DIGESTS_MEMBER][name].is_string();
        let (at, sequence) = (logged.at(), logged.row.sequence);
        let device = self.collection_devices.touch((collection_id, device_id), sequence);
        device.photo_id = Known(photo_id);
        if !is_changed {
            return;
        }
        if !device.is_written && is_fully_logged && !device.may_be_missing {
            (device.code_shown_at, device.handed_over_at) = (Known(at), Known(None));
            device.hand_over_logged_at = Known(None);
        }
        device.is_written = true;
        if logged.event == AuditEvent::CollectionHandedOver {
            if device.handed_over_at == Known(None) {
                device.handed_over_at = Known(Some(at));
            }
            device.hand_over_logged_at = Known(Some(at));
            device.hand_overs = logged.details["hand_overs"].as_i64().unwrap_or(1).max(device.hand_overs);
        }
    }

    fn apply_collection_to_photo(&mut self, logged: &LogEvent<'_>, photo_id: PhotoId, collection_id: CollectionId) {
        let at = logged.at();
        let photo = self.photos.touch(photo_id, logged.row.sequence);
        // No row of the log restores an erased photo.
        if photo.is_erased() == Known(true) {
            return;
        }
        if logged.event == AuditEvent::CollectionLeased {
            photo.collection_id = Known(Some(collection_id));
        }
        let resting = match photo.kept {
            Known(true) => Known(PhotoState::Kept),
            Known(false) => Known(PhotoState::Available),
            Unknown => Unknown,
        };
        photo.state = match logged.event {
            AuditEvent::CollectionUsed | AuditEvent::CollectionUsedByDefault => Known(PhotoState::Used),
            AuditEvent::CollectionRefused => Known(PhotoState::Refused),
            AuditEvent::CollectionKept => Known(PhotoState::Kept),
            AuditEvent::CollectionReleased | AuditEvent::CollectionLapsed => resting,
            _ => Known(PhotoState::Leased),
        };
        match logged.event {
            AuditEvent::CollectionKept => {
                (photo.kept, photo.kept_at, photo.expires_at) = (Known(true), Known(at), Unknown);
            }
            AuditEvent::CollectionRefused => {
                let reason = serde_json::from_value(logged.details["reason"].clone());
                photo.reason = reason.map_or(Unknown, |reason| Known(Some(reason)));
                photo.settled_at = Known(Some(at));
            }
            AuditEvent::CollectionUsed => photo.settled_at = Known(Some(at)),
            AuditEvent::CollectionUsedByDefault => photo.settled_at = some(logged.moment("settle_due")),
            _ => {}
        }
        photo.ended_at = at;
    }

    /// Reports a hand-over to a second office without a release by the first one.
    fn check_single_hand_over(
        &mut self,
        logged: &LogEvent<'_>,
        photo_id: PhotoId,
        (collection_id, office_id): (CollectionId, LoggedValue<PartyId>),
        report: &mut IntegrityReport,
    ) {
        let photo = self.photos.touch(photo_id, logged.row.sequence);
        match (logged.event, office_id, photo.handed_to) {
            (AuditEvent::CollectionHandedOver, Known(office_id), Some((_, other))) if other != office_id => {
                let row = logged.row.sequence;
                report.add(IntegrityFault::HandedOverTwice, format!("photos/{photo_id}: row {row} of the log"));
            }
            (AuditEvent::CollectionHandedOver, Known(office_id), None) => {
                photo.handed_to = Some((collection_id, office_id))
            }
            (AuditEvent::CollectionReleased | AuditEvent::CollectionKept, _, Some((handed_over, _)))
                if handed_over == collection_id =>
            {
                photo.handed_to = None;
            }
            _ => {}
        }
    }
}
