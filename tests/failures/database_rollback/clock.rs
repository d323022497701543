//! The machine's clock is changed while a gateway runs and between its runs.

use std::fs;
use std::time::Duration;

use super::{RollbackSetup, readyz};
use crate::support::gateway_process::{GatewayFolder, GatewayProcess, wait_until};
use crate::support::raw_database::RawDatabase;

const DAY: Duration = Duration::from_secs(86_400);

fn set_clock(home: &GatewayFolder, ahead: Duration) {
    let new = home.beside("new-clock");
    fs::write(&new, ahead.as_millis().to_string()).unwrap();
    fs::rename(new, home.beside("clock")).unwrap();
}

fn start(home: &GatewayFolder) -> GatewayProcess {
    let mut command = home.command();
    command.env("LICHTBILD_CLOCK_SHIFT", home.beside("clock"));
    home.start_as(command)
}

/// Waits until the sweep has refused the current clock.
async fn refused_once_more(gateway: &GatewayProcess, times: usize) {
    wait_until("the sweeper refuses", async || gateway.log().matches("erasures are paused").count() > times).await;
}

#[tokio::test]
async fn seven_jumps_of_thirty_days_erase_nothing_and_destroy_no_key() {
    let setup = RollbackSetup::new();
    setup.home.set("sweep_seconds", "0.1");
    set_clock(&setup.home, Duration::ZERO);
    let mut gateway = start(&setup.home);
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    let keys = fs::read(setup.home.file("gateway.key")).unwrap();
    setup.wait_for_head_file(4).await;
    for jump in 1..=7 {
        let refused = gateway.log().matches("erasures are paused").count();
        set_clock(&setup.home, jump * 30 * DAY);
        refused_once_more(&gateway, refused).await;
        assert!(readyz(&gateway).await.contains("clock"));
        if jump == 4 {
            // A restart does not make the gateway trust the clock, because the machine did not restart.
            drop(gateway);
            gateway = start(&setup.home);
        }
    }
    let database = RawDatabase::open(&setup.home.database()).await;
    assert_eq!((database.count("frames").await, database.count_events("photo.expired").await), (1, 0));
    assert!(fs::read(setup.home.file("gateway.key")).unwrap() == keys, "no epoch key was destroyed");

    set_clock(&setup.home, Duration::ZERO);
    wait_until("a clock that goes back is told", async || readyz(&gateway).await.contains("clock-went-back")).await;
    let mut confirm = setup.home.command();
    let confirm = confirm.env("LICHTBILD_CLOCK_SHIFT", setup.home.beside("clock")).arg("confirm-clock");
    assert!(confirm.output().unwrap().status.success());
    wait_until("it is ready again", async || {
        let told = readyz(&gateway).await;
        told.contains("\"ready\"") && !told.contains("clock")
    })
    .await;
    setup.collect_and_use(&gateway, &code).await;
}

#[tokio::test]
async fn a_confirmation_of_long_ago_is_no_alarm_after_the_machine_was_started_again() {
    let setup = RollbackSetup::new();
    set_clock(&setup.home, Duration::ZERO);
    let gateway = start(&setup.home);
    let mut confirm = setup.home.command();
    let confirm = confirm.env("LICHTBILD_CLOCK_SHIFT", setup.home.beside("clock")).arg("confirm-clock");
    assert!(confirm.output().unwrap().status.success());
    assert!(gateway.stop().success());
    // No clock anchor of this boot is left.
    fs::remove_file(setup.home.file("log-head.json")).unwrap();
    set_clock(&setup.home, 2 * DAY);
    let gateway = start(&setup.home);
    let told = readyz(&gateway).await;
    assert!(told.contains("\"ready\"") && !told.contains("clock"), "{told}");
}
