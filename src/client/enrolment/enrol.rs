//! Enrols this computer: `key -> look up -> prove -> ask for the certificate (again, until approved) -> store`.

use std::fmt;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Url};

use super::address::EnrolmentAddress;
use super::bootstrap::{BootstrapError, ProvenInvitation, look_up};
use super::est::{IssuedCertificate, SIMPLE_ENROLL, spki_sha256};
use super::folder::{BrowserFile, Folder, FolderError, Replace};
use super::line::{EstAnswer, LineError, request_certificate, verified_with};
use crate::client::backoff;
use crate::client::patience::Patience;
use crate::clock::{Clock, Timestamp};
use crate::domain::digest::Sha256Digest;
use crate::domain::enrolment_code::EnrolmentCode;
use crate::domain::id::DeviceId;
use crate::domain::language::Language;
use crate::domain::party::Role;
use crate::entropy::{Entropy, random_bytes};
use crate::failpoint;
use crate::identity::key::DeviceKey;
use crate::wire::enrolment::InvitedPartyBody;

/// How often a gateway that names no time is asked whether the device was approved.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(15);
/// However soon a gateway wants to be asked.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// An enrolment to be done.
#[derive(Clone, Copy)]
pub struct Enrolment<'a> {
    /// Where the invitation is accepted.
    pub address: &'a EnrolmentAddress,
    /// The invitation's code.
    pub code: &'a EnrolmentCode,
    /// The fingerprint of the gateway's authority, if the person has it on paper.
    pub letter: Option<Sha256Digest>,
    /// Where the device's files go.
    pub folder: &'a Folder,
    /// What becomes of a device that is there already.
    pub replace: Replace,
    /// The language of refusals, and of the configuration that is written.
    pub language: Language,
    /// For `Retry-After`.
    pub clock: &'a dyn Clock,
    /// For nonce, password and jitter.
    pub entropy: &'a dyn Entropy,
    /// For the pauses while somebody approves.
    pub patience: &'a dyn Patience,
    /// Learns what happens meanwhile.
    pub announce: &'a (dyn Fn(EnrolNotice) + Send + Sync),
}

/// What the person at the screen should learn while an enrolment goes on.
#[derive(Debug)]
pub enum EnrolNotice {
    /// The gateway has proved itself; the code is sent next.
    Proved {
        /// For comparing with the letter.
        ca_sha256: Sha256Digest,
        /// The address for deposits or collections.
        gateway: Url,
        /// Whom it invites.
        party: InvitedPartyBody,
    },
    /// Somebody has to approve the device first.
    WaitingForApproval {
        /// What the one who approves sees too.
        spki_sha256: Sha256Digest,
        /// The device.
        device_id: DeviceId,
    },
    /// Asking whether it was approved failed; it goes on.
    StillWaiting {
        /// Why.
        error: LineError,
        /// The pause before the next try.
        pause: Duration,
    },
}

/// This computer is a device now, its files on the disk.
#[derive(Debug)]
pub struct Enrolled {
    /// The device.
    pub device_id: DeviceId,
    /// Its side.
    pub role: Role,
    /// Whose it is, by the invitation.
    pub party: InvitedPartyBody,
    /// The address for deposits or collections.
    pub gateway: Url,
    /// The gateway's authority.
    pub ca_sha256: Sha256Digest,
    /// The end of the certificate.
    pub until: Timestamp,
    /// For an office.
    pub browser_file: Option<BrowserFile>,
}

/// Enrols. File work is done on the calling thread.
///
/// # Errors
/// [`EnrolError`]. The same call again goes on with the same key, and a gateway whose answer was lost gives it again.
pub async fn enrol(job: &Enrolment<'_>) -> Result<Enrolled, EnrolError> {
    let key = job.folder.begin(job.replace)?;
    failpoint::reached("enrol.key_stored");
    let invitation = look_up(job.address, job.code, job.letter, job.entropy, job.language.tag()).await?;
    let ca_sha256 = invitation.ca_sha256();
    let (gateway, party) = (invitation.gateway.clone(), invitation.party.clone());
    (job.announce)(EnrolNotice::Proved { ca_sha256, gateway: gateway.clone(), party: party.clone() });
    let certificate = certificate_for(&key, &invitation, job).await?;
    failpoint::reached("enrol.answered");
    let browser_file = job.folder.finish(&invitation, &key, &certificate, job.language, job.entropy)?;
    let (device_id, role, until) = (invitation.device_id, invitation.role, certificate.facts.not_after);
    Ok(Enrolled { device_id, role, party, gateway, ca_sha256, until, browser_file })
}

/// Asks until the gateway has decided. Before it has said that it will, every failure goes back to the person who waits.
async fn certificate_for(
    key: &DeviceKey,
    invitation: &ProvenInvitation,
    job: &Enrolment<'_>,
) -> Result<IssuedCertificate, EnrolError> {
    let http = verified_with(&invitation.ca).ok_or(EnrolError::Bootstrap(BootstrapError::Unreadable))?;
    let (mut failures, mut waiting) = (0, false);
    loop {
        let pause = match request_certificate(request(&http, invitation, job), key, job.clock.now()).await {
            Ok(EstAnswer::Issued(certificate)) => return Ok(certificate),
            Ok(EstAnswer::Waiting { retry_after }) => {
                if !waiting {
                    let (spki_sha256, device_id) = (spki_sha256(key), invitation.device_id);
                    (job.announce)(EnrolNotice::WaitingForApproval { spki_sha256, device_id });
                }
                (failures, waiting) = (0, true);
                retry_after.unwrap_or(ASK_AGAIN_AFTER).max(SHORTEST_PAUSE)
            }
            Err(error) if waiting && error.may_pass() => {
                failures += 1;
                let draw = random_bytes(job.entropy).map_or(u32::MAX, u32::from_be_bytes);
                let pause = backoff::pause(failures, draw).max(SHORTEST_PAUSE);
                (job.announce)(EnrolNotice::StillWaiting { error, pause });
                pause
            }
            Err(error) => return Err(EnrolError::Certificate(error)),
        };
        job.patience.wait(pause).await;
    }
}

/// The code goes over the proven line only, and nowhere else.
fn request(http: &Client, invitation: &ProvenInvitation, job: &Enrolment<'_>) -> RequestBuilder {
    http.post(job.address.at(SIMPLE_ENROLL))
        .basic_auth(invitation.device_id, Some(job.code.reveal()))
        .header("accept-language", job.language.tag())
}

/// Why this computer is not enrolled.
#[derive(Debug)]
pub enum EnrolError {
    /// A file of the device does not serve.
    Folder(FolderError),
    /// The gateway was not reached or did not prove itself; the code was not sent.
    Bootstrap(BootstrapError),
    /// The proven gateway gave no certificate.
    Certificate(LineError),
}

impl From<FolderError> for EnrolError {
    fn from(error: FolderError) -> Self {
        Self::Folder(error)
    }
}

impl From<BootstrapError> for EnrolError {
    fn from(error: BootstrapError) -> Self {
        Self::Bootstrap(error)
    }
}

impl fmt::Display for EnrolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder(_) => "the device's folder does not serve",
            Self::Bootstrap(_) => "the gateway did not prove itself",
            Self::Certificate(_) => "the gateway gave no certificate",
        })
    }
}

impl std::error::Error for EnrolError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Folder(source) => Some(source),
            Self::Bootstrap(source) => Some(source),
            Self::Certificate(source) => Some(source),
        }
    }
}
