//! The program is killed at every step of an enrolment and of a renewal: the same command then succeeds, and deposits work in between.

skip_in!(quick, postgres: "starts and kills the program, and has no database");

use std::process::Stdio;
use std::time::Duration;

use super::enrolling_studio::{EnrollingStudio, utf8};

/// Runs the program until it halts at `step`, and kills it there.
async fn killed_at(step: &str, studio: &EnrollingStudio, arguments: &[&str]) {
    let marker = studio.beside("marker");
    let _ = std::fs::remove_file(&marker);
    let mut command = studio.command(arguments);
    command.env("LICHTBILD_HALT_AT", step).env("LICHTBILD_HALT_MARKER", &marker);
    let mut halted = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !marker.exists() {
        if halted.try_wait().unwrap().is_some() {
            panic!("{step}: ended before it got there: {}", utf8(&halted.wait_with_output().unwrap().stderr));
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    halted.kill().unwrap();
    halted.wait().unwrap();
}

async fn succeeds(step: &str, studio: &EnrollingStudio, arguments: &[&str]) {
    let output = studio.run(arguments).await;
    assert_eq!(
        output.status.code(),
        Some(0),
        "{step}: {arguments:?}: {}{}",
        utf8(&output.stdout),
        utf8(&output.stderr)
    );
}

#[tokio::test]
async fn an_enrolment_killed_at_any_step_is_finished_by_the_same_command() {
    for step in [
        "enrol.key_stored",
        "enrol.answered",
        "enrol.authority_stored",
        "enrol.surroundings_stored",
        "enrol.device_stored",
    ] {
        let studio = EnrollingStudio::invited_today().await;
        let (url, code) = (studio.gateway.url(), studio.gateway.code());
        let arguments = ["enrol", &url, &code, "--dir", "lichtbild"];
        killed_at(step, &studio, &arguments).await;
        succeeds(step, &studio, &arguments).await;
        assert_eq!(studio.files(), ["device.pem", "gateway-ca.pem", "studio.toml"], "{step}");
        succeeds(step, &studio, &["status"]).await;
    }
}

#[tokio::test]
async fn a_renewal_killed_at_any_step_leaves_a_studio_that_deposits_and_renews() {
    let steps = ["renew.answered", "renew.noted", "renew.tried", "renew.switched"];
    let studio = EnrollingStudio::enrolled_today().await;
    for step in steps {
        let device = studio.read("device.pem");
        killed_at(step, &studio, &["renew", "--force"]).await;
        assert_eq!(studio.read("device.pem") == device, step != "renew.switched", "{step}: one step, before or after");
        succeeds(step, &studio, &["status"]).await;
        succeeds(step, &studio, &["renew", "--force"]).await;
        assert!(studio.read("device.pem") != device, "{step}");
        assert_eq!(studio.files(), ["device.pem", "gateway-ca.pem", "studio.toml"], "{step}");
        succeeds(step, &studio, &["status"]).await;
    }
}

#[tokio::test]
async fn a_renewal_of_two_files_killed_at_any_step_leaves_a_pair_that_fits() {
    for step in ["renew.tried", "renew.written", "renew.renamed", "renew.switched"] {
        let studio = EnrollingStudio::enrolled_today().await;
        studio.split_certificate_and_key();
        succeeds(step, &studio, &["status"]).await;
        killed_at(step, &studio, &["renew", "--force"]).await;
        succeeds(step, &studio, &["status"]).await;
        succeeds(step, &studio, &["renew", "--force"]).await;
        succeeds(step, &studio, &["status"]).await;
        assert!(studio.read("studio.toml").contains("key = \"device.pem\""), "{step}");
        assert!(!studio.file("device.next.pem").exists(), "{step}");
    }
}
