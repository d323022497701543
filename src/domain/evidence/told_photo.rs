//! Expectations of photos and collections.

use super::super::collection::{CollectionState, RefusalReason};
use super::super::id::{CollectionId, DeviceId, PartyId, PhotoId};
use super::super::keeping::{KEPT_MONTHS, LONGEST_RETENTION_DAYS};
use super::super::photo::PhotoState;
use super::row::Value;
use super::told::Fact::{self, Is, Unknown};
use super::told::{Rule, Rules, is, moment_of, number, text};
use crate::clock::Timestamp;

const DAY: i64 = 86_400_000;
/// The time in between two looks at the clock within one step.
const ONE_STEP: i64 = 60_000;
/// The longest that an office may keep a photo, in milliseconds from the day on that it was kept.
const LONGEST_KEPT: i64 = (KEPT_MONTHS as i64 * 31 + 1) * DAY;

/// A photo.
#[derive(Debug, Default)]
pub(super) struct PhotoTold {
    pub(super) studio_id: Fact<PartyId>,
    pub(super) device_id: Fact<DeviceId>,
    pub(super) bytes: Fact<i64>,
    pub(super) state: Fact<PhotoState>,
    pub(super) kept: Fact<bool>,
    /// The latest time at which it was kept.
    pub(super) kept_at: Fact<i64>,
    pub(super) expires_at: Fact<i64>,
    pub(super) settled_at: Fact<Option<i64>>,
    pub(super) reason: Fact<Option<RefusalReason>>,
    pub(super) collection_id: Fact<Option<CollectionId>>,
    pub(super) held_back_since: Fact<Option<i64>>,
    /// The moment at which the log tells of its end; `settled_at` is never later.
    pub(super) ended_at: i64,
    /// The collection whose office has been handed the picture and has not given it back.
    pub(super) handed_to: Option<(CollectionId, PartyId)>,
    /// True if the log tells of its deposit.
    pub(super) is_whole: bool,
}

impl PhotoTold {
    /// Tells if it is erased, as far as the log does.
    pub(super) fn is_erased(&self) -> Fact<bool> {
        match self.state {
            Is(state) => Is(state.is_erased()),
            Unknown if self.is_whole => Is(false),
            Unknown => Unknown,
        }
    }

    /// The moment from which the law counts, at the latest; `None` as long as it is there.
    pub(super) fn ended_at(&self) -> Option<i64> {
        match (self.is_erased(), self.settled_at) {
            (Is(true), Is(Some(at))) => Some(at.min(self.ended_at)),
            (Is(true), _) => Some(self.ended_at),
            _ => None,
        }
    }

    pub(super) fn rules(&self, photo_id: PhotoId) -> Rules {
        let mut rules = Rules::new();
        is(&mut rules, "studio_id", self.studio_id, text);
        is(&mut rules, "device_id", self.device_id, text);
        is(&mut rules, "bytes", self.bytes, Value::Number);
        is(&mut rules, "state", self.state, |state| text(state.name()));
        is(&mut rules, "kept", self.kept, Value::Truth);
        is(&mut rules, "refusal_reason", self.reason, |reason| {
            let name = reason.and_then(|reason| serde_json::to_value(reason).ok());
            name.as_ref().and_then(serde_json::Value::as_str).map_or(Value::Null, text)
        });
        is(&mut rules, "collection_id", self.collection_id, |id| id.map_or(Value::Null, text));
        is(&mut rules, "held_back_since", self.held_back_since, number);
        match self.settled_at {
            // The row of the log was made a moment before the clock was asked again.
            Is(Some(at)) if self.state == Is(PhotoState::Withdrawn) => {
                rules.push(("settled_at", Rule::Between(at, at.saturating_add(ONE_STEP))));
            }
            settled_at => is(&mut rules, "settled_at", settled_at, number),
        }
        if self.is_whole {
            self.rules_of_times(photo_id, &mut rules);
        }
        rules
    }

    /// The identifier is made of the moment of the deposit, which names the month of the key, and bounds the photo's time.
    fn rules_of_times(&self, photo_id: PhotoId, rules: &mut Rules) {
        let deposited_at = moment_of(photo_id.as_bytes());
        rules.push(("deposited_at", Rule::Is(Value::Number(deposited_at))));
        let day = Timestamp::from_unix_milliseconds(deposited_at).to_utc();
        let epoch = i64::from(day.year()) * 12 + i64::from(u8::from(day.month())) - 1;
        rules.push(("epoch", Rule::Is(Value::Number(epoch))));
        let latest = match (self.kept, self.kept_at) {
            (Is(false), _) => deposited_at + i64::from(LONGEST_RETENTION_DAYS) * DAY,
            (_, Is(at)) => at.saturating_add(LONGEST_KEPT),
            _ => deposited_at + i64::from(LONGEST_RETENTION_DAYS) * DAY + LONGEST_KEPT,
        };
        match self.expires_at {
            Is(at) => rules.push(("expires_at", Rule::Is(Value::Number(at)))),
            Unknown => rules.push(("expires_at", Rule::Between(deposited_at, latest))),
        }
    }

    /// Keeps what a restore carries out of rows that came out of an export: that it is erased, and how. It releases nothing that an
    /// earlier restore has held back.
    pub(super) fn loosen(&mut self, was_restored: bool) {
        if was_restored {
            self.held_back_since = Unknown;
        }
        if self.is_erased() != Is(true) {
            (self.state, self.kept) = (Unknown, Unknown);
        }
        // A photo that was kept and then used is erased, and no more.
        if self.kept == Is(true) {
            self.kept = Unknown;
        }
        (self.settled_at, self.collection_id, self.expires_at) = (Unknown, Unknown, Unknown);
        self.handed_to = None;
    }
}

/// A collection.
#[derive(Debug, Default)]
pub(super) struct CollectionTold {
    pub(super) photo_id: Fact<PhotoId>,
    pub(super) office_id: Fact<PartyId>,
    pub(super) device_id: Fact<DeviceId>,
    pub(super) state: Fact<CollectionState>,
    pub(super) leased_at: Fact<i64>,
    pub(super) lease_until: Fact<i64>,
    pub(super) handed_over_at: Fact<Option<i64>>,
    pub(super) settle_due: Fact<i64>,
    pub(super) settled_at: Fact<Option<i64>>,
    /// A restore may not have made it again.
    pub(super) may_be_missing: bool,
}

impl CollectionTold {
    pub(super) fn rules(&self) -> Rules {
        let mut rules = Rules::new();
        is(&mut rules, "photo_id", self.photo_id, text);
        is(&mut rules, "office_id", self.office_id, text);
        is(&mut rules, "device_id", self.device_id, text);
        is(&mut rules, "state", self.state, |state| text(state.name()));
        is(&mut rules, "leased_at", self.leased_at, Value::Number);
        is(&mut rules, "lease_until", self.lease_until, Value::Number);
        is(&mut rules, "handed_over_at", self.handed_over_at, number);
        is(&mut rules, "settle_due", self.settle_due, Value::Number);
        is(&mut rules, "settled_at", self.settled_at, number);
        match (self.state, self.settled_at) {
            (Is(CollectionState::Kept), Is(Some(at))) => {
                rules.push(("kept_until", Rule::Between(at, at.saturating_add(LONGEST_KEPT))));
            }
            (Is(CollectionState::Kept), _) | (Unknown, _) => {}
            (Is(_), _) => rules.push(("kept_until", Rule::Is(Value::Null))),
        }
        rules
    }

    /// Keeps what a restore carries out of rows that came out of an export.
    pub(super) fn loosen(&mut self) {
        (self.lease_until, self.settle_due, self.settled_at) = (Unknown, Unknown, Unknown);
        self.handed_over_at = Unknown;
    }
}
