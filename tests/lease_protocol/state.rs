//! State of the model: the rows of the database that decisions read, the work of the two nodes, and what clients have received.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use lichtbild::clock::Timestamp;
use lichtbild::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use lichtbild::domain::photo::collection::{CollectionRecord, CollectionState, Refusal, RefusalReason};
use lichtbild::domain::photo::{PhotoFacts, PhotoRecord, PhotoState};

pub const NODES: u8 = 2;
pub const OFFICES: u8 = 2;

/// Room for the photos of one request: one that is stored, one that a faulty store adds or loses, and one in flight at each node.
pub const PHOTOS: usize = 4;
pub const COLLECTIONS: usize = 4;
pub const TASKS: usize = 3;

/// Times of the model are half days since the noon at which it begins. The clock goes from noon to noon, and kept photos expire at
/// midnight.
pub const DAY: u8 = 2;
pub const LEASE: u8 = DAY;
pub const SETTLE_WITHIN: u8 = 2 * DAY;
pub const RETENTION: u8 = 3 * DAY;

const HALF_DAY: Duration = Duration::from_secs(12 * 3600);

/// 2026-11-02T12:00:00Z. No clock change in Germany is near.
const START: Timestamp = Timestamp::from_unix_milliseconds(1_793_620_800_000);

pub fn moment(half_days: u8) -> Timestamp {
    START + HALF_DAY * u32::from(half_days)
}

pub fn half_days(moment: Timestamp) -> u8 {
    let passed = START.until(moment).as_secs() / HALF_DAY.as_secs();
    assert_eq!(
        START + HALF_DAY * u32::try_from(passed).unwrap(),
        moment,
        "all times of the model are noons or midnights"
    );
    u8::try_from(passed).unwrap()
}

pub fn office_id(office: u8) -> PartyId {
    PartyId::first_at(moment(office))
}

pub fn photo_id(photo: u8) -> PhotoId {
    PhotoId::first_at(moment(photo))
}

pub fn collection_id(collection: u8) -> CollectionId {
    CollectionId::first_at(moment(collection))
}

/// The one reason with which clerks of the model refuse.
pub fn refusal() -> Refusal {
    Refusal { reason: RefusalReason::Gaze, note: None }
}

/// A row of `photos` with its row in `frames`. All rows come from the same request: one idempotency key, one photo, and therefore one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoRow {
    pub state: PhotoState,
    pub kept: bool,
    pub expires_at: u8,
    pub latest: Option<u8>,
    pub has_envelope: bool,
}

impl PhotoRow {
    /// The record on which the product decides. Times of erased photos are only reported to callers, so the model does not keep them.
    pub fn record(&self, photo: u8) -> PhotoRecord {
        PhotoRecord {
            photo_id: photo_id(photo),
            studio_id: PartyId::first_at(START),
            device_id: DeviceId::first_at(START),
            epoch: 1,
            state: self.state,
            kept: self.kept,
            facts: PhotoFacts { width: 1, height: 1, bytes: 1, profile: String::new(), findings: Vec::new() },
            deposited_at: START,
            expires_at: moment(self.expires_at),
            settled_at: None,
            refusal: (self.state == PhotoState::Refused).then(refusal),
        }
    }
}

/// A row of `collections`. The times of an ended collection, but for `kept_until`, are only reported to callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollectionStage {
    /// `settle_due` is set by the first hand-over, together with `handed_over_at`.
    Open {
        lease_until: u8,
        settle_due: Option<u8>,
    },
    Ended {
        state: CollectionState,
        kept_until: Option<u8>,
        by_default: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectionRow {
    pub photo: u8,
    pub office: u8,
    pub stage: CollectionStage,
    /// True once the office has received the first byte of the photo. No row of the database says so.
    pub received: bool,
}

impl CollectionRow {
    /// The record on which the product decides.
    pub fn record(&self, collection: u8) -> CollectionRecord {
        let record = CollectionRecord {
            collection_id: collection_id(collection),
            photo_id: photo_id(self.photo),
            office_id: office_id(self.office),
            state: self.state(),
            leased_at: START,
            lease_until: START,
            handed_over_at: None,
            settle_due: None,
            settled_at: None,
            kept_until: None,
        };
        match self.stage {
            CollectionStage::Open { lease_until, settle_due } => CollectionRecord {
                lease_until: moment(lease_until),
                handed_over_at: settle_due.map(|_| START),
                settle_due: settle_due.map(moment),
                ..record
            },
            CollectionStage::Ended { kept_until, .. } => {
                CollectionRecord { settled_at: Some(START), kept_until: kept_until.map(moment), ..record }
            }
        }
    }

    pub fn state(&self) -> CollectionState {
        match self.stage {
            CollectionStage::Open { .. } => CollectionState::Leased,
            CollectionStage::Ended { state, .. } => state,
        }
    }

    /// True if the office has received bytes and has not given the photo back for other offices to collect.
    pub fn holds_photo(&self) -> bool {
        self.received && !matches!(self.state(), CollectionState::Released | CollectionState::Kept)
    }
}

/// The next step of a request, or of a sweep, that a node is working on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// `flows::photo::deposit`: the photo is checked and sealed, `SqlStore::deposit` is next.
    StoreDeposit { photo: u8, at: u8 },
    /// The receipt is about to be sent.
    AnswerDeposit { photo: u8, replayed: bool },
    /// `flows::photo::collect`: the photo was found and opened, `SqlStore::lease` is next.
    Lease { office: u8, photo: u8 },
    /// Only with a bug: the lease was decided in an earlier transaction and is written next.
    WriteLease { office: u8, photo: u8, lapsed: Option<u8> },
    /// `flows::photo::hand_over`: the lease was checked and the photo opened, `SqlStore::fetch` with `FetchPurpose::HandOver` is next.
    RecordHandOver { collection: u8 },
    /// The bytes are about to be sent.
    SendPhoto { collection: u8 },
    /// Only with a bug: the bytes were sent, and the hand-over is recorded next.
    RecordSentPhoto { collection: u8 },
    /// Only with a bug: the sweep has read these rows (one bit each), and ends them next without reading them again.
    WriteSweep { lapsed: u8, overdue: u8, expired: u8 },
    /// Only with a bug: the photo was settled, and its envelope is deleted next.
    DeleteEnvelope { photo: u8 },
}

impl Work {
    pub fn photo_in_deposit(&self) -> Option<u8> {
        match *self {
            Self::StoreDeposit { photo, .. } | Self::AnswerDeposit { photo, .. } => Some(photo),
            _ => None,
        }
    }

    fn encoded(self, swap_offices: bool) -> [u8; 4] {
        let office = |office| exchanged(office, OFFICES, swap_offices);
        match self {
            Self::StoreDeposit { photo, at } => [1, photo, at, 0],
            Self::AnswerDeposit { photo, replayed } => [2, photo, u8::from(replayed), 0],
            Self::Lease { office: of, photo } => [4, office(of), photo, 0],
            Self::WriteLease { office: of, photo, lapsed } => [5, office(of), photo, encoded_option(lapsed)],
            Self::RecordHandOver { collection } => [7, collection, 0, 0],
            Self::SendPhoto { collection } => [8, collection, 0, 0],
            Self::RecordSentPhoto { collection } => [9, collection, 0, 0],
            Self::WriteSweep { lapsed, overdue, expired } => [10, lapsed, overdue, expired],
            Self::DeleteEnvelope { photo } => [11, photo, 0, 0],
        }
    }
}

/// Work of one node. It is lost when the node stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeTask {
    pub node: u8,
    pub work: Work,
}

/// Rules about changes of rows, which are broken by a step and not by a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BrokenRules {
    pub ended_row_changed: bool,
    pub ended_without_reason: bool,
    pub handed_over_after_end: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolState {
    pub clock: u8,
    pub photos: [Option<PhotoRow>; PHOTOS],
    pub collections: [Option<CollectionRow>; COLLECTIONS],
    pub tasks: [Option<NodeTask>; TASKS],
    /// Photos in receipts that the studio has received. The citizen has the code once there is one.
    pub acknowledged: [bool; PHOTOS],
    pub broken: BrokenRules,
}

impl ProtocolState {
    pub fn initial() -> Self {
        Self {
            clock: 0,
            photos: [None; PHOTOS],
            collections: [None; COLLECTIONS],
            tasks: [None; TASKS],
            acknowledged: [false; PHOTOS],
            broken: BrokenRules::default(),
        }
    }

    pub fn photos(&self) -> impl Iterator<Item = (u8, &PhotoRow)> {
        (0..).zip(&self.photos).filter_map(|(number, photo)| Some((number, photo.as_ref()?)))
    }

    pub fn collections(&self) -> impl Iterator<Item = (u8, &CollectionRow)> {
        (0..).zip(&self.collections).filter_map(|(number, collection)| Some((number, collection.as_ref()?)))
    }

    pub fn tasks(&self) -> impl Iterator<Item = &NodeTask> {
        self.tasks.iter().flatten()
    }

    pub fn photo(&self, number: u8) -> &PhotoRow {
        self.photos[usize::from(number)].as_ref().expect("the photo is stored")
    }

    pub fn photo_mut(&mut self, number: u8) -> &mut PhotoRow {
        self.photos[usize::from(number)].as_mut().expect("the photo is stored")
    }

    pub fn collection(&self, number: u8) -> &CollectionRow {
        self.collections[usize::from(number)].as_ref().expect("the collection is stored")
    }

    pub fn collection_mut(&mut self, number: u8) -> &mut CollectionRow {
        self.collections[usize::from(number)].as_mut().expect("the collection is stored")
    }

    /// Tasks as numbers, which have no order, with nodes or offices exchanged.
    fn encoded_tasks(&self, swap_nodes: bool, swap_offices: bool) -> [u64; TASKS] {
        let mut tasks = self.tasks.map(|task| match task {
            None => u64::MAX,
            Some(NodeTask { node, work }) => {
                let [kind, first, second, third] = work.encoded(swap_offices);
                u64::from_le_bytes([exchanged(node, NODES, swap_nodes), kind, first, second, third, 0, 0, 0])
            }
        });
        tasks.sort_unstable();
        tasks
    }
}

fn encoded_photo(row: &PhotoRow) -> u64 {
    let PhotoRow { state, kept, expires_at, latest, has_envelope } = *row;
    u64::from_le_bytes([state as u8, kept.into(), expires_at, encoded_option(latest), has_envelope.into(), 0, 0, 0])
}

fn encoded_collection(row: &CollectionRow, swap_offices: bool) -> u64 {
    let [kind, first, second] = match row.stage {
        CollectionStage::Open { lease_until, settle_due } => [u8::MAX, lease_until, encoded_option(settle_due)],
        CollectionStage::Ended { state, kept_until, by_default } => {
            [state as u8, encoded_option(kept_until), by_default.into()]
        }
    };
    let office = exchanged(row.office, OFFICES, swap_offices);
    u64::from_le_bytes([row.photo, office, row.received.into(), kind, first, second, 0, 0])
}

fn exchanged(number: u8, count: u8, is_exchanged: bool) -> u8 {
    if is_exchanged { count - 1 - number } else { number }
}

/// `None` is a value that no number of the model has.
fn encoded_option(value: Option<u8>) -> u8 {
    value.unwrap_or(u8::MAX)
}

/// The checker takes states with the same hash for the same. Nodes and offices are interchangeable, so the hash is the same for states that
/// differ only in their numbers; that saves three quarters of the work.
impl Hash for ProtocolState {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        // The office of the first collection counts as the first one. Without a collection, only tasks name an office.
        let first = self.collections[0].as_ref().map(|row| row.office != 0);
        let tasks = [(false, false), (false, true), (true, false), (true, true)]
            .into_iter()
            .filter(|(_, swap_offices)| first.is_none_or(|first| first == *swap_offices))
            .map(|(swap_nodes, swap_offices)| self.encoded_tasks(swap_nodes, swap_offices))
            .min();
        tasks.hash(hasher);
        for photo in &self.photos {
            hasher.write_u64(photo.as_ref().map_or(u64::MAX, encoded_photo));
        }
        for collection in &self.collections {
            let encoded = collection.as_ref().map(|row| encoded_collection(row, first == Some(true)));
            hasher.write_u64(encoded.unwrap_or(u64::MAX));
        }
        let BrokenRules { ended_row_changed, ended_without_reason, handed_over_after_end } = self.broken;
        (self.clock, self.acknowledged, ended_row_changed, ended_without_reason, handed_over_after_end).hash(hasher);
    }
}
