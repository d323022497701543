//! Stores without tampering have no differences.

use lichtbild::domain::log::checkpoint::LOG_RETENTION;
use lichtbild::domain::log::integrity::IntegrityFault;
use lichtbild::flows::maintenance::purge::{purge, shorten_log};

use super::FullGateway;
use super::tampering::gateway_with_purged_front;
use crate::support::test_gateway::{DAY, MINUTE};

#[tokio::test]
async fn a_store_with_everything_in_it_differs_in_nothing_and_every_row_has_its_digest() {
    let city = FullGateway::new().await;
    let report = city.report().await;
    assert!(report.is_ok(), "{report:#?}");
    assert_eq!((report.rows_without_digest.len(), report.rows_older_than_log.len()), (0, 0));
    let tables = [
        "bound_keys",
        "certificates",
        "collection_devices",
        "collections",
        "devices",
        "invitations",
        "parties",
        "photos",
    ];
    assert!(report.rows_compared.keys().eq(&tables), "{:?}", report.rows_compared);
    assert_eq!(report.log_rows_with_digest, report.log_rows.unsigned_abs());
    // Every state exists.
    for (table, states) in [("photos", 7), ("collections", 6), ("invitations", 6)] {
        let count = format!("SELECT count(DISTINCT state) FROM {table}");
        assert_eq!(city.gateway.database.number(&count).await, states, "{table}");
    }
    // The sweep deletes proof keys without an audit row.
    city.gateway.advance(40 * DAY);
    city.gateway.sweep().await;
    assert!(city.report().await.is_ok());
}

#[tokio::test]
async fn a_log_without_its_front_tells_how_many_rows_it_does_not_know() {
    let city = gateway_with_purged_front().await;
    let report = city.report().await;
    assert!(report.is_ok(), "{report:#?}");
    assert_eq!(report.rows_older_than_log["parties"], 3);
    assert_eq!(report.rows_older_than_log["devices"], 3);
    // Work continues with old and new devices.
    let gateway = &city.gateway;
    gateway.invite(lichtbild::domain::party::Role::Studio, "Foto Meier").await;
    let device_id = gateway.database.texts("SELECT min(device_id) FROM devices").await[0].parse().unwrap();
    gateway.invite_again(device_id).await;
    assert!(gateway.administration().revoke_device(device_id).await.unwrap());
    assert!(city.report().await.is_ok());
    gateway.advance(LOG_RETENTION);
    shorten_log(&gateway.gateway, city.key.verifier(), gateway.now()).await.unwrap();
    purge(&gateway.gateway, gateway.now()).await.unwrap();
    let report = city.report().await;
    assert!(report.is_ok(), "{report:#?}");
    // A new row is not older than the log.
    let insert = "INSERT INTO parties (party_id, role, name, place, created_at)
                  SELECT '01a20297-0000-7000-8000-000000000000', 'studio', 'Nobody', '', max(at) FROM audit";
    gateway.database.execute(insert).await.unwrap();
    assert_eq!(city.report().await.faults.get(&IntegrityFault::RowNotInLog), Some(&1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_that_is_worked_on_meanwhile_differs_in_nothing() {
    let city = std::sync::Arc::new(FullGateway::new().await);
    let worker = std::sync::Arc::clone(&city);
    let working = tokio::spawn(async move {
        let gateway = &worker.gateway;
        let (studio, office) = (gateway.studio("Foto Eilig").await, gateway.office("Amt Eilig").await);
        for number in 0..30 {
            let deposit = studio.deposit_numbered(number).await;
            office.collect_and_settle(&deposit.code, &serde_json::json!({ "outcome": "used" })).await;
            gateway.advance(MINUTE);
        }
    });
    let mut verified = 0;
    while !working.is_finished() {
        let report = city.report().await;
        // Envelopes and leases are read at another moment than the rest.
        let evidence = [
            IntegrityFault::RowDiffers,
            IntegrityFault::RowChanged,
            IntegrityFault::RowMissing,
            IntegrityFault::RowNotInLog,
            IntegrityFault::CountDiffers,
        ];
        assert!(!evidence.iter().any(|fault| report.faults.contains_key(fault)), "{report:#?}");
        verified += 1;
    }
    working.await.unwrap();
    assert!(verified > 0);
    assert!(city.report().await.is_ok());
}
