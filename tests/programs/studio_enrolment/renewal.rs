//! A certificate is renewed in time with a new key, and failures do not affect the old one.

skip_in!(postgres: "has no database");

use std::sync::Mutex;
use std::time::Duration;

use lichtbild::client::config::StudioConfig;
use lichtbild::client::enrolment::auto_renewal::{CertificateRenewer, RenewalEvent};
use lichtbild::client::enrolment::est::SIMPLE_REENROLL;
use lichtbild::client::enrolment::gateway_request::GatewayError;
use lichtbild::client::enrolment::renew::{ClientRenewError, renew};
use lichtbild::client::gateway_client::GatewayClient;
use lichtbild::client::transient_error::{ClientCertError, TlsFailure};
use lichtbild::clock::Clock;
use lichtbild::identity::key::DeviceKey;

use super::enrolling_studio::EnrollingStudio;
use super::inviting_gateway::{LIFETIME, ScriptedIssuance};
use crate::support::test_gateway::DAY;

async fn enrolled() -> EnrollingStudio {
    let studio = EnrollingStudio::invited().await;
    studio.enrol().await.unwrap();
    studio
}

async fn is_served(connection: &GatewayClient) -> bool {
    connection.get("/v1/me").send().await.is_ok_and(|answer| answer.status() == 200)
}

fn connection(studio: &EnrollingStudio) -> GatewayClient {
    GatewayClient::from_config(&StudioConfig::load(&studio.config()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_renewal_brings_a_new_key_and_leaves_the_configuration_as_it_was() {
    let studio = enrolled().await;
    let (device, config, before) = (studio.read("device.pem"), studio.read("studio.toml"), connection(&studio));
    studio.clock.advance(45 * DAY);
    let renewed = renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap();
    assert_eq!(renewed.certificate.not_after, studio.clock.now() + LIFETIME);
    let key = |text: &str| DeviceKey::from_pem(text).unwrap().public_key();
    assert!(key(&studio.read("device.pem")) != key(&device));
    assert_eq!(studio.read("studio.toml"), config);
    assert_eq!(studio.files(), ["device.pem", "gateway-ca.pem", "studio.toml"]);
    assert!(is_served(&renewed.client).await && is_served(&connection(&studio)).await);
    assert!(is_served(&before).await, "what is under way goes on over the old one");
}

#[tokio::test]
async fn two_files_from_the_administrator_become_one() {
    let studio = enrolled().await;
    studio.split_certificate_and_key();
    studio.edit_config("language", "# ours\nlanguage");
    assert!(is_served(&connection(&studio)).await);
    renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap();
    assert_eq!(studio.files(), ["device.pem", "gateway-ca.pem", "studio.toml"]);
    assert!(studio.read("studio.toml").contains("# ours\n") && is_served(&connection(&studio)).await);
}

#[tokio::test]
async fn a_certificate_that_the_gateway_does_not_take_is_not_switched_to() {
    let studio = enrolled().await;
    let device = studio.read("device.pem");
    studio.gateway.script_issuances([ScriptedIssuance::IssuesAndForgets]);
    let error = renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap_err();
    assert!(matches!(error, ClientRenewError::NewCertificateRejected(GatewayError::Refused(_))), "{error:?}");
    assert!(studio.read("device.pem") == device && is_served(&connection(&studio)).await);
    // The new certificate is discarded, because it is rejected and the old one works.
    renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap();
    assert!(studio.read("device.pem") != device && is_served(&connection(&studio)).await);
    assert_eq!(studio.files(), ["device.pem", "gateway-ca.pem", "studio.toml"]);
}

#[tokio::test]
async fn a_new_pair_that_could_not_be_put_in_place_is_used_by_the_next_renewal() {
    let studio = enrolled().await;
    studio.split_certificate_and_key();
    studio.edit_config("key = \"key.pem\"", "'key' = \"key.pem\"");
    let error = renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap_err();
    assert!(matches!(error, ClientRenewError::Install(_)), "{error:?}");
    assert!(is_served(&connection(&studio)).await, "the old pair is in use");
    let recorded = studio.read("device.next.pem");
    studio.edit_config("'key' = ", "key = ");
    renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap();
    assert_eq!(studio.gateway.count(SIMPLE_REENROLL), 1, "the noted pair was used, no other was asked for");
    assert!(studio.read("device.pem") == recorded && !studio.file("device.next.pem").exists());
}

#[tokio::test]
async fn nothing_is_asked_of_a_gateway_with_a_certificate_that_has_ended() {
    let studio = enrolled().await;
    studio.clock.advance(LIFETIME + DAY);
    let error = renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap_err();
    assert!(matches!(error, ClientRenewError::Expired { .. }), "{error:?}");
    assert_eq!(studio.gateway.count(SIMPLE_REENROLL), 0);
}

#[tokio::test]
async fn a_revoked_device_is_told_so() {
    let studio = enrolled().await;
    studio.gateway.revoke_all();
    let error = renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap_err();
    let revoked = TlsFailure::ClientCertificate(ClientCertError::Revoked);
    assert!(
        matches!(&error, ClientRenewError::Request(GatewayError::Tls(refusal)) if *refusal == revoked),
        "{error:?}"
    );
}

/// A running program that renews its certificate when it is due.
struct RunningRenewal {
    renewal: CertificateRenewer,
    connection: GatewayClient,
    notices: Mutex<Vec<RenewalEvent>>,
}

impl RunningRenewal {
    fn begin(studio: &EnrollingStudio) -> Self {
        let (renewal, connection) = CertificateRenewer::load(&studio.config()).unwrap();
        Self { renewal, connection, notices: Mutex::default() }
    }

    async fn asks(&mut self, studio: &EnrollingStudio) -> bool {
        let announce = |notice| self.notices.lock().unwrap().push(notice);
        let fresh = self.renewal.renew_if_due(studio.clock.as_ref(), &announce).await;
        let is_new = fresh.is_some();
        self.connection = fresh.unwrap_or_else(|| self.connection.clone());
        is_new
    }
}

#[tokio::test]
async fn a_running_program_renews_at_two_thirds_and_is_served_throughout() {
    let studio = enrolled().await;
    let mut running = RunningRenewal::begin(&studio);
    let mut renewed_on = Vec::new();
    // Half a year: the first certificate would have ended after 60 days.
    for day in 0..183 {
        if running.asks(&studio).await {
            renewed_on.push(day);
        }
        assert!(is_served(&running.connection).await, "day {day}");
        studio.clock.advance(DAY);
    }
    let spans: Vec<_> = renewed_on.iter().scan(0, |last, day| Some(day - std::mem::replace(last, *day))).collect();
    assert!(spans.len() == 4 && spans.iter().all(|days| (37..=41).contains(days)), "{spans:?}");
    assert!(running.notices.lock().unwrap().iter().all(|notice| matches!(notice, RenewalEvent::Renewed { .. })));
}

#[tokio::test]
async fn a_renewal_that_fails_is_tried_again_after_growing_pauses() {
    let studio = enrolled().await;
    let mut running = RunningRenewal::begin(&studio);
    studio.clock.advance(41 * DAY);
    studio.gateway.script_issuances([ScriptedIssuance::Fails, ScriptedIssuance::Fails, ScriptedIssuance::Fails]);
    let mut asked_at_minute = Vec::new();
    for minute in 0..9 {
        let before = studio.gateway.count(SIMPLE_REENROLL);
        running.asks(&studio).await;
        if studio.gateway.count(SIMPLE_REENROLL) > before {
            asked_at_minute.push(minute);
        }
        studio.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(asked_at_minute, [0, 1, 3, 7]);
    assert!(is_served(&running.connection).await);
}

#[tokio::test]
async fn a_renewal_by_another_program_is_noticed() {
    let studio = enrolled().await;
    let mut running = RunningRenewal::begin(&studio);
    assert!(!running.asks(&studio).await);
    renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap();
    assert!(running.asks(&studio).await && !running.asks(&studio).await);
    assert_eq!(studio.gateway.count(SIMPLE_REENROLL), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn no_certificate_is_asked_for_that_could_not_be_stored() {
    let studio = enrolled().await;
    // A broken link, which also stops the superuser, unlike permissions.
    std::os::unix::fs::symlink("away/device.pem", studio.file("device.next.pem")).unwrap();
    for _ in 0..2 {
        let error = renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap_err();
        assert!(matches!(error, ClientRenewError::Install(_)), "{error:?}");
    }
    assert_eq!(studio.gateway.count(SIMPLE_REENROLL), 0);
    std::fs::remove_file(studio.file("device.next.pem")).unwrap();
    renew(&studio.config(), None, studio.clock.as_ref()).await.unwrap();
    assert_eq!(studio.files(), ["device.pem", "gateway-ca.pem", "studio.toml"]);
}
