//! Integrity check of stored rows, one by one, without a code and without the content of a photo.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::domain::digest::Sha256Digest;
use crate::domain::id::CollectionId;
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::domain::photo::{PhotoRecord, PhotoState};

/// Faults that the integrity check can find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IntegrityFault {
    /// A photo that is there has no envelope.
    #[serde(rename = "picture_missing")]
    EnvelopeMissing,
    /// An envelope cannot be the one of its photo: its version or its length.
    #[serde(rename = "picture_malformed")]
    EnvelopeMalformed,
    /// An envelope is not the one that was stored.
    #[serde(rename = "picture_changed")]
    EnvelopeChanged,
    /// An envelope whose photo is erased, or is not there.
    #[serde(rename = "picture_left_behind")]
    EnvelopeLeftBehind,
    /// The key of the month in which a photo was sealed is not in the key file.
    EpochKeyMissing,
    /// A photo and its latest collection do not agree on whether it is leased.
    LeaseDiffers,
    /// A photo names a latest collection that is not there, or is another photo's.
    CollectionMissing,
    /// A collection of a photo that is not there.
    PhotoMissing,
    /// A collection is open, yet its photo has another one, or is erased.
    CollectionLeftOpen,
    /// A row of the audit log was changed, dropped, or put elsewhere.
    LogBroken,
    /// The database's own check of its file.
    File,
    /// The log is behind a watermark outside the database, or contradicts it.
    #[serde(rename = "went_back")]
    RolledBack,
    /// A table, index, trigger, view or function that this program did not make, or one of its own that is missing or changed.
    SchemaChanged,
    /// A column of a row does not hold what the audit log says.
    RowDiffers,
    /// A row is not the one that its newest digest in the audit log was taken of.
    RowChanged,
    /// A row that the audit log tells of is not there.
    RowMissing,
    /// A row is there of which the audit log never told.
    #[serde(rename = "row_untold")]
    RowNotInLog,
    /// A row of the audit log carries no digest, or a wrong one, although rows before it carry theirs.
    #[serde(rename = "log_unproved")]
    LogDigestInvalid,
    /// A photo was handed over to two offices, and the first one had not given it back.
    HandedOverTwice,
    /// The counted photos of a state are not as many as there are.
    CountDiffers,
    /// A checkpoint's row does not agree with its signed text, or the signature is not good.
    CheckpointDiffers,
    /// The place where the log begins does not agree with a checkpoint, or with the row that told of it.
    AnchorDiffers,
    /// The sealed proof key of an invitation does not open, is gone too early, or has outlived the invitation.
    ProofKeyDiffers,
    /// The key file cannot be read, or is another gateway's.
    KeyFile,
    /// The key that checkpoints in the database are verified with cannot be read.
    AuditKey,
    /// No gateway may work on the database that the configuration names.
    #[serde(rename = "out_of_use")]
    DatabaseInactive,
}

impl IntegrityFault {
    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::EnvelopeMissing => "a photo that is there has no sealed picture",
            Self::EnvelopeMalformed => "a sealed picture has a length or a version that it cannot have",
            Self::EnvelopeChanged => "a sealed picture is not the one that was stored",
            Self::EnvelopeLeftBehind => "a sealed picture has outlived its photo",
            Self::EpochKeyMissing => "the key file has no key for the month in which a photo was sealed",
            Self::LeaseDiffers => "a photo and its collection do not agree on whether it is leased",
            Self::CollectionMissing => "a photo's latest collection is not there, or another photo's",
            Self::PhotoMissing => "a collection's photo is not there",
            Self::CollectionLeftOpen => "a collection is open whose photo has another one, or is erased",
            Self::LogBroken => "a row of the audit log was changed, dropped, or put elsewhere",
            Self::File => "the database's file is damaged",
            Self::RolledBack => "the database went back in time",
            Self::SchemaChanged => {
                "a table, index, trigger, view or function is not this program's, changed or missing"
            }
            Self::RowDiffers => "a column of a row does not hold what the audit log says",
            Self::RowChanged => "a row is not as its digest in the audit log vouches for it",
            Self::RowMissing => "a row that the audit log tells of is not there",
            Self::RowNotInLog => "a row is there of which the audit log never told",
            Self::LogDigestInvalid => "a row of the audit log does not carry the digest that only the key file makes",
            Self::HandedOverTwice => "a photo was handed over to two offices without being given back in between",
            Self::CountDiffers => "the counted photos of a state are not as many as there are",
            Self::CheckpointDiffers => "a checkpoint in the database is not as it was signed",
            Self::AnchorDiffers => "the place where the audit log begins is not one that was signed and told of",
            Self::ProofKeyDiffers => "the sealed proof key of an invitation is not as it was stored",
            Self::KeyFile => "the key file cannot be read, or is another gateway's",
            Self::AuditKey => "the key that signed checkpoints are verified with cannot be read",
            Self::DatabaseInactive => "the database is out of use",
        }
    }
}

impl fmt::Display for IntegrityFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Weighs a photo that is there against its latest collection. `latest_id` is what its row says, `latest` what that leads to.
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

/// Weighs a collection against its photo's state and what that takes for its latest collection.
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
    /// Photos that are there.
    pub photos: u64,
    /// Photos that are erased.
    pub erased: u64,
    /// Pictures whose bytes are those that were stored.
    pub pictures_proven: u64,
    /// Pictures from before digests were stored beside them: only their version and length were looked at.
    pub pictures_without_digest: u64,
    pub collections: u64,
    /// Rows of the audit log.
    pub log_rows: i64,
    /// The digest of its last row.
    pub log_head: Sha256Digest,
    /// True if the key file was there, so that epoch keys could be looked for, and digests of rows be checked.
    pub key_file: bool,
    /// Rows of each table that were compared with the audit log.
    pub rows_compared: BTreeMap<&'static str, u64>,
    /// Those of them without a digest in the log, since they last changed before there were digests, or were restored from an
    /// export: names, labels, notes, findings and all else that the log does not tell were not compared.
    pub rows_without_digest: BTreeMap<&'static str, u64>,
    /// Rows that were made before the first row of a log whose front is gone: nothing of them was compared.
    pub rows_older_than_log: BTreeMap<&'static str, u64>,
    /// Rows of the log that carry a digest of themselves.
    pub log_rows_with_digest: u64,
    /// Rows of the log without one that were written on the day of an upgrade, by nodes whose turn had not come.
    pub log_rows_of_older_nodes: u64,
    /// The last row of the log up to which a restore has carried out an export without noting how much of it; 0 if there is none.
    pub log_replayed_until: i64,
    /// Checkpoints in the database; their signatures were verified if the public key was there.
    pub checkpoints: u64,
    /// Number of times that each fault was found.
    pub faults: BTreeMap<IntegrityFault, u64>,
    /// Examples: the first faults of all, with their places.
    pub examples: Vec<IntegrityFaultExample>,
}

/// One place where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IntegrityFaultExample {
    /// Kind of the fault.
    pub fault: IntegrityFault,
    /// The photo, the collection or the row's place.
    pub subject: String,
    /// For a column that differs, what each side says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<ColumnDifference>,
}

/// A column whose value is not what the audit log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnDifference {
    pub table: &'static str,
    /// The row's key.
    pub key: String,
    pub column: &'static str,
    /// The value that the log says, or the first and last one it may be.
    pub log: String,
    /// The value that is there.
    pub table_says: String,
}

impl fmt::Display for ColumnDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, key, column, log, table_says } = self;
        write!(f, "{table}/{key} {column}: the log says {log}, the table says {table_says}")
    }
}

/// As many as somebody reads.
const MAX_EXAMPLES: usize = 200;

impl IntegrityReport {
    /// Before anything was looked at.
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

    /// Adds a fault.
    pub fn add(&mut self, fault: IntegrityFault, subject: impl fmt::Display) {
        self.record(fault, subject, None);
    }

    /// Adds a column that differs.
    pub fn add_difference(&mut self, difference: ColumnDifference) {
        self.record(IntegrityFault::RowDiffers, difference.to_string(), Some(difference));
    }

    fn record(&mut self, fault: IntegrityFault, subject: impl fmt::Display, difference: Option<ColumnDifference>) {
        *self.faults.entry(fault).or_default() += 1;
        if self.examples.len() < MAX_EXAMPLES {
            self.examples.push(IntegrityFaultExample { fault, subject: subject.to_string(), difference });
        }
    }

    /// Reports whether no fault was found.
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
