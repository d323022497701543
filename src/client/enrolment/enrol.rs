//! Enrolment of this computer: `key -> look up -> check the proof -> request the certificate (repeated until approved) -> store`.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Url};

use super::address::EnrolmentAddress;
use super::bootstrap::{BootstrapError, VerifiedInvitation, look_up};
use super::device_folder::{BrowserFile, DeviceFolder, DeviceFolderError, ReplacePolicy, StudioSettings};
use super::est::{ReceivedCertificate, SIMPLE_ENROLL, spki_sha256};
use super::gateway_request::{EstResponse, GatewayError, client_trusting_ca, request_certificate};
use crate::client::backoff;
use crate::client::network::proxy::HttpProxy;
use crate::client::timer::Timer;
use crate::clock::{Clock, Timestamp};
use crate::domain::code::enrolment_code::EnrolmentCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::Role;
use crate::entropy::{Entropy, random_bytes};
use crate::failpoint;
use crate::identity::key::DeviceKey;
use crate::texts::language::Language;
use crate::wire::enrolment::InvitedPartyBody;

/// Interval of the requests for a certificate while the device waits for approval, if the gateway names no time.
const DEFAULT_POLL_INTERVAL: Duration = Duration::from_secs(15);
/// Minimum, even if the gateway names a shorter time.
const MIN_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Invitation, folder and services of an enrolment.
#[derive(Clone, Copy)]
pub struct DeviceEnrolment<'a> {
    pub address: &'a EnrolmentAddress,
    pub code: &'a EnrolmentCode,
    /// From the invitation letter, if the user typed it.
    pub expected_ca_sha256: Option<Sha256Digest>,
    pub folder: &'a DeviceFolder,
    /// For a device that is already in the folder.
    pub replace: ReplacePolicy,
    /// Written into the configuration, unless it comes from the environment.
    pub proxy: Option<&'a HttpProxy>,
    /// For refusals, and for the configuration.
    pub language: Language,
    pub clock: &'a dyn Clock,
    /// For nonce, password and jitter.
    pub entropy: &'a dyn Entropy,
    /// For the pauses while the device waits for approval.
    pub timer: &'a dyn Timer,
    /// Receives events.
    pub on_progress: &'a (dyn Fn(EnrolmentProgress) + Send + Sync),
}

/// Events of an enrolment, for the user.
#[derive(Debug)]
pub enum EnrolmentProgress {
    /// The gateway has proved its identity. The code is sent next.
    GatewayVerified {
        /// For comparison with the letter.
        ca_sha256: Sha256Digest,
        /// For deposits or collections.
        gateway: Url,
        party: InvitedPartyBody,
    },
    /// An administrator has to approve the device first.
    WaitingForApproval {
        /// Fingerprint of the device's key, which the administrator sees too.
        spki_sha256: Sha256Digest,
        device_id: DeviceId,
    },
    /// A request failed while the device waits for approval. It is repeated.
    PollFailed {
        error: GatewayError,
        /// Before the next try.
        pause: Duration,
    },
}

/// An enrolled device whose files are on the disk.
#[derive(Debug)]
pub struct EnrolledDevice {
    pub device_id: DeviceId,
    pub role: Role,
    /// As named in the invitation.
    pub party: InvitedPartyBody,
    /// For deposits or collections.
    pub gateway: Url,
    pub ca_sha256: Sha256Digest,
    pub not_after: Timestamp,
    /// Only for an office.
    pub browser_file: Option<BrowserFile>,
}

/// Enrols this computer. File operations block the calling thread.
///
/// # Errors
/// [`ClientEnrolError`]. A repetition continues with the same key, and the gateway repeats an answer that was lost.
pub async fn enrol(enrolment: &DeviceEnrolment<'_>) -> Result<EnrolledDevice, ClientEnrolError> {
    let key = enrolment.folder.load_or_create_key(enrolment.replace)?;
    failpoint::reached("enrol.key_stored");
    let invitation = look_up(
        enrolment.address,
        enrolment.code,
        enrolment.expected_ca_sha256,
        enrolment.entropy,
        enrolment.language.tag(),
        enrolment.proxy,
    )
    .await?;
    let ca_sha256 = invitation.ca_sha256();
    let (gateway, party) = (invitation.gateway.clone(), invitation.party.clone());
    (enrolment.on_progress)(EnrolmentProgress::GatewayVerified {
        ca_sha256,
        gateway: gateway.clone(),
        party: party.clone(),
    });
    let certificate = poll_certificate(&key, &invitation, enrolment).await?;
    failpoint::reached("enrol.answered");
    let settings = StudioSettings { language: enrolment.language, proxy: enrolment.proxy };
    let browser_file = enrolment.folder.store_device(&invitation, &key, &certificate, &settings, enrolment.entropy)?;
    let (device_id, role, until) = (invitation.device_id, invitation.role, certificate.facts.not_after);
    Ok(EnrolledDevice { device_id, role, party, gateway, ca_sha256, not_after: until, browser_file })
}

/// Repeats the request until the gateway has decided. Before the gateway has answered that the approval is pending, every failure ends the
/// enrolment.
async fn poll_certificate(
    key: &DeviceKey,
    invitation: &VerifiedInvitation,
    enrolment: &DeviceEnrolment<'_>,
) -> Result<ReceivedCertificate, ClientEnrolError> {
    let http = client_trusting_ca(&invitation.ca, &enrolment.address.at("/"), enrolment.proxy)
        .ok_or(ClientEnrolError::Bootstrap(BootstrapError::Unreadable))?;
    let (mut failures, mut waiting) = (0, false);
    loop {
        let pause = match request_certificate(request(&http, invitation, enrolment), key, enrolment.clock.now()).await {
            Ok(EstResponse::Issued(certificate)) => return Ok(certificate),
            Ok(EstResponse::Pending { retry_after }) => {
                if !waiting {
                    let (spki_sha256, device_id) = (spki_sha256(key), invitation.device_id);
                    (enrolment.on_progress)(EnrolmentProgress::WaitingForApproval { spki_sha256, device_id });
                }
                (failures, waiting) = (0, true);
                retry_after.unwrap_or(DEFAULT_POLL_INTERVAL).max(MIN_POLL_INTERVAL)
            }
            Err(error) if waiting && error.is_transient() => {
                failures += 1;
                let draw = random_bytes(enrolment.entropy).map_or(u32::MAX, u32::from_be_bytes);
                let pause = backoff::pause(failures, draw).max(MIN_POLL_INTERVAL);
                (enrolment.on_progress)(EnrolmentProgress::PollFailed { error, pause });
                pause
            }
            Err(error) => return Err(ClientEnrolError::Certificate(error)),
        };
        enrolment.timer.sleep(pause).await;
    }
}

/// The code is sent only to the gateway that has proved its identity.
fn request(http: &Client, invitation: &VerifiedInvitation, enrolment: &DeviceEnrolment<'_>) -> RequestBuilder {
    http.post(enrolment.address.at(SIMPLE_ENROLL))
        .basic_auth(invitation.device_id, Some(enrolment.code.reveal()))
        .header("accept-language", enrolment.language.tag())
}

/// Reason why this computer is not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum ClientEnrolError {
    #[error("the device's folder cannot be used")]
    Folder(#[from] DeviceFolderError),
    /// The code was not sent.
    #[error("the gateway did not prove its identity")]
    Bootstrap(#[from] BootstrapError),
    #[error("the gateway gave no certificate")]
    Certificate(#[source] GatewayError),
}
