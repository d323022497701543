//! Photos that their studio withdraws.

use serde_json::json;
use tokio::task::JoinSet;

use crate::http::setup::{deposited_photo, studio_and_office};
use crate::support::test_gateway::{DAY, MINUTE, START, TestGateway};

#[tokio::test]
async fn an_available_photo_is_withdrawn_and_erased_and_a_repeat_gets_the_same_answer() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    gateway.advance(DAY);
    let withdrawn = studio.withdraw(&deposit.photo_id).await;
    assert_eq!(withdrawn.status, 200);
    let photo = withdrawn.json();
    assert_eq!((&photo["state"], &photo["settled_at"]), (&json!("withdrawn"), &json!(START + DAY)));
    assert_eq!(gateway.database.count("frames").await, 0);
    assert_eq!(gateway.database.number("SELECT count(*) FROM photos WHERE lookup_id IS NULL").await, 1);
    assert_eq!(gateway.database.count_events("photo.withdrawn").await, 1);
    let before = gateway.database.contents().await;
    gateway.advance(DAY);
    let colleague = gateway.device_of(&studio.party).await;
    for device in [&studio, &colleague] {
        let again = device.withdraw(&deposit.photo_id).await;
        assert_eq!((again.status, again.json()), (200, photo.clone()));
    }
    assert_eq!(studio.photo(&deposit.photo_id).await.json(), photo);
    office.collect(&deposit.code).await.assert_problem(410, "photo-withdrawn");
    let kept = |contents: crate::support::raw_database::DatabaseSnapshot| {
        contents.without("devices").without("certificates").without("audit")
    };
    assert_eq!(kept(gateway.database.contents().await), kept(before));
}

#[tokio::test]
async fn what_an_office_holds_cannot_be_withdrawn() {
    let (gateway, studio, office) = studio_and_office().await;
    let [leased, handed_over] = [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await];
    office.collect_ok(&leased.code).await;
    office.collect_and_fetch(&handed_over.code).await;
    let before = gateway.database.contents().await;
    let problem = studio.withdraw(&leased.photo_id).await.assert_problem(409, "photo-leased");
    assert_eq!(problem["lease_until"], json!(START + 15 * MINUTE));
    let problem = studio.withdraw(&handed_over.photo_id).await.assert_problem(409, "photo-leased");
    assert_eq!(problem["lease_until"], json!(START + 7 * DAY));
    assert_eq!(gateway.database.contents().await, before);
    gateway.advance(15 * MINUTE);
    assert_eq!(studio.withdraw(&leased.photo_id).await.json()["state"], "withdrawn");
    assert_eq!(gateway.database.count_events("collection.lapsed").await, 1);
    studio.withdraw(&handed_over.photo_id).await.assert_problem(409, "photo-leased");
}

#[tokio::test]
async fn a_kept_photo_stays() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    office.collect_and_settle(&deposit.code, &json!({ "outcome": "kept", "until": "2026-12-31" })).await;
    let before = gateway.database.contents().await;
    let problem = studio.withdraw(&deposit.photo_id).await.assert_problem(409, "photo-kept");
    assert_eq!(problem["kept_until"], "2027-01-01T00:00:00.000Z");
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn it_is_too_late_for_what_is_gone_whether_or_not_anybody_swept() {
    let (gateway, studio, office) = studio_and_office().await;
    let [used, refused, by_default, expired] = [
        studio.deposit_numbered(1).await,
        studio.deposit_numbered(2).await,
        studio.deposit_numbered(3).await,
        studio.deposit_numbered(4).await,
    ];
    office.collect_and_settle(&used.code, &json!({ "outcome": "used" })).await;
    office.collect_and_settle(&refused.code, &json!({ "outcome": "refused", "reason": "gaze" })).await;
    office.collect_and_fetch(&by_default.code).await;
    gateway.advance(181 * DAY);
    for swept in [false, true] {
        if swept {
            gateway.sweep().await;
        }
        let before = gateway.database.contents().await;
        for (deposit, at) in [(&used, START), (&refused, START), (&by_default, START + 7 * DAY)] {
            let problem = studio.withdraw(&deposit.photo_id).await.assert_problem(410, "photo-settled");
            assert_eq!(problem["settled_at"], json!(at));
        }
        let problem = studio.withdraw(&expired.photo_id).await.assert_problem(410, "photo-expired");
        assert_eq!(problem["expired_at"], json!(START + 180 * DAY), "swept: {swept}");
        assert_eq!(gateway.database.contents().await, before);
    }
}

#[tokio::test]
async fn another_studios_photo_is_unknown() {
    let gateway = TestGateway::start().await;
    let (studio, other) = (gateway.studio("Foto Koch").await, gateway.studio("Foto Porst").await);
    let deposit = studio.deposit_numbered(1).await;
    let before = gateway.database.contents().await;
    for id in [deposit.photo_id.as_str(), "01a20297-4dc0-7fe2-bb16-ceb27bf086c4", "x", "%FF"] {
        other.withdraw(id).await.assert_problem(404, "photo-unknown");
        other.photo(id).await.assert_problem(404, "photo-unknown");
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn withdrawing_and_collecting_at_once_has_one_winner() {
    let (_gateway, studio, office) = studio_and_office().await;
    for round in 0..10 {
        let deposit = studio.deposit_numbered(round).await;
        let mut work = JoinSet::new();
        for number in 0..8 {
            let (studio, office, deposit) = (studio.clone(), office.clone(), deposit.clone());
            work.spawn(async move {
                if number % 2 == 0 {
                    let answer = studio.withdraw(&deposit.photo_id).await;
                    assert!(answer.status == 200 || answer.assert_problem(409, "photo-leased").is_object());
                    return ("withdrawn", answer.status == 200);
                }
                loop {
                    let answer = office.collect(&deposit.code).await;
                    match answer.status {
                        200 | 201 => return ("collected", true),
                        // Erased between the look-up and the opening: the next request reports it.
                        503 => _ = answer.assert_problem(503, "gateway-busy"),
                        _ => {
                            answer.assert_problem(410, "photo-withdrawn");
                            return ("collected", false);
                        }
                    }
                }
            });
        }
        let mut won: Vec<_> = work.join_all().await.into_iter().filter(|(_, won)| *won).map(|(who, _)| who).collect();
        won.sort_unstable();
        won.dedup();
        assert_eq!(won.len(), 1, "both won");
    }
}
