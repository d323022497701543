//! Aborted connections: a request is dropped at every await, and the next request works.

use std::pin::Pin;
use std::task::{Context, Poll};

use serde_json::json;

use crate::support::router_client::{idempotency_key, photo};
use crate::support::test_gateway::{MINUTE, TestGateway};

/// A request that is dropped after a number of polls, as when the peer disconnects.
struct CancelledRequest<F> {
    request: Pin<Box<F>>,
    polls: usize,
    /// True if the store still works for the dropped request.
    while_waiting: bool,
}

impl<F: Future> Future for CancelledRequest<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        match self.request.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending if self.polls == 0 && self.while_waiting => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Drops a request at every await and then completes it.
fn cancellation_points() -> impl Iterator<Item = (usize, bool)> {
    (1..25).flat_map(|polls| [(polls, true), (polls, false)])
}

async fn cancel_at<F: Future>((polls, while_waiting): (usize, bool), request: F) -> bool {
    CancelledRequest { request: Box::pin(request), polls, while_waiting }.await.is_none()
}

#[tokio::test]
async fn a_deposit_cut_anywhere_is_whole_or_not_there_and_can_be_repeated() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    let mut broken_off = 0;
    for (number, place) in (0..).zip(cancellation_points()) {
        broken_off += u32::from(cancel_at(place, studio.deposit(&photo(number), &idempotency_key(number))).await);
        let repeat = studio.deposit(&photo(number), &idempotency_key(number)).await;
        assert_eq!(repeat.status, 201, "cut at {place:?}: {repeat:?}");
        let stored = i64::from(number) + 1;
        assert_eq!(gateway.database.count("photos").await, stored, "cut at {place:?}");
        assert_eq!(gateway.database.count("frames").await, stored, "cut at {place:?}");
        assert_eq!(gateway.database.count_events("photo.deposited").await, stored, "cut at {place:?}");
    }
    // The number of awaits depends on the speed of the threads; a loaded machine had ten.
    assert!(broken_off > 0, "no request was cut");
    assert!(gateway.database.chain_holds().await);
}

#[tokio::test]
async fn a_collection_cut_anywhere_is_finished_by_the_next_try() {
    let gateway = TestGateway::with(|setup| setup.limits.uploads_per_minute = 60_000).await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    for (number, place) in (0..).zip(cancellation_points()) {
        let deposit = studio.deposit_numbered(number).await;
        cancel_at(place, office.collect(&deposit.code)).await;
        let collection = office.collect_ok(&deposit.code).await;
        cancel_at(place, office.fetch(&collection, &deposit.code)).await;
        assert_eq!(office.fetch(&collection, &deposit.code).await.body, deposit.bytes, "cut at {place:?}");
        cancel_at(place, office.settle(&collection, &json!({ "outcome": "used" }))).await;
        let receipt = office.settle(&collection, &json!({ "outcome": "used" })).await;
        assert_eq!(receipt.status, 200, "cut at {place:?}: {receipt:?}");
    }
    let settled = gateway.database.count("photos").await;
    assert_eq!(gateway.database.count("collections").await, settled);
    assert_eq!(gateway.database.count_events("collection.leased").await, settled);
    assert_eq!(gateway.database.count_events("collection.used").await, settled);
    assert_eq!(gateway.database.count("frames").await, 0);
    assert!(gateway.database.chain_holds().await);
}

#[tokio::test]
async fn a_withdrawal_a_wrong_code_and_a_sweep_cut_anywhere_leave_the_store_in_order() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.per_device = 10_000).await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    for (number, place) in (0..).zip(cancellation_points()) {
        let (withdrawn, lapsed) =
            (studio.deposit_numbered(2 * number).await, studio.deposit_numbered(2 * number + 1).await);
        cancel_at(place, studio.withdraw(&withdrawn.photo_id)).await;
        assert_eq!(studio.withdraw(&withdrawn.photo_id).await.status, 200, "cut at {place:?}");
        cancel_at(place, office.collect("G94ZJ-756FW-FHRWS-2ZVE8")).await;
        office.collect_ok(&lapsed.code).await;
        gateway.advance(15 * MINUTE);
        cancel_at(place, gateway.sweep()).await;
        gateway.sweep().await;
        assert_eq!(studio.state_of(&lapsed).await, "available");
    }
    let each = gateway.database.count("collections").await;
    assert_eq!(gateway.database.count_events("photo.withdrawn").await, each);
    assert_eq!(gateway.database.count_events("collection.lapsed").await, each);
    assert_eq!(gateway.database.count("frames").await, each);
    assert!(gateway.database.chain_holds().await);
}
