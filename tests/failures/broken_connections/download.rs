//! A broken download is repeated by the same office and by no other.

use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::GatewayFolder;
use crate::support::https_client::PHOTO;
use crate::support::proxies::breaking::{BreakingProxy, Direction, offsets};

#[tokio::test]
async fn a_download_cut_anywhere_is_fetched_again_by_the_same_office_alone() {
    let home = GatewayFolder::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let other = home.office("Amt Süd");
    let gateway = home.start();
    let code = studio.client(gateway.studio()).deposit("a-key-for-the-download").await.unwrap().code();
    let collection = office.client(gateway.office()).collect_ok(&code).await;

    let line = BreakingProxy::to(gateway.office()).await;
    let whole = office.client(&line.url()).fetch(&collection, &code).await.unwrap();
    assert!(whole.body == PHOTO);
    let total = line.carried(Direction::FromGateway);
    assert!(total > PHOTO.len() as u64);
    for (offset, ending) in offsets(total) {
        line.break_after(offset, Direction::FromGateway, ending);
        let cut = office.client(&line.url()).fetch(&collection, &code).await;
        assert!(cut.is_err() || offset == total - 1, "a whole photo out of {offset} of {total} bytes");

        line.stop_breaking();
        let again = office.client(&line.url()).fetch(&collection, &code).await.unwrap();
        assert!(again.status == 200 && again.body == PHOTO, "after a cut at {offset}");
        let elsewhere = other.client(gateway.office()).collect(&code).await.unwrap();
        assert_eq!(elsewhere.problem(), (409, "photo-leased-elsewhere".into()), "after a cut at {offset}");
        let not_theirs = other.client(gateway.office()).fetch(&collection, &code).await.unwrap();
        assert_eq!(not_theirs.problem(), (404, "collection-unknown".into()));
    }
    DatabaseInspector::open(&home.database()).await.assert_consistent().await;
}

#[tokio::test]
async fn a_settlement_whose_answer_is_cut_is_repeated_for_its_receipt() {
    let home = GatewayFolder::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let code = studio.client(gateway.studio()).deposit("a-key-for-the-settlement").await.unwrap().code();
    let direct = office.client(gateway.office());
    let collection = direct.collect_ok(&code).await;
    let used = serde_json::json!({ "outcome": "used" });

    let line = BreakingProxy::to(gateway.office()).await;
    office.client(&line.url()).collect(&code).await.unwrap();
    // A settlement transfers the handshake and an answer that is some 950 bytes shorter than this one.
    line.break_after(
        line.carried(Direction::FromGateway) - 1100,
        Direction::FromGateway,
        crate::support::proxies::breaking::CloseKind::Reset,
    );
    assert!(office.client(&line.url()).settle(&collection, &used).await.is_err());
    line.stop_breaking();
    let receipt = office.client(&line.url()).settle(&collection, &used).await.unwrap();
    assert_eq!((receipt.status, receipt.json()["erased"].as_bool()), (200, Some(true)));
    assert_eq!(direct.settle(&collection, &used).await.unwrap().json(), receipt.json());
}
