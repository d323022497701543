//! A request of an enrolment, and its outcome.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, Response, Url};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::est;
use super::est::ReceivedCertificate;
use crate::client::gateway_client;
use crate::client::network::connect_probe::ProxyError;
use crate::client::network::proxy::HttpProxy;
use crate::client::network::server_verifier::server_verifier;
use crate::client::response::{is_wrong_listener, read_body, retry_after};
use crate::client::transient_error::{HttpRequestError, TlsFailure, TransientError};
use crate::clock::Timestamp;
use crate::identity::cryptography::crypto_provider;
use crate::identity::error::IdentityError;
use crate::identity::key::DeviceKey;
use crate::json_object;
use crate::wire::problem::ProblemBody;

/// HTTP client that trusts only one authority and presents no certificate.
pub(super) fn client_trusting_ca(ca: &[u8], destination: &Url, proxy: Option<&HttpProxy>) -> Option<Client> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(ca)).ok()?;
    let tls = ClientConfig::builder_with_provider(crypto_provider())
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(server_verifier(roots).ok()?)
        .with_no_client_auth();
    gateway_client::client_with_default_timeouts(tls, destination, proxy).ok()
}

/// Outcome of a request for a certificate.
#[derive(Debug)]
pub enum EstResponse {
    Issued(ReceivedCertificate),
    /// The request waits for approval and has to be repeated.
    Pending {
        /// Pause that the gateway asks for.
        retry_after: Option<Duration>,
    },
}

/// Requests a certificate for `key`. `now` serves a `Retry-After` with a date.
pub async fn request_certificate(
    request: RequestBuilder,
    key: &DeviceKey,
    now: Timestamp,
) -> Result<EstResponse, GatewayError> {
    let message = est::encode_request(key).map_err(GatewayError::Key)?;
    let response = send(request.header(CONTENT_TYPE, est::REQUEST_TYPE).body(message)).await?;
    if response.status().as_u16() == 202 {
        return Ok(EstResponse::Pending { retry_after: retry_after(response.headers(), now) });
    }
    let (status, url) = (response.status().as_u16(), response.url().clone());
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_est = content_type.is_some_and(|value| value.starts_with(est::RESPONSE_TYPE));
    let body = read_ok_body(response).await?;
    match est::read_certificate_for(key, &body) {
        Some(certificate) => Ok(EstResponse::Issued(certificate)),
        None if is_est => Err(GatewayError::NoCertificate),
        None => Err(GatewayError::NotAGateway { status, url }),
    }
}

/// Sends a request and gives the body of an answer with status 200.
pub(in crate::client) async fn fetch_body(request: RequestBuilder) -> Result<Vec<u8>, GatewayError> {
    read_ok_body(send(request).await?).await
}

async fn send(request: RequestBuilder) -> Result<Response, GatewayError> {
    request.send().await.map_err(|error| GatewayError::from_request_error(HttpRequestError::from(&error)))
}

async fn read_ok_body(mut response: Response) -> Result<Vec<u8>, GatewayError> {
    let (status, url) = (response.status().as_u16(), response.url().clone());
    let body = read_body(&mut response).await.map_err(GatewayError::from_request_error)?;
    let body = body.ok_or_else(|| GatewayError::NotAGateway { status, url: url.clone() })?;
    if status == 200 {
        return Ok(body);
    }
    match (status, json_object::from_slice::<ProblemBody>(&body)) {
        // This is another listener of a gateway; the route is at another port.
        (_, Ok(problem)) if is_wrong_listener(&problem) => Err(GatewayError::NotAGateway { status, url }),
        // Problems are checked before the status: those of 429 and 503 also contain instructions.
        (400.., Ok(problem)) => Err(GatewayError::Refused(problem)),
        (408 | 425 | 429 | 500 | 502 | 503 | 504, Err(_)) => {
            Err(GatewayError::Transient(TransientError::Unavailable { status }))
        }
        _ => Err(GatewayError::NotAGateway { status, url }),
    }
}

/// Reason why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Repeating the request may help.
    #[error("{0}")]
    Transient(TransientError),
    /// Repeating the request does not help.
    #[error("{0}")]
    Tls(TlsFailure),
    /// The proxy gives no tunnel to the gateway, and repeating the request does not help.
    #[error("{0}")]
    Proxy(ProxyError),
    /// The gateway's refusal, which may be temporary.
    #[error("refused: {}", .0.kind)]
    Refused(ProblemBody),
    /// The answer does not come from a gateway.
    #[error("no gateway at {url} (status {status})")]
    NotAGateway { status: u16, url: Url },
    #[error("the answer contains no certificate for this device's key")]
    NoCertificate,
    #[error("the request for a certificate could not be signed")]
    Key(#[source] IdentityError),
}

impl GatewayError {
    pub(super) fn from_request_error(failure: HttpRequestError) -> Self {
        match failure {
            HttpRequestError::Transient(error) => Self::Transient(error),
            HttpRequestError::Tls(refusal) => Self::Tls(refusal),
            HttpRequestError::Proxy(error) => Self::Proxy(error),
        }
    }

    /// Reports whether the same request may succeed later without a change.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transient(_) => true,
            Self::Refused(problem) => matches!(problem.status, 429 | 500..),
            _ => false,
        }
    }
}
