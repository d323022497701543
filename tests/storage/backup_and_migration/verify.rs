//! `verify` finds every inconsistency of a database.

skip_in!(quick: "starts the program in one of its tests");

use lichtbild::domain::log::integrity::IntegrityFault;
use lichtbild::entropy::SeededEntropy;
use lichtbild::flows::admin::verify::verify;
use lichtbild::sealing::KeyFile;
use lichtbild::storage::SqlStore;
use serde_json::json;

use super::BackupSetup;
use crate::support::postgres::{TestDatabase, execute_on, location};
use crate::support::raw_database::RawDatabase;
use crate::support::test_gateway::{DAY, START, TestGateway};

/// A gateway with photos in every state.
async fn busy() -> TestGateway {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let mut codes = Vec::new();
    for number in 0..40 {
        codes.push(studio.deposit_numbered(number).await);
    }
    office.collect_ok(&codes[0].code).await;
    office.collect_and_fetch(&codes[1].code).await;
    office.collect_and_settle(&codes[2].code, &json!({ "outcome": "used" })).await;
    office.collect_and_settle(&codes[3].code, &json!({ "outcome": "kept", "until": "2026-12-31" })).await;
    let collection = office.collect_ok(&codes[4].code).await;
    office.settle(&collection, &json!({ "outcome": "released" })).await;
    studio.withdraw(&codes[5].photo_id).await;
    gateway
}

#[tokio::test]
async fn a_gateway_at_work_is_sound() {
    let gateway = busy().await;
    let report = verify(&gateway.store, Some(&gateway.gateway.keys())).await.unwrap();
    assert!(report.is_ok(), "{report:?}");
    assert_eq!((report.photos, report.erased, report.pictures_proven), (38, 2, 38));
    assert_eq!((report.collections, report.pictures_without_digest), (5, 0));
    assert_eq!(report.log_rows, gateway.database.count("audit").await);
    let before = gateway.database.contents().await;
    verify(&gateway.store, None).await.unwrap();
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn every_integrity_error_is_found_and_no_other() {
    let cases: [(IntegrityFault, &str, &str); 12] = [
        (IntegrityFault::EnvelopeMissing, "DELETE FROM frames WHERE photo_id = (SELECT max(photo_id) FROM photos)", ""),
        (
            IntegrityFault::EnvelopeChanged,
            "UPDATE frames SET sha256 = (SELECT sha256 FROM audit WHERE sequence = 1)
             WHERE photo_id = (SELECT max(photo_id) FROM photos)",
            "",
        ),
        (
            IntegrityFault::EnvelopeMalformed,
            "UPDATE photos SET bytes = bytes + 1 WHERE photo_id = (SELECT max(photo_id) FROM photos)",
            "",
        ),
        (
            IntegrityFault::EnvelopeLeftBehind,
            "INSERT INTO frames (photo_id, frame) SELECT photo_id, request_id FROM photos WHERE state = 'used'",
            "",
        ),
        (
            IntegrityFault::LeaseDiffers,
            "UPDATE photos SET state = 'available' WHERE photo_id = (SELECT min(photo_id) FROM photos)",
            "",
        ),
        (
            IntegrityFault::CollectionMissing,
            "UPDATE photos SET collection_id = (SELECT min(collection_id) FROM collections)
             WHERE photo_id = (SELECT max(photo_id) FROM photos)",
            "",
        ),
        (
            IntegrityFault::PhotoMissing,
            "PRAGMA foreign_keys = OFF; DELETE FROM photos WHERE state = 'used'",
            "ALTER TABLE collections DROP CONSTRAINT collections_photo_id_fkey; DELETE FROM photos WHERE state = 'used'",
        ),
        (
            IntegrityFault::CollectionLeftOpen,
            "UPDATE collections SET state = 'leased', settled_at = NULL
             WHERE photo_id = (SELECT photo_id FROM photos WHERE state = 'used')",
            "",
        ),
        (
            IntegrityFault::LogBroken,
            "DROP TRIGGER audit_rows_do_not_change; UPDATE audit SET actor = 'x' WHERE sequence = 3",
            TAMPER,
        ),
        (IntegrityFault::LogBroken, "DROP TRIGGER audit_rows_stay; DELETE FROM audit WHERE sequence = 3", DROP),
        (
            IntegrityFault::EpochKeyMissing,
            "UPDATE photos SET epoch = epoch - 1 WHERE photo_id = (SELECT max(photo_id) FROM photos)",
            "",
        ),
        (
            IntegrityFault::CollectionMissing,
            "UPDATE photos SET collection_id = 'f0000000-0000-7000-8000-000000000000'
             WHERE photo_id = (SELECT max(photo_id) FROM photos)",
            "",
        ),
    ];
    for (fault, file, server) in cases {
        let gateway = busy().await;
        let server = if server.is_empty() { file } else { server };
        gateway.database.execute(gateway.database.for_dialect(file, server)).await.unwrap();
        let report = verify(&gateway.store, Some(&gateway.gateway.keys())).await.unwrap();
        // Differences from the log are tested in tests/storage/reconciliation.
        let told_by_log = [
            IntegrityFault::RowDiffers,
            IntegrityFault::RowChanged,
            IntegrityFault::RowMissing,
            IntegrityFault::RowNotInLog,
            IntegrityFault::CountDiffers,
            IntegrityFault::LogDigestInvalid,
        ];
        // The changes to the schema that this needs are found too.
        let beside = [IntegrityFault::File, IntegrityFault::SchemaChanged];
        let is_own = |found: &IntegrityFault| !beside.contains(found) && !told_by_log.contains(found);
        let found: Vec<_> = report.faults.iter().filter(|(found, _)| is_own(found)).collect();
        assert_eq!(found, [(&fault, &1)], "{file}: {report:?}");
    }
}

const TAMPER: &str = "DROP TRIGGER audit_rows_do_not_change ON audit; UPDATE audit SET actor = 'x' WHERE sequence = 3";
const DROP: &str = "DROP TRIGGER audit_rows_stay ON audit; DELETE FROM audit WHERE sequence = 3";

#[tokio::test]
async fn what_the_program_did_not_make_is_found_in_the_schema_and_so_is_what_is_missing() {
    const PLANTED: &str = "CREATE FUNCTION planted() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TRIGGER planted BEFORE UPDATE ON photos FOR EACH ROW EXECUTE FUNCTION planted()";
    let same_on_both = "";
    let cases: [(&str, &str, &[&str]); 8] = [
        (
            "CREATE TRIGGER planted AFTER UPDATE ON photos BEGIN UPDATE photos SET held_back_since = NULL; END",
            PLANTED,
            &["trigger planted on photos"],
        ),
        ("CREATE VIEW planted AS SELECT * FROM photos", same_on_both, &["view planted"]),
        ("CREATE TABLE planted (a TEXT)", same_on_both, &["table planted"]),
        ("CREATE INDEX planted ON photos (width)", same_on_both, &["index planted"]),
        ("DROP INDEX collections_one_lease", same_on_both, &["index collections_one_lease"]),
        ("ALTER TABLE photos ADD COLUMN planted TEXT", same_on_both, &["photos"]),
        (
            "DROP TRIGGER audit_rows_stay; CREATE TRIGGER audit_rows_stay BEFORE DELETE ON audit WHEN FALSE BEGIN SELECT 1; END",
            "ALTER TABLE audit DISABLE TRIGGER audit_rows_stay",
            &["trigger audit_rows_stay on audit"],
        ),
        (
            "DROP TRIGGER photos_counted_in; CREATE TRIGGER photos_counted_in AFTER INSERT ON photos
             BEGIN INSERT INTO photo_counts (state, photos) VALUES (NEW.state, 2); END",
            "CREATE RULE planted AS ON DELETE TO frames DO INSTEAD NOTHING",
            &[],
        ),
    ];
    let gateway = TestGateway::start().await;
    assert_eq!(gateway.store.schema_differences().await.unwrap(), Vec::<String>::new());
    for (file, server, named) in cases {
        let gateway = TestGateway::start().await;
        let server = if server.is_empty() { file } else { server };
        gateway.database.execute(gateway.database.for_dialect(file, server)).await.unwrap();
        let report = verify(&gateway.store, None).await.unwrap();
        assert_eq!(report.faults.keys().collect::<Vec<_>>(), [&IntegrityFault::SchemaChanged], "{file}: {report:?}");
        let examples: Vec<_> = report.examples.iter().map(|example| example.subject.as_str()).collect();
        assert!(named.iter().all(|name| examples.iter().any(|example| example.contains(name))), "{file}: {examples:?}");
    }
}

#[tokio::test]
async fn what_another_schema_keeps_from_being_erased_is_found() {
    for (planted, named) in [
        ("CREATE SCHEMA other; CREATE TABLE other.planted (a TEXT REFERENCES photos)", "reference planted_a_fkey"),
        (
            "CREATE SCHEMA other; CREATE FUNCTION other.planted(VARCHAR, VARCHAR) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT TRUE';
             CREATE OPERATOR = (LEFTARG = VARCHAR, RIGHTARG = VARCHAR, FUNCTION = other.planted)",
            "operator =",
        ),
    ] {
        let database = TestDatabase::new().await;
        execute_on(&database.url, planted).await;
        let store = SqlStore::open_read_only(&database.location()).await.unwrap();
        let differences = store.schema_differences().await.unwrap();
        assert!(differences.len() == 1 && differences[0].contains(named), "{differences:?}");
        store.close().await;
    }
}

#[tokio::test]
async fn a_schema_that_cannot_be_compared_is_not_taken_for_sound() {
    let database = TestDatabase::new().await;
    let role = "CREATE ROLE may_only_read LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO may_only_read";
    execute_on(&database.url, role).await;
    let (user, rest) = database.url.split_once('@').unwrap();
    let scheme = user.split_once("//").unwrap().0;
    let store = SqlStore::open_read_only(&location(&format!("{scheme}//may_only_read@{rest}"))).await.unwrap();
    let differences = store.schema_differences().await.unwrap();
    assert!(differences.len() == 1 && differences[0].contains("nothing was compared"), "{differences:?}");
    // A read-only session is enough for a user that may create a schema; nothing is left behind.
    let store = SqlStore::open_read_only(&database.location()).await.unwrap();
    assert_eq!(store.schema_differences().await.unwrap(), Vec::<String>::new());
    store.close().await;
    let records = RawDatabase::connect(&database.url).await;
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'lichtbild%'";
    assert_eq!(records.number(schemas).await, 0);
}

#[tokio::test]
async fn a_photo_from_before_there_were_digests_is_distinguished() {
    let gateway = busy().await;
    gateway.database.execute("UPDATE frames SET sha256 = NULL").await.unwrap();
    let report = verify(&gateway.store, None).await.unwrap();
    assert!(report.is_ok());
    assert_eq!((report.pictures_proven, report.pictures_without_digest), (0, 38));
}

#[tokio::test]
async fn a_destroyed_epoch_key_is_missed_by_the_photos_that_are_there() {
    let gateway = busy().await;
    let later = KeyFile::generate(START + 40 * DAY, &SeededEntropy::new(7)).unwrap();
    let report = verify(&gateway.store, Some(&later)).await.unwrap();
    assert_eq!(report.faults.get(&IntegrityFault::EpochKeyMissing), Some(&38));
}

#[tokio::test]
async fn the_command_says_by_its_exit_code_whether_all_is_well_while_the_gateway_works() {
    let setup = BackupSetup::new();
    let gateway = setup.home.start();
    setup.studio.client(gateway.studio()).deposit("a-key-for-this-photo").await.unwrap();
    let sound = setup.home.json(&["verify"]);
    assert_eq!((&sound["sound"], &sound["findings"]["photos"]), (&json!(true), &json!(1)));
    let database = crate::support::raw_database::RawDatabase::open(&setup.home.database()).await;
    database.execute("DELETE FROM frames").await.unwrap();
    let output = setup.home.run(&["verify", "--json"]);
    assert_eq!(output.status.code(), Some(3));
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["findings"]["faults"], json!({ "picture_missing": 1, "row_changed": 1 }));
    assert!(String::from_utf8_lossy(&output.stderr).contains("next: "));
}
