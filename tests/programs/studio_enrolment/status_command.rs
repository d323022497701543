//! Findings and advice of `status`.

skip_in!(quick, postgres: "starts the program, and has no database");

use std::time::Duration;

use lichtbild::client::self_test::{SelfTest, self_test};
use lichtbild::clock::{Clock, ManualClock};
use serde_json::Value;

use super::enrolling_studio::{EnrollingStudio, utf8};
use crate::support::test_gateway::{DAY, MINUTE};

async fn status(studio: &EnrollingStudio) -> (i32, Value) {
    let output = studio.run(&["status", "--json", "--lang", "en"]).await;
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", utf8(&output.stderr)));
    (output.status.code().unwrap(), json)
}

/// State and text of one check.
fn check<'a>(status: &'a Value, name: &str) -> (&'a str, &'a str) {
    let checks = status["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["check"] == name).unwrap();
    (check["state"].as_str().unwrap(), check["text"].as_str().unwrap())
}

const ALL: [&str; 7] = ["configuration", "certificate", "reach", "gateway", "standing", "clock", "deposit"];

#[tokio::test]
async fn on_a_good_day_everything_is_well() {
    let studio = EnrollingStudio::enrolled_today().await;
    let (code, status) = status(&studio).await;
    assert_eq!(code, 0, "{status:#}");
    for name in ALL {
        assert_eq!(check(&status, name).0, "good", "{status:#}");
    }
    assert_eq!((&status["studio"], &status["can_deposit"]), (&"Foto Koch, Düsseldorf".into(), &true.into()));
    let shown = studio.run(&["status"]).await;
    let lines: Vec<_> = utf8(&shown.stdout).lines().collect();
    assert!(lines.len() == ALL.len() && lines.iter().all(|line| line.starts_with("OK ")), "{lines:#?}");
}

#[tokio::test]
async fn a_computer_that_was_never_enrolled_is_told_how() {
    let studio = EnrollingStudio::invited_today().await;
    let (code, status) = status(&studio).await;
    let (state, words) = check(&status, "configuration");
    assert!(code == 6 && state == "fault" && words.contains("lichtbild-studio enrol"), "{status:#}");
    assert!(ALL[1..].iter().all(|name| check(&status, name).0 == "not_tried"), "{status:#}");

    std::fs::write(studio.file("device-key.pending.pem"), "").unwrap();
    let (_, status) = self::status(&studio).await;
    assert!(check(&status, "configuration").1.contains("with the same address and code"), "{status:#}");
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_is_told_from_a_name_that_leads_nowhere() {
    let studio = EnrollingStudio::enrolled_today().await;
    let config = studio.read("studio.toml");
    let port = crate::support::gateway_process::free_port();
    for (gateway, hint) in
        [(format!("https://127.0.0.1:{port}"), "firewall"), ("https://nowhere.invalid".into(), "no address")]
    {
        let line = config.lines().find(|line| line.starts_with("gateway")).unwrap();
        std::fs::write(studio.config(), config.replace(line, &format!("gateway = \"{gateway}\""))).unwrap();
        let (code, status) = status(&studio).await;
        assert!(code == 4 && check(&status, "reach").1.contains(hint), "{status:#}");
        assert_eq!((check(&status, "certificate").0, check(&status, "deposit").0), ("good", "not_tried"));
    }
}

#[tokio::test]
async fn a_suspended_studio_and_a_revoked_device_are_told_to_call() {
    let studio = EnrollingStudio::enrolled_today().await;
    studio.gateway.behaviour().refuse_all_with = Some("studio-suspended");
    let (code, status) = status(&studio).await;
    let (state, words) = check(&status, "standing");
    assert!(code == 5 && state == "fault" && words.contains("studio-suspended"), "{status:#}");
    assert!(words.contains("Call the office") && check(&status, "gateway").0 == "good", "{status:#}");

    studio.gateway.revoke_all();
    let (code, status) = self::status(&studio).await;
    assert!(code == 5 && check(&status, "standing").1.contains("it is revoked"), "{status:#}");
    assert_eq!(check(&status, "gateway").0, "good", "{status:#}");
}

#[tokio::test]
async fn a_clock_that_is_off_by_more_than_a_minute_is_worth_a_word() {
    let studio = EnrollingStudio::enrolled_today().await;
    studio.gateway.behaviour().clock_offset = Duration::from_secs(30);
    assert_eq!(status(&studio).await.0, 0);
    studio.gateway.behaviour().clock_offset = Duration::from_secs(3600);
    let (code, status) = status(&studio).await;
    let (state, words) = check(&status, "clock");
    assert!(code == 9 && state == "attention" && words.contains("s slow"), "{status:#}");
    assert_eq!(status["can_deposit"], true, "{status:#}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_may_read_and_an_authority_that_is_not_the_gateways_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let studio = EnrollingStudio::enrolled_today().await;
    std::fs::set_permissions(studio.file("device.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let (code, status) = status(&studio).await;
    assert!(code == 6 && check(&status, "certificate").1.contains("chmod 600"), "{status:#}");
    std::fs::set_permissions(studio.file("device.pem"), std::fs::Permissions::from_mode(0o600)).unwrap();

    let other = crate::support::pki::TestCa::new("Another CA").certificate_pem;
    std::fs::write(studio.file("gateway-ca.pem"), other).unwrap();
    let (code, status) = self::status(&studio).await;
    assert!(code == 6 && check(&status, "gateway").0 == "fault", "{status:#}");
    assert_eq!(check(&status, "standing").0, "not_tried");
}

async fn tested(studio: &EnrollingStudio, clock: &ManualClock) -> SelfTest {
    self_test(&studio.config(), None, clock).await
}

#[tokio::test]
async fn a_certificate_is_looked_at_by_this_computers_clock() {
    let studio = EnrollingStudio::invited().await;
    studio.enrol().await.unwrap();
    let test = tested(&studio, &studio.clock).await;
    let device = test.credentials.unwrap().unwrap();
    assert!(device.renewal_due < test.now + 41 * DAY && device.renewal_due > test.now + 36 * DAY);
    assert_eq!(test.clock_ahead_milliseconds, Some(0));

    let fast = ManualClock::starting_at(studio.clock.now() + 90 * MINUTE);
    assert_eq!(tested(&studio, &fast).await.clock_ahead_milliseconds, Some(90 * 60_000));
}
