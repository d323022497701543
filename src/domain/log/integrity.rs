//! Integrity check of stored rows, without a code and without opening an envelope.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::domain::digest::Sha256Digest;
use crate::domain::id::CollectionId;
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::domain::photo::{PhotoRecord, PhotoState};

/// Fault that the integrity check can find, with its text for administrators. The name in snake case is stable: other programs see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
pub enum IntegrityFault {
    #[serde(rename = "picture_missing")]
    #[strum(to_string = "a stored photo has no envelope")]
    EnvelopeMissing,
    #[serde(rename = "picture_malformed")]
    #[strum(to_string = "an envelope has an impossible length or version")]
    EnvelopeMalformed,
    #[serde(rename = "picture_changed")]
    #[strum(to_string = "an envelope is not the one that was stored")]
    EnvelopeChanged,
    #[serde(rename = "picture_left_behind")]
    #[strum(to_string = "an envelope belongs to an erased or missing photo")]
    EnvelopeLeftBehind,
    #[strum(to_string = "the key file has no key for the month in which a photo was sealed")]
    EpochKeyMissing,
    #[strum(to_string = "a photo and its latest collection disagree on whether the photo is leased")]
    LeaseDiffers,
    #[strum(to_string = "the latest collection of a photo is missing or belongs to another photo")]
    CollectionMissing,
    #[strum(to_string = "the photo of a collection is missing")]
    PhotoMissing,
    #[strum(to_string = "a collection is open, but its photo is erased or has another collection")]
    CollectionLeftOpen,
    #[strum(to_string = "a row of the audit log was changed, removed or moved")]
    LogBroken,
    #[strum(to_string = "the database file is damaged")]
    File,
    #[serde(rename = "went_back")]
    #[strum(to_string = "the database was rolled back: its log is behind a watermark or contradicts it")]
    RolledBack,
    #[strum(to_string = "a table, index, trigger, view or function is foreign, changed or missing")]
    SchemaChanged,
    #[strum(to_string = "a column differs from the audit log")]
    RowDiffers,
    #[strum(to_string = "a row differs from its newest digest in the audit log")]
    RowChanged,
    #[strum(to_string = "a row that the audit log records is missing in its table")]
    RowMissing,
    #[serde(rename = "row_untold")]
    #[strum(to_string = "a row is unknown to the audit log")]
    RowNotInLog,
    #[serde(rename = "log_unproved")]
    #[strum(to_string = "a row of the audit log lacks the digest that only the key file can make")]
    LogDigestInvalid,
    #[strum(to_string = "a photo was handed over to two offices without a release in between")]
    HandedOverTwice,
    #[strum(to_string = "the number of photos in a state differs from the stored count")]
    CountDiffers,
    #[strum(to_string = "a checkpoint in the database differs from its signed text, or its signature is invalid")]
    CheckpointDiffers,
    #[strum(to_string = "the beginning of the audit log agrees with no signed checkpoint or no row of the log")]
    AnchorDiffers,
    #[strum(to_string = "the sealed proof key of an invitation does not open, is missing, or outlived the invitation")]
    ProofKeyDiffers,
    #[strum(to_string = "the key file cannot be read or belongs to another gateway")]
    KeyFile,
    #[strum(to_string = "the key for the verification of checkpoints cannot be read")]
    AuditKey,
    #[serde(rename = "out_of_use")]
    #[strum(to_string = "the database is inactive: no gateway may use it")]
    DatabaseInactive,
}

/// Compares a stored photo with its latest collection: `latest_id` is the id in the photo's row, `latest` the row with that id.
pub fn check_lease(
    photo: &PhotoRecord,
    latest_id: Option<CollectionId>,
    latest: Option<&CollectionRecord>,
) -> Option<IntegrityFault> {
    let own = latest.filter(|collection| collection.photo_id == photo.photo_id);
    if latest_id.is_some() && own.is_none() {
        return Some(IntegrityFault::CollectionMissing);
    }
    let is_open = own.is_some_and(|collection| collection.state == CollectionState::Leased);
    ((photo.state == PhotoState::Leased) != is_open).then_some(IntegrityFault::LeaseDiffers)
}

/// Compares a collection with the state and the latest collection of its photo.
pub fn check_collection(
    collection_id: CollectionId,
    is_open: bool,
    photo: Option<(PhotoState, Option<CollectionId>)>,
) -> Option<IntegrityFault> {
    match photo {
        None => Some(IntegrityFault::PhotoMissing),
        Some((state, latest)) if is_open && (state.is_erased() || latest != Some(collection_id)) => {
            Some(IntegrityFault::CollectionLeftOpen)
        }
        Some(_) => None,
    }
}

/// Result of an integrity check.
#[derive(Debug, Clone, Serialize)]
pub struct IntegrityReport {
    /// Number of stored photos.
    pub photos: u64,
    /// Number of erased photos.
    pub erased: u64,
    /// Envelopes with the stored digest.
    pub pictures_proven: u64,
    /// Envelopes from versions without digests, of which only version and length were checked.
    pub pictures_without_digest: u64,
    pub collections: u64,
    pub log_rows: i64,
    /// Digest of the last row.
    pub log_head: Sha256Digest,
    /// True if the key file was available, so that epoch keys and row digests were checked.
    pub key_file: bool,
    /// Number of rows per table that were compared with the audit log.
    pub rows_compared: BTreeMap<&'static str, u64>,
    /// Those of them without a digest in the log, because they last changed before digests existed or were restored from an export.
    /// Columns that the log does not contain, such as names, notes and findings, were not compared.
    pub rows_without_digest: BTreeMap<&'static str, u64>,
    /// Rows from before the first row of a purged log, which were not compared.
    pub rows_older_than_log: BTreeMap<&'static str, u64>,
    /// Rows of the log with their own digest.
    pub log_rows_with_digest: u64,
    /// Rows of the log without a digest that older nodes wrote on the day of an upgrade.
    pub log_rows_of_older_nodes: u64,
    /// Last row of the log that a restore replayed without a record of its extent; 0 if there is none.
    pub log_replayed_until: i64,
    /// Number of checkpoints in the database. Their signatures were verified if the public key was available.
    pub checkpoints: u64,
    /// Number of occurrences of each fault.
    pub faults: BTreeMap<IntegrityFault, u64>,
    /// The first faults with their places.
    pub examples: Vec<IntegrityFaultExample>,
}

/// Place of a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IntegrityFaultExample {
    pub fault: IntegrityFault,
    /// The photo, the collection or the row.
    pub subject: String,
    /// For a column that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<ColumnDifference>,
}

/// A column that differs from the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnDifference {
    pub table: &'static str,
    /// Key of the row.
    pub key: String,
    pub column: &'static str,
    /// Value or range in the log.
    pub log: String,
    /// Value in the table.
    pub table_says: String,
}

impl fmt::Display for ColumnDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, key, column, log, table_says } = self;
        write!(f, "{table}/{key} {column}: the log says {log}, the table says {table_says}")
    }
}

/// More examples would not be read.
const MAX_EXAMPLES: usize = 200;

impl IntegrityReport {
    /// The report before the check.
    pub fn empty(key_file: bool) -> Self {
        Self {
            photos: 0,
            erased: 0,
            pictures_proven: 0,
            pictures_without_digest: 0,
            collections: 0,
            log_rows: 0,
            log_head: super::CHAIN_START,
            key_file,
            rows_compared: BTreeMap::new(),
            rows_without_digest: BTreeMap::new(),
            rows_older_than_log: BTreeMap::new(),
            log_rows_with_digest: 0,
            log_rows_of_older_nodes: 0,
            log_replayed_until: 0,
            checkpoints: 0,
            faults: BTreeMap::new(),
            examples: Vec::new(),
        }
    }

    pub fn add(&mut self, fault: IntegrityFault, subject: impl fmt::Display) {
        self.record(fault, subject, None);
    }

    pub fn add_difference(&mut self, difference: ColumnDifference) {
        self.record(IntegrityFault::RowDiffers, difference.to_string(), Some(difference));
    }

    fn record(&mut self, fault: IntegrityFault, subject: impl fmt::Display, difference: Option<ColumnDifference>) {
        *self.faults.entry(fault).or_default() += 1;
        if self.examples.len() < MAX_EXAMPLES {
            self.examples.push(IntegrityFaultExample { fault, subject: subject.to_string(), difference });
        }
    }

    pub fn is_ok(&self) -> bool {
        self.faults.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::photo::test_records::{leased, photo};

    #[test]
    fn a_photo_and_its_collection_agree_or_do_not() {
        let resting = photo(PhotoState::Available);
        let away = PhotoRecord { state: PhotoState::Leased, ..resting.clone() };
        let open = leased(&resting);
        let closed = CollectionRecord { state: CollectionState::Released, ..open.clone() };
        let (id, other) = (Some(open.collection_id), photo(PhotoState::Available));
        for (photo, latest_id, latest, expected) in [
            (&resting, None, None, None),
            (&away, id, Some(&open), None),
            (&resting, id, Some(&closed), None),
            (&resting, id, Some(&open), Some(IntegrityFault::LeaseDiffers)),
            (&away, id, Some(&closed), Some(IntegrityFault::LeaseDiffers)),
            (&away, None, None, Some(IntegrityFault::LeaseDiffers)),
            (&resting, id, None, Some(IntegrityFault::CollectionMissing)),
        ] {
            assert_eq!(check_lease(photo, latest_id, latest), expected, "{photo:?} {latest:?}");
        }
        assert_eq!(check_collection(open.collection_id, false, None), Some(IntegrityFault::PhotoMissing));
        let of = |state, latest| check_collection(open.collection_id, true, Some((state, latest)));
        assert_eq!(of(PhotoState::Leased, id), None);
        assert_eq!(of(PhotoState::Used, id), Some(IntegrityFault::CollectionLeftOpen));
        assert_eq!(of(other.state, None), Some(IntegrityFault::CollectionLeftOpen));
    }

    #[test]
    fn all_faults_are_counted_and_the_first_ones_are_listed() {
        let mut report = IntegrityReport::empty(true);
        assert!(report.is_ok());
        (0..210).for_each(|number| report.add(IntegrityFault::LogBroken, number));
        assert_eq!((report.faults[&IntegrityFault::LogBroken], report.examples.len()), (210, MAX_EXAMPLES));
        assert!(!report.is_ok());
    }
}
