//! Effects of a sweep.

use lichtbild::storage::requests::SweepReport;
use serde_json::json;

use crate::support::test_gateway::{DAY, MINUTE, START, TestGateway};

#[tokio::test]
async fn a_sweep_closes_settles_and_erases_what_time_has_ended_and_nothing_else() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let [lapsed, by_default, waiting] =
        [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await, studio.deposit_numbered(3).await];
    let lapsed_collection = office.collect_ok(&lapsed.code).await;
    let default_collection = office.collect_and_fetch(&by_default.code).await;
    let before = gateway.database.contents().await;
    assert_eq!(gateway.sweep().await, SweepReport::default());
    assert_eq!(gateway.database.contents().await, before);

    gateway.advance(7 * DAY);
    let report = gateway.sweep().await;
    assert_eq!(report, SweepReport { lapsed: 1, used_by_default: 1, expired: 0 });
    let rows = gateway.database.audit().await;
    let [lapse, default] = &rows[rows.len() - 2..] else { panic!() };
    assert_eq!((lapse.event.as_str(), lapse.subject.as_deref()), ("collection.lapsed", Some(&*lapsed_collection)));
    assert_eq!(
        (default.event.as_str(), default.subject.as_deref()),
        ("collection.used_by_default", Some(&*default_collection))
    );
    assert!([lapse, default].iter().all(|row| row.actor == "gateway"));
    assert_eq!(lapse.details["lease_until"], json!(START + 15 * MINUTE));
    let frames = gateway.database.texts("SELECT photo_id FROM frames ORDER BY 1").await;
    let mut remaining = vec![lapsed.photo_id.clone(), waiting.photo_id.clone()];
    remaining.sort();
    assert_eq!(frames, remaining);

    gateway.advance(173 * DAY);
    assert_eq!(gateway.sweep().await, SweepReport { lapsed: 0, used_by_default: 0, expired: 2 });
    assert_eq!(gateway.database.count("frames").await, 0);
    assert_eq!(gateway.database.count_events("photo.expired").await, 2);
    assert_eq!(gateway.database.number("SELECT count(*) FROM photos WHERE lookup_id IS NOT NULL").await, 0);
    let after = gateway.database.contents().await;
    assert_eq!(gateway.sweep().await, SweepReport::default());
    assert_eq!(gateway.database.contents().await, after);
}

#[tokio::test]
async fn a_lease_that_lapses_at_the_photos_own_end_is_closed_and_the_photo_erased_at_once() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let deposit = studio.deposit_numbered(1).await;
    gateway.advance(180 * DAY - MINUTE);
    office.collect_ok(&deposit.code).await;
    gateway.advance(MINUTE);
    assert_eq!(gateway.sweep().await, SweepReport { lapsed: 1, used_by_default: 0, expired: 1 });
    assert_eq!(gateway.database.count("frames").await, 0);
}

#[tokio::test]
async fn many_are_swept_in_batches_until_none_is_left() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    for number in 0..200 {
        let code = studio.deposit_numbered(number).await.code;
        match number % 4 {
            0 => _ = office.collect_ok(&code).await,
            1 => _ = office.collect_and_fetch(&code).await,
            _ => {}
        }
    }
    gateway.advance(180 * DAY);
    let store = gateway.store();
    let first = store.sweep(gateway.now()).await.unwrap();
    assert!(first.has_changes() && first.lapsed + first.used_by_default <= 64 && first.expired <= 64);
    let rest = gateway.sweep().await;
    assert_eq!((first.lapsed + rest.lapsed, first.used_by_default + rest.used_by_default), (50, 50));
    assert_eq!(first.expired + rest.expired, 150);
    assert_eq!(gateway.database.count("frames").await, 0);
    assert_eq!(gateway.database.number("SELECT count(*) FROM collections WHERE state = 'leased'").await, 0);
    gateway.database.audit().await;
}

#[tokio::test]
async fn a_sweep_that_fails_changes_nothing_and_the_next_one_does_its_work() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    office.collect_ok(&studio.deposit_numbered(1).await.code).await;
    office.collect_and_fetch(&studio.deposit_numbered(2).await.code).await;
    studio.deposit_numbered(3).await;
    gateway.advance(180 * DAY);
    let before = gateway.database.contents().await;
    gateway.database.break_audit().await;
    assert!(gateway.store().sweep(gateway.now()).await.is_err());
    assert_eq!(gateway.database.contents().await, before);
    gateway.database.repair_audit().await;
    assert_eq!(gateway.sweep().await, SweepReport { lapsed: 1, used_by_default: 1, expired: 2 });
}
