//! A broken upload leaves nothing; a broken answer leaves the photo, and the repeat gets the same code.

use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::https_client::PHOTO;
use crate::support::proxies::breaking::{BreakingProxy, Direction, offsets};

#[tokio::test]
async fn an_upload_cut_anywhere_leaves_nothing_and_its_repeat_is_a_first_time() {
    let home = GatewayFolder::new();
    let studio = home.studio("Foto Koch");
    let gateway = home.start();
    let mut ledger = DatabaseInspector::open(&home.database()).await;
    let line = BreakingProxy::to(gateway.studio()).await;
    studio.client(&line.url()).deposit("a-key-for-the-measurement").await.unwrap().code();
    let total = line.carried(Direction::ToGateway);
    assert!(total > PHOTO.len() as u64);
    let audit_rows = ledger.count("SELECT count(*) FROM audit").await;

    // TLS closes the stream with some bytes after the photo, so "one byte before the end" is before them.
    for (number, (offset, ending)) in offsets(total - 100).into_iter().enumerate() {
        line.break_after(offset, Direction::ToGateway, ending);
        let cut = studio.client(&line.url()).deposit(&format!("a-key-for-upload-{number}")).await;
        assert!(cut.is_err(), "cut at {offset} of {total} bytes: {cut:?}");
    }
    line.stop_breaking();
    wait_until("the gateway has noticed every cut", async || {
        gateway.metric("lichtbild_connections_open{listener=\"studio\"}").await == 0
    })
    .await;
    assert_eq!(ledger.photos().await, 1);
    assert_eq!(ledger.count("SELECT count(*) FROM audit").await, audit_rows, "half an upload is not worth a row");

    for number in 0..offsets(total).len() {
        let repeat = studio.client(&line.url()).deposit(&format!("a-key-for-upload-{number}")).await.unwrap();
        assert!(repeat.status == 201 && !repeat.is_replayed());
    }
    ledger.assert_consistent().await;
}

#[tokio::test]
async fn a_receipt_cut_anywhere_is_given_again_with_the_same_code() {
    let home = GatewayFolder::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let line = BreakingProxy::to(gateway.studio()).await;
    studio.client(&line.url()).deposit("a-key-for-the-measurement").await.unwrap().code();
    let total = line.carried(Direction::FromGateway);
    let answer_begins = {
        studio.client(&line.url()).get("/v1/nowhere").await.unwrap();
        line.carried(Direction::FromGateway) / 2
    };
    for (number, offset) in [answer_begins, total - 400, total - 200, total - 1].into_iter().enumerate() {
        let key = format!("a-key-for-receipt-{number}");
        line.break_after(offset, Direction::FromGateway, crate::support::proxies::breaking::CloseKind::Reset);
        let cut = studio.client(&line.url()).deposit(&key).await;
        line.stop_breaking();
        let caller = studio.client(&line.url());
        let mut repeat = caller.deposit(&key).await.unwrap();
        wait_until("the first try is over", async || {
            let waits = repeat.status == 409;
            if waits {
                assert_eq!(repeat.text("type"), "deposit-in-progress");
                repeat = caller.deposit(&key).await.unwrap();
            }
            !waits
        })
        .await;
        if let Ok(whole) = cut {
            assert_eq!(whole.code(), repeat.code());
        }
        let again = caller.deposit(&key).await.unwrap();
        assert!(again.is_replayed() && again.code() == repeat.code());
        let office = office.client(gateway.office());
        let collection = office.collect_ok(&repeat.code()).await;
        assert!(office.fetch(&collection, &repeat.code()).await.unwrap().body == PHOTO);
    }
    DatabaseInspector::open(&home.database()).await.assert_consistent().await;
}
