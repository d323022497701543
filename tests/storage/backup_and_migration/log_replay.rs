//! `restore --log-since` repeats the changes that the audit log reports after the backup.

skip_in!(quick, postgres: "starts the program, with databases of its own");

use std::fs;

use serde_json::json;

use super::BackupSetup;
use crate::support::raw_database::RawDatabase;

/// The rows of a gateway's log as an export.
pub async fn export(setup: &BackupSetup) -> String {
    let database = RawDatabase::open(&setup.home.database()).await;
    let rows = "SELECT json_object('sequence', sequence, 'at', strftime('%Y-%m-%dT%H:%M:%S', at / 1000, 'unixepoch')
                || '.' || substr('000' || (at % 1000), -3) || 'Z', 'actor', actor, 'event', event, 'subject', subject,
                'details', details, 'prev', lower(hex(prev)), 'sha256', lower(hex(sha256))) FROM audit ORDER BY sequence";
    database.texts(rows).await.join("\n") + "\n"
}

#[tokio::test]
async fn what_was_used_refused_withdrawn_seen_kept_or_revoked_since_is_so_after_the_restore() {
    let setup = BackupSetup::new();
    let till = setup.home.device("studio", "Foto Koch");
    let gateway = setup.home.start();
    let (studio, office) = (setup.studio.client(gateway.studio()), setup.office.client(gateway.office()));
    let mut receipts = Vec::new();
    for number in 0..7 {
        receipts.push(studio.deposit(&format!("a-key-of-photo-{number}")).await.unwrap());
    }
    let codes: Vec<_> = receipts.iter().map(|receipt| receipt.code()).collect();
    let collection = office.collect_ok(&codes[6]).await;
    office.fetch(&collection, &codes[6]).await.unwrap();
    setup.back_up();
    let outcomes = [json!({ "outcome": "used" }), json!({ "outcome": "refused", "reason": "gaze" })];
    let kept = json!({ "outcome": "kept", "until": receipts[0].text("expires_at")[..10] });
    for (code, outcome) in codes.iter().zip(outcomes.into_iter().chain([kept])) {
        let collection = office.collect_ok(code).await;
        office.fetch(&collection, code).await.unwrap();
        let settled = office.settle(&collection, &outcome).await.unwrap();
        assert_eq!(settled.status, 200, "{}", settled.json());
    }
    studio
        .request(reqwest::Method::DELETE, &format!("/v1/photos/{}", receipts[3].text("photo_id")))
        .send()
        .await
        .unwrap();
    let seen = office.collect_ok(&codes[4]).await;
    office.fetch(&seen, &codes[4]).await.unwrap();
    office.settle(&collection, &json!({ "outcome": "used" })).await.unwrap();
    studio.deposit("a-key-of-after-the-backup").await.unwrap();
    assert!(setup.home.run(&["device", "revoke", &till.device_id]).status.success());
    assert!(gateway.stop().success());
    let log = export(&setup).await;
    fs::write(setup.home.beside("log.jsonl"), &log).unwrap();

    let restore = ["restore", "saved", "--dir", "new", "--keys", "saved-keys", "--log-since", "log.jsonl", "--yes"];
    let restored = setup.home.json(&[&restore[..], &["--checkpoints", "gateway/checkpoints"]].concat());
    let replayed = &restored["replayed"];
    assert_eq!((&replayed["erased"], &replayed["moved"], &replayed["lost"]), (&json!(4), &json!(2), &json!(1)));
    assert_eq!((&replayed["revoked"], &restored["photos_held_back"]), (&json!(1), &json!(3)));
    fs::rename(setup.home.file(""), setup.home.beside("burnt")).unwrap();
    fs::rename(setup.home.beside("new"), setup.home.file("")).unwrap();
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
    assert!(export(&setup).await.starts_with(&log), "the chain goes on as it was");
    setup.home.json(&["restored", "release", "--all"]);
    let gateway = setup.home.start();
    let (office, other) = (setup.office.client(gateway.office()), setup.other.client(gateway.office()));
    for (number, kind) in [(0, "photo-settled"), (1, "photo-settled"), (3, "photo-withdrawn"), (6, "photo-settled")] {
        assert_eq!(other.collect(&codes[number]).await.unwrap().problem(), (410, kind.into()), "{number}");
    }
    let list = setup.studio.client(gateway.studio()).get("/v1/events").await.unwrap().json();
    let mut told: Vec<_> = list["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str()).collect();
    told.sort_unstable();
    let expected = ["photo.kept", "photo.refused", "photo.used", "photo.used"].map(Some);
    assert_eq!(told, expected, "nobody knows if the studio heard of it before");
    // One office received it without settling; only this office can continue.
    assert_eq!(other.collect(&codes[4]).await.unwrap().problem(), (409, "photo-leased-elsewhere".into()));
    office.collect_ok(&codes[4]).await;
    other.collect_ok(&codes[2]).await;
    other.collect_ok(&codes[5]).await;
    assert!(till.client(gateway.studio()).get("/v1/me").await.is_err(), "a revoked device is let in");
}

#[tokio::test]
async fn who_has_shown_a_code_and_was_handed_a_picture_since_is_known_after_the_restore() {
    let setup = BackupSetup::new();
    let colleague = setup.home.device("office", "Amt Nord");
    let gateway = setup.home.start();
    let (studio, office) = (setup.studio.client(gateway.studio()), setup.office.client(gateway.office()));
    let colleague_client = colleague.client(gateway.office());
    let (before, after) = ("a-key-of-the-first", "a-key-of-the-second");
    let codes = [studio.deposit(before).await.unwrap().code(), studio.deposit(after).await.unwrap().code()];
    // One is leased and handed over before the backup, the other after it.
    let first = office.collect_ok(&codes[0]).await;
    office.fetch(&first, &codes[0]).await.unwrap();
    setup.back_up();
    let second = office.collect_ok(&codes[1]).await;
    office.fetch(&second, &codes[1]).await.unwrap();
    let late = setup.home.device("office", "Amt Nord");
    let late_client = late.client(gateway.office());
    for (collection, code) in [(&first, &codes[0]), (&second, &codes[1])] {
        assert_eq!(&colleague_client.collect_ok(code).await, collection);
        colleague_client.fetch(collection, code).await.unwrap();
        // A device that is younger than the backup.
        assert_eq!(&late_client.collect_ok(code).await, collection);
    }
    assert!(gateway.stop().success());
    fs::write(setup.home.beside("log.jsonl"), export(&setup).await).unwrap();

    let restore = ["restore", "saved", "--dir", "new", "--keys", "saved-keys", "--log-since", "log.jsonl", "--yes"];
    setup.home.json(&[&restore[..], &["--checkpoints", "gateway/checkpoints"]].concat());
    fs::rename(setup.home.file(""), setup.home.beside("burnt")).unwrap();
    fs::rename(setup.home.beside("new"), setup.home.file("")).unwrap();
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
    setup.home.json(&["restored", "release", "--all"]);
    let gateway = setup.home.start();
    let colleague_client = colleague.client(gateway.office());
    for collection in [&first, &second] {
        let settled = colleague_client.settle(collection, &json!({ "outcome": "used" })).await.unwrap();
        assert_eq!(settled.status, 200, "{}", settled.json());
    }
    assert!(gateway.stop().success());
    let database = RawDatabase::open(&setup.home.database()).await;
    let ends = "SELECT json_extract(details, '$.hand_overs') || '' FROM audit WHERE event = 'collection.used'";
    assert_eq!(database.texts(ends).await, ["2", "2"], "one to each of two devices");
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
}

#[tokio::test]
async fn an_export_that_does_not_go_on_where_the_backup_ends_is_refused() {
    let setup = BackupSetup::new();
    setup.back_up();
    setup.home.json(&["studio", "add", "Foto Neu", "--place", "Köln"]);
    setup.home.json(&["studio", "add", "Foto Alt", "--place", "Köln"]);
    let log = export(&setup).await;
    let lines: Vec<_> = log.lines().collect();
    let last = lines.len() - 1;
    let changed = log.replace("party.added", "party.addes");
    let without_one = [&lines[..last - 1], &lines[last..]].concat().join("\n");
    let of_another = export(&BackupSetup::new()).await;
    for (what, text) in
        [("changed", changed), ("without one", without_one), ("another's", of_another), ("none", "x".into())]
    {
        fs::write(setup.home.beside("log.jsonl"), text).unwrap();
        let message = setup.home.failure(&["restore", "saved", "--dir", "new", "--log-since", "log.jsonl"]);
        assert!(message.contains("log.jsonl"), "{what}: {message}");
        assert!(!setup.home.beside("new").exists(), "{what}");
    }
}
