//! Rows from before row digests are compared as far as the log reports them, and counted.

use lichtbild::domain::log::integrity::IntegrityFault;
use lichtbild::domain::party::Role;
use lichtbild::flows::admin::administer::Administration;
use lichtbild::flows::admin::verify::verify;
use lichtbild::storage::RowKeys;
use serde_json::json;

use crate::support::test_gateway::TestGateway;

async fn old() -> TestGateway {
    let gateway = TestGateway::with(|setup| setup.digests = false).await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Amt Nord").await);
    gateway.auditor(&office.party).await;
    let till = gateway.device_of(&studio.party).await;
    gateway.revoke(&till).await;
    let other = gateway.studio("Foto Porst").await;
    gateway.set_suspended(&other.party, true).await;
    let mut codes = Vec::new();
    for number in 0..6 {
        codes.push(studio.deposit_numbered(number).await.code);
    }
    office
        .collect_and_settle(&codes[0], &json!({ "outcome": "refused", "reason": "gaze", "note": "blickt zur Seite" }))
        .await;
    office.collect_and_fetch(&codes[1]).await;
    office.collect_and_settle(&codes[2], &json!({ "outcome": "kept", "until": "2026-12-31" })).await;
    gateway
}

#[tokio::test]
async fn what_the_log_tells_of_old_rows_is_compared_and_the_rest_is_counted() {
    let gateway = old().await;
    let keys = gateway.gateway.keys();
    let report = verify(&gateway.store, Some(&keys)).await.unwrap();
    assert!(report.is_ok(), "{report:#?}");
    assert_eq!((report.rows_without_digest["photos"], report.log_rows_with_digest), (6, 0));
    for (change, fault) in [
        ("UPDATE devices SET revoked_at = NULL", IntegrityFault::RowDiffers),
        ("UPDATE parties SET suspended = FALSE", IntegrityFault::RowDiffers),
        ("UPDATE devices SET duty = 'photos'", IntegrityFault::RowDiffers),
        ("UPDATE devices SET party_id = (SELECT max(party_id) FROM parties)", IntegrityFault::RowDiffers),
        ("UPDATE certificates SET device_id = (SELECT max(device_id) FROM devices)", IntegrityFault::RowDiffers),
        (
            "UPDATE photos SET expires_at = expires_at + 315360000000 WHERE state = 'available'",
            IntegrityFault::RowDiffers,
        ),
        ("UPDATE photos SET held_back_since = 5 WHERE state = 'available'", IntegrityFault::RowDiffers),
        ("UPDATE photos SET refusal_reason = 'pose' WHERE refusal_reason IS NOT NULL", IntegrityFault::RowDiffers),
        ("UPDATE photos SET kept = FALSE WHERE kept", IntegrityFault::RowDiffers),
        ("UPDATE collections SET handed_over_at = NULL, settle_due = NULL", IntegrityFault::RowDiffers),
        ("UPDATE collections SET office_id = (SELECT min(party_id) FROM parties)", IntegrityFault::RowDiffers),
        ("DELETE FROM certificates", IntegrityFault::RowMissing),
        ("UPDATE photos SET state = 'available' WHERE state = 'kept'", IntegrityFault::RowDiffers),
    ] {
        let gateway = old().await;
        gateway.database.execute(change).await.unwrap();
        let report = verify(&gateway.store, Some(&keys)).await.unwrap();
        assert!(report.faults.contains_key(&fault), "{change}: {report:#?}");
    }
    // No row of the log contains a name.
    gateway.database.execute("UPDATE parties SET name = 'Foto Roch' WHERE name = 'Foto Koch'").await.unwrap();
    assert!(verify(&gateway.store, Some(&keys)).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_difference_names_table_key_and_column_and_what_either_says() {
    let gateway = old().await;
    let party_id = gateway.database.texts("SELECT party_id FROM parties WHERE suspended").await.remove(0);
    gateway.database.execute("UPDATE parties SET suspended = FALSE").await.unwrap();
    let report = verify(&gateway.store, None).await.unwrap();
    let printed = serde_json::to_value(&report).unwrap();
    let difference =
        json!({ "table": "parties", "key": party_id, "column": "suspended", "log": "true", "table_says": "false" });
    assert_eq!(printed["examples"][0]["difference"], difference);
    let expected = format!("parties/{party_id} suspended: the log says true, the table says false");
    assert_eq!(printed["examples"][0]["subject"], expected);
}

#[tokio::test]
async fn older_nodes_change_rows_that_have_digests_on_the_day_of_an_upgrade() {
    let gateway = TestGateway::start().await;
    let keys = gateway.gateway.keys();
    let older = gateway.store.clone().with_row_keys(RowKeys::None);
    let administration =
        Administration { store: &older, clock: gateway.clock.as_ref(), entropy: &lichtbild::entropy::OsEntropy };
    administration.add_party(Role::Office, "Amt Nord", "Musterstadt").await.unwrap();
    let studio = gateway.studio("Foto Koch").await;
    let till = gateway.device_of(&studio.party).await;
    gateway.invite_again(studio.device_id).await;
    assert!(administration.set_suspended(&studio.party, true).await.unwrap());
    for device in [studio.device_id, till.device_id] {
        assert!(administration.revoke_device(device).await.unwrap());
    }
    administration.release_photos(&studio.party, None).await.unwrap();
    let report = verify(&gateway.store, Some(&keys)).await.unwrap();
    assert!(report.is_ok(), "{report:#?}");
    assert_eq!((report.log_rows_of_older_nodes, report.rows_without_digest["devices"]), (4, 2));
    gateway.database.execute("UPDATE parties SET suspended = FALSE").await.unwrap();
    assert!(verify(&gateway.store, Some(&keys)).await.unwrap().faults.contains_key(&IntegrityFault::RowDiffers));
}
