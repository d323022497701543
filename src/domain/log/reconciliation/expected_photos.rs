//! Expectations of photos and collections.

use super::expected_rows::LoggedValue::{Known, Unknown};
use super::expected_rows::{ExpectedColumns, ExpectedValue, LoggedValue, expect, number, text, uuid_v7_milliseconds};
use super::row::AuditedValue;
use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::{CollectionState, RefusalReason};
use crate::domain::photo::retention::{MAX_KEPT_MONTHS, MAX_RETENTION_DAYS};

const DAY_MS: i64 = 86_400_000;
/// The time in between two looks at the clock within one step.
const MAX_STEP_MS: i64 = 60_000;
/// The longest that an office may keep a photo, in milliseconds from the day on that it was kept.
const MAX_KEPT_MS: i64 = (MAX_KEPT_MONTHS as i64 * 31 + 1) * DAY_MS;

/// A photo.
#[derive(Debug, Default)]
pub(super) struct ExpectedPhoto {
    pub(super) studio_id: LoggedValue<PartyId>,
    pub(super) device_id: LoggedValue<DeviceId>,
    pub(super) bytes: LoggedValue<i64>,
    pub(super) state: LoggedValue<PhotoState>,
    pub(super) kept: LoggedValue<bool>,
    /// The latest time at which it was kept.
    pub(super) kept_at: LoggedValue<i64>,
    pub(super) expires_at: LoggedValue<i64>,
    pub(super) settled_at: LoggedValue<Option<i64>>,
    pub(super) reason: LoggedValue<Option<RefusalReason>>,
    pub(super) collection_id: LoggedValue<Option<CollectionId>>,
    pub(super) quarantined_since: LoggedValue<Option<i64>>,
    /// The moment at which the log tells of its end; `settled_at` is never later.
    pub(super) ended_at: i64,
    /// The collection whose office has been handed the picture and has not given it back.
    pub(super) handed_to: Option<(CollectionId, PartyId)>,
    /// True if the log tells of its deposit.
    pub(super) is_fully_logged: bool,
}

impl ExpectedPhoto {
    /// Tells if it is erased, as far as the log does.
    pub(super) fn is_erased(&self) -> LoggedValue<bool> {
        match self.state {
            Known(state) => Known(state.is_erased()),
            Unknown if self.is_fully_logged => Known(false),
            Unknown => Unknown,
        }
    }

    /// The moment from which the law counts, at the latest; `None` as long as it is there.
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
            let name = reason.and_then(|reason| serde_json::to_value(reason).ok());
            name.as_ref().and_then(serde_json::Value::as_str).map_or(AuditedValue::Null, text)
        });
        expect(&mut columns, "collection_id", self.collection_id, |id| id.map_or(AuditedValue::Null, text));
        expect(&mut columns, "held_back_since", self.quarantined_since, number);
        match self.settled_at {
            // The row of the log was made a moment before the clock was asked again.
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

    /// The identifier is made of the moment of the deposit, which names the month of the key, and bounds the photo's time.
    fn expected_times(&self, photo_id: PhotoId, columns: &mut ExpectedColumns) {
        let deposited_at = uuid_v7_milliseconds(photo_id.as_bytes());
        columns.push(("deposited_at", ExpectedValue::Equals(AuditedValue::Number(deposited_at))));
        let day = Timestamp::from_unix_milliseconds(deposited_at).to_utc();
        let epoch = i64::from(day.year()) * 12 + i64::from(day.month()) - 1;
        columns.push(("epoch", ExpectedValue::Equals(AuditedValue::Number(epoch))));
        let retention_end = deposited_at + i64::from(MAX_RETENTION_DAYS) * DAY_MS;
        let (earliest, latest) = match (self.kept, self.kept_at) {
            (Known(false), _) => (deposited_at, retention_end),
            // The day counts from the keeping, which lies before the deposit if a clock that was ahead has been set right in between.
            (Known(true), Known(at)) => (at, at.saturating_add(MAX_KEPT_MS)),
            // A restored row may be from before the keeping or after it.
            (Unknown, Known(at)) => (at.min(deposited_at), at.saturating_add(MAX_KEPT_MS).max(retention_end)),
            _ => (deposited_at, retention_end + MAX_KEPT_MS),
        };
        match self.expires_at {
            Known(at) => columns.push(("expires_at", ExpectedValue::Equals(AuditedValue::Number(at)))),
            Unknown => columns.push(("expires_at", ExpectedValue::Between(earliest, latest))),
        }
    }

    /// Keeps what a restore carries out of rows that came out of an export: that it is erased, and how. It releases nothing that an
    /// earlier restore has held back.
    pub(super) fn relax(&mut self, was_restored: bool) {
        if was_restored {
            self.quarantined_since = Unknown;
        }
        if self.is_erased() != Known(true) {
            (self.state, self.kept) = (Unknown, Unknown);
        }
        // A photo that was kept and then used is erased, and no more.
        if self.kept == Known(true) {
            self.kept = Unknown;
        }
        (self.settled_at, self.collection_id, self.expires_at) = (Unknown, Unknown, Unknown);
        self.handed_to = None;
    }
}

/// A device that has shown the code of a collection.
#[derive(Debug, Default)]
pub(super) struct ExpectedCollectionDevice {
    pub(super) photo_id: LoggedValue<PhotoId>,
    pub(super) code_shown_at: LoggedValue<i64>,
    pub(super) handed_over_at: LoggedValue<Option<i64>>,
    pub(super) hand_over_logged_at: LoggedValue<Option<i64>>,
    /// The hand-overs that the log tells of, at least.
    pub(super) hand_overs: i64,
    /// True once a row of the log has told that the table has it: leases of older versions have no such rows.
    pub(super) is_written: bool,
    /// A restore may not have made it again.
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

    /// Keeps nothing: a restore by an older version carried none of it out, and no restore does for a device that it does not have.
    pub(super) fn relax(&mut self) {
        *self = Self { photo_id: self.photo_id, may_be_missing: true, ..Self::default() };
    }
}

/// A collection.
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
    /// A restore may not have made it again.
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

    /// Keeps what a restore carries out of rows that came out of an export.
    pub(super) fn relax(&mut self) {
        (self.lease_until, self.settle_due, self.settled_at) = (Unknown, Unknown, Unknown);
        self.handed_over_at = Unknown;
    }
}
