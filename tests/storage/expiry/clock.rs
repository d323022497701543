//! Erasure with a clock that is wrong.

use std::time::Duration;

use lichtbild::clock::Clock;
use lichtbild::flows::maintenance::clock_check::{ClockState, MAX_SWEEP_GAP, clock_state};
use lichtbild::flows::maintenance::purge::{purge, shorten_log};
use lichtbild::flows::maintenance::sweep;
use lichtbild::identity::signing::checkpoint_key::CheckpointKey;
use lichtbild::storage::requests::{PurgeReport, SweepReport};

use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

async fn state(gateway: &TestGateway) -> ClockState {
    clock_state(&gateway.gateway).await.unwrap()
}

async fn is_plausible(gateway: &TestGateway) -> bool {
    matches!(state(gateway).await, ClockState::Plausible { .. })
}

/// Shifts the clock forward or back.
fn set(gateway: &TestGateway, span: Duration, sign: i64) {
    gateway.clock.shift_by(sign * i64::try_from(span.as_millis()).unwrap());
}

#[tokio::test]
async fn a_sweep_that_comes_weeks_after_the_last_waits_for_a_person() {
    let gateway = TestGateway::start().await;
    assert!(is_plausible(&gateway).await, "there was no sweep before the first");
    gateway.sweep().await;
    let last = gateway.now();
    gateway.advance(MAX_SWEEP_GAP);
    assert!(is_plausible(&gateway).await);
    gateway.advance(DAY);
    assert_eq!(state(&gateway).await, ClockState::SweepGap { last_sweep: last });
    gateway.administration().confirm_clock().await.unwrap();
    assert!(is_plausible(&gateway).await);
    assert_eq!(gateway.database.count_events("clock.confirmed").await, 1);
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_during_a_sweep_erases_nothing() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    let photo = studio.deposit_numbered(1).await;
    gateway.sweep().await;
    let ClockState::Plausible { now } = state(&gateway).await else { panic!("the clock is right") };
    set(&gateway, 3_000 * DAY, 1);
    let swept = sweep::sweep(&gateway.gateway, now).await.unwrap();
    let key = CheckpointKey::generate().unwrap();
    shorten_log(&gateway.gateway, key.verifier(), now).await.unwrap();
    let purged = purge(&gateway.gateway, now).await.unwrap();
    assert!(sweep::without_expired_epochs(&gateway.gateway, now).await.unwrap().is_none());
    assert_eq!((swept, purged), (SweepReport::default(), PurgeReport::default()));
    assert_eq!(gateway.store().last_swept_at().await.unwrap(), Some(now), "a leap is no time of a sweep");
    set(&gateway, 3_000 * DAY, -1);
    assert_eq!(studio.state_of(&photo).await, "available");
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_in_many_steps_is_not_trusted_until_it_is_confirmed() {
    let gateway = TestGateway::start().await;
    for step in 1..=7 {
        // The time of the last sweep is shifted as well, as if each step had followed a short break.
        set(&gateway, 30 * DAY, 1);
        gateway.store().record_sweep(gateway.now()).await.unwrap();
        assert_eq!(state(&gateway).await, ClockState::Ahead(step * 30 * DAY));
    }
    gateway.administration().confirm_clock().await.unwrap();
    assert!(is_plausible(&gateway).await);
    set(&gateway, 61 * MINUTE, 1);
    assert!(!is_plausible(&gateway).await, "a confirmation counts once");
}

#[tokio::test]
async fn steps_of_less_than_an_hour_are_borne_until_their_sum_is_more() {
    let gateway = TestGateway::start().await;
    for _ in 0..2 {
        set(&gateway, 30 * MINUTE, 1);
        gateway.advance(DAY);
        assert!(is_plausible(&gateway).await);
    }
    set(&gateway, MINUTE, 1);
    assert_eq!(state(&gateway).await, ClockState::Ahead(61 * MINUTE));
}

#[tokio::test]
async fn a_clock_that_goes_back_is_reported_and_erases_nothing_when_it_comes_forward_again() {
    let gateway = TestGateway::start().await;
    set(&gateway, 2 * DAY, -1);
    assert!(is_plausible(&gateway).await);
    let step = gateway.gateway.last_backward_step().unwrap();
    assert_eq!((step.by, step.to), (2 * DAY, gateway.now()));
    set(&gateway, 2 * DAY, 1);
    assert_eq!(state(&gateway).await, ClockState::Ahead(2 * DAY));
    gateway.administration().confirm_clock().await.unwrap();
    assert!(is_plausible(&gateway).await);
    assert_eq!(gateway.gateway.last_backward_step(), None);
}

#[tokio::test]
async fn an_anchor_counts_for_the_start_of_the_machine_that_it_was_made_in() {
    let gateway = TestGateway::start().await;
    let anchor = gateway.gateway.clock_anchor();
    assert_eq!(anchor.boot, gateway.clock.boot_id());
    set(&gateway, 30 * DAY, 1);
    let other = lichtbild::domain::clock_jump::ClockAnchor { boot: Some("other".into()), ..anchor.clone() };
    gateway.gateway.resume_clock_anchor(lichtbild::domain::clock_jump::ClockAnchor::at(
        gateway.clock.boot_id(),
        gateway.now(),
        gateway.clock.since_boot(),
    ));
    gateway.gateway.resume_clock_anchor(other);
    assert!(is_plausible(&gateway).await, "an anchor of another start of the machine tells nothing");
    gateway.gateway.resume_clock_anchor(anchor);
    assert_eq!(state(&gateway).await, ClockState::Ahead(30 * DAY));
}

#[tokio::test]
async fn a_confirmation_by_a_clock_that_was_set_back_since_does_not_outlive_it() {
    let gateway = TestGateway::start().await;
    set(&gateway, 300 * DAY, 1);
    gateway.administration().confirm_clock().await.unwrap();
    assert!(is_plausible(&gateway).await);
    set(&gateway, 300 * DAY, -1);
    assert!(is_plausible(&gateway).await);
    assert!(gateway.gateway.last_backward_step().is_some());
    gateway.administration().confirm_clock().await.unwrap();
    assert!(is_plausible(&gateway).await);
    assert_eq!(gateway.gateway.last_backward_step(), None);
    set(&gateway, 61 * MINUTE, 1);
    assert!(!is_plausible(&gateway).await);
    gateway.administration().confirm_clock().await.unwrap();
    assert!(is_plausible(&gateway).await);
}
