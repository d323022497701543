//! Expected columns of photos and collections.

use super::expected_rows::LoggedValue::{Known, Unknown};
use super::expected_rows::{ExpectedColumns, ExpectedValue, LoggedValue, expect, number, text, uuid_v7_milliseconds};
use super::row::AuditedValue;
use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::{CollectionState, RefusalReason};
use crate::domain::photo::retention::{MAX_KEPT_MONTHS, MAX_RETENTION_DAYS};

const DAY_MS: i64 = 86_400_000;
/// Maximum time between two readings of the clock within one step.
const MAX_STEP_MS: i64 = 60_000;
/// Maximum time for which an office may keep a photo, from the start of that day.
const MAX_KEPT_MS: i64 = (MAX_KEPT_MONTHS as i64 * 31 + 1) * DAY_MS;

#[derive(Debug, Default)]
pub(super) struct ExpectedPhoto {
    pub(super) studio_id: LoggedValue<PartyId>,
    pub(super) device_id: LoggedValue<DeviceId>,
    pub(super) bytes: LoggedValue<i64>,
    pub(super) state: LoggedValue<PhotoState>,
    pub(super) kept: LoggedValue<bool>,
    /// Time of the last settlement as kept.
    pub(super) kept_at: LoggedValue<i64>,
    pub(super) expires_at: LoggedValue<i64>,
    pub(super) settled_at: LoggedValue<Option<i64>>,
    pub(super) reason: LoggedValue<Option<RefusalReason>>,
    pub(super) collection_id: LoggedValue<Option<CollectionId>>,
    pub(super) quarantined_since: LoggedValue<Option<i64>>,
    /// Time of the row of the log about its end; `settled_at` is never later.
    pub(super) ended_at: i64,
    /// Collection and office that received the photo and did not release it.
    pub(super) handed_to: Option<(CollectionId, PartyId)>,
    /// True if the log contains its deposit.
    pub(super) is_fully_logged: bool,
}

impl ExpectedPhoto {
    pub(super) fn is_erased(&self) -> LoggedValue<bool> {
        match self.state {
            Known(state) => Known(state.is_erased()),
            Unknown if self.is_fully_logged => Known(false),
            Unknown => Unknown,
        }
    }

    /// Latest time at which the retention of the tombstone began; `None` for a stored photo.
    pub(super) fn ended_at(&self) -> Option<i64> {
        match (self.is_erased(), self.settled_at) {
            (Known(true), Known(Some(at))) => Some(at.min(self.ended_at)),
            (Known(true), _) => Some(self.ended_at),
            _ => None,
        }
    }

    pub(super) fn expected_columns(&self, photo_id: PhotoId) -> ExpectedColumns {
        let mut columns = ExpectedColumns::new();
        expect(&mut columns, "studio_id", self.studio_id, text);
        expect(&mut columns, "device_id", self.device_id, text);
        expect(&mut columns, "bytes", self.bytes, AuditedValue::Number);
        expect(&mut columns, "state", self.state, |state| text(state.name()));
        expect(&mut columns, "kept", self.kept, AuditedValue::Truth);
        expect(&mut columns, "refusal_reason", self.reason, |reason| {
            reason.map_or(AuditedValue::Null, |reason| text(reason.name()))
        });
        expect(&mut columns, "collection_id", self.collection_id, |id| id.map_or(AuditedValue::Null, text));
        expect(&mut columns, "held_back_since", self.quarantined_since, number);
        match self.settled_at {
            // The clock is read again shortly after the time of the row of the log.
            Known(Some(at)) if self.state == Known(PhotoState::Withdrawn) => {
                columns.push(("settled_at", ExpectedValue::Between(at, at.saturating_add(MAX_STEP_MS))));
            }
            settled_at => expect(&mut columns, "settled_at", settled_at, number),
        }
        if self.is_fully_logged {
            self.expected_times(photo_id, &mut columns);
        }
        columns
    }

    /// Times from the identifier, which contains the time of the deposit: this determines the epoch and bounds the expiry.
    fn expected_times(&self, photo_id: PhotoId, columns: &mut ExpectedColumns) {
        let deposited_at = uuid_v7_milliseconds(photo_id.as_bytes());
        columns.push(("deposited_at", ExpectedValue::Equals(AuditedValue::Number(deposited_at))));
        let day = Timestamp::from_unix_milliseconds(deposited_at).to_utc();
        let epoch = i64::from(day.year()) * 12 + i64::from(day.month()) - 1;
        columns.push(("epoch", ExpectedValue::Equals(AuditedValue::Number(epoch))));
        let retention_end = deposited_at + i64::from(MAX_RETENTION_DAYS) * DAY_MS;
        let (earliest, latest) = match (self.kept, self.kept_at) {
            (Known(false), _) => (deposited_at, retention_end),
            // The time of the settlement is before the deposit if a clock that was ahead was corrected in between.
            (Known(true), Known(at)) => (at, at.saturating_add(MAX_KEPT_MS)),
            // A restored row may be from before or after the settlement.
            (Unknown, Known(at)) => (at.min(deposited_at), at.saturating_add(MAX_KEPT_MS).max(retention_end)),
            _ => (deposited_at, retention_end + MAX_KEPT_MS),
        };
        match self.expires_at {
            Known(at) => columns.push(("expires_at", ExpectedValue::Equals(AuditedValue::Number(at)))),
            Unknown => columns.push(("expires_at", ExpectedValue::Between(earliest, latest))),
        }
    }

    /// Keeps only what a restore replays from exported rows: the erasure and its reason. A restore releases no photo from the quarantine
    /// of an earlier one.
    pub(super) fn relax(&mut self, was_restored: bool) {
        if was_restored {
            self.quarantined_since = Unknown;
        }
        if self.is_erased() != Known(true) {
            (self.state, self.kept) = (Unknown, Unknown);
        }
        // The replay erases a photo that was kept and then used, but does not mark it as kept.
        if self.kept == Known(true) {
            self.kept = Unknown;
        }
        (self.settled_at, self.collection_id, self.expires_at) = (Unknown, Unknown, Unknown);
        self.handed_to = None;
    }
}

/// A device that has sent the code of a collection.
#[derive(Debug, Default)]
pub(super) struct ExpectedCollectionDevice {
    pub(super) photo_id: LoggedValue<PhotoId>,
    pub(super) code_shown_at: LoggedValue<i64>,
    pub(super) handed_over_at: LoggedValue<Option<i64>>,
    pub(super) hand_over_logged_at: LoggedValue<Option<i64>>,
    /// Minimum number of hand-overs by the log.
    pub(super) hand_overs: i64,
    /// True if a row of the log shows that the table contains it. Leases of older versions have no such row.
    pub(super) is_written: bool,
    /// True if a restore may not have replayed it.
    pub(super) may_be_missing: bool,
}

impl ExpectedCollectionDevice {
    pub(super) fn expected_columns(&self) -> ExpectedColumns {
        let mut columns = ExpectedColumns::new();
        expect(&mut columns, "photo_id", self.photo_id, text);
        expect(&mut columns, "code_shown_at", self.code_shown_at, AuditedValue::Number);
        expect(&mut columns, "handed_over_at", self.handed_over_at, number);
        expect(&mut columns, "hand_over_logged_at", self.hand_over_logged_at, number);
        columns.push(("hand_overs", ExpectedValue::Between(self.hand_overs, i64::MAX)));
        columns
    }

    /// Keeps nothing: restores of older versions did not replay these rows, and no restore does for an unknown device.
    pub(super) fn relax(&mut self) {
        *self = Self { photo_id: self.photo_id, may_be_missing: true, ..Self::default() };
    }
}

#[derive(Debug, Default)]
pub(super) struct ExpectedCollection {
    pub(super) photo_id: LoggedValue<PhotoId>,
    pub(super) office_id: LoggedValue<PartyId>,
    pub(super) device_id: LoggedValue<DeviceId>,
    pub(super) state: LoggedValue<CollectionState>,
    pub(super) leased_at: LoggedValue<i64>,
    pub(super) lease_until: LoggedValue<i64>,
    pub(super) handed_over_at: LoggedValue<Option<i64>>,
    pub(super) settle_due: LoggedValue<i64>,
    pub(super) settled_at: LoggedValue<Option<i64>>,
    /// True if a restore may not have replayed it.
    pub(super) may_be_missing: bool,
}

impl ExpectedCollection {
    pub(super) fn expected_columns(&self) -> ExpectedColumns {
        let mut columns = ExpectedColumns::new();
        expect(&mut columns, "photo_id", self.photo_id, text);
        expect(&mut columns, "office_id", self.office_id, text);
        expect(&mut columns, "device_id", self.device_id, text);
        expect(&mut columns, "state", self.state, |state| text(state.name()));
        expect(&mut columns, "leased_at", self.leased_at, AuditedValue::Number);
        expect(&mut columns, "lease_until", self.lease_until, AuditedValue::Number);
        expect(&mut columns, "handed_over_at", self.handed_over_at, number);
        expect(&mut columns, "settle_due", self.settle_due, AuditedValue::Number);
        expect(&mut columns, "settled_at", self.settled_at, number);
        match (self.state, self.settled_at) {
            (Known(CollectionState::Kept), Known(Some(at))) => {
                columns.push(("kept_until", ExpectedValue::Between(at, at.saturating_add(MAX_KEPT_MS))));
            }
            (Known(CollectionState::Kept), _) | (Unknown, _) => {}
            (Known(_), _) => columns.push(("kept_until", ExpectedValue::Equals(AuditedValue::Null))),
        }
        columns
    }

    /// Keeps only what a restore replays from exported rows.
    pub(super) fn relax(&mut self) {
        (self.lease_until, self.settle_due, self.settled_at) = (Unknown, Unknown, Unknown);
        self.handed_over_at = Unknown;
    }
}
