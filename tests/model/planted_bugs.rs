//! Bugs that tests plant in the database, one for each of several promises. The model must find them, and a person must be able to
//! read what it found.

skip_in!(postgres: "names its store itself");

use proptest::test_runner::TestError;

use super::comparison::PlantedBug;
use super::exploration::{Exploration, number_from_environment};
use super::steps::ModelStep;
use super::system::ModelStore;

const LONGEST: usize = 8;

#[track_caller]
fn assert_found_and_short(bug: PlantedBug) -> Vec<ModelStep> {
    let seed = number_from_environment("LICHTBILD_MODEL_SEED", 18);
    let exploration = Exploration { store: ModelStore::Sqlite, seed, bug: Some(bug) };
    match exploration.run(4000) {
        Err(TestError::Fail(reason, history)) => {
            println!("{} steps: {history:#?}\n{reason}", history.len());
            assert!(history.len() <= LONGEST, "{} steps: {history:#?}", history.len());
            history
        }
        Err(error) => panic!("{error:?}"),
        Ok(coverage) => panic!("not found in {} steps", coverage.steps),
    }
}

#[track_caller]
fn assert_trigger_found(sql: &'static str) {
    assert_found_and_short(PlantedBug::Schema(sql));
}

#[test]
fn a_second_office_that_gets_the_photo_once_the_lease_has_ended_is_found() {
    let history = assert_found_and_short(PlantedBug::BeforeCollect(
        "UPDATE collections SET handed_over_at = NULL, settle_due = NULL
         WHERE photo_id = $photo AND office_id <> $office AND state = 'leased' AND lease_until <= $now",
    ));
    assert!(matches!(history.last(), Some(ModelStep::Collect { .. })), "{history:#?}");
}

#[test]
fn a_hand_over_that_is_not_on_record_is_found() {
    assert_trigger_found(
        "CREATE TRIGGER bug AFTER UPDATE OF handed_over_at ON collections WHEN NEW.handed_over_at IS NOT NULL BEGIN
             UPDATE collections SET handed_over_at = NULL, settle_due = NULL WHERE collection_id = NEW.collection_id;
         END",
    );
}

#[test]
fn an_idempotency_key_that_is_dropped_when_its_photo_is_settled_is_found() {
    assert_trigger_found(
        "CREATE TRIGGER bug AFTER UPDATE OF state ON photos WHEN NEW.state = 'used' BEGIN
             UPDATE photos SET request_id = randomblob(32) WHERE photo_id = NEW.photo_id;
         END",
    );
}

#[test]
fn a_revocation_that_ends_when_the_party_is_resumed_is_found() {
    assert_trigger_found(
        "CREATE TRIGGER bug AFTER UPDATE OF suspended ON parties WHEN NOT NEW.suspended BEGIN
             UPDATE devices SET revoked_at = NULL WHERE party_id = NEW.party_id;
         END",
    );
}

#[test]
fn a_sweep_that_erases_kept_photos_is_found() {
    let erase = "BEGIN
        DELETE FROM frames WHERE photo_id IN (SELECT photo_id FROM photos WHERE state = 'kept');
        UPDATE photos SET state = 'expired', settled_at = NEW.moment, tombstone_id = lookup_id, lookup_id = NULL
            WHERE state = 'kept';
        END";
    let bug = format!(
        "CREATE TRIGGER bug_1 AFTER INSERT ON notes WHEN NEW.name = 'last_swept_at' {erase};
         CREATE TRIGGER bug_2 AFTER UPDATE ON notes WHEN NEW.name = 'last_swept_at' {erase}"
    );
    assert_trigger_found(bug.leak());
}

#[test]
fn a_quarantine_that_the_next_deposit_ends_is_found() {
    assert_trigger_found(
        "CREATE TRIGGER bug AFTER INSERT ON photos BEGIN
             UPDATE photos SET held_back_since = NULL;
         END",
    );
}

#[test]
fn a_picture_that_stays_after_its_settlement_is_found() {
    assert_trigger_found(
        "CREATE TRIGGER bug AFTER UPDATE OF state ON photos WHEN NEW.state = 'used' BEGIN
             INSERT INTO frames (photo_id, frame) VALUES (NEW.photo_id, zeroblob(100));
         END",
    );
}
