//! A file that another process locks for long, or that is read-only.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{DegradedSetup, RESPONSE_LIMIT, deposit, is_refused_for_now, print_result, timed, use_small_profile};
use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::GatewayFolder;
use crate::support::raw_database::RawDatabase;

#[tokio::test]
async fn a_file_that_another_process_keeps_to_itself_is_told_of_soon_and_back_by_itself() {
    let home = GatewayFolder::new();
    let day = DegradedSetup::with_photos_in_every_state(&home).await;
    let other = RawDatabase::open(&home.database()).await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let met = day.try_every_request().await;
    assert_eq!(met.0, 0);
    print_result("file locked", met);
    // More waiting requests do not wait longer.
    let mut crowd = tokio::task::JoinSet::new();
    for number in 0..12 {
        let watched = day.studio_client.clone();
        crowd.spawn(async move { timed(deposit(&watched, &format!("a-key-for-a-crowd-{number}"))).await });
    }
    for (answer, took) in crowd.join_all().await {
        assert!(is_refused_for_now(&answer.unwrap(), "storage-unavailable"));
        assert!(took < RESPONSE_LIMIT, "{took:?}");
    }
    // Reading works.
    assert_eq!(day.studio_client.get("/v1/photos").await.unwrap().status, 200);
    other.execute("ROLLBACK").await.unwrap();
    day.assert_recovered().await;
    DatabaseInspector::open(&home.database()).await.assert_consistent().await;
}

/// Runs the gateway as a user that permissions bind, unlike root.
fn bound_by_permissions(home: &GatewayFolder) -> Command {
    let mut unshare = Command::new("unshare");
    home.set_environment(&mut unshare);
    unshare.args(["--user", "--map-user=1000", "--map-group=1000", env!("CARGO_BIN_EXE_lichtbild-gateway")]);
    unshare
}

fn permit(home: &GatewayFolder, folder: u32, file: u32) {
    fs::set_permissions(home.file(""), fs::Permissions::from_mode(folder)).unwrap();
    fs::set_permissions(home.database(), fs::Permissions::from_mode(file)).unwrap();
}

#[tokio::test]
async fn a_file_that_may_not_be_written_is_refused_with_what_to_do_and_loses_nothing() {
    let home = GatewayFolder::new();
    if !bound_by_permissions(&home).arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no user namespace can be made here");
        return;
    }
    use_small_profile(&home);
    let studio = home.studio("Foto Koch");
    let gateway = home.start_as(bound_by_permissions(&home));
    let code = deposit(&studio.client(gateway.studio()), "a-key-for-this-photo").await.unwrap().code();
    assert!(gateway.stop().success());
    permit(&home, 0o500, 0o400);
    let output = bound_by_permissions(&home).arg("serve").output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("write it"), "{message}");
    permit(&home, 0o700, 0o600);
    let gateway = home.start_as(bound_by_permissions(&home));
    let repeat = deposit(&studio.client(gateway.studio()), "a-key-for-this-photo").await.unwrap();
    assert!(repeat.is_replayed() && repeat.code() == code);
}
