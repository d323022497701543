//! Deposit of one photo: repeats the request with the same idempotency key until the gateway answers.

use std::time::Duration;

use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};

use super::photo_file::PhotoFile;
use crate::client::gateway_client::GatewayClient;
use crate::client::network::connect_probe::ProxyError;
use crate::client::progress::{ProgressCallback, ProgressEvent};
use crate::client::response::DepositResponse;
use crate::client::timer::Timer;
use crate::client::transient_error::{HttpRequestError, TlsFailure, TransientError};
use crate::client::{backoff, response};
use crate::clock::Clock;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::photo::declaration::Declaration;
use crate::domain::photo::idempotency::IdempotencyKey;
use crate::entropy::{Entropy, random_bytes};
use crate::texts::language::Language;
use crate::wire::photo::ReceiptBody;
use crate::wire::problem::ProblemBody;

/// A deposit request of one photo.
#[derive(Debug)]
pub struct PhotoDeposit<'a> {
    pub photo: &'a PhotoFile,
    /// The same for every try.
    pub key: &'a IdempotencyKey,
    /// The same for every try.
    pub declaration: Declaration,
    pub language: Language,
}

/// Time limit and services for the tries of a deposit.
#[derive(Clone, Copy)]
pub struct RetryContext<'a> {
    /// For a `Retry-After` with a date.
    pub clock: &'a dyn Clock,
    /// For jitter.
    pub entropy: &'a dyn Entropy,
    pub timer: &'a dyn Timer,
    /// Time after the begin of the push at which the last pause ends. A try in progress is not aborted.
    pub give_up_after: Duration,
    /// Called before every pause.
    pub on_progress: ProgressCallback<'a>,
}

/// A receipt that matches the sent photo.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedReceipt {
    pub body: ReceiptBody,
    /// True if the gateway has given this receipt before.
    pub replayed: bool,
}

/// Deposits the photo and gives its receipt.
pub async fn deposit(
    connection: &GatewayClient,
    request: &PhotoDeposit<'_>,
    retry: &RetryContext<'_>,
) -> Result<VerifiedReceipt, DepositFailure> {
    let (mut tries, mut maybe_stored) = (0, false);
    loop {
        tries += 1;
        let (error, retry_after) = match send_once(connection, request, retry.clock).await {
            Ok(RequestOutcome::Receipt(receipt)) => return Ok(receipt),
            Ok(RequestOutcome::Retry { error, retry_after }) => (error, retry_after),
            Err(error) => {
                maybe_stored |= error.may_have_stored();
                return Err(DepositFailure { error, maybe_stored });
            }
        };
        maybe_stored |= error.may_have_stored();
        let paused = pause_before_retry(error, tries, retry_after, retry).await;
        paused.map_err(|error| DepositFailure { error, maybe_stored })?;
    }
}

/// Waits after `tries` failed tries, at least for `retry_after`.
///
/// # Errors
/// [`ClientDepositError::GaveUp`] if there is no time left for another try.
pub(in crate::client) async fn pause_before_retry(
    error: TransientError,
    tries: u32,
    retry_after: Option<Duration>,
    retry: &RetryContext<'_>,
) -> Result<(), ClientDepositError> {
    // Without randomness the pause has its full length, so that clients never retry too early.
    let draw = random_bytes(retry.entropy).map_or(u32::MAX, u32::from_be_bytes);
    let pause = backoff::pause(tries, draw).max(retry_after.unwrap_or_default());
    if retry.timer.elapsed().saturating_add(pause) > retry.give_up_after {
        return Err(ClientDepositError::GaveUp { tries, last_error: error, pause });
    }
    (retry.on_progress)(ProgressEvent::Retrying { error, pause });
    retry.timer.sleep(pause).await;
    Ok(())
}

enum RequestOutcome {
    Receipt(VerifiedReceipt),
    Retry { error: TransientError, retry_after: Option<Duration> },
}

async fn send_once(
    connection: &GatewayClient,
    deposit: &PhotoDeposit<'_>,
    clock: &dyn Clock,
) -> Result<RequestOutcome, ClientDepositError> {
    let Declaration { subject, exception } = deposit.declaration;
    let declared = [
        (!subject.is_ordinary()).then_some(("Photo-Subject", subject.name())),
        (!exception.is_ordinary()).then_some(("Photo-Exception", exception.name())),
    ];
    let request = connection
        .post("/v1/photos")
        .header("Idempotency-Key", deposit.key.as_str())
        .header(CONTENT_TYPE, "image/jpeg")
        .header("Content-Digest", deposit.photo.sha256.to_content_digest())
        .header(ACCEPT_LANGUAGE, deposit.language.tag())
        .body(deposit.photo.bytes.clone());
    let request = declared.into_iter().flatten().fold(request, |request, (name, value)| request.header(name, value));
    let answer = match request.send().await {
        Ok(response) => response::read(response, clock.now()).await,
        Err(error) => Err(HttpRequestError::from(&error)),
    };
    match answer {
        Ok(DepositResponse::Receipt { body, replayed }) => {
            verify(&body, deposit.photo)?;
            Ok(RequestOutcome::Receipt(VerifiedReceipt { body, replayed }))
        }
        Ok(DepositResponse::RetryLater { error, retry_after }) => Ok(RequestOutcome::Retry { error, retry_after }),
        Err(HttpRequestError::Transient(error)) => Ok(RequestOutcome::Retry { error, retry_after: None }),
        Err(HttpRequestError::Tls(refusal)) => Err(ClientDepositError::Tls(refusal)),
        Err(HttpRequestError::Proxy(error)) => Err(ClientDepositError::Proxy(error)),
        Ok(DepositResponse::InvalidReceipt(source)) => Err(ClientDepositError::InvalidReceipt(source)),
        Ok(DepositResponse::Problem(problem)) => Err(ClientDepositError::from_problem(problem)),
        Ok(DepositResponse::NotAGateway { status, address }) => {
            Err(ClientDepositError::NotAGateway { status, address })
        }
    }
}

/// A receipt for other bytes, or with an invalid code, must not be handed to a citizen.
fn verify(receipt: &ReceiptBody, photo: &PhotoFile) -> Result<(), ClientDepositError> {
    if receipt.sha256 != photo.sha256 {
        return Err(ClientDepositError::ReceiptMismatch("sha256"));
    }
    if receipt.bytes != photo.bytes.len() as u64 {
        return Err(ClientDepositError::ReceiptMismatch("bytes"));
    }
    RetrievalCode::parse(&receipt.code).map_err(|_| ClientDepositError::ReceiptMismatch("code"))?;
    Ok(())
}

/// Failure of a deposit.
#[derive(Debug)]
pub struct DepositFailure {
    pub error: ClientDepositError,
    /// True if one of the tries may have stored the photo without an answer.
    pub maybe_stored: bool,
}

/// Reason why there is no receipt.
#[derive(Debug, thiserror::Error)]
pub enum ClientDepositError {
    /// The photo itself is refused. This try stored nothing.
    #[error("the gateway answered {}: {}", .0.status, response::problem_type(.0))]
    Refused(ProblemBody),
    /// The studio or device may not deposit.
    #[error("the gateway answered {}: {}", .0.status, response::problem_type(.0))]
    NotAllowed(ProblemBody),
    #[error("{0}")]
    Tls(TlsFailure),
    /// The proxy gives no tunnel to the gateway, and repeating the request does not help.
    #[error("{0}")]
    Proxy(ProxyError),
    #[error("gave up after {tries} tries: {last_error}")]
    GaveUp {
        tries: u32,
        last_error: TransientError,
        /// Pause before another try: at least the time that the gateway asked for.
        pause: Duration,
    },
    /// The gateway rejected the request itself, which should not happen.
    #[error("the gateway answered {}: {}", .0.status, response::problem_type(.0))]
    UnexpectedProblem(ProblemBody),
    /// The answer does not come from a gateway.
    #[error("no gateway at {address} (status {status})")]
    NotAGateway {
        status: u16,
        /// Host and port.
        address: String,
    },
    /// The receipt belongs to another photo. Contains the name of the field that differs.
    #[error("the receipt does not match the photo: {0}")]
    ReceiptMismatch(&'static str),
    /// This version cannot read the receipt.
    #[error("the receipt cannot be read")]
    InvalidReceipt(#[source] serde_json::Error),
}

impl ClientDepositError {
    pub(in crate::client) fn from_problem(problem: ProblemBody) -> Self {
        match (response::problem_type(&problem), problem.status) {
            ("photo-refused" | "photo-too-large" | "format-unsupported", _) => Self::Refused(problem),
            (_, 401 | 403) => Self::NotAllowed(problem),
            _ => Self::UnexpectedProblem(problem),
        }
    }

    /// Reports whether the last try may have stored the photo although it failed.
    fn may_have_stored(&self) -> bool {
        match self {
            // The gateway answers so before it stores anything. The tries before giving up are counted one by one.
            Self::Refused(_) | Self::NotAllowed(_) | Self::Tls(_) | Self::Proxy(_) | Self::GaveUp { .. } => false,
            Self::UnexpectedProblem(_)
            | Self::NotAGateway { .. }
            | Self::ReceiptMismatch(_)
            | Self::InvalidReceipt(_) => true,
        }
    }
}
