//! A key file that is a symbolic link to another medium: keys are destroyed there.

skip_in!(quick: "starts the program in one of its tests");

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use lichtbild::sealing::KeyFile;
use lichtbild::server::background::destroy_expired_epoch_keys;

use crate::support::gateway_process::{GatewayFolder, mode, wait_until};
use crate::support::postgres::TestDatabase;
use crate::support::raw_database::RawDatabase;
use crate::support::test_gateway::{DAY, TestGateway};

fn oldest(key_file: &Path) -> u32 {
    KeyFile::parse(&fs::read_to_string(key_file).unwrap()).unwrap().oldest_epoch().unwrap()
}

/// A gateway whose oldest epoch has ended, with a link to a key file on a USB stick.
async fn with_dead_epoch(folder: &Path) -> TestGateway {
    let gateway = TestGateway::start().await;
    fs::create_dir(folder.join("stick")).unwrap();
    fs::write(folder.join("stick/gateway.key"), gateway.gateway.keys().to_toml().unwrap().as_bytes()).unwrap();
    symlink("stick/gateway.key", folder.join("gateway.key")).unwrap();
    gateway.advance(700 * DAY);
    gateway
}

#[tokio::test]
async fn epochs_are_destroyed_where_the_link_leads() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = with_dead_epoch(folder.path()).await;
    let before = gateway.gateway.keys().oldest_epoch().unwrap();
    destroy_expired_epoch_keys(&gateway.gateway, &folder.path().join("gateway.key"), gateway.now()).await.unwrap();
    let stick = folder.path().join("stick/gateway.key");
    assert!(folder.path().join("gateway.key").is_symlink());
    assert!(oldest(&stick) > before);
    assert_eq!((Some(oldest(&stick)), mode(&stick)), (gateway.gateway.keys().oldest_epoch(), 0o600));
    assert_eq!(fs::read_dir(folder.path().join("stick")).unwrap().count(), 1);
    assert_eq!(gateway.database.count_events("epochs.destroyed").await, 1);
}

#[tokio::test]
async fn epochs_are_destroyed_at_the_end_of_a_chain_of_links_and_in_what_a_killed_writer_left() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = with_dead_epoch(folder.path()).await;
    let stick = folder.path().join("stick/gateway.key");
    let dead = gateway.gateway.keys().oldest_epoch().unwrap();
    fs::create_dir(folder.path().join("etc")).unwrap();
    symlink("../gateway.key", folder.path().join("etc/relative.key")).unwrap();
    symlink(folder.path().join("etc/relative.key"), folder.path().join("etc/absolute.key")).unwrap();
    fs::copy(&stick, folder.path().join("stick/.lichtbild-gateway.key-a1B2c3.tmp")).unwrap();
    destroy_expired_epoch_keys(&gateway.gateway, &folder.path().join("etc/absolute.key"), gateway.now()).await.unwrap();
    for name in ["gateway.key", "etc/relative.key", "etc/absolute.key"] {
        assert!(folder.path().join(name).is_symlink() && oldest(&folder.path().join(name)) > dead, "{name}");
    }
    assert!(!stick.is_symlink());
    assert_eq!(fs::read_dir(folder.path().join("stick")).unwrap().count(), 1);
}

#[tokio::test]
async fn what_cannot_be_destroyed_is_not_reported_as_destroyed() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = with_dead_epoch(folder.path()).await;
    let link = folder.path().join("gateway.key");
    let before = gateway.gateway.keys().oldest_epoch();
    // The stick is removed.
    fs::rename(folder.path().join("stick"), folder.path().join("pulled")).unwrap();
    let error = destroy_expired_epoch_keys(&gateway.gateway, &link, gateway.now()).await.unwrap_err().to_string();
    assert!(error.contains("gateway.key") && error.contains("leads to no file"), "{error}");
    // The mount point exists and is empty.
    fs::create_dir(folder.path().join("stick")).unwrap();
    destroy_expired_epoch_keys(&gateway.gateway, &link, gateway.now()).await.unwrap_err();
    assert_eq!(fs::read_dir(folder.path().join("stick")).unwrap().count(), 0);
    assert_eq!(gateway.gateway.keys().oldest_epoch(), before);
    assert_eq!(gateway.database.count_events("epochs.destroyed").await, 0);
    // The stick returns.
    fs::remove_dir(folder.path().join("stick")).unwrap();
    fs::rename(folder.path().join("pulled"), folder.path().join("stick")).unwrap();
    destroy_expired_epoch_keys(&gateway.gateway, &link, gateway.now()).await.unwrap();
    assert!(Some(oldest(&link)) > before);
}

#[tokio::test]
async fn a_running_gateway_keeps_the_link() {
    let database = TestDatabase::empty().await;
    for home in [GatewayFolder::new(), GatewayFolder::over_server(&database.url)] {
        fs::create_dir(home.beside("stick")).unwrap();
        let stick = home.beside("stick/gateway.key");
        fs::rename(home.file("gateway.key"), &stick).unwrap();
        symlink(&stick, home.file("gateway.key")).unwrap();
        let over = format!("[[epoch]]\nnumber = 24000\nkey = \"{}\"\n", "0".repeat(64));
        fs::write(&stick, fs::read_to_string(&stick).unwrap() + &over).unwrap();
        assert_eq!(oldest(&stick), 24_000);
        let gateway = home.start();
        let records = match home.database().exists() {
            true => RawDatabase::open(&home.database()).await,
            false => RawDatabase::connect(&database.url).await,
        };
        wait_until("the epoch is destroyed", async || records.count_events("epochs.destroyed").await > 0).await;
        assert!(gateway.stop().success());
        assert!(home.file("gateway.key").is_symlink());
        assert!(oldest(&stick) > 24_000);
    }
}
