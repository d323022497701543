//! Tests of the reconciliation with tables that were changed by hand.

mod anchors;
mod photos;

use std::mem::size_of;

use serde_json::json;

use super::super::{AuditEntry, CHAIN_START};
use super::expected_photos::{ExpectedCollection, ExpectedPhoto};
use super::expected_tables::ExpectedRow;
use super::row::AuditedValue;
use super::*;
use crate::domain::id::{CollectionId, PartyId, PhotoId};

const NOW: i64 = 1_795_339_800_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const PHOTO: &str = "01a20297-4dc0-7fe2-bb16-ceb27bf086c4";
const STUDIO: &str = "01a20297-4dc0-7000-8000-000000000001";
const DEVICE: &str = "01a20297-4dc0-7000-8000-000000000002";

/// A log that grows row by row.
struct TestLog {
    reconciler: Reconciler,
    report: IntegrityReport,
    rows: i64,
}

impl TestLog {
    fn new(key: Option<RowDigestKey>) -> Self {
        Self {
            reconciler: Reconciler::new(ChainLink::START, key, PhotoPartition::WHOLE),
            report: IntegrityReport::empty(true),
            rows: 0,
        }
    }

    /// Adds a row, with its digest if there is a key.
    fn add(&mut self, at: i64, event: AuditEvent, subject: &str, details: Json, key: Option<&RowDigestKey>) {
        self.rows += 1;
        let at = Timestamp::from_unix_milliseconds(at);
        let subject = Some(subject.to_owned()).filter(|subject| !subject.is_empty());
        let mut entry = AuditEntry { at, actor: DEVICE.into(), event, subject, details };
        if let Some(key) = key {
            key.add_digests(&mut entry, self.rows, &CHAIN_START, std::iter::empty());
        }
        let row = ChainRow {
            sequence: self.rows,
            at,
            actor: entry.actor.clone(),
            event: entry.event.name().to_owned(),
            subject: entry.subject.clone(),
            details: entry.details.to_string(),
            prev: CHAIN_START,
            sha256: CHAIN_START,
        };
        self.reconciler.apply_log_row(&row, &mut self.report);
    }

    fn deposit(&mut self) {
        let details = json!({ "studio_id": STUDIO, "bytes": 5 });
        self.add(NOW, AuditEvent::PhotoDeposited, PHOTO, details, None);
    }

    fn collection(&mut self, number: u8, event: AuditEvent) {
        let (collection_id, office_id) = (id(0x20 + number), id(0x30 + number));
        let details = json!({ "photo_id": PHOTO, "office_id": office_id });
        self.add(NOW + self.rows, event, &collection_id, details, None);
    }

    fn fault_count(&self, fault: IntegrityFault) -> u64 {
        self.report.faults.get(&fault).copied().unwrap_or_default()
    }

    fn missing_count(&mut self) -> u64 {
        self.reconciler.finish(&mut self.report);
        self.fault_count(IntegrityFault::RowMissing)
    }
}

fn id(number: u8) -> String {
    format!("01a20297-4dc0-7000-8000-0000000000{number:02x}")
}

#[test]
fn a_hand_over_to_two_offices_is_reported_unless_the_first_released_the_photo() {
    use AuditEvent::{CollectionHandedOver, CollectionKept, CollectionLapsed, CollectionLeased, CollectionReleased};
    for (between, expected) in [(CollectionReleased, 0), (CollectionKept, 0), (CollectionLapsed, 1)] {
        let mut log = TestLog::new(None);
        log.deposit();
        for event in [CollectionLeased, CollectionHandedOver, CollectionHandedOver, between] {
            log.collection(1, event);
        }
        for event in [CollectionLeased, CollectionHandedOver] {
            log.collection(2, event);
        }
        assert_eq!(log.fault_count(IntegrityFault::HandedOverTwice), expected, "{between:?}");
    }
}

#[test]
fn rows_without_digests_may_come_from_older_nodes_for_a_day_and_are_errors_then() {
    let key = RowDigestKey::new(&[1; 32]);
    // Times of rows, each signed or not, with the expected numbers of older nodes' rows and of faults.
    for (rows, expected) in [
        (vec![(0, false), (HOUR, false), (2 * HOUR, true), (3 * HOUR, true)], (0, 0)),
        (vec![(0, true), (HOUR, false), (2 * HOUR, true), (DAY, false)], (2, 0)),
        (vec![(0, true), (DAY + 1, false)], (0, 1)),
        // The clock cannot be set back to the day of the upgrade.
        (vec![(0, true), (DAY + 1, true), (HOUR, false)], (0, 1)),
    ] {
        let mut log = TestLog::new(Some(key.clone()));
        log.add(NOW - 1, AuditEvent::PartyAdded, STUDIO, json!({ "role": "studio" }), None);
        for (at, signed) in &rows {
            let key = signed.then_some(&key);
            log.add(NOW + at, AuditEvent::PartyResumed, STUDIO, json!({}), key);
        }
        assert_eq!(
            (log.report.log_rows_of_older_nodes, log.fault_count(IntegrityFault::LogDigestInvalid)),
            expected,
            "{rows:?}"
        );
    }
    // A gateway with a signed first row was never upgraded.
    let mut log = TestLog::new(Some(key.clone()));
    log.add(NOW, AuditEvent::PartyAdded, STUDIO, json!({ "role": "studio" }), Some(&key));
    log.add(NOW + HOUR, AuditEvent::PartyResumed, STUDIO, json!({}), None);
    assert_eq!((log.report.log_rows_of_older_nodes, log.fault_count(IntegrityFault::LogDigestInvalid)), (0, 1));
    // A row without changes needs no digest.
    let mut log = TestLog::new(Some(key.clone()));
    log.add(NOW, AuditEvent::PartyResumed, STUDIO, json!({}), Some(&key));
    for event in [AuditEvent::StoreMoved, AuditEvent::CodeUnknown, AuditEvent::StoreRestored] {
        log.add(NOW + 9 * DAY, event, "", json!({}), None);
    }
    assert_eq!(log.fault_count(IntegrityFault::LogDigestInvalid), 0);
    log.add(NOW + 9 * DAY, AuditEvent::StoreRestored, "", json!({ "replayed_rows": 1 }), None);
    assert_eq!(log.fault_count(IntegrityFault::LogDigestInvalid), 1);
}

#[test]
fn rows_of_an_export_that_a_restore_carried_out_make_no_rows_that_it_did_not_make() {
    for noted in [true, false] {
        let mut log = TestLog::new(None);
        log.add(NOW - HOUR, AuditEvent::PartyAdded, STUDIO, json!({ "role": "studio" }), None);
        log.deposit();
        log.collection(1, AuditEvent::CollectionLeased);
        let until = Timestamp::from_unix_milliseconds(NOW + log.rows - 1);
        let mut details = json!({ "backup_taken_at": until });
        if noted {
            details["replayed_rows"] = 2.into();
        }
        log.add(NOW + HOUR, AuditEvent::StoreRestored, "", details, None);
        // Older versions did not record the number, so nothing before is known.
        assert_eq!(log.missing_count(), u64::from(noted), "the party");
        assert_eq!(log.report.log_replayed_until > 0, !noted);
    }
}

/// Row of a photo after its deposit, in quarantine or not.
fn stored_photo(quarantined_since: Option<i64>) -> StoredRow {
    let id = PHOTO.parse().unwrap();
    let value = |column: &table::AuditedColumn| match (column.name, column.kind) {
        ("photo_id", _) => AuditedValue::Text(PHOTO.into()),
        ("studio_id", _) => AuditedValue::Text(STUDIO.into()),
        ("device_id", _) => AuditedValue::Text(DEVICE.into()),
        ("state", _) => AuditedValue::Text("available".into()),
        ("kept", _) => AuditedValue::Truth(false),
        ("bytes", _) => AuditedValue::Number(5),
        ("deposited_at" | "expires_at", _) => AuditedValue::Number(NOW),
        ("epoch", _) => AuditedValue::Number(2026 * 12 + 10),
        ("held_back_since", _) => quarantined_since.map_or(AuditedValue::Null, AuditedValue::Number),
        _ => AuditedValue::Null,
    };
    StoredRow { id: RowId::Photo(id), values: table::AuditedTable::Photos.columns().iter().map(value).collect() }
}

#[test]
fn a_quarantine_in_an_export_is_not_applied() {
    let mut log = TestLog::new(None);
    log.deposit();
    let as_of = Timestamp::from_unix_milliseconds(NOW);
    log.add(NOW + HOUR, AuditEvent::RollbackConfirmed, "", json!({ "as_of": as_of }), None);
    log.reconciler.mark_replayed(1);
    // The restore reads the row before it quarantines the photo.
    log.reconciler.compare(&stored_photo(None), &mut log.report);
    assert!(log.report.is_ok(), "{:#?}", log.report);
    let details = json!({ "backup_taken_at": Timestamp::from_unix_milliseconds(NOW + HOUR) });
    log.add(NOW + 2 * HOUR, AuditEvent::StoreRestored, "", details, None);
    log.reconciler.compare(&stored_photo(Some(NOW + HOUR)), &mut log.report);
    assert!(log.report.is_ok(), "{:#?}", log.report);
}

#[test]
fn a_photo_in_quarantine_keeps_the_time_of_its_first_one() {
    let mut log = TestLog::new(None);
    log.deposit();
    for at in [NOW, NOW + HOUR] {
        let as_of = Timestamp::from_unix_milliseconds(at);
        log.add(at, AuditEvent::RollbackConfirmed, "", json!({ "as_of": as_of }), None);
    }
    for (since, differences) in [(NOW, 0), (NOW + HOUR, 1)] {
        log.reconciler.compare(&stored_photo(Some(since)), &mut log.report);
        assert_eq!(log.fault_count(IntegrityFault::RowDiffers), differences);
    }
}

#[test]
fn a_restore_without_a_digest_excuses_no_missing_rows() {
    let key = RowDigestKey::new(&[1; 32]);
    for (signed, missing) in [(true, 1), (false, 2)] {
        let mut log = TestLog::new(Some(key.clone()));
        log.add(NOW, AuditEvent::PartyAdded, STUDIO, json!({ "role": "studio" }), Some(&key));
        log.add(NOW, AuditEvent::PhotoDeposited, PHOTO, json!({ "studio_id": STUDIO }), Some(&key));
        let details = json!({ "backup_taken_at": Timestamp::from_unix_milliseconds(NOW), "replayed_rows": 1 });
        log.add(NOW + HOUR, AuditEvent::StoreRestored, "", details, signed.then_some(&key));
        assert_eq!(log.missing_count(), missing, "signed: {signed}");
    }
}

/// A release may be meant for a device whose creation is not in the log.
#[test]
fn a_device_of_an_unknown_studio_may_be_released_or_not() {
    let mut log = TestLog::new(None);
    log.add(NOW, AuditEvent::DeviceAdded, DEVICE, json!({ "party_id": STUDIO }), None);
    log.add(NOW, AuditEvent::DeviceRevoked, DEVICE, json!({}), None);
    log.add(NOW, AuditEvent::DeviceRevoked, PHOTO, json!({}), None);
    log.add(NOW + HOUR, AuditEvent::PhotosReleased, STUDIO, json!({}), None);
    let device = |id: &str, released_at: AuditedValue| StoredRow {
        id: RowId::Device(id.parse().unwrap()),
        values: vec![
            AuditedValue::Text(id.into()),
            AuditedValue::Text(STUDIO.into()),
            AuditedValue::Text("till".into()),
            AuditedValue::Number(NOW),
            AuditedValue::Number(NOW),
            released_at,
            AuditedValue::Text("photos".into()),
            AuditedValue::Null,
        ],
    };
    for (id, released_at, differences) in [
        (PHOTO, AuditedValue::Null, 0),
        (PHOTO, AuditedValue::Number(NOW + HOUR), 0),
        (DEVICE, AuditedValue::Number(NOW + HOUR), 0),
        (DEVICE, AuditedValue::Null, 1),
    ] {
        log.reconciler.compare(&device(id, released_at), &mut log.report);
        assert_eq!(log.fault_count(IntegrityFault::RowDiffers), differences, "{id}: {:#?}", log.report);
    }
}

#[test]
fn tombstones_whose_time_is_over_may_be_missing_and_no_others() {
    for (settled, expected) in [(NOW, 0), (NOW + 1, 2)] {
        let mut log = TestLog::new(None);
        log.deposit();
        log.collection(1, AuditEvent::CollectionLeased);
        let details = json!({ "photo_id": PHOTO });
        log.add(settled, AuditEvent::CollectionUsed, &id(0x21), details, None);
        let at = (Timestamp::from_unix_milliseconds(NOW) + LOG_RETENTION).unix_milliseconds();
        log.add(at, AuditEvent::TombstonesPurged, "", json!({ "photos": 1 }), None);
        assert_eq!(log.missing_count(), expected);
    }
}

#[test]
fn every_photo_is_compared_in_exactly_one_partition() {
    let mut missing = Vec::new();
    for partition in PhotoPartition::split(20, 7) {
        let mut log = TestLog::new(None);
        log.reconciler = Reconciler::new(ChainLink::START, None, partition);
        log.add(NOW, AuditEvent::PartyAdded, STUDIO, json!({ "role": "studio" }), None);
        for number in 0..20 {
            log.add(NOW, AuditEvent::PhotoDeposited, &id(number), json!({ "studio_id": STUDIO }), None);
            let details = json!({ "photo_id": id(number) });
            log.add(NOW, AuditEvent::CollectionLeased, &id(0x40 + number), details, None);
        }
        missing.push(log.missing_count());
    }
    assert_eq!(missing.len(), 3);
    assert_eq!(missing.iter().sum::<u64>(), 41, "{missing:?}");
    assert!(missing.iter().all(|missing| *missing > 2), "{missing:?}");
    assert_eq!(PhotoPartition::split(0, 7).collect::<Vec<_>>(), [PhotoPartition::WHOLE]);
}

fn party(id: &str, role: &str, name: &str) -> StoredRow {
    StoredRow {
        id: RowId::Party(id.parse().unwrap()),
        values: vec![
            AuditedValue::Text(id.into()),
            AuditedValue::Text(role.into()),
            AuditedValue::Text(name.into()),
            AuditedValue::Text("Düsseldorf".into()),
            AuditedValue::Truth(false),
            AuditedValue::Number(NOW),
        ],
    }
}

#[test]
fn a_changed_row_is_reported_by_its_column_and_an_unknown_row_by_its_key() {
    let mut log = TestLog::new(None);
    log.add(NOW, AuditEvent::PartyAdded, STUDIO, json!({ "role": "studio" }), None);
    for (row, fault, expected) in [
        (party(STUDIO, "studio", "Foto Koch"), IntegrityFault::RowDiffers, 0),
        (party(STUDIO, "office", "Foto Koch"), IntegrityFault::RowDiffers, 1),
        (party(PHOTO, "studio", "Foto Koch"), IntegrityFault::RowNotInLog, 1),
    ] {
        log.reconciler.compare(&row, &mut log.report);
        assert_eq!(log.fault_count(fault), expected, "{row:?}");
    }
    assert_eq!(log.report.rows_compared["parties"], 2);
    assert_eq!(log.missing_count(), 0);
}

#[test]
fn a_column_that_no_event_states_is_covered_by_the_digest() {
    let key = RowDigestKey::new(&[1; 32]);
    let mut log = TestLog::new(Some(key.clone()));
    log.add(NOW, AuditEvent::PartyAdded, STUDIO, json!({ "role": "studio" }), Some(&key));
    let row = party(STUDIO, "studio", "Foto Koch");
    log.reconciler.expected.put_digest(row.id, 1, key.digest_row(&row));
    for (name, expected) in [("Foto Koch", 0), ("Foto Kox", 1)] {
        log.reconciler.compare(&party(STUDIO, "studio", name), &mut log.report);
        assert_eq!(log.fault_count(IntegrityFault::RowChanged), expected, "{name}");
    }
}

/// Proves the numbers in the module documentation: a hash table has up to twice as many slots as rows, 1.5 times on average.
#[test]
fn expected_rows_are_small() {
    assert!(
        size_of::<(PhotoId, ExpectedRow<ExpectedPhoto>)>() <= 296,
        "{}",
        size_of::<(PhotoId, ExpectedRow<ExpectedPhoto>)>()
    );
    assert!(size_of::<(CollectionId, ExpectedRow<ExpectedCollection>)>() <= 232);
    assert!(size_of::<(PartyId, ExpectedRow<super::expected_rows::ExpectedParty>)>() <= 104);
}

#[test]
fn a_photo_that_was_kept_and_then_used_since_the_backup_is_erased_and_no_more() {
    let mut log = TestLog::new(None);
    log.deposit();
    for event in [AuditEvent::CollectionLeased, AuditEvent::CollectionKept] {
        log.collection(1, event);
    }
    for event in [AuditEvent::CollectionLeased, AuditEvent::CollectionUsed] {
        log.collection(2, event);
    }
    log.reconciler.mark_replayed(4);
    let mut row = stored_photo(None);
    let position = table::AuditedTable::Photos.columns().iter().position(|column| column.name == "state").unwrap();
    row.values[position] = AuditedValue::Text("used".into());
    log.reconciler.compare(&row, &mut log.report);
    assert!(log.report.is_ok(), "{:#?}", log.report);
}
