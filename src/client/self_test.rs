//! Self-test of everything between the configuration and the gateway's photo check, in the order of a deposit.
//!
//! The test photo is noise of a real photo's size and is never stored. Any result of the check proves that the gateway accepts the
//! certificate, receives the upload and checks photos.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::config::{StudioConfig, StudioConfigError};
use super::credentials::{Credentials, CredentialsError};
use super::deposited::photo_status::PhotoStatus;
use super::deposited::requests::{DepositedQuery, list};
use super::enrolment::device_folder::PENDING_KEY_FILE;
use super::enrolment::gateway_request;
use super::enrolment::gateway_request::GatewayError;
use super::enrolment::renew::certificate_in_use;
use super::enrolment::renewal_schedule::renewal_due_at;
use super::gateway_client::GatewayClient;
use super::network::connect_probe::{ProxyError, probe_tunnel};
use super::transient_error::{TlsFailure, TransientError};
use crate::atomic_file::{OtherReader, other_readers};
use crate::clock::{Clock, Timestamp};
use crate::domain::digest::Sha256Digest;
use crate::domain::photo::PhotoState;
use crate::identity::certificate::CertificateFacts;
use crate::json_object;
use crate::texts::language::Language;
use crate::wire::studio::MeBody;

/// Age of the oldest refusal that is shown.
pub const REFUSED_RECENTLY: Duration = Duration::from_hours(14 * 24);
/// Largest number of refused photos that are fetched, the newest deposits first.
const MAX_REFUSED: usize = 100;

/// Results of the self-test, in order. After the first error, the other steps are not tried and are `None`.
#[derive(Debug)]
pub struct SelfTest {
    /// By this computer's clock.
    pub now: Timestamp,
    pub config_file: PathBuf,
    pub configuration: Result<StudioConfig, ConfigurationFailure>,
    pub credentials: Option<Result<DeviceCredentials, CredentialsError>>,
    pub reachability: Option<Result<ReachedAt, ReachabilityError>>,
    pub admission: Option<Result<MeBody, GatewayError>>,
    /// Difference of this computer's clock to the gateway's; negative if it is slow.
    pub clock_ahead_milliseconds: Option<i64>,
    /// Upload of a test photo: `Ok` if the gateway checked it.
    pub deposit: Option<Result<(), GatewayError>>,
    /// Photos that an office refused recently. They are not a part of the test.
    pub refused: Option<Result<Vec<PhotoStatus>, GatewayError>>,
}

/// Facts about the device's credentials.
#[derive(Debug)]
pub struct DeviceCredentials {
    pub certificate: CertificateFacts,
    pub renewal_due: Timestamp,
    /// Digest of the authority by which the gateway is verified.
    pub ca_sha256: Sha256Digest,
    /// Users who can read the key besides its owner; `None` if the operating system does not tell.
    pub key_readers: Option<Vec<OtherReader>>,
}

/// There is no valid configuration.
#[derive(Debug)]
pub struct ConfigurationFailure {
    pub error: StudioConfigError,
    /// True if the folder contains an unfinished enrolment.
    pub enrolment_pending: bool,
}

/// Route on which the gateway's port was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReachedAt {
    Address(SocketAddr),
    /// Through a tunnel of the proxy at this host and port.
    Proxy(String),
}

/// Reason why there is no connection.
#[derive(Debug)]
pub enum ReachabilityError {
    Proxy(ProxyError),
    /// The gateway's name has no address.
    DnsLookup(io::Error),
    ConnectFailed(SocketAddr, io::Error),
    TimedOut,
}

/// Runs the steps until one fails. Changes nothing, here or at the gateway. The gateway answers in `requested_language`, or else in the
/// language of the configuration.
pub async fn self_test(config_file: &Path, requested_language: Option<Language>, clock: &dyn Clock) -> SelfTest {
    let mut test = SelfTest {
        now: clock.now(),
        config_file: config_file.to_owned(),
        configuration: StudioConfig::load(config_file).map_err(|error| ConfigurationFailure {
            error,
            enrolment_pending: config_file.with_file_name(PENDING_KEY_FILE).exists(),
        }),
        credentials: None,
        reachability: None,
        admission: None,
        clock_ahead_milliseconds: None,
        deposit: None,
        refused: None,
    };
    test.configuration = test.configuration.map(|config| config.in_language(requested_language));
    let Ok(config) = &test.configuration else { return test };
    let loaded = load(config);
    let reachability = connect_tcp(config).await;
    let is_reachable = reachability.is_ok();
    test.reachability = Some(reachability);
    let connection = match loaded {
        Ok((device, connection)) => {
            test.credentials = Some(Ok(device));
            connection
        }
        Err(error) => {
            test.credentials = Some(Err(error));
            return test;
        }
    };
    if !is_reachable {
        return test;
    }
    let sent_at = clock.now();
    let language = config.language.tag();
    let me = gateway_request::fetch_body(connection.get("/v1/me").header("accept-language", language)).await;
    let answered_at = clock.now();
    let me = me.and_then(|body| json_object::from_slice::<MeBody>(&body).map_err(|_| not_a_gateway(config)));
    if let Ok(me) = &me {
        // The gateway read its clock at some time in between. The middle is precise enough.
        let middle = (sent_at.unix_milliseconds() + answered_at.unix_milliseconds()) / 2;
        test.clock_ahead_milliseconds = Some(middle - me.time.unix_milliseconds());
        test.deposit = Some(send_test_photo(&connection, language).await);
        test.refused = Some(recently_refused(&connection, config.language, answered_at).await);
    }
    test.admission = Some(me);
    test
}

async fn recently_refused(
    connection: &GatewayClient,
    language: Language,
    now: Timestamp,
) -> Result<Vec<PhotoStatus>, GatewayError> {
    let query = DepositedQuery { state: Some(PhotoState::Refused), limit: MAX_REFUSED, oldest: None };
    let refused = list(connection, &query, language).await?.photos;
    let is_recent = |photo: &PhotoStatus| photo.settled_at.is_some_and(|at| at.until(now) <= REFUSED_RECENTLY);
    Ok(refused.into_iter().filter(is_recent).collect())
}

fn load(config: &StudioConfig) -> Result<(DeviceCredentials, GatewayClient), CredentialsError> {
    let credentials = Credentials::load(config)?;
    let certificate = certificate_in_use(config, &credentials)?;
    let device = DeviceCredentials {
        renewal_due: renewal_due_at(&certificate),
        certificate,
        ca_sha256: credentials.ca_sha256,
        key_readers: other_readers(&config.key),
    };
    Ok((device, GatewayClient::with_credentials(config, credentials)?))
}

async fn connect_tcp(config: &StudioConfig) -> Result<ReachedAt, ReachabilityError> {
    if let Some(proxy) = &config.proxy {
        let probed = probe_tunnel(proxy, &config.gateway, config.connect_timeout).await;
        return probed.map(|()| ReachedAt::Proxy(proxy.address())).map_err(ReachabilityError::Proxy);
    }
    let host = config.gateway.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = config.gateway.port_or_known_default().unwrap_or(443);
    let addresses = timeout(config.connect_timeout, lookup_host((host, port))).await;
    let addresses: Vec<_> =
        addresses.map_err(|_| ReachabilityError::TimedOut)?.map_err(ReachabilityError::DnsLookup)?.collect();
    let mut last = ReachabilityError::DnsLookup(io::ErrorKind::NotFound.into());
    for address in addresses {
        match timeout(config.connect_timeout, TcpStream::connect(address)).await {
            Ok(Ok(_)) => return Ok(ReachedAt::Address(address)),
            Ok(Err(error)) => last = ReachabilityError::ConnectFailed(address, error),
            Err(_) => last = ReachabilityError::TimedOut,
        }
    }
    Err(last)
}

async fn send_test_photo(connection: &GatewayClient, language: &str) -> Result<(), GatewayError> {
    let photo = test_photo()
        .ok_or(GatewayError::Transient(TransientError::ConnectionLost("no picture could be made".to_owned())))?;
    let request = connection.post("/v1/photos/check").header("content-type", "image/jpeg");
    gateway_request::fetch_body(request.header("accept-language", language).body(photo)).await.map(drop)
}

/// 413 x 531 pixels of noise, which have about the size of a real photo. Each run makes the same bytes.
fn test_photo() -> Option<Vec<u8>> {
    const WIDTH: u16 = 413;
    const HEIGHT: u16 = 531;
    let mut state = 1_u32;
    let noise = |_| {
        // Linear congruential generator of Numerical Recipes; its upper bits are random enough for noise.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let pixels: Vec<u8> = (0..u32::from(WIDTH) * u32::from(HEIGHT)).map(noise).collect();
    let mut photo = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut photo, 85);
    let encoded = { encoder }.encode(&pixels, WIDTH.into(), HEIGHT.into(), ExtendedColorType::L8);
    encoded.is_ok().then_some(photo)
}

fn not_a_gateway(config: &StudioConfig) -> GatewayError {
    GatewayError::NotAGateway { status: 200, url: config.gateway.clone() }
}

/// Reports whether the gateway's identity is verified. Only then can its answer about this device be trusted.
pub fn is_gateway_verified(admission: &Result<MeBody, GatewayError>) -> bool {
    match admission {
        Ok(_) | Err(GatewayError::Refused(_) | GatewayError::Tls(TlsFailure::ClientCertificate(_))) => true,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_photo_is_a_jpeg_of_a_real_photos_size() {
        let photo = test_photo().unwrap();
        assert!(photo.starts_with(&[0xFF, 0xD8]) && (100_000..400_000).contains(&photo.len()), "{}", photo.len());
        assert_eq!(photo, self::test_photo().unwrap());
    }
}
