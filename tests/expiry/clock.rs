//! A clock that cannot be trusted with erasures.

use lichtbild::flows::sweep;

use crate::support::gateway::{DAY, TestGateway};

#[tokio::test]
async fn a_sweep_that_comes_weeks_after_the_last_waits_for_a_person() {
    let gateway = TestGateway::start().await;
    assert!(sweep::clock_is_plausible(&gateway.gateway).await.unwrap(), "there was no sweep before the first");
    sweep::sweep(&gateway.gateway).await.unwrap();
    gateway.advance(31 * DAY);
    assert!(sweep::clock_is_plausible(&gateway.gateway).await.unwrap());
    gateway.advance(DAY);
    assert!(!sweep::clock_is_plausible(&gateway.gateway).await.unwrap());
    gateway.administration().confirm_clock().await.unwrap();
    assert!(sweep::clock_is_plausible(&gateway.gateway).await.unwrap());
    assert_eq!(gateway.database.happened("clock.confirmed").await, 1);
}
