//! `erase-report`, and destroyed keys, which make the photos in every backup unreadable.

skip_in!(quick: "starts the program");

use lichtbild::domain::code::retrieval_code::RetrievalCode;
use lichtbild::flows::admin::erase_report::erase_report;
use lichtbild::flows::maintenance::sweep;
use lichtbild::sealing::KeyFile;
use lichtbild::sealing::envelope::OpenError;
use lichtbild::storage::{DatabaseLocation, SqlStore};
use serde_json::json;

use super::BackupSetup;
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

#[tokio::test]
async fn every_way_a_photo_goes_is_reported_with_its_proof() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let mut photos = Vec::new();
    for number in 0..6 {
        photos.push(studio.deposit_numbered(number).await);
    }
    office.collect_and_settle(&photos[0].code, &json!({ "outcome": "used" })).await;
    office.collect_and_settle(&photos[1].code, &json!({ "outcome": "refused", "reason": "gaze" })).await;
    studio.withdraw(&photos[2].photo_id).await;
    office.collect_and_fetch(&photos[3].code).await;
    gateway.advance(8 * DAY);
    gateway.sweep().await;
    let early = report(&gateway, &photos[4].photo_id).await;
    assert!(!early.is_proven() && early.erased_at.is_none() && early.left.picture && early.left.lookup_id);
    gateway.advance(180 * DAY);
    gateway.sweep().await;
    for (number, event, actor, rows) in [
        (0, "collection.used", office.device_id.to_string(), 4),
        (1, "collection.refused", office.device_id.to_string(), 4),
        (2, "photo.withdrawn", studio.device_id.to_string(), 2),
        (3, "collection.used_by_default", "gateway".into(), 4),
        (4, "photo.expired", "gateway".into(), 2),
    ] {
        let report = report(&gateway, &photos[number].photo_id).await;
        assert!(report.is_proven(), "{report:?}");
        let proof = report.proof().unwrap();
        assert_eq!((proof.event.as_str(), &proof.actor, report.log.len()), (event, &actor, rows));
        assert_eq!((report.epoch.is_alive, report.deposited_by), (Some(true), studio.device_id));
        assert_eq!(report.log_rows, gateway.database.count("audit").await);
        assert!(report.last_swept_at >= report.erased_at);
    }
}

async fn report(gateway: &TestGateway, photo_id: &str) -> lichtbild::domain::log::erasure::ErasureReport {
    let (keys, longest) = (gateway.gateway.keys(), gateway.gateway.limits.longest_retention());
    erase_report(&gateway.store, Some(&keys), longest, photo_id.parse().unwrap()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_backup_opens_with_key_file_and_code_until_its_epoch_key_is_destroyed() {
    if std::env::var("LICHTBILD_TEST_DATABASE").is_ok_and(|which| which == "postgres") {
        return;
    }
    let gateway = TestGateway::start().await;
    let photo = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.sqlite");
    std::fs::write(&file, b"").unwrap();
    gateway.store.copy_into(&file, gateway.now()).await.unwrap();
    gateway.advance(MINUTE);
    let office = gateway.office("Bürgeramt Mitte").await;
    office.collect_and_settle(&photo.code, &json!({ "outcome": "used" })).await;

    let opened_by = async |keys: &KeyFile| {
        let backup = SqlStore::open_copy(&DatabaseLocation::File(file.clone())).await.unwrap();
        let mut photos = backup.unerased_photos(None).await.unwrap();
        let found = photos.remove(0);
        backup.close().await;
        let code = keys.code_keys(&RetrievalCode::parse(&photo.code).unwrap());
        let opened = keys.open(found.envelope.unwrap().sealed, &code, found.photo.record.seal_context());
        opened.map(|opened| opened.bytes)
    };
    let copy_of_key_file = gateway.gateway.keys();
    assert_eq!(opened_by(&gateway.gateway.keys()).await.unwrap(), photo.bytes, "until then it opens");
    // Month by month, as a gateway sweeps: the month of the deposit, the longest retention, and the end.
    let ends_at = report(&gateway, &photo.photo_id).await.epoch.ends_at;
    while gateway.now() <= ends_at {
        gateway.advance(30 * DAY);
        gateway.sweep().await;
        if let Some(remaining_keys) = sweep::without_expired_epochs(&gateway.gateway, gateway.now()).await.unwrap() {
            sweep::activate_keys(&gateway.gateway, remaining_keys).await.unwrap();
        }
        let is_alive = report(&gateway, &photo.photo_id).await.epoch.is_alive;
        assert_eq!(is_alive, Some(gateway.now() < ends_at), "at {}", gateway.now());
    }
    assert_eq!(opened_by(&gateway.gateway.keys()).await.unwrap_err(), OpenError::NoEpochKey);
    // Shows the risk of an old copy of the key file, as docs/operation.md describes it.
    assert!(opened_by(&copy_of_key_file).await.is_ok());
}

#[tokio::test]
async fn the_command_tells_people_in_both_languages_and_programs_in_json() {
    let setup = BackupSetup::new();
    let gateway = setup.home.start();
    let (studio, office) = (setup.studio.client(gateway.studio()), setup.office.client(gateway.office()));
    let receipt = studio.deposit("a-key-for-this-photo").await.unwrap();
    let photo_id = receipt.text("photo_id");
    let output = setup.home.run(&["erase-report", &photo_id]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("NICHT gelöscht"));
    let collection = office.collect_ok(&receipt.code()).await;
    office.fetch(&collection, &receipt.code()).await.unwrap();
    office.settle(&collection, &json!({ "outcome": "used" })).await.unwrap();
    let report_in = |language: &str| {
        let output = setup.home.run(&["erase-report", &photo_id, "--lang", language]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (german, english) = (report_in("de"), report_in("en"));
    for part in
        ["in einen Antrag übernommen", "nicht mehr vorhanden", "Die Kette hält", "frühestens am", "collection.used"]
    {
        assert!(german.contains(part), "{part}: {german}");
    }
    for part in ["used in an application", "gone", "The chain is intact", "at the earliest", &setup.office.device_id] {
        assert!(english.contains(part), "{part}: {english}");
    }
    let json = setup.home.json(&["erase-report", &photo_id]);
    assert_eq!(
        (&json["proven"], &json["report"]["left"]),
        (&json!(true), &json!({ "picture": false, "lookup_id": false }))
    );
    let message = setup.home.failure(&["erase-report", "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e"]);
    assert!(message.contains("is known"), "{message}");
}
