//! The reference: photos, collections, devices and parties as README.md and the documents in docs/ describe them, without a database.
//! `studio_requests.rs` and `requests.rs` have the answers to requests, `administration.rs` what administrators and time do.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::{self, TimeZone};
use lichtbild::clock::Timestamp;
use serde_json::Value;
use strum::{IntoStaticStr, VariantArray};

use crate::support::test_gateway::{DAY, MINUTE};

pub const STUDIOS: [&str; 2] = ["Foto Koch", "Foto Porst"];
pub const OFFICES: [&str; 2] = ["Amt Nord", "Amt Süd"];
/// Town of all parties.
pub const PLACE: &str = "Düsseldorf";
/// Size of all pictures, in pixels.
pub const WIDTH: u32 = 35;
pub const HEIGHT: u32 = 45;
/// Parties by number, the studios first, of the devices that exist at the beginning.
pub const DEVICES: [usize; 6] = [0, 0, 1, 2, 2, 3];

pub const RETENTION: std::time::Duration = DAY.saturating_mul(180);
pub const LEASE: std::time::Duration = MINUTE.saturating_mul(15);
pub const SETTLE_WITHIN: std::time::Duration = DAY.saturating_mul(7);
/// A repeated hand-over to a device has a row in the audit log if the last row about it is this old.
pub const REPEAT_ROW: std::time::Duration = MINUTE.saturating_mul(10);

/// Identity of a code: the device, the key and the picture of the deposit. A citizen carries the code whatever happens to the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelCode {
    pub device: usize,
    pub key: u32,
    pub picture: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum ModelPhase {
    Available,
    Leased,
    Kept,
    Used,
    Refused,
    Withdrawn,
    Expired,
}

impl ModelPhase {
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn is_erased(self) -> bool {
        !matches!(self, Self::Available | Self::Leased | Self::Kept)
    }
}

#[derive(Debug, Clone)]
pub struct ModelPhoto {
    pub code: ModelCode,
    pub phase: ModelPhase,
    /// True once an office kept it: without a lease it is then kept, not available.
    pub was_kept: bool,
    pub deposited_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub refusal: Option<&'static str>,
    /// Number of the latest collection.
    pub latest: Option<usize>,
    /// Since a restore or a rollback.
    pub quarantined_since: Option<Timestamp>,
    /// True until the gateway has recorded an end that time made.
    pub is_unrecorded: bool,
    /// True until the gateway has recorded that the lease ran out.
    pub is_lapse_unrecorded: bool,
}

/// An office's decision about a photo.
#[derive(Debug, Clone, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum ModelDecision {
    Used,
    Refused(&'static str),
    Kept(Date),
    Released,
}

impl ModelDecision {
    pub fn name(&self) -> &'static str {
        self.into()
    }
}

/// End of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelEnd {
    /// `by_time` if the office did not settle in time.
    Settled {
        decision: ModelDecision,
        at: Timestamp,
        kept_until: Option<Timestamp>,
        by_time: bool,
    },
    Lapsed,
}

#[derive(Debug, Clone)]
pub struct ModelCollection {
    pub photo: usize,
    pub office: usize,
    pub lease_until: Timestamp,
    /// End of the time for the settlement; `None` before the first hand-over.
    pub settle_due: Option<Timestamp>,
    /// Time of the first hand-over.
    pub handed_over_at: Option<Timestamp>,
    /// Devices that have sent the code.
    pub shown_by: BTreeSet<usize>,
    /// Devices that received the photo, with the time of the last row of the audit log about that.
    pub received_by: BTreeMap<usize, Timestamp>,
    pub end: Option<ModelEnd>,
}

#[derive(Debug, Clone)]
pub struct ModelDevice {
    pub party: usize,
    pub revoked_at: Option<Timestamp>,
    /// An administrator has looked at its photos after the revocation.
    pub photos_released: bool,
}

/// Everything that is in the database, and goes back with it.
#[derive(Debug, Clone)]
pub struct ModelData {
    /// Differs between any two states of the database that differ in a row of the audit log.
    pub version: u64,
    pub devices: Vec<ModelDevice>,
    pub suspended: [bool; 4],
    pub photos: Vec<ModelPhoto>,
    pub collections: Vec<ModelCollection>,
    /// Time of the last row of the audit log that a change left.
    pub changed_at: Timestamp,
    /// Rows of the audit log by event, when the sweep has recorded everything that time did.
    pub rows: BTreeMap<&'static str, i64>,
}

#[derive(Debug, Clone)]
pub struct ModelState {
    pub now: Timestamp,
    /// The setting `photos_of_revoked`.
    pub quarantines_revoked: bool,
    pub data: ModelData,
    /// All codes that studios got, also of photos that a restore lost.
    pub issued: Vec<ModelCode>,
    pub backup: Option<(Timestamp, ModelData)>,
    /// The right data while an older database is in its place, until an administrator decides.
    pub rolled_back: Option<ModelData>,
    pub versions: u64,
    /// The answer to the last step.
    pub expected: ExpectedAnswer,
}

/// The answer to a step, with numbers in place of identifiers.
#[derive(Debug, Clone, Default)]
pub struct ExpectedAnswer {
    /// Zero for steps that are no requests.
    pub status: u16,
    /// A name for the histogram: the type of the problem, unless one type has several outcomes.
    pub outcome: &'static str,
    /// Type of the problem.
    pub problem: Option<&'static str>,
    /// Members of the body by their JSON pointers; `null` for a member that the body must not have.
    pub members: Vec<(&'static str, Value)>,
    pub photo: Option<usize>,
    pub collection: Option<usize>,
    /// The code that the answer must contain.
    pub code: Option<ModelCode>,
    /// The picture whose bytes the answer must contain.
    pub picture: Option<u32>,
    pub is_replayed: bool,
    /// True if the step changes nothing in the database.
    pub is_read_only: bool,
}

impl ModelState {
    pub fn party_of(&self, device: usize) -> usize {
        self.data.devices[device].party
    }

    pub fn is_alarmed(&self) -> bool {
        self.rolled_back.is_some()
    }

    /// The photo that a code leads to.
    pub fn find(&self, code: ModelCode) -> Option<usize> {
        self.data.photos.iter().position(|photo| photo.code == code)
    }

    /// Numbers of the collections of a photo, the latest first.
    pub fn collections_of(&self, photo: usize) -> Vec<usize> {
        (0..self.data.collections.len()).rev().filter(|number| self.data.collections[*number].photo == photo).collect()
    }

    /// Counts a row of the audit log about a change of this moment.
    pub fn record(&mut self, event: &'static str) {
        *self.data.rows.entry(event).or_default() += 1;
        self.mark_changed();
    }

    /// Notes that the audit log has rows of this moment, which are counted already.
    pub fn mark_changed(&mut self) {
        self.versions += 1;
        (self.data.version, self.data.changed_at) = (self.versions, self.now);
    }

    /// Lets everything happen whose time has come. Clients see it at once, the audit log at the next sweep or change of the photo.
    pub fn let_time_pass(&mut self) {
        let ModelData { photos, collections, rows, .. } = &mut self.data;
        let mut count = |event| *rows.entry(event).or_default() += 1;
        for photo in photos {
            let collection = photo.latest.map(|latest| &mut collections[latest]);
            if let (ModelPhase::Leased, Some(collection)) = (photo.phase, collection) {
                if let Some(due) = collection.settle_due.filter(|due| *due <= self.now) {
                    (photo.phase, photo.ended_at, photo.is_unrecorded) = (ModelPhase::Used, Some(due), true);
                    let decision = ModelDecision::Used;
                    collection.end = Some(ModelEnd::Settled { decision, at: due, kept_until: None, by_time: true });
                    count("collection.used_by_default");
                } else if collection.settle_due.is_none() && collection.lease_until <= self.now {
                    (photo.phase, photo.is_lapse_unrecorded) = (photo.at_rest(), true);
                    collection.end = Some(ModelEnd::Lapsed);
                    count("collection.lapsed");
                }
            }
            let waits = matches!(photo.phase, ModelPhase::Available | ModelPhase::Kept);
            if waits && photo.expires_at <= self.now {
                (photo.phase, photo.ended_at, photo.is_unrecorded) =
                    (ModelPhase::Expired, Some(photo.expires_at), true);
                count("photo.expired");
            }
        }
    }
}

impl ModelPhoto {
    /// Reports whether the database still has the picture.
    pub fn is_stored(&self) -> bool {
        !self.phase.is_erased() || self.is_unrecorded
    }

    /// The phase without a lease.
    pub fn at_rest(&self) -> ModelPhase {
        if self.was_kept { ModelPhase::Kept } else { ModelPhase::Available }
    }
}

impl ModelCollection {
    /// Time until which other offices have to wait.
    pub fn ends_at(&self) -> Timestamp {
        self.settle_due.unwrap_or(self.lease_until)
    }
}

/// All offices are in Germany.
static ZONE: TimeZone = tz::get!("Europe/Berlin");

pub fn day_of(at: Timestamp) -> Date {
    jiff::Timestamp::from_millisecond(at.unix_milliseconds()).unwrap().to_zoned(ZONE.clone()).date()
}

/// The end of the last day of a kept photo: midnight UTC, which is one or two hours after the German midnight.
pub fn end_of_day(day: Date) -> Timestamp {
    Timestamp::from_utc(day.tomorrow().unwrap().at(0, 0, 0, 0))
}

/// The last day of a photo that is kept until a moment.
pub fn last_day_before(end: Timestamp) -> Date {
    day_of(end).yesterday().unwrap()
}
