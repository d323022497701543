//! One request of an enrolment, and what comes of it.

use std::fmt;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, Response, Url};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::est::{self, IssuedCertificate};
use crate::client::answer::{read_body, retry_after};
use crate::client::connection;
use crate::client::setback::{Failure, Setback, TlsRefusal};
use crate::clock::Timestamp;
use crate::identity::cryptography::crypto_provider;
use crate::identity::error::IdentityError;
use crate::identity::key::DeviceKey;
use crate::wire::problem::ProblemBody;

/// A line that is verified with one authority and no other; without a certificate of this side.
pub(super) fn verified_with(ca: &[u8]) -> Option<Client> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(ca)).ok()?;
    let tls = ClientConfig::builder_with_provider(crypto_provider())
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    connection::patient_client(tls).ok()
}

/// What a request for a certificate came to.
#[derive(Debug)]
pub enum EstAnswer {
    /// Here it is.
    Issued(IssuedCertificate),
    /// Somebody has to approve it first: ask again.
    Waiting {
        /// Not before this much time has passed.
        retry_after: Option<Duration>,
    },
}

/// Sends a request for a certificate for `key`. `now` is for a `Retry-After` that names a date.
///
/// # Errors
/// [`LineError`].
pub async fn request_certificate(
    request: RequestBuilder,
    key: &DeviceKey,
    now: Timestamp,
) -> Result<EstAnswer, LineError> {
    let message = est::request(key).map_err(LineError::Key)?;
    let response = send(request.header(CONTENT_TYPE, est::REQUEST_TYPE).body(message)).await?;
    if response.status().as_u16() == 202 {
        return Ok(EstAnswer::Waiting { retry_after: retry_after(response.headers(), now) });
    }
    let body = read(response).await?;
    est::read_certificate_for(key, &body).map(EstAnswer::Issued).ok_or(LineError::NoCertificate)
}

/// Sends a request and gives the body of a 200.
pub(in crate::client) async fn ask(request: RequestBuilder) -> Result<Vec<u8>, LineError> {
    read(send(request).await?).await
}

async fn send(request: RequestBuilder) -> Result<Response, LineError> {
    request.send().await.map_err(|error| LineError::from_failure(Failure::from(&error)))
}

async fn read(mut response: Response) -> Result<Vec<u8>, LineError> {
    let (status, url) = (response.status().as_u16(), response.url().clone());
    let body = read_body(&mut response).await.map_err(LineError::from_failure)?;
    let body = body.ok_or_else(|| LineError::NotAGateway { status, url: url.clone() })?;
    if status == 200 {
        return Ok(body);
    }
    match (status, serde_json::from_slice::<ProblemBody>(&body)) {
        // Refusals in words come first: 429 and 503 too say what to do.
        (400.., Ok(problem)) => Err(LineError::Refused(problem)),
        (408 | 425 | 429 | 500 | 502 | 503 | 504, Err(_)) => Err(LineError::Setback(Setback::Busy { status })),
        _ => Err(LineError::NotAGateway { status, url }),
    }
}

/// Why a request brought nothing.
#[derive(Debug)]
pub enum LineError {
    /// May be better next time.
    Setback(Setback),
    /// Never will be, as things stand.
    Tls(TlsRefusal),
    /// The gateway says no, or not now, and why.
    Refused(ProblemBody),
    /// Nothing that a gateway would say.
    NotAGateway {
        /// The HTTP status code.
        status: u16,
        /// Who said it.
        url: Url,
    },
    /// An answer without a certificate for the key it was asked for.
    NoCertificate,
    /// The request could not be signed.
    Key(IdentityError),
}

impl LineError {
    pub(super) fn from_failure(failure: Failure) -> Self {
        match failure {
            Failure::Setback(setback) => Self::Setback(setback),
            Failure::Refusal(refusal) => Self::Tls(refusal),
        }
    }

    /// Whether asking again may help without anybody doing anything.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Setback(_) => true,
            Self::Refused(problem) => matches!(problem.status, 429 | 500..),
            _ => false,
        }
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setback(setback) => setback.fmt(f),
            Self::Tls(TlsRefusal::OurCertificate(_)) => f.write_str("the gateway does not take the certificate"),
            Self::Tls(TlsRefusal::TheirCertificate(_)) => f.write_str("the gateway's certificate is not trusted"),
            Self::Tls(TlsRefusal::NothingInCommon) => f.write_str("no common version or cipher suite of TLS"),
            Self::Refused(problem) => write!(f, "refused: {}", problem.kind),
            Self::NotAGateway { status, url } => write!(f, "no gateway at {url} (status {status})"),
            Self::NoCertificate => f.write_str("the answer holds no certificate for this device's key"),
            Self::Key(_) => f.write_str("the request for a certificate could not be signed"),
        }
    }
}

impl std::error::Error for LineError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Key(source) => Some(source),
            _ => None,
        }
    }
}
