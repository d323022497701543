//! Enrolment with an address and a code.

skip_in!(postgres: "has no database");

use std::time::Duration;

use lichtbild::client::config::StudioConfig;
use lichtbild::client::enrolment::device_folder::{DeviceFolderError, PENDING_KEY_FILE, ReplacePolicy};
use lichtbild::client::enrolment::enrol::{ClientEnrolError, EnrolmentProgress};
use lichtbild::client::enrolment::est::{SIMPLE_ENROLL, spki_sha256};
use lichtbild::client::enrolment::gateway_request::GatewayError;
use lichtbild::client::gateway_client::GatewayClient;
use lichtbild::client::response::problem_type;
use lichtbild::client::self_test::self_test;
use lichtbild::clock::Clock;
use lichtbild::domain::party::Role;
use lichtbild::identity::key::DeviceKey;
use tokio::time::timeout;

use super::enrolling_studio::EnrollingStudio;
use super::inviting_gateway::{LIFETIME, ScriptedIssuance};

#[tokio::test]
async fn an_address_and_a_code_make_a_device() {
    let studio = EnrollingStudio::invited().await;
    let enrolled = studio.enrol().await.unwrap();
    assert_eq!((enrolled.device_id, enrolled.role), (studio.gateway.device_id(), Role::Studio));
    assert_eq!(enrolled.not_after.unix_milliseconds(), (studio.clock.now() + LIFETIME).unix_milliseconds());
    assert_eq!(studio.files(), ["device.pem", "gateway-ca.pem", "studio.toml"]);
    let config = StudioConfig::load(&studio.config()).unwrap();
    let me = GatewayClient::from_config(&config).unwrap().get("/v1/me").send().await.unwrap();
    assert_eq!(me.status(), 200);
    let test = self_test(&studio.config(), None, studio.clock.as_ref()).await;
    assert!(matches!(test.deposit, Some(Ok(()))), "{test:?}");
    let notices = studio.notices.lock().unwrap();
    let [EnrolmentProgress::GatewayVerified { ca_sha256, .. }] = notices.as_slice() else { panic!("{notices:?}") };
    assert_eq!(*ca_sha256, studio.gateway.ca_sha256());
}

#[cfg(unix)]
#[tokio::test]
async fn the_key_is_its_owners_alone_and_on_the_disk_before_anything_is_sent() {
    use crate::support::gateway_process::mode;
    let studio = EnrollingStudio::invited().await;
    studio.gateway.script_issuances([ScriptedIssuance::Refuses(401, "invitation-spent")]);
    studio.enrol().await.unwrap_err();
    assert_eq!((studio.files(), mode(&studio.file(PENDING_KEY_FILE))), (vec![PENDING_KEY_FILE.to_owned()], 0o600));
    let pending = studio.read(PENDING_KEY_FILE);
    studio.enrol().await.unwrap();
    assert_eq!(mode(&studio.file("device.pem")), 0o600);
    assert!(studio.read("device.pem").ends_with(&pending), "the key that was made first is the device's");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again() {
    let studio = EnrollingStudio::invited().await;
    studio.gateway.script_issuances([ScriptedIssuance::IssuesButResponseIsLost]);
    let lost = studio.enrol().await.unwrap_err();
    assert!(matches!(lost, ClientEnrolError::Certificate(GatewayError::Transient(_))), "{lost:?}");
    // The gateway refuses every other key.
    studio.enrol().await.unwrap();
    assert_eq!(studio.gateway.count(SIMPLE_ENROLL), 2);
}

#[tokio::test]
async fn a_device_waiting_for_approval_polls_through_connection_failures() {
    let studio = EnrollingStudio::invited().await;
    studio.gateway.script_issuances([
        ScriptedIssuance::Waits("7"),
        ScriptedIssuance::Fails,
        ScriptedIssuance::Refuses(429, "too-many-requests"),
        ScriptedIssuance::Waits("9"),
    ]);
    studio.enrol().await.unwrap();
    let pauses = studio.pauses.lock().unwrap();
    assert_eq!((pauses[0], pauses[3], pauses.len()), (Duration::from_secs(7), Duration::from_secs(9), 4));
    let notices = studio.notices.lock().unwrap();
    let shown: Vec<_> = notices
        .iter()
        .filter_map(|notice| match notice {
            EnrolmentProgress::WaitingForApproval { spki_sha256, .. } => Some(*spki_sha256),
            _ => None,
        })
        .collect();
    let key = DeviceKey::from_pem(&studio.read("device.pem")).unwrap();
    assert_eq!(shown, [spki_sha256(&key)], "told once, and of the key that was certified in the end");
}

#[tokio::test]
async fn a_wait_that_was_broken_off_goes_on_with_the_same_key() {
    let studio = EnrollingStudio::invited().await;
    // The number of requests until the user gives up.
    studio.gateway.script_issuances(std::iter::repeat_n(ScriptedIssuance::Waits("1"), 100_000));
    assert!(timeout(Duration::from_millis(50), studio.enrol()).await.is_err());
    studio.gateway.behaviour().issuances.clear();
    studio.enrol().await.unwrap();
    assert_eq!(studio.files(), ["device.pem", "gateway-ca.pem", "studio.toml"]);
}

#[tokio::test]
async fn an_existing_device_stays_unless_replacement_is_asked_for() {
    let studio = EnrollingStudio::invited().await;
    studio.enrol().await.unwrap();
    let (device, asked) = (studio.read("device.pem"), studio.gateway.requests().len());
    let again = studio.enrol().await.unwrap_err();
    assert!(matches!(again, ClientEnrolError::Folder(DeviceFolderError::AlreadyEnrolled { .. })), "{again:?}");
    assert_eq!((studio.read("device.pem"), studio.gateway.requests().len()), (device.clone(), asked));

    let mut replaced = EnrollingStudio::invited().await;
    let edited = studio.read("studio.toml") + "connect_timeout_seconds = 3 # slow line\nfolder = 'Export \\\"1'\n";
    std::fs::write(studio.config(), &edited).unwrap();
    replaced.folder = studio.folder.clone();
    replaced.enrol_with(ReplacePolicy::WithBackup).await.unwrap();
    assert!(replaced.read("device.pem") != device && replaced.read("device.pem.1") == device);
    assert!(replaced.read("studio.toml.1") == edited, "of another gateway, so it made way too");
    let hot_folder = StudioConfig::load(&replaced.config()).unwrap().folder;
    assert_eq!(hot_folder, Some(replaced.file("Export \\\"1")), "it belongs to the computer");
    let test = self_test(&replaced.config(), None, replaced.clock.as_ref()).await;
    assert!(matches!(test.deposit, Some(Ok(()))), "{test:?}");
}

#[tokio::test]
async fn a_configuration_of_the_same_gateway_keeps_what_was_written_into_it() {
    let studio = EnrollingStudio::invited().await;
    studio.gateway.script_issuances([ScriptedIssuance::IssuesButResponseIsLost]);
    studio.enrol().await.unwrap_err();
    studio.enrol().await.unwrap();
    // As if the power had failed before the key's first file was removed.
    let edited = studio.read("studio.toml") + "connect_timeout_seconds = 3 # slow line\n";
    std::fs::write(studio.config(), &edited).unwrap();
    let key = DeviceKey::from_pem(&studio.read("device.pem")).unwrap();
    std::fs::write(studio.file(PENDING_KEY_FILE), key.to_pem().as_bytes()).unwrap();
    studio.enrol().await.unwrap();
    assert_eq!(studio.read("studio.toml"), edited);
    assert!(!studio.file(PENDING_KEY_FILE).exists() && !studio.file("gateway-ca.pem.1").exists());
}

#[tokio::test]
async fn an_office_gets_a_file_for_its_browser() {
    let studio = EnrollingStudio::invited_as(Role::Office).await;
    let enrolled = studio.enrol().await.unwrap();
    let file = enrolled.browser_file.unwrap();
    assert_eq!(studio.files(), ["device.p12", "device.pem", "gateway-ca.pem", "studio.toml"]);
    assert_eq!(file.path, studio.file("device.p12"));
    assert_eq!(file.password.len(), 23);
}

#[tokio::test]
async fn a_refusal_comes_with_the_gateways_words_and_leaves_no_device() {
    let studio = EnrollingStudio::invited().await;
    studio.gateway.script_issuances([
        ScriptedIssuance::Refuses(401, "invitation-expired"),
        ScriptedIssuance::IssuesForAnotherKey,
    ]);
    let ClientEnrolError::Certificate(GatewayError::Refused(problem)) = studio.enrol().await.unwrap_err() else {
        panic!()
    };
    assert_eq!((problem_type(&problem), problem.detail.as_str()), ("invitation-expired", "Einzelheit."));
    let other_key = studio.enrol().await.unwrap_err();
    assert!(matches!(other_key, ClientEnrolError::Certificate(GatewayError::NoCertificate)), "{other_key:?}");
    assert_eq!(studio.files(), [PENDING_KEY_FILE]);
}
