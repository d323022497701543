//! Each change has a row in the audit log, and no row can be changed without being noticed.

use serde_json::json;

use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

#[tokio::test]
async fn every_change_has_its_row_and_the_rows_are_chained() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let mut expected = vec!["party.added", "device.added", "party.added", "device.added"];
    let till = gateway.device_of(&studio.party).await;
    gateway.revoke(&till).await;
    gateway.set_suspended(&office.party, true).await;
    gateway.set_suspended(&office.party, false).await;
    expected.extend(["device.added", "device.revoked", "party.suspended", "party.resumed"]);

    let deposit = studio.deposit_numbered(1).await;
    studio.deposit(b"no photo", "0123456789abcdef").await.assert_problem(422, "photo-refused");
    office.collect("00000-00000-00000-00012").await.assert_problem(404, "code-unknown");
    expected.extend(["photo.deposited", "photo.refused_by_judge", "code.unknown"]);

    office.collect_ok(&deposit.code).await;
    gateway.advance(15 * MINUTE);
    let collection = office.collect_and_fetch(&deposit.code).await;
    expected.extend(["collection.leased", "collection.lapsed", "collection.leased", "collection.handed_over"]);
    gateway.advance(15 * MINUTE);
    office.collect_ok(&deposit.code).await;
    office.settle(&collection, &json!({ "outcome": "released" })).await;
    expected.extend(["collection.renewed", "collection.released"]);
    let kept = json!({ "outcome": "kept", "until": "2026-12-31" });
    let refused = json!({ "outcome": "refused", "reason": "gaze" });
    for (outcome, event) in [(kept, "collection.kept"), (refused, "collection.refused")] {
        office.collect_and_settle(&deposit.code, &outcome).await;
        expected.extend(["collection.leased", "collection.handed_over", event]);
    }
    let withdrawn = studio.deposit_numbered(2).await;
    studio.withdraw(&withdrawn.photo_id).await;
    expected.extend(["photo.deposited", "photo.withdrawn"]);
    let [used, by_default, _] =
        [studio.deposit_numbered(3).await, studio.deposit_numbered(4).await, studio.deposit_numbered(5).await];
    office.collect_and_settle(&used.code, &json!({ "outcome": "used" })).await;
    office.collect_and_fetch(&by_default.code).await;
    gateway.advance(180 * DAY);
    gateway.sweep().await;
    expected.extend(["photo.deposited"; 3]);
    expected.extend(["collection.leased", "collection.handed_over", "collection.used"]);
    expected.extend(["collection.leased", "collection.handed_over"]);
    expected.extend(["collection.used_by_default", "photo.expired"]);

    let rows = gateway.database.audit().await;
    assert_eq!(rows.iter().map(|row| row.event.as_str()).collect::<Vec<_>>(), expected);
    let by = |actor: &str| rows.iter().filter(|row| row.actor == actor).count();
    assert_eq!(by("administrator"), 8);
    assert_eq!(by("gateway"), 3);
}

#[tokio::test]
async fn rows_of_the_log_do_not_change() {
    let gateway = TestGateway::start().await;
    gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let before = gateway.database.contents().await;
    for column in
        ["at = 0", "actor = 'x'", "event = 'x'", "subject = NULL", "details = '{}'", "sequence = sequence + 9"]
    {
        let refused = gateway.database.execute(&format!("UPDATE audit SET {column}")).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_row_that_was_changed_past_the_trigger_breaks_the_chain() {
    for change in ["at = at + 1", "actor = 'x'", "subject = NULL", "details = details || ' '"] {
        let gateway = TestGateway::start().await;
        gateway.studio("Foto Koch").await.deposit_numbered(1).await;
        gateway.database.audit().await;
        let trigger = "DROP TRIGGER audit_rows_do_not_change";
        let of_its_table = format!("{trigger} ON audit");
        gateway.database.execute(gateway.database.for_dialect(trigger, &of_its_table)).await.unwrap();
        gateway.database.execute(&format!("UPDATE audit SET {change} WHERE sequence = 2")).await.unwrap();
        assert!(!gateway.database.chain_holds().await, "{change}");
    }
}
