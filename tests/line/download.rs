//! A download that breaks is begun anew by the same office, and by nobody else.

use super::breaking_line::{BreakingLine, Way, offsets};
use crate::support::device::PHOTO;
use crate::support::ledger::Ledger;
use crate::support::process::Home;

#[tokio::test]
async fn a_download_cut_anywhere_is_fetched_again_by_the_same_office_alone() {
    let home = Home::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let other = home.office("Amt Süd");
    let gateway = home.start();
    let code = studio.calls(gateway.studio()).deposit("a-key-for-the-download").await.unwrap().code();
    let collection = office.calls(gateway.office()).collects(&code).await;

    let line = BreakingLine::to(gateway.office()).await;
    let whole = office.calls(&line.url()).fetch(&collection, &code).await.unwrap();
    assert!(whole.body == PHOTO);
    let total = line.carried(Way::FromGateway);
    assert!(total > PHOTO.len() as u64);
    for (offset, ending) in offsets(total) {
        line.breaks_after(offset, Way::FromGateway, ending);
        let cut = office.calls(&line.url()).fetch(&collection, &code).await;
        assert!(cut.is_err() || offset == total - 1, "a whole photo out of {offset} of {total} bytes");

        line.holds();
        let again = office.calls(&line.url()).fetch(&collection, &code).await.unwrap();
        assert!(again.status == 200 && again.body == PHOTO, "after a cut at {offset}");
        let elsewhere = other.calls(gateway.office()).collect(&code).await.unwrap();
        assert_eq!(elsewhere.problem(), (409, "photo-leased-elsewhere".into()), "after a cut at {offset}");
        let not_theirs = other.calls(gateway.office()).fetch(&collection, &code).await.unwrap();
        assert_eq!(not_theirs.problem(), (404, "collection-unknown".into()));
    }
    Ledger::open(&home.database()).await.assert_whole().await;
}

#[tokio::test]
async fn a_settlement_whose_answer_is_cut_is_repeated_for_its_receipt() {
    let home = Home::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let code = studio.calls(gateway.studio()).deposit("a-key-for-the-settlement").await.unwrap().code();
    let direct = office.calls(gateway.office());
    let collection = direct.collects(&code).await;
    let used = serde_json::json!({ "outcome": "used" });

    let line = BreakingLine::to(gateway.office()).await;
    office.calls(&line.url()).collect(&code).await.unwrap();
    // What a settlement takes: the handshake and a part of its answer, which is some 600 bytes shorter than this one.
    line.breaks_after(line.carried(Way::FromGateway) - 900, Way::FromGateway, super::breaking_line::Ending::Reset);
    assert!(office.calls(&line.url()).settle(&collection, &used).await.is_err());
    line.holds();
    let receipt = office.calls(&line.url()).settle(&collection, &used).await.unwrap();
    assert_eq!((receipt.status, receipt.json()["erased"].as_bool()), (200, Some(true)));
    assert_eq!(direct.settle(&collection, &used).await.unwrap().json(), receipt.json());
}
